"""The spec's five steps through the API, and every refusal on the way."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from rest_framework.test import APIClient

from ingestion import engine
from ingestion.models import IngestionRecord
from tests.support.demo import Demo
from tests.support.secure import a_secure_order
from tests.support.tokens import client_of
from tests.support.uploads import (
    GET_POST_DATA,
    PROCESS,
    SPEC_EXAMPLE,
    WRONG_STATE,
    ingested,
    post_file,
    queued,
    status_of,
    uploaded,
)


def test_the_five_steps_end_in_an_archive_whose_sample_reads_back(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    created = client.post(GET_POST_DATA, {"filetype": "csv"}, format="json")
    assert created.status_code == 201
    assert created.json().keys() == {"post_data", "record_key"}
    assert created.json()["post_data"]["fields"]["Content-Type"] == "text/csv"
    key = created.json()["record_key"]
    assert client.get(f"/api/v2/ingestion/{key}/").json()["status"] == "uploading"

    assert post_file(created.json()["post_data"], SPEC_EXAMPLE).status_code == 201
    defaults = {"activation_status": 1, "product": "NICK1", "updated_by": "warehouse_1"}
    processed = client.post(PROCESS, {"record": key, "default_scm_data": defaults}, format="json")
    assert (processed.status_code, processed.json()) == (200, {"record_key": key})

    record = IngestionRecord.objects.get(key=key)
    assert client.get(f"/api/v2/ingestion/{key}/").json()["status"] == "queued"
    engine.run(record.pk)
    answer = client.get(f"/api/v2/ingestion/{key}/").json()
    workorder = answer.pop("workorder")
    assert answer.pop("file_kept_until") > answer["status_updated_at"]
    assert {name: answer[name] for name in answer if not name.endswith("_at")} == {
        "id": record.pk,
        "key": key,
        "description": "Code ingestion file upload",
        "status": "completed",
        "type": "code",
        "ingestion_mode": "api",
        "created_by": committed_demo.staff.pk,
        "parameters": {
            "default_scm_data": defaults,
            "use_serial_number": False,
            "url_prefix": "",
            "allow_posted_duplicates": False,
        },
        "result_data": {"codes_created": 4, "duplicates_ignored": 0},
        "warnings": [],
        "file_facts": {"delimiter": ",", "encoding": "UTF-8"},
        "progress": {"phase": "ended", "rows_done": 4, "rows_total": 4},
        "waits_for": None,
        "withdrawal": None,
    }

    download = client.get(f"/api/v2/workorders/{workorder}/download/")
    assert (download.status_code, download["Content-Type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(download.streaming_content)))  # type: ignore[attr-defined]  # a streamed answer
    assert archive.testzip() is None
    assert archive.namelist() == ["codes.csv", "sample_qr.png", "sample_qr.svg", "README.txt", "manifest.json"]
    rows = list(csv.reader(io.TextIOWrapper(archive.open("codes.csv"), newline="")))
    url = "http://127.0.0.1:8000/c/demo/"
    assert rows == [
        ["extended_id", "serial_number", "sequence", "batch", "url"],
        ["abc12345", "", "1", "1", f"{url}abc12345"],
        ["def12345", "", "2", "1", f"{url}def12345"],
        ["ghi12345", "", "3", "1", f"{url}ghi12345"],
        ["jkl12345", "", "4", "1", f"{url}jkl12345"],
    ]
    manifest = json.loads(archive.read("manifest.json"))
    assert {name: manifest[name] for name in ("type", "reference", "quantity", "url_prefix")} == {
        "type": "SID",
        "reference": f"Upload {key}",
        "quantity": 4,
        "url_prefix": url,
    }
    assert {member["name"]: member["sha256"] for member in manifest["members"]} == {
        name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != "manifest.json"
    }
    (symbol,) = zxingcpp.read_barcodes(Image.open(archive.open("sample_qr.png")))
    assert symbol.text == f"{url}abc12345"

    serial_numbers = client.get(f"/api/v2/workorders/{workorder}/serial-numbers/")
    simple = zipfile.ZipFile(io.BytesIO(b"".join(serial_numbers.streaming_content)))  # type: ignore[attr-defined]  # a streamed answer
    assert simple.namelist() == ["codes.csv", "sample_qr.png", "sample_qr.svg"]
    assert simple.read("codes.csv") == archive.read("codes.csv")


def test_a_download_resumes_where_it_broke_off(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, SPEC_EXAMPLE)
    client = client_of(committed_demo.staff)
    url = f"/api/v2/workorders/{record.workorder_id}/download/"
    whole = client.get(url)
    content = b"".join(whole.streaming_content)  # type: ignore[attr-defined]  # a streamed answer
    assert whole["Accept-Ranges"] == "bytes"
    rest = client.get(url, HTTP_RANGE="bytes=100-", HTTP_IF_RANGE=whole["ETag"])
    assert (rest.status_code, rest["Content-Range"]) == (206, f"bytes 100-{len(content) - 1}/{len(content)}")
    assert b"".join(rest.streaming_content) == content[100:]  # type: ignore[attr-defined]  # a streamed answer
    tail = client.get(url, HTTP_RANGE="bytes=-7")
    assert b"".join(tail.streaming_content) == content[-7:]  # type: ignore[attr-defined]  # a streamed answer
    told = f"The file has {len(content)} bytes, and none of those that Range asks for."
    for asked in (f"bytes={len(content)}-", "bytes=-0"):
        beyond = client.get(url, HTTP_RANGE=asked)
        assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(content)}")
        assert (beyond.json(), beyond["Error-Code"]) == ({"detail": told}, "no_such_range")
    changed = client.get(url, HTTP_RANGE="bytes=100-", HTTP_IF_RANGE='"another"')
    assert changed.status_code == 200
    assert b"".join(changed.streaming_content) == content  # type: ignore[attr-defined]  # a streamed answer


@pytest.mark.parametrize("body", [{}, *({"filetype": wrong} for wrong in ("xml", "xlsx", None, ["csv"], 1))])
def test_an_unknown_file_type_is_refused(demo: Demo, body: dict[str, Any]) -> None:
    answer = client_of(demo.staff).post(GET_POST_DATA, body, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == ["filetype"]
    assert not IngestionRecord.objects.exists()


def test_the_three_refusals_of_process_are_the_specs_words(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    unknown = client.post(PROCESS, {"record": "no-such-key"}, format="json")
    assert (unknown.status_code, unknown.json()) == (400, {"detail": "Invalid record"})

    empty = client.post(GET_POST_DATA, {"filetype": "csv"}, format="json").json()["record_key"]
    missing = client.post(PROCESS, {"record": empty}, format="json")
    assert (missing.status_code, missing.json()) == (400, {"detail": "Uploaded file not found."})

    key = uploaded(client)
    assert client.post(PROCESS, {"record": key}, format="json").status_code == 200
    again = client.post(PROCESS, {"record": key}, format="json")
    assert (again.status_code, again.json()) == (400, {"detail": WRONG_STATE})


def test_a_file_is_held_to_the_digest_that_the_call_names(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    found, other = (hashlib.sha256(f"{SPEC_EXAMPLE}{more}".encode()).hexdigest() for more in ("", "x"))

    def processed(named: str) -> Any:
        key = uploaded(client)
        assert client.post(PROCESS, {"record": key, "sha256": named}, format="json").status_code == 200
        engine.run(IngestionRecord.objects.get(key=key).pk)
        return client.get(f"/api/v2/ingestion/{key}/").json()

    refused = processed(other)
    assert (refused["status"], refused["result_data"]["error_counts"]) == ("error", {"invalid_file_error": 1})
    (error,) = client.get(f"/api/v2/ingestion/{refused['key']}/errors/").json()["results"]
    assert f"changed or cut short on its way: its SHA-256 is {found}, not {other}." in error["message"]
    taken = processed(found.upper())
    assert (taken["status"], taken["parameters"]["sha256"]) == ("completed", found)


def test_the_record_of_another_company_does_not_exist(committed_demo: Demo) -> None:
    key = uploaded(client_of(committed_demo.staff))
    stranger = client_of(committed_demo.other_staff)
    assert stranger.post(PROCESS, {"record": key}, format="json").json() == {"detail": "Invalid record"}
    for path in ("", "errors/", "errors.csv"):
        assert stranger.get(f"/api/v2/ingestion/{key}/{path}").status_code == 404
    assert stranger.get("/api/v2/ingestion/").json()["count"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sha256", "e3b0c442"),
        ("sha256", "x" * 64),
        ("default_scm_data", []),
        ("default_scm_data", "text"),
        ("default_scm_data", {"Bad Key": "x"}),
        ("default_scm_data", {"pallet": {"nested": 1}}),
        ("default_scm_data", {"pallet": ["nested"]}),
        ("default_scm_data", {"pallet": "x" * 1001}),
        ("default_scm_data", {"pallet": "a\0b"}),
        ("default_scm_data", {"activation_status": 3}),
        ("default_scm_data", {"activation_status": True}),
        ("default_scm_data", {"blacklist_reason": 11}),
        ("default_scm_data", {"product": "no-such-sku"}),
        ("default_scm_data", {"id": "abc12345"}),
        ("url_prefix", "codes.example.com/"),
        ("url_prefix", "ftp://codes.example.com/"),
        ("url_prefix", "https://codes.example.com"),
        ("url_prefix", "https://codes.example.com/a b/"),
        ("url_prefix", "https://codes.example.com/é/"),
        ("url_prefix", "https://[::1/"),
        ("url_prefix", "https://codes.example.com/" + "x" * 200),
        ("url_prefix", "http://127.0.0.1:8000/c/other/"),
        ("url_prefix", "http://127.0.0.1:8000/admin/"),
        ("url_prefix", 7.5),
        ("allow_posted_duplicates", "perhaps"),
        ("record", None),
        ("record", ["a"]),
    ],
)
def test_a_bad_field_is_named_and_the_upload_can_still_be_processed(
    committed_demo: Demo, field: str, value: object
) -> None:
    client = client_of(committed_demo.staff)
    key = uploaded(client)
    answer = client.post(PROCESS, {"record": key, field: value}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert all(isinstance(message, str) for message in answer.json()[field])
    assert client.post(PROCESS, {"record": key}, format="json").status_code == 200


def process(client: APIClient, **fields: Any) -> Any:
    """Process a fresh upload with these fields."""
    return client.post(PROCESS, {"record": uploaded(client), **fields}, format="json")


def test_a_prefix_that_meets_another_companys_is_refused(committed_demo: Demo) -> None:
    first, second = client_of(committed_demo.staff), client_of(committed_demo.other_staff)
    prefix = "https://codes.example.com/a"
    assert ingested(committed_demo.staff, SPEC_EXAMPLE, url_prefix=prefix).status == "completed"
    for meeting in (
        prefix,
        "http://codes.example.com/a",
        "https://codes.example.com/",
        "https://codes.example.com/abc",
        "HTTPS://codes.example.com/a",
        "https://CODES.example.com/a",
        "https://codes.example.com:443/a",
        "https://codes.example.com:0443/a",
        "https://codes.example.com./a",
        "https://me@codes.example.com/a",
        "https://codes%2eexample.com/a",
        "https://codes.example.com/b/../a",
        "https://codes.example.com/./a",
        "https://codes.example.com/%61",
    ):
        assert list(process(second, url_prefix=meeting).json()) == ["url_prefix"], meeting
    assert process(second, url_prefix="https://codes.example.com/b").status_code == 200
    assert process(first, url_prefix=prefix).status_code == 200


@pytest.mark.parametrize("shorter_first", [True, False])
def test_two_prefixes_of_one_company_cannot_spell_one_url(committed_demo: Demo, *, shorter_first: bool) -> None:
    client = client_of(committed_demo.staff)
    prefixes = ["https://codes.example.com/", "https://codes.example.com/a"]
    first, second = prefixes if shorter_first else reversed(prefixes)
    assert ingested(committed_demo.staff, SPEC_EXAMPLE, url_prefix=first).status == "completed"
    refused = process(client, url_prefix=second).json()["url_prefix"]
    assert refused == [f"Codes of yours begin with {first[8:]}, so two codes could get the same URL; use that one."]


@pytest.mark.parametrize(
    "prefix",
    [
        "http://127.0.0.1:8000/c/other/",
        "HTTP://127.0.0.1:8000/c/other/",
        "https://127.0.0.1:8000/c/other/",
        "http://localhost:8000/c/other/",
        "http://127.1:8000/c/other/",
        "http://x@127.0.0.1:8000/c/other/",
        "http://127.0.0.1:08000/c/other/",
        "http://127.0.0.1:8000/c/demo/../other/",
        "http://127.0.0.1:8000/c/demo/a",
        "https://codes.example.com:99999/",
        'https://codes.example.com/"<>',
        "https://codes.example.com/%zz",
    ],
)
def test_no_spelling_of_this_portals_address_leads_to_another_companys_codes(committed_demo: Demo, prefix: str) -> None:
    assert list(process(client_of(committed_demo.staff), url_prefix=prefix).json()) == ["url_prefix"]


def test_the_own_default_prefix_may_be_said(committed_demo: Demo) -> None:
    assert process(client_of(committed_demo.staff), url_prefix="http://127.0.0.1:8000/c/demo/").status_code == 200
    assert process(client_of(committed_demo.staff), url_prefix="https://codes.example.com/q?id=").status_code == 200


def test_a_body_in_chunks_is_told_to_give_its_length(demo: Demo) -> None:
    answer = client_of(demo.staff).post(
        GET_POST_DATA, b"", content_type="application/json", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    )
    assert answer.status_code == 411


def test_a_file_posted_after_processing_began_changes_nothing(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    answer = client.post(GET_POST_DATA, {"filetype": "csv"}, format="json").json()
    post_file(answer["post_data"], SPEC_EXAMPLE)
    client.post(PROCESS, {"record": answer["record_key"]}, format="json")
    post_file(answer["post_data"], "id\nanother-1\n")
    record = IngestionRecord.objects.get(key=answer["record_key"])
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.result_data == {"codes_created": 4, "duplicates_ignored": 0}


def test_errors_are_listed_filtered_searched_and_downloaded(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id,product\nshort,sku1\n=cmd(),sku9\nabc12345,sku9\n")
    client = client_of(committed_demo.staff)
    base = f"/api/v2/ingestion/{record.key}"
    listed = client.get(f"{base}/errors/").json()
    assert listed["count"] == 4
    assert listed["results"][0] == {
        "row": 2,
        "column": "id",
        "value": "short",
        "error": "invalid_id_error",
        "message": "An id has 8 to 100 characters, each one of a-z, A-Z, 0-9, - and _. This has 5.",
    }
    filtered = client.get(f"{base}/errors/?error=product_not_found_error&limit=1").json()
    assert (filtered["count"], len(filtered["results"])) == (2, 1)
    assert client.get(f"{base}/errors/?search=SHOR").json()["count"] == 1
    answer = client.get(f"{base}/errors.csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]  # a streamed answer
    assert lines[0] == ["row", "column", "value", "error", "message"]
    assert [line[:4] for line in lines[1:]] == [
        ["2", "id", "short", "invalid_id_error"],
        ["3", "product", "sku9", "product_not_found_error"],
        ["3", "id", "'=cmd()", "invalid_id_error"],
        ["4", "product", "sku9", "product_not_found_error"],
    ]


def test_cancelling_ends_a_record_once(committed_demo: Demo) -> None:
    client = client_of(committed_demo.admin)
    record = queued(committed_demo.staff, SPEC_EXAMPLE)
    answer = client.post(f"/api/v2/ingestion/{record.key}/cancel/")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    again = client.post(f"/api/v2/ingestion/{record.key}/cancel/")
    assert (again.status_code, again.json()) == (400, {"detail": "The ingestion has ended already."})


def test_process_takes_a_reference_for_the_workorder(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    said = {"record": uploaded(client), "reference": " Spring "}
    assert client.post(PROCESS, said, format="json").status_code == 200
    record = IngestionRecord.objects.get(key=said["record"])
    assert record.parameters["reference"] == "Spring"
    engine.run(record.pk)
    record.refresh_from_db()
    assert (record.workorder and record.workorder.reference) == "Spring"
    again = {"record": uploaded(client), "reference": "Spring"}
    refused = client.post(PROCESS, again, format="json")
    taken = "The company has a workorder of this reference already; choose another."
    assert (refused.status_code, refused.json()) == (400, {"reference": [taken]})
    refused = client.post(PROCESS, again | {"reference": "x" * 101}, format="json")
    assert (refused.status_code, [*refused.json()]) == (400, ["reference"])
    secure = a_secure_order(committed_demo)
    refused = client.post(PROCESS, again | {"reference": "May", "workorder": secure.pk}, format="json")
    joins = f"The codes join {secure.reference}, which has its name; leave the reference out."
    assert (refused.status_code, refused.json()) == (400, {"reference": [joins]})
    assert client.post(PROCESS, again | {"reference": "", "workorder": None}, format="json").status_code == 200


def test_with_the_permission_to_upload_people_cancel_what_they_uploaded(committed_demo: Demo) -> None:
    own, others = queued(committed_demo.staff, SPEC_EXAMPLE), queued(committed_demo.admin, SPEC_EXAMPLE)
    client = client_of(committed_demo.staff)
    refused = client.post(f"/api/v2/ingestion/{others.key}/cancel/")
    said = "The permission ingestion_cancel is needed for what others uploaded."
    assert (refused.status_code, refused.json()) == (403, {"detail": said})
    reader = client_of(committed_demo.staff, "ingestion_view")
    assert reader.post(f"/api/v2/ingestion/{own.key}/cancel/").status_code == 403
    assert (status_of(own), status_of(others)) == ("queued", "queued")
    assert client.post(f"/api/v2/ingestion/{own.key}/cancel/").status_code == 200
    assert status_of(own) == "cancelled"


def test_the_list_is_filtered_searched_and_paged(committed_demo: Demo) -> None:
    for number in range(3):
        ingested(committed_demo.staff, f"id\nabc1234{number}\n")
    queued(committed_demo.staff, SPEC_EXAMPLE)
    client = client_of(committed_demo.staff)
    page = client.get("/api/v2/ingestion/?status=completed&limit=2").json()
    assert (page["count"], len(page["results"]), page["previous"]) == (3, 2, None)
    assert len(client.get(page["next"]).json()["results"]) == 1
    assert client.get("/api/v2/ingestion/?type=code&ingestion_mode=api").json()["count"] == 4
    assert client.get("/api/v2/ingestion/?ingestion_mode=portal").json()["count"] == 0
    assert client.get("/api/v2/ingestion/?created_at_after=2999-01-01").json()["count"] == 0
    assert client.get("/api/v2/ingestion/?created_at_after=2999-01-01T00:00:00%2B23:59").json()["count"] == 0
    assert client.get("/api/v2/ingestion/?created_at_before=2999-01-01T00:00:00Z").json()["count"] == 4
    key = page["results"][0]["key"]
    assert client.get(f"/api/v2/ingestion/?search={key}").json()["count"] == 1


@pytest.mark.parametrize(
    "query",
    ["created_at_after=yesterday", "status=x", "ordering=password", "created_at_before=9999999999"],
)
def test_a_filter_that_means_nothing_is_refused(demo: Demo, query: str) -> None:
    assert client_of(demo.staff).get(f"/api/v2/ingestion/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["limit=99999", "offset=" + "9" * 40])
def test_paging_never_fails(demo: Demo, query: str) -> None:
    assert client_of(demo.staff).get(f"/api/v2/ingestion/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"record": "\\ud800"}', "application/json", 400),
        (b'{"record": "\\u0000"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"record": "' + b"x" * 3_000_000 + b'"}', "application/json", 413),
        (b"record=abc", "application/x-www-form-urlencoded", 415),
        (b"<record/>", "application/xml", 415),
    ],
)
def test_a_body_that_is_no_small_json_object_is_refused(
    demo: Demo, body: bytes, content_type: str, status: int
) -> None:
    answer = client_of(demo.staff).post(PROCESS, body, content_type=content_type)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"


def test_wrong_methods_and_unknown_calls_answer_in_json(demo: Demo) -> None:
    client = client_of(demo.staff)
    assert client.get(PROCESS).status_code == 405
    assert client.delete("/api/v2/ingestion/").status_code == 405
    nowhere = client.get("/api/v2/nowhere/")
    assert (nowhere.status_code, nowhere.json()) == (404, {"detail": "Not found."})
    assert client.get("/api/v2/ingestion/aaaaaaaaaaaa/").json() == {"detail": "Not found."}
    assert client.get("/api/v2/workorders/99999999999999999999999999/").status_code == 404


def test_a_file_in_another_encoding_with_a_title_is_read_as_the_call_says(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    key = uploaded(client, "Werk Köln\n\nid;plant\nkoeln-00001;Süd\n".encode("cp1252"))
    options = {"record": key, "encoding": "Windows-1252", "header_row": 3}
    assert client.post(PROCESS, options, format="json").status_code == 200
    record = IngestionRecord.objects.get(key=key)
    assert record.parameters["encoding"] == "windows-1252"
    assert record.parameters["header_row"] == 3
    engine.run(record.pk)
    record.refresh_from_db()
    assert (record.status, record.file_facts) == ("completed", {"delimiter": ";", "encoding": "Windows-1252"})
    assert record.workorder is not None
    assert record.workorder.codes.get().scm_data == {"plant": "Süd"}


@pytest.mark.parametrize(
    ("said", "nearest"),
    [("latin-1", "windows-1252"), ("windows1252", "windows-1252"), ("GBK", "gb18030"), ("utf8", "utf-8")],
)
def test_an_unknown_encoding_is_refused_with_the_nearest(committed_demo: Demo, said: str, nearest: str) -> None:
    client = client_of(committed_demo.staff)
    answer = client.post(PROCESS, {"record": uploaded(client), "encoding": said}, format="json")
    assert answer.status_code == 400
    assert answer.json()["encoding"] == [
        (
            f'"{said.lower()}" is not a valid choice. It must be one of `utf-8`, `utf-16`, `windows-1252`,'
            f" `iso-8859-15`, `windows-1251`, `gb18030`, `shift_jis`, `big5` and `euc-kr`. The nearest is `{nearest}`."
        )
    ]


def test_what_a_json_file_has_not_is_refused(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    form = client.post(GET_POST_DATA, {"filetype": "json"}, format="json").json()
    assert post_file(form["post_data"], '[{"id": "bottle-0001"}]').status_code == 201
    options = {"record": form["record_key"], "encoding": "gb18030", "header_row": 1}
    answer = client.post(PROCESS, options, format="json")
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "encoding": ["It is for CSV files alone; JSON is in UTF-8. Leave it out."],
            "header_row": ["A JSON file has no header. Leave it out."],
        },
    )
    options = {"record": form["record_key"], "encoding": "UTF-8", "header_row": None}
    assert client.post(PROCESS, options, format="json").status_code == 200
