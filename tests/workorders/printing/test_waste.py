"""Codes that a printing partner names as wasted when it reports a print."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.printing import ready
from tests.support.tokens import client_of
from workorders import job_runner
from workorders.changes.history import history_of
from workorders.models import Code, Workorder
from workorders.printing import serializers, waste_lists
from workorders.printing.waste_lists import join_ranges
from workorders.secure import waste
from workorders.secure.waste import Waste

COUNT = 8


@pytest.fixture
def order(committed_demo: Demo) -> Workorder:
    """An SSC workorder of eight codes, b-00000000 to b-00000007, ready to print."""
    return ready(committed_demo, COUNT, activate_on_complete=True)


def report(demo: Demo, order: Workorder, **body: Any) -> Any:
    """Report a print by the API, as the partner does."""
    return client_of(demo.printer).post(f"/api/v2/workorders/{order.pk}/printed/", body, format="json")


def statuses(order: Workorder) -> list[tuple[int, int]]:
    """Status and reason of the codes in their order."""
    return list(order.codes.order_by("sequence").values_list("activation_status", "blacklist_reason"))


def wasted(*sequences: int) -> list[tuple[int, int]]:
    return [(2, 7) if number in sequences else (0, 0) for number in range(1, COUNT + 1)]


@pytest.mark.parametrize(
    ("named", "sequences"),
    [
        ({"wasted_ids": ["b-00000000", "https://demo.test/b-00000007"]}, (1, 8)),
        ({"wasted_ranges": ["2-3", "5"]}, (2, 3, 5)),
        ({"wasted_ranges": ["2-3, 3 – 4; 7"], "wasted_ids": ["b-00000002"]}, (2, 3, 4, 7)),  # noqa: RUF001
        ({"wasted_list": "id\n2026-11-29 10:00,https://demo.test/b-00000001\r\nb-00000002;b-00000002\n\n"}, (2, 3)),
    ],
)
def test_named_codes_are_blacklisted_as_misprints(
    committed_demo: Demo, order: Workorder, named: dict[str, Any], sequences: tuple[int, ...]
) -> None:
    answer = report(committed_demo, order, printed=COUNT - len(sequences), **named)
    assert (answer.status_code, answer.json()["wasted_quantity"]) == (200, len(sequences))
    assert statuses(order) == wasted(*sequences)
    code = order.codes.get(sequence=sequences[0])
    (line,) = history_of(code)
    assert (line.change.origin, line.change.created_by, line.new_reason) == ("workorder", committed_demo.printer, 7)
    found = client_of(committed_demo.staff).get(f"/api/v2/workorders/{order.pk}/timeline/").json()
    said = f"Printed {COUNT - len(sequences)}, wasted {len(sequences)}, {len(sequences)} codes blacklisted"
    assert said in str(found)


def test_each_id_and_range_that_there_is_not_is_named_and_nothing_stored(
    committed_demo: Demo, order: Workorder
) -> None:
    answer = report(
        committed_demo,
        order,
        printed=6,
        wasted_ids=["b-00000000", "unknown-1"],
        wasted_list="b-00000001\nunknown-2\nunknown-3",
        wasted_ranges=["1-3", "7-9", "3-2", "all", "0"],
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "wasted_ids": ["unknown-1 is no code of this workorder."],
            "wasted_list": ["unknown-2 is no code of this workorder.", "unknown-3 is no code of this workorder."],
            "wasted_ranges": [
                "7-9 is not all there: the codes of this workorder go from 1 to 8.",
                "3-2 ends before it begins.",
                "all is no range of sequences; write 7 or 40001-60000.",
                "0 is not all there: the codes of this workorder go from 1 to 8.",
            ],
        },
    )
    order.refresh_from_db()
    assert (order.state, statuses(order)) == ("ready_to_print", wasted())


def test_numbers_that_do_not_agree_are_asked_about(committed_demo: Demo, order: Workorder) -> None:
    body = {"printed": 6, "wasted": 3, "wasted_ranges": ["1-2"]}
    said = (
        "6 printed and 3 wasted are 9; 8 codes were ordered. 3 wasted prints are reported, and 2 wasted codes are"
        " named. Correct the numbers, or confirm them."
    )
    assert report(committed_demo, order, **body).json() == {"confirm": [said]}
    assert statuses(order) == wasted()
    assert report(committed_demo, order, **body, confirm=True).status_code == 200
    order.refresh_from_db()
    assert (order.printed_quantity, order.wasted_quantity, statuses(order)) == (6, 3, wasted(1, 2))


def test_the_page_takes_a_scanners_file_and_keeps_what_was_typed(committed_demo: Demo, order: Workorder) -> None:
    client, path = as_(committed_demo.printer), f"/workorders/{order.pk}/printed/"
    scanned = SimpleUploadedFile("scan.txt", b"\xef\xbb\xbfhttps://demo.test/b-00000003\r\nwrong-one\r\n")
    typed = {"printed": "6", "wasted": "", "wasted_ranges": "7", "wasted_list": "", "wasted_file": scanned}
    page = client.post(path, typed).content.decode()
    assert "wrong-one is no code of this workorder." in page
    assert "https://demo.test/b-00000003\r\nwrong-one</textarea>" in page
    assert 'name="wasted_ranges" type="text" autocomplete="off" value="7"' in page
    typed |= {"printed": "5", "wasted_list": "https://demo.test/b-00000003"}
    del typed["wasted_file"]
    page = client.post(path, typed).content.decode()
    assert "5 printed and 2 wasted are 7; 8 codes were ordered." in page
    assert client.post(path, typed | {"confirm": "on"}).status_code == 302
    assert statuses(order) == wasted(4, 7)


def test_completion_activates_the_others_without_a_question(committed_demo: Demo, order: Workorder) -> None:
    """Which codes exist on paper is known: all but those that were named."""
    report(committed_demo, order, printed=6, wasted_ranges=["1-2"])
    answer = client_of(committed_demo.staff).post(f"/api/v2/workorders/{order.pk}/complete/", {}, format="json")
    assert answer.status_code == 200
    job_runner.run(order.jobs.get(what="activate").pk)
    assert statuses(order) == [(2, 7), (2, 7), *[(1, 0)] * 6]


def test_a_rejection_takes_the_waste_back_since_all_is_printed_again(committed_demo: Demo, order: Workorder) -> None:
    report(committed_demo, order, printed=5, wasted_ranges=["1-3"])
    Code.objects.filter(workorder=order, sequence=2).update(blacklist_reason=4, last_change=None)
    rejected = client_of(committed_demo.staff).post(
        f"/api/v2/workorders/{order.pk}/reject/", {"reason": "Pale."}, format="json"
    )
    assert rejected.status_code == 200
    assert statuses(order) == [(0, 0), (2, 4), *[(0, 0)] * 6]
    assert report(committed_demo, order, printed=7, wasted_ranges=["8"]).status_code == 200
    assert statuses(order) == [(0, 0), (2, 4), *[(0, 0)] * 5, (2, 7)]


def test_a_code_that_another_reason_has_blacklisted_keeps_it(committed_demo: Demo, order: Workorder) -> None:
    Code.objects.filter(workorder=order, sequence=1).update(activation_status=2, blacklist_reason=4)
    assert report(committed_demo, order, printed=6, wasted_ranges=["1-2"]).status_code == 200
    assert statuses(order)[:2] == [(2, 4), (2, 7)]


@pytest.mark.parametrize("field", ["wasted_ids", "wasted_list"])
def test_the_url_of_another_companys_code_names_no_code_of_the_same_id(
    committed_demo: Demo, order: Workorder, field: str
) -> None:
    url = "https://codes.example/c/other/b-00000001"
    answer = report(committed_demo, order, printed=COUNT - 1, **{field: [url] if field == "wasted_ids" else url})
    assert (answer.status_code, answer.json()) == (400, {field: [f"{url} is no code of this workorder."]})
    assert statuses(order) == wasted()


def test_codes_of_other_workorders_and_companies_do_not_exist(committed_demo: Demo, order: Workorder) -> None:
    Code.objects.create(company=committed_demo.other, workorder=order, identifier="theirs-01", sequence=1)
    answer = report(committed_demo, order, printed=8, wasted_ids=["theirs-01"])
    assert answer.json() == {"wasted_ids": ["theirs-01 is no code of this workorder."]}


def test_a_report_does_not_wait_long_for_other_changes(
    committed_demo: Demo, order: Workorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waste, "PATIENCE", 1)
    with psycopg.connect(**connection.get_connection_params()) as held:
        held.execute("SELECT FROM workorders_code WHERE workorder_id = %s FOR UPDATE", [order.pk])
        answer = report(committed_demo, order, printed=7, wasted_ranges=["1"])
    assert (answer.status_code, answer.json()) == (400, {"detail": waste.BUSY})
    order.refresh_from_db()
    assert (order.state, statuses(order)) == ("ready_to_print", wasted())


def test_a_change_of_the_codes_that_takes_too_long_is_ended(
    committed_demo: Demo, order: Workorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waste, "STATEMENT_SECONDS", 1)
    with psycopg.connect(**connection.get_connection_params()) as held:  # it stands for any statement that takes long
        held.execute("SELECT FROM workorders_code WHERE workorder_id = %s FOR UPDATE", [order.pk])
        answer = report(committed_demo, order, printed=7, wasted_ranges=["1"])
    assert (answer.status_code, answer.json()) == (400, {"detail": waste.TOO_LONG})
    order.refresh_from_db()
    assert (order.state, statuses(order)) == ("ready_to_print", wasted())


TOO_MANY = "More than 3 are named; at most 3 can be. Ask the brand owner for more."


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("wasted_ids", ["b-00000000"] * 4),
        ("wasted_ranges", ["1"] * 4),
        ("wasted_ranges", ["1,1,1,1"]),
        ("wasted_ranges", ["1;1\n1", "1"]),
        ("wasted_list", "a1 a2 a3 a4"),
        ("wasted_list", "b-00000000\n" * 4),
        ("wasted_list", "scanned\n" * 5),
    ],
)
def test_more_than_can_be_named_is_refused_before_the_database_is_asked(
    committed_demo: Demo,
    order: Workorder,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
    name: str,
    named: Any,
) -> None:
    for module in (waste_lists, serializers):
        monkeypatch.setattr(module, "MOST_CODES", 3)
    form = serializers.PrintedSerializer(data={"printed": 7, name: named}, context={"workorder": order})
    with django_assert_num_queries(0):
        assert not form.is_valid()
    assert form.errors == {name: [TOO_MANY]}
    answer = report(committed_demo, order, printed=7, **{name: named})
    assert (answer.status_code, answer.json()) == (400, {name: [TOO_MANY]})
    assert report(committed_demo, order, printed=7, wasted_ranges=["1,", "1"], confirm=True).status_code == 200


def test_the_first_wrong_ones_are_named_and_the_others_counted(
    committed_demo: Demo, order: Workorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waste_lists, "MOST_NAMED", 2)
    monkeypatch.setattr(waste_lists, "LONGEST_NAMED", 5)
    answer = report(
        committed_demo, order, printed=7, wasted_ranges=["0,9", "toolong", "0"], wasted_list="u1 u2 toolong"
    )
    last = "is not all there: the codes of this workorder go from 1 to 8."
    assert answer.json()["wasted_ranges"] == [f"0 {last}", f"9 {last}", "And 2 more."]
    assert (len(answer.json()["wasted_list"]), answer.json()["wasted_list"][2]) == (3, "And 1 more.")
    said = ["toolo… is no code of this workorder."]
    assert report(committed_demo, order, printed=7, wasted_ids=["toolong"]).json() == {"wasted_ids": said}


def test_a_list_that_is_too_long_is_refused_whole(committed_demo: Demo, order: Workorder) -> None:
    said = "Ensure this field has no more than 5000000 characters."
    scanned = SimpleUploadedFile("scan.txt", b"b-00000000\n" * 500_000)
    typed = {"printed": "7", "wasted": "", "wasted_ranges": "", "wasted_list": "", "wasted_file": scanned}
    page = as_(committed_demo.printer).post(f"/workorders/{order.pk}/printed/", typed).content.decode()
    assert said in page
    assert statuses(order) == wasted()


def test_thousands_of_ranges_are_one_condition(committed_demo: Demo, order: Workorder) -> None:
    ranges = tuple((first, first + 1) for first in range(1, 100_000, 3))
    with CaptureQueriesContext(connection) as ran:
        assert sorted(Waste(ranges).codes(order).values_list("sequence", flat=True)) == [1, 2, 4, 5, 7, 8]
    assert [(query["sql"].count("ANY("), "BETWEEN" in query["sql"]) for query in ran.captured_queries] == [(1, False)]


def test_ranges_that_meet_are_one() -> None:
    assert join_ranges([(5, 7), (1, 2), (3, 3), (6, 9), (9, 9)]).ranges == ((1, 3), (5, 9))
    assert join_ranges([]).count == 0


@pytest.mark.parametrize(
    ("listed", "sequences"),
    [
        (
            'URL\n"https://x.test/b-00000000"\n12:00\thttps://x.test/b-00000001\nb-00000002, b-00000003;b-00000004\n',
            "12345",
        ),
        ("2026-10-12 14:03:22;b-00000001\n", "2"),
        ("2026-10-12T14:03:22.125+02:00,b-00000001\n12.10.2026 2:03 PM b-00000002\n10/12/26\tb-00000003", "234"),
        ("Scan time;Barcode\n2026-10-12 14:03;b-00000001\n14:04;b-00000002", "23"),
        ("Barcode\nb-00000001", "2"),
    ],
)
def test_of_a_scanners_list_the_ids_count(committed_demo: Demo, order: Workorder, listed: str, sequences: str) -> None:
    wanted = [int(each) for each in sequences]
    answer = report(committed_demo, order, printed=COUNT - len(wanted), wasted_list=listed)
    assert (answer.status_code, statuses(order)) == (200, wasted(*wanted))


@pytest.mark.parametrize(
    ("listed", "wrong"),
    [
        ("b-00000001\nBarcode", ["Barcode"]),
        ("Barcode", ["Barcode"]),
        ("Barcode 1\nb-00000001", ["Barcode", "1"]),
        ("b-00000001\n2026-10-12", ["2026-10-12"]),
        ("2026-13;b-00000001", ["2026-13"]),
    ],
)
def test_what_is_no_code_in_a_scanners_list_is_named(
    committed_demo: Demo, order: Workorder, listed: str, wrong: list[str]
) -> None:
    answer = report(committed_demo, order, printed=COUNT - 1, wasted_list=listed)
    assert answer.json() == {"wasted_list": [f"{each} is no code of this workorder." for each in wrong]}


def test_a_first_line_without_digits_that_names_a_code_is_no_header(committed_demo: Demo, order: Workorder) -> None:
    Code.objects.create(company=order.company, workorder=order, identifier="no-digits", sequence=COUNT + 1)
    answer = report(committed_demo, order, printed=COUNT - 2, wasted_list="no-digits\nb-00000001")
    assert answer.status_code == 200
    assert Code.objects.get(identifier="no-digits").activation_status == 2


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        ("1,001", "1,001 can be read in two ways; write 1001, or 1 and 001 apart."),
        ("1,001-2,999", "1,001-2,999 can be read in two ways; write 1001-2999, or 1 and 001-2 and 999 apart."),
        (
            "7; 40,001 to 60,000",
            "40,001 to 60,000 can be read in two ways; write 40001 to 60000, or 40 and 001 to 60 and 000 apart.",
        ),
        ("101,102,103", "101,102,103 can be read in two ways; write 101102103, or 101 and 102 and 103 apart."),
        ("1, 001-002,3", ""),
        ("1,2,3", ""),
        ("0001,002,3", ""),
        ("1 to 3", ""),
        ("1 TO 2;3", ""),
    ],
)
def test_commas_between_thousands_are_refused_and_those_between_ranges_are_not(
    committed_demo: Demo, order: Workorder, ranges: str, said: str
) -> None:
    for typed in ([ranges], ["4", ranges]):
        answer = report(committed_demo, order, printed=COUNT - 2 - len(typed), wasted_ranges=typed)
        if said:
            assert answer.json() == {"wasted_ranges": [said]}
            assert statuses(order) == wasted()
        else:
            assert (answer.status_code, statuses(order)) == (200, wasted(1, 2, 3))
            return
