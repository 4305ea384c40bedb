"""The templates of files, made of what the company has."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.change_files import changed_by_file
from tests.support.declared import Type, declare
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.uploads import ingested
from workorders.models import Product

NEW, CHANGES = "/upload/template.csv", "/upload/changes/template.csv"


def test_a_template_has_the_companys_products_and_fields(demo: Demo) -> None:
    declare(demo.company, "best_before", Type.DATE)
    declare(demo.company, "line", Type.CHOICE, choices=["=North", "South, left"])
    declare(demo.company, "pieces", Type.WHOLE_NUMBER)
    declare(demo.other, "elsewhere")
    Product.objects.filter(company=demo.company).exclude(sku__in=["sku2", "sku4"]).update(is_archived=True)
    Product.objects.create(company=demo.company, sku="=1+1")
    today = datetime.now(UTC).date().isoformat()
    answer = as_(demo.staff).get(NEW)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="codes.csv"'
    assert answer.content.decode() == (
        "id,product,best_before,line,pieces\n"
        f'abc12345,sku2,{today},"South, left",1\n'
        f'def12345,sku4,{today},"South, left",1\n'
        f'ghi12345,sku4,{today},"South, left",2\n'
    )
    assert as_(demo.staff).get(CHANGES).content.decode() == (
        "extended_id,activation_status,best_before,line,pieces\n"
        f'abc12345,1,{today},"South, left",1\n'
        "def12345,1,,,\n"
        f'ghi12345,,{today},"South, left",2\n'
    )


def test_a_company_without_products_and_fields_has_a_template_too(demo: Demo) -> None:
    demo.other.products.all().delete()
    assert as_(demo.other_staff).get(NEW).content.decode() == (
        "id,pallet_number\nabc12345,A1\ndef12345,A1\nghi12345,A2\n"
    )


def test_who_may_upload_gets_the_templates(demo: Demo) -> None:
    for user in (demo.printer, demo.support, demo.root):
        assert [as_(user).get(path).status_code for path in (NEW, CHANGES)] == [403, 403]


def test_templates_can_be_uploaded_as_they_are(committed_demo: Demo) -> None:
    client = as_(committed_demo.staff)
    for declared in (False, True):
        if declared:
            declare(committed_demo.company, "best_before", Type.DATE, is_required=True)
        new, changes = (client.get(path).content.decode() for path in (NEW, CHANGES))
        record = ingested(committed_demo.staff, new.replace("12345", f"1234{declared:d}"))
        assert (record.status, record.warnings) == ("completed", [])
        record = changed_by_file(committed_demo.staff, changes.replace("12345", f"1234{declared:d}"))
        assert record.status == "completed"
        assert "unknown_column_warning" not in [each["warning"] for each in record.warnings]
