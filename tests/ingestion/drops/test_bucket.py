"""Files that are dropped into the bucket."""

from __future__ import annotations

import json

import pytest
from mypy_boto3_s3 import S3Client
from pytest_django import Settings

from ingestion.drops.watching import place_for
from ingestion.models import Drop, IngestionRecord
from portal.storage.base import storage
from portal.storage.drop_entries import Changed
from tests.support.demo import Demo
from tests.support.drops import BAD, GOOD, a_drop, visit, work_off

PREFIX = "drop/demo/rolls/"


@pytest.fixture
def name(bucket: S3Client, settings: Settings) -> str:
    """The bucket in which files are dropped."""
    settings.DROP_DIR = None
    return str(storage().bucket_name)  # type: ignore[attr-defined]  # of a bucket


def keys(bucket: S3Client, name: str) -> list[str]:
    found = bucket.list_objects_v2(Bucket=name, Prefix=PREFIX).get("Contents", [])
    return sorted(each["Key"].removeprefix(PREFIX) for each in found)


def test_an_object_is_taken_at_once_and_its_result_stands_beside_it(
    committed_demo: Demo, bucket: S3Client, name: str
) -> None:
    a_drop(committed_demo)
    bucket.put_object(Bucket=name, Key=f"{PREFIX}good.csv", Body=GOOD.format("good").encode())
    bucket.put_object(Bucket=name, Key=f"{PREFIX}bad.csv", Body=BAD.format("bad").encode())
    bucket.put_object(Bucket=name, Key=f"{PREFIX}below/codes.csv", Body=b"id\n")
    bucket.put_object(Bucket=name, Key=f"{PREFIX}two\nlines.csv", Body=b"id\n")
    visit()
    bad, good = IngestionRecord.objects.order_by("pk")
    work_off()
    visit(2)
    assert keys(bucket, name) == [
        *("bad.csv.errors.csv", "bad.csv.result.json", "below/codes.csv", "good.csv.result.json"),
        *sorted([f"taken/{bad.key}-bad.csv", f"taken/{good.key}-good.csv"]),
        "two\nlines.csv",
    ]
    told = json.load(bucket.get_object(Bucket=name, Key=f"{PREFIX}good.csv.result.json")["Body"])
    assert (told["status"], told["record_key"]) == ("completed", good.key)
    assert told["result_data"] == {"codes_created": 2, "duplicates_ignored": 0}
    assert IngestionRecord.objects.count() == 2
    assert Drop.objects.get().problem == "Left alone, as links or with strange or long names: 1."


def test_an_object_that_is_replaced_meanwhile_stays(demo: Demo, bucket: S3Client, name: str) -> None:
    place = place_for(a_drop(demo))
    bucket.put_object(Bucket=name, Key=f"{PREFIX}codes.csv", Body=b"id\nfirst-0001\n")
    (entry,) = place.entries()
    bucket.put_object(Bucket=name, Key=f"{PREFIX}codes.csv", Body=b"id\nother-0001\n")
    with pytest.raises(Changed):
        place.copy(entry, "incoming/abc")
    place.set_aside(entry.name, entry.version, "abc-codes.csv")
    assert keys(bucket, name) == ["codes.csv"]


def test_a_bucket_that_is_away_loses_nothing(
    committed_demo: Demo, bucket: S3Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_drop(committed_demo)
    bucket.put_object(Bucket=name, Key=f"{PREFIX}codes.csv", Body=GOOD.format("away").encode())
    with monkeypatch.context() as patched:
        patched.setattr(storage(), "bucket_name", f"{name}-away")
        visit(2)
        assert Drop.objects.get().problem == "The storage does not answer."
    visit()
    work_off()
    visit()
    assert Drop.objects.get().problem == ""
    assert keys(bucket, name)[0] == "codes.csv.result.json"
