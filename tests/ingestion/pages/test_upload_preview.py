"""The preview on the upload page: whose it is, and what it makes of nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ingestion import services
from ingestion.models import IngestionRecord
from portal.models import Event, User
from portal.storage.base import storage
from tests.support.demo import Demo
from tests.support.paths import FILES

URL = "/upload/preview/"
FILE = {"kind": "new", "filetype": "csv", "name": "codes.csv", "is_all": "true"}


def posted(client: Client, content: str = "id\nabc12345\n", options: Any = None, **more: Any) -> Any:
    head = SimpleUploadedFile("head", content.encode())
    said = {} if options is None else {"options": options if isinstance(options, str) else json.dumps(options)}
    return client.post(URL, FILE | {"head": head} | said | more)


@pytest.fixture
def staff(demo: Demo, client: Client) -> Client:
    client.force_login(demo.staff)
    return client


def test_the_first_rows_are_shown_as_the_check_sees_them(staff: Client) -> None:
    shown = posted(
        staff, "Serial;product\nabc12345;sku1\nabc1;sku1\n", {"columns": {"Serial": " id "}}
    ).content.decode()
    assert 'data-first-id="abc12345"' in shown
    assert '<input value="id" data-key="Serial" data-name="Serial" aria-label="Name of column 1, Serial"' in shown
    assert "separated by semicolons" in shown
    assert "<li>Row 3, id: An id has 8 to 100 characters" in shown
    assert not IngestionRecord.objects.exists()


@pytest.mark.parametrize(
    "options",
    [
        "nonsense",
        "[1]",
        {"columns": ["id"]},
        {"columns": {"id": 5}},
        {"delimiter": "x", "id_format": "none", "default_scm_data": {"Bad Name": []}},
        {"default_scm_data": "text", "workorder": 99, "url_prefix": 5, "many": "yes"},
        {"delimiter": ["x"], "id_format": {}, "workorder": True, "data_key": None},
        "[" * 5000,
        '{"data_key": "\\ud800", "columns": {"\\ud800": "x", "x": "\\ud800"}, "sheet": "\\u0000"}',
        {"header_row": "abc", "encoding": "klingon", "sheet": 5},
    ],
    ids=lambda options: str(options)[:30],
)
def test_options_that_no_upload_may_have_count_as_left_out(staff: Client, options: Any) -> None:
    answer = posted(staff, options=options)
    assert answer.status_code == 200
    assert "Nothing is wrong in the first row." in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"kind": "none"}, {"filetype": "xlsx"}, {"filetype": ""}, {"record": "gone"}])
def test_what_names_no_file_is_refused(staff: Client, wrong: dict[str, str]) -> None:
    assert posted(staff, **wrong).status_code == 400
    assert staff.post(URL, FILE).status_code == 400
    assert staff.get(URL).status_code == 405


def test_a_workbook_is_read_where_its_record_waits_for_it(demo: Demo, staff: Client) -> None:
    def started(user: User) -> IngestionRecord:
        company = user.company
        assert company is not None
        return services.start_upload(user, company, filetype="xlsx", mode="portal")

    record = started(demo.staff)
    assert "The file has not arrived yet." in posted(staff, filetype="xlsx", record=record.key).content.decode()
    storage().save(record.incoming_path, ContentFile((FILES / "wrong-rows.xlsx").read_bytes()))
    shown = posted(staff, filetype="xlsx", record=record.key).content.decode()
    assert "sheet Codes" in shown
    record.refresh_from_db()
    assert (record.status, record.parameters) == ("uploading", {})
    table = services.start_upload(demo.staff, demo.company, filetype="csv", mode="portal")
    assert posted(staff, filetype="xlsx", record=table.key).status_code == 400  # it is not read whole for a look
    services.cancel(record, demo.staff)
    assert posted(staff, filetype="xlsx", record=record.key).status_code == 400
    assert posted(staff, filetype="xlsx", record=started(demo.other_staff).key).status_code == 400


def test_only_those_who_may_upload_see_one(demo: Demo, client: Client) -> None:
    assert posted(client).status_code == 302
    for person in (demo.printer, demo.support, demo.root):
        client.force_login(person)
        assert [posted(client, kind=kind).status_code for kind in ("new", "changes")] == [403, 403]


def test_a_file_that_is_taken_away_leaves_a_line_of_the_audit_trail_alone(demo: Demo, staff: Client) -> None:
    mode = IngestionRecord.Mode.PORTAL
    waiting, sent = (services.start_upload(demo.staff, demo.company, filetype="csv", mode=mode) for _ in range(2))
    of_api = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    of_other = services.start_upload(demo.admin, demo.company, filetype="csv", mode=mode)
    for record in (waiting, sent):
        storage().save(record.incoming_path, ContentFile(b"id\nabc12345\n"))
    services.queue(sent, {"default_scm_data": {}}, demo.staff)
    for record in (waiting, waiting, sent, of_api, of_other):
        assert staff.post("/upload/discard/", {"record": record.key}).status_code == 204
    assert {*IngestionRecord.objects.values_list("pk", flat=True)} == {sent.pk, of_api.pk, of_other.pk}
    told = Event.objects.filter(subject="ingestionrecord", subject_id=waiting.pk)
    assert [event.what for event in told] == ["created"]
    assert not storage().exists(waiting.incoming_path)
    assert storage().exists(sent.file_path)
