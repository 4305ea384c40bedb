"""Uploads through the API, and what is known of their records."""

from __future__ import annotations

from typing import Any

import psycopg
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from ingestion import engine, services
from ingestion.models import IngestionRecord
from portal.models import User
from portal.storage.base import storage
from workorders.models import Workorder

TAKEN = "taken-000"  # which every file has

SPEC_EXAMPLE = """id,product,pallet_number,intended_market
abc12345,sku1,pal1,BE
def12345,sku1,pal1,NL
ghi12345,sku1,pal2,DE
jkl12345,sku1,pal2,FR
"""

GET_POST_DATA = "/api/v2/ingestion/codes/upload/get-post-data/"
PROCESS = "/api/v2/ingestion/codes/upload/process/"
WRONG_STATE = "Only code ingestion records of type S3 in state 'uploading' can be processed."


def post_file(post_data: dict[str, Any], content: str | bytes) -> Any:
    """Post a file by its signed form, as any HTTP client would."""
    path = post_data["url"].removeprefix("http://testserver")
    data = content.encode() if isinstance(content, str) else content
    return Client().post(path, {**post_data["fields"], "file": SimpleUploadedFile("codes.csv", data)})


def uploaded(client: APIClient, content: str | bytes = SPEC_EXAMPLE) -> str:
    """The key of a record whose file has arrived."""
    answer = client.post(GET_POST_DATA, {"filetype": "csv"}, format="json").json()
    assert post_file(answer["post_data"], content).status_code == 201
    return str(answer["record_key"])


def errors(record: IngestionRecord) -> list[tuple[int | None, str, str, str]]:
    """Row, column, value and kind of every error, in order."""
    return [(error.row, error.column, error.value, error.error) for error in record.errors.all()]


def assert_no_trace(record: IngestionRecord) -> None:
    """A refused file leaves no code, no workorder and no row of the table behind."""
    assert record.status == "error"
    assert record.workorder is None
    assert not Workorder.objects.filter(reference__contains=record.key).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('workorders_code')")
        assert cursor.fetchone() == (0,)


def rows(count: int) -> str:
    """A file of so many codes, in no order."""
    return "id,product\n" + "".join(f"id-{number * 7919 % count:08d},sku1\n" for number in range(count))


def status_of(record: IngestionRecord) -> str:
    record.refresh_from_db()
    return record.status


def long_file(name: str) -> str:
    """A file of more than a megabyte, with one id that all such files share."""
    note = "x" * 1000
    return f"id,note\n{TAKEN},{note}\n" + "".join(f"{name}-{number:08d},{note}\n" for number in range(1_100))


def held_up(company_id: int) -> psycopg.Connection[Any]:
    """A transaction in which TAKEN is being created, so that uploads with that id come no further than their load."""
    held = psycopg.connect(**connection.get_connection_params())
    held.execute(
        """INSERT INTO workorders_code (company_id, identifier, workorder_id, sequence,
                activation_status, blacklist_reason, scm_data)
            VALUES (%s, %s, 0, 1, 0, 0, '{}')""",
        [company_id, TAKEN],
    )
    return held


def queued(user: User, data: bytes | str, filetype: str = "csv", **parameters: Any) -> IngestionRecord:
    """Queue an upload of the user's company, whose file has arrived; no worker takes it."""
    assert user.company is not None
    record = services.start_upload(user, user.company, filetype=filetype, mode="api", file_name=f"codes.{filetype}")
    content = data.encode() if isinstance(data, str) else data
    storage().save(record.incoming_path, ContentFile(content))
    defaults = {
        "default_scm_data": {},
        "use_serial_number": False,
        "url_prefix": "",
        "allow_posted_duplicates": False,
    }
    services.queue(record, defaults | parameters, user)
    return record


def ingested(user: User, data: bytes | str, filetype: str = "csv", **parameters: Any) -> IngestionRecord:
    """Process an upload to its end, here and now, and return its record."""
    record = queued(user, data, filetype, **parameters)
    engine.run(record.pk)
    record.refresh_from_db()
    return record
