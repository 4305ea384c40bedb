"""Pages of ingestion templates, and choosing one on the upload page."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.models import IngestionTemplate
from ingestion.options.templates import TAKEN, keep_template
from tests.support.declared import declare
from tests.support.demo import Demo
from tests.support.pages import a_record, as_, seen
from workorders.models import Product

LIST = "/company/ingestion-templates/"
PARAMETERS = {
    "default_scm_data": {"product": "sku1", "market": "BE"},
    "use_serial_number": False,
    "url_prefix": "",
    "allow_posted_duplicates": True,
    "columns": {"Serial No": "id"},
    "encoding": "windows-1252",
    "header_row": 2,
    "reference": "Spring",
    "sha256": "0" * 64,
}
OPTIONS = {name: PARAMETERS[name] for name in PARAMETERS if name not in ("use_serial_number", "reference", "sha256")}
KEPT = {name: value for name, value in OPTIONS.items() if value}


def test_options_of_a_record_are_kept_renamed_and_deleted(demo: Demo) -> None:
    record = a_record(demo.staff, parameters=PARAMETERS)
    create = f"{LIST}create/?record={record.key}"
    assert f'href="{create}"' in seen(demo.staff, f"/ingestions/{record.key}/")
    assert "Default market</dt><dd><span" in seen(demo.staff, create)
    client = as_(demo.staff)
    page = client.post(create, {"name": " Rolls "}, follow=True)
    template = IngestionTemplate.objects.get()
    assert (template.name, template.parameters, template.company) == ("Rolls", KEPT, demo.company)
    assert page.redirect_chain == [(LIST, 302)]
    assert f'href="/upload/?template={template.pk}"' in page.content.decode()
    assert "Rolls is kept. Choose it where you upload." in page.content.decode()
    detail = f"{LIST}{template.pk}/"
    assert client.post(detail, {"name": "Boxes"})["Location"] == LIST
    assert IngestionTemplate.objects.get().name == "Boxes"
    assert "Delete Boxes?" in seen(demo.staff, f"{detail}delete/")
    assert client.post(f"{detail}delete/")["Location"] == LIST
    assert not IngestionTemplate.objects.exists()
    assert "No ingestion templates yet" in seen(demo.staff, LIST)


def test_names_that_cannot_be_are_told_and_nothing_is_lost(demo: Demo) -> None:
    record = a_record(demo.staff, parameters=PARAMETERS)
    keep_template(demo.company, "Rolls", {}, demo.staff)
    boxes = keep_template(demo.company, "Boxes", {}, demo.staff)
    client = as_(demo.staff)
    paths = {f"{LIST}create/?record={record.key}": "Keep options as a template", f"{LIST}{boxes.pk}/": "Boxes"}
    for path, title in paths.items():
        page = client.post(path, {"name": "Rolls"}).content.decode()
        assert TAKEN in page
        assert f"<h1>{title}</h1>" in page
    assert client.post(f"{LIST}{boxes.pk}/", {"name": "x\u202ey"}).status_code == 200
    assert sorted(IngestionTemplate.objects.values_list("name", flat=True)) == ["Boxes", "Rolls"]


def test_options_that_no_upload_may_have_now_are_not_kept(demo: Demo) -> None:
    record = a_record(demo.staff, parameters=PARAMETERS)
    Product.objects.filter(company=demo.company, sku="sku1").update(is_archived=True)
    page = as_(demo.staff).post(f"{LIST}create/?record={record.key}", {"name": "Rolls"}).content.decode()
    assert "default_scm_data: product: " in page
    assert not IngestionTemplate.objects.exists()


@pytest.mark.parametrize("who", ["support", "printer", "root"])
def test_only_people_of_a_brand_owner_keep_templates(demo: Demo, who: str) -> None:
    template = keep_template(demo.company, "Rolls", {}, demo.staff)
    for path in (LIST, f"{LIST}{template.pk}/", f"{LIST}{template.pk}/delete/", f"{LIST}create/"):
        assert as_(getattr(demo, who)).get(path).status_code == 403


def test_what_is_another_companys_does_not_exist(demo: Demo) -> None:
    template = keep_template(demo.company, "Rolls", {}, demo.staff)
    record = a_record(demo.staff, parameters=PARAMETERS)
    client = as_(demo.other_staff)
    for path in (
        f"{LIST}{template.pk}/",
        f"{LIST}{template.pk}/delete/",
        f"{LIST}create/?record={record.key}",
        f"/upload/?template={template.pk}",
        f"/upload/options/?template={template.pk}",
    ):
        assert client.get(path).status_code == 404, path
    assert client.post(f"{LIST}{template.pk}/delete/").status_code == 404
    assert "Rolls" not in seen(demo.other_staff, LIST) + seen(demo.other_staff, "/upload/")


@pytest.mark.parametrize("number", ["x", "0", "²", "9" * 30])
def test_a_template_that_is_none_is_not_found(demo: Demo, number: str) -> None:
    assert as_(demo.staff).get(f"/upload/?template={number}").status_code == 404
    assert as_(demo.staff).get(f"/upload/options/?template={number}").status_code == 404


def test_no_template_is_kept_of_a_change(demo: Demo) -> None:
    change = a_record(demo.staff, "queued", type="scm", parameters={"data_key": "lot"})
    assert as_(demo.staff).get(f"{LIST}create/?record={change.key}").status_code == 404
    assert "ingestion-templates" not in seen(demo.staff, f"/ingestions/{change.key}/")


def test_the_upload_page_is_filled_without_a_script(demo: Demo) -> None:
    template = keep_template(demo.company, "Rolls", KEPT | {"delimiter": ";"}, demo.staff)
    page = seen(demo.staff, f"/upload/?template={template.pk}")
    assert f'<option value="{template.pk}" selected>Rolls</option>' in page
    assert '<option value="sku1" selected>' in page
    assert '<option value=";" selected>' in page
    assert 'data-columns="{&quot;Serial No&quot;: &quot;id&quot;}"' in page
    assert 'data-reading="{&quot;encoding&quot;: &quot;windows-1252&quot;, &quot;header_row&quot;: 2}"' in page
    assert 'data-scm="[[&quot;market&quot;, &quot;BE&quot;]]"' in page
    assert 'id="template-faults" role="alert" hidden' in page
    assert "template-faults" not in seen(demo.other_staff, "/upload/")


def test_options_of_an_earlier_upload_stay_where_the_template_says_nothing(demo: Demo) -> None:
    template = keep_template(demo.company, "Rolls", {"default_scm_data": {"product": "sku2"}}, demo.staff)
    record = a_record(demo.staff, parameters=PARAMETERS)
    page = seen(demo.staff, f"/upload/?again={record.key}&template={template.pk}")
    assert '<option value="sku2" selected>' in page
    assert 'data-columns="{&quot;Serial No&quot;: &quot;id&quot;}"' in page
    assert f'name="again" value="{record.key}"' in page


def test_a_template_of_what_is_gone_says_so(demo: Demo) -> None:
    field = declare(demo.company, "market")
    template = keep_template(demo.company, "Rolls", KEPT, demo.staff)
    Product.objects.filter(company=demo.company, sku="sku1").update(is_archived=True)
    field.delete()
    told = "SCM fields that are declared no more: <code>market</code>."
    for path in (f"/upload/?template={template.pk}", f"{LIST}{template.pk}/"):
        page = seen(demo.staff, path)
        assert told in page
        assert 'id="template-faults" role="alert"> <p>The template cannot be used as it is.' in page
    answer: Any = as_(demo.staff).get(f"/upload/options/?template={template.pk}").json()
    assert [fault.partition(":")[0] for fault in answer["faults"]] == [
        "default_scm_data",
        "SCM fields that are declared no more",
    ]
    assert answer["fields"]["product"] == "sku1"
