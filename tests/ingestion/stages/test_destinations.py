"""The destinations of codes: a new workorder, or one that was ordered before."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion import engine, services
from ingestion.models import IngestionRecord
from ingestion.stages.destinations import NewWorkorder, SecureWorkorder, destination_of
from tests.support.demo import Demo
from tests.support.uploads import queued
from workorders.models import Workorder


def record_of(demo: Demo, **parameters: Any) -> IngestionRecord:
    """A record with these parameters."""
    known = {"url_prefix": "", "use_serial_number": False, "default_scm_data": {}}
    return services.start_upload(
        demo.staff, demo.company, filetype="csv", mode="api", parameters={**known, **parameters}
    )


def secure(demo: Demo, **changes: Any) -> Workorder:
    """An SSC workorder without codes."""
    fields: dict[str, Any] = {
        "company": demo.company,
        "reference": "Secure",
        "type": "SSC",
        "quantity": 10,
        "url_prefix": "https://s.example.com/",
        "longest_id": 22,
        "created_by": demo.staff,
        "state": "new",
    }
    return Workorder.objects.create(**fields | changes)


def test_codes_go_into_a_new_workorder_behind_the_companys_prefix(demo: Demo) -> None:
    destination = destination_of(record_of(demo))
    assert isinstance(destination, NewWorkorder)
    assert destination.url_prefix == demo.company.url_prefix
    assert (destination.error, destination.are_active) == ("url_prefix_error", False)
    assert destination.refusal(10) == ""


def test_the_prefix_of_the_upload_counts_more_than_the_companys(demo: Demo) -> None:
    destination = destination_of(record_of(demo, url_prefix="https://codes.example.com/"))
    assert destination.url_prefix == "https://codes.example.com/"
    assert destination.longest_id == 213 - len("https://codes.example.com/")


def test_a_long_prefix_leaves_less_for_the_id(demo: Demo) -> None:
    destination = destination_of(record_of(demo, url_prefix="https://codes.example.com/" + "x" * 178))
    assert destination.longest_id == 9


def test_two_uploads_reserve_different_workorders(demo: Demo) -> None:
    first, second = destination_of(record_of(demo)), destination_of(record_of(demo))
    assert first.workorder_id != second.workorder_id
    assert not Workorder.objects.filter(pk__in=[first.workorder_id, second.workorder_id]).exists()


def test_a_prefix_that_another_company_has_is_refused(demo: Demo) -> None:
    destination = destination_of(record_of(demo, url_prefix=demo.other.url_prefix))
    assert destination.refusal(1) != ""


def test_codes_of_a_secure_workorder_follow_its_own_prefix(demo: Demo) -> None:
    workorder = secure(demo)
    destination = destination_of(record_of(demo, workorder=workorder.pk))
    assert isinstance(destination, SecureWorkorder)
    assert (destination.workorder_id, destination.url_prefix, destination.longest_id, destination.error) == (
        workorder.pk,
        "https://s.example.com/",
        22,
        "workorder_error",
    )


@pytest.mark.parametrize(
    ("changes", "are_active"),
    [
        ({}, False),
        ({"activate_on_complete": True}, False),
        ({"activate_on_complete": True, "state": "completed"}, True),
        ({"activate_on_complete": False, "state": "completed"}, False),
    ],
)
def test_codes_that_join_a_completed_workorder_may_be_active_at_once(
    demo: Demo, changes: dict[str, Any], are_active: bool
) -> None:
    workorder = secure(demo, **changes)
    assert destination_of(record_of(demo, workorder=workorder.pk)).are_active is are_active


@pytest.mark.parametrize(
    ("changes", "count", "reason"),
    [
        ({}, 11, "The workorder has 0 of 10 codes; "),
        ({"uploaded_quantity": 10}, 1, "The workorder has 10 of 10 codes, so it takes no more."),
        ({"state": "cancelled"}, 1, "The workorder was cancelled, so it takes no codes."),
    ],
)
def test_a_secure_workorder_says_why_it_takes_no_codes(
    demo: Demo, changes: dict[str, Any], count: int, reason: str
) -> None:
    workorder = secure(demo, **changes)
    assert destination_of(record_of(demo, workorder=workorder.pk)).refusal(count).startswith(reason)


def test_the_workorder_of_another_company_does_not_exist(demo: Demo) -> None:
    workorder = secure(demo, company=demo.other)
    with pytest.raises(Workorder.DoesNotExist):
        destination_of(record_of(demo, workorder=workorder.pk))


def reference_of(demo: Demo, identifier: str, file_name: str, **parameters: Any) -> str:
    """The reference of the workorder that an upload of one code gets."""
    record = queued(demo.staff, f"id\n{identifier}\n", **parameters)
    IngestionRecord.objects.filter(pk=record.pk).update(file_name=file_name)
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.workorder is not None
    return record.workorder.reference.replace(record.key, "KEY")


@pytest.mark.parametrize(
    ("file_name", "reference"),
    [
        ("spring bottles.csv", "spring bottles"),
        ("C:\\fakepath\\2026.04.CSV.gz", "2026.04"),
        ("orders/May 1.5", "May 1.5"),
        ("x" * 150 + ".xlsx", "x" * 100),
        ("", "Upload KEY"),
        (".csv", "Upload KEY"),
    ],
)
def test_a_workorder_is_called_as_the_file_without_folder_and_ending(
    committed_demo: Demo, file_name: str, reference: str
) -> None:
    assert reference_of(committed_demo, "abc12345", file_name) == reference


def test_a_reference_that_is_taken_gets_a_number(committed_demo: Demo) -> None:
    demo = committed_demo
    secure(demo, company=demo.other, reference="codes")
    found = [reference_of(demo, f"abc1234{number}", "codes.csv") for number in range(3)]
    assert found == ["codes", "codes (2)", "codes (3)"]
    long = [reference_of(demo, f"abc1235{number}", "x" * 120) for number in range(2)]
    assert long == ["x" * 100, "x" * 96 + " (2)"]


def test_an_upload_may_say_the_reference(committed_demo: Demo) -> None:
    demo = committed_demo
    assert reference_of(demo, "abc12345", "codes.csv", reference="Spring") == "Spring"
    assert reference_of(demo, "abc12346", "codes.csv", reference="Spring") == "Spring (2)"


def test_the_name_of_a_thousandth_file_is_found_without_the_names_of_all(committed_demo: Demo) -> None:
    demo = committed_demo
    names = ["codes", *(f"codes ({number})" for number in range(2, 1000)), "codes (1024)"]
    same = {"company": demo.company, "created_by": demo.staff, "quantity": 1}
    Workorder.objects.bulk_create([Workorder(**same, reference=name) for name in names])
    with CaptureQueriesContext(connection) as asked:
        assert reference_of(demo, "abc12345", "codes.csv") == "codes (1025)"
    found = [query["sql"] for query in asked.captured_queries if '"reference" IN' in query["sql"]]
    assert len(found) == 12  # of the upload's own key, of powers of two, and of the halves of 1,024
    assert max(map(len, found)) < 2000
