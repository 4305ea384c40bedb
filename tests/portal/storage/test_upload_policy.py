"""The policy of a signed form, checked field by field as S3 checks it; and files on the disk."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils import timezone
from pytest_django import Settings

from portal.storage.base import FORM_LIFETIME, Unusable, is_incoming
from portal.storage.disk import SIGNATURE, EmbeddedStorage, sign
from portal.storage.upload_policy import Permit, Refusal, check_policy

SITE = "http://portal.example/"


@pytest.fixture
def kept(tmp_path: Path) -> EmbeddedStorage:
    """An empty storage."""
    (tmp_path / "home").mkdir()
    return EmbeddedStorage(location=tmp_path / "home" / "storage", allow_overwrite=True)


def form_of(kept: EmbeddedStorage, **changes: str) -> QueryDict:
    """The fields of a signed form, some of them changed or added."""
    found = QueryDict(mutable=True)
    found.update(kept.signed_form(SITE, "incoming/abc123", "text/csv")["fields"] | changes)
    return found


def content(kept: EmbeddedStorage, name: str) -> bytes:
    with kept.open(name) as file:
        return bytes(file.read())


def refused(form: QueryDict) -> tuple[int, str, str]:
    with pytest.raises(Refusal) as caught:
        check_policy(form)
    return caught.value.status, caught.value.code, str(caught.value)


def test_a_form_as_it_was_signed_permits_one_file(kept: EmbeddedStorage, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 5000
    form = form_of(kept)
    assert form.keys() == {"key", "Content-Type", "success_action_status", "policy", SIGNATURE}
    assert kept.signed_form(SITE, "incoming/abc123", "text/csv")["url"] == "http://portal.example/storage/"
    assert check_policy(form) == Permit("incoming/abc123", 5000)
    assert check_policy(form_of(kept, **{"x-ignore-mine": "anything"})) == Permit("incoming/abc123", 5000)
    upper = QueryDict(mutable=True)
    upper.update({name.upper(): str(value) for name, value in form.items()})
    assert check_policy(upper).name == "incoming/abc123", "S3 tells no case apart either"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"key": "incoming/other"}, "key"),
        ({"Content-Type": "text/html"}, "content-type"),
        ({"success_action_status": "200"}, "success_action_status"),
        ({"acl": "public-read"}, "acl"),
    ],
)
def test_no_field_may_differ_from_the_policy(kept: EmbeddedStorage, changes: dict[str, str], name: str) -> None:
    said = f"Invalid according to Policy: Policy condition failed: {name}"
    assert refused(form_of(kept, **changes)) == (403, "AccessDenied", said)


def test_a_field_that_is_missing_or_comes_twice_is_refused(kept: EmbeddedStorage) -> None:
    form = form_of(kept)
    del form["Content-Type"]
    assert refused(form)[:2] == (403, "AccessDenied")
    form = form_of(kept)
    form.appendlist("key", "incoming/abc123")
    assert refused(form)[:2] == (400, "InvalidArgument")
    assert refused(form_of(kept, KEY="incoming/abc123"))[:2] == (400, "InvalidArgument")


def test_only_our_signature_counts(kept: EmbeddedStorage) -> None:
    for name in ("policy", SIGNATURE):
        form = form_of(kept)
        del form[name]
        assert refused(form)[:2] == (403, "AccessDenied")
    assert refused(form_of(kept, **{SIGNATURE: "0" * 64}))[:2] == (403, "SignatureDoesNotMatch")
    other = form_of(kept, policy=base64.b64encode(b"{}").decode())
    assert refused(other)[:2] == (403, "SignatureDoesNotMatch")


def signed(policy: str) -> QueryDict:
    """A form with a policy that we signed, whatever it says."""
    form = QueryDict(mutable=True)
    form.update({"key": "incoming/abc123", "policy": policy, SIGNATURE: sign(policy)})
    return form


def encoded(**changes: Any) -> str:
    policy = {
        "expiration": (timezone.now() + timedelta(minutes=1)).isoformat(),
        "conditions": [{"key": "incoming/abc123"}, ["content-length-range", 0, 10]],
    }
    return base64.b64encode(json.dumps(policy | changes).encode()).decode()


def test_a_policy_holds_for_its_time_and_for_what_comes_in() -> None:
    assert check_policy(signed(encoded())) == Permit("incoming/abc123", 10)
    assert refused(signed("not base64")) == (400, "InvalidPolicyDocument", "The policy cannot be read.")
    ended = (timezone.now() - timedelta(seconds=1)).isoformat()
    assert refused(signed(encoded(expiration=ended)))[2] == "Invalid according to Policy: Policy expired."
    assert refused(signed(encoded(expiration="some day")))[2] == "Invalid according to Policy: Policy expired."
    form = signed(encoded(conditions=[{"key": "archives/abc123"}, ["content-length-range", 0, 10]]))
    form["key"] = "archives/abc123"
    assert refused(form)[2] == "Invalid according to Policy: Policy condition failed: key"
    assert timedelta(minutes=30) == FORM_LIFETIME


@pytest.mark.parametrize("name", ["incoming/abc123", "incoming/0"])
def test_forms_write_below_one_folder(kept: EmbeddedStorage, name: str) -> None:
    assert is_incoming(name)
    assert kept.signed_form(SITE, name, "text/csv")["fields"]["key"] == name


@pytest.mark.parametrize(
    "name", ["archives/abc", "incoming/../x", "incoming/", "incoming/A", "incoming/a/b", "incoming/a\n"]
)
def test_no_form_is_signed_for_another_place(kept: EmbeddedStorage, name: str) -> None:
    assert not is_incoming(name)
    with pytest.raises(ValueError, match="A form is for a file below incoming/"):
        kept.signed_form(SITE, name, "text/csv")


def test_a_file_is_moved_over_what_was_there(kept: EmbeddedStorage) -> None:
    kept.save("incoming/a", ContentFile(b"new"))
    kept.save("done/b", ContentFile(b"old"))
    kept.move("incoming/a", "done/b")
    kept.save("incoming/c", ContentFile(b"more"))
    kept.move("incoming/c", "new/folder/c")
    assert (kept.exists("incoming/a"), content(kept, "done/b"), kept.size("new/folder/c")) == (False, b"new", 4)
    with pytest.raises(FileNotFoundError):
        kept.move("incoming/none", "done/b")
    assert content(kept, "done/b") == b"new"


def test_a_finished_file_is_published_for_its_owner_alone(kept: EmbeddedStorage, tmp_path: Path) -> None:
    finished = tmp_path / "finished.zip"
    finished.write_bytes(b"zip")
    finished.chmod(0o644)
    kept.adopt(finished, "archives/a.zip")
    assert (finished.exists(), content(kept, "archives/a.zip")) == (False, b"zip")
    assert Path(kept.path("archives/a.zip")).stat().st_mode & 0o777 == 0o600


def test_the_files_of_a_folder_are_listed_with_their_times(kept: EmbeddedStorage) -> None:
    assert list(kept.listed("incoming")) == []
    kept.save("incoming/a", ContentFile(b"1"))
    kept.save("incoming/b", ContentFile(b"2"))
    kept.save("other/c", ContentFile(b"3"))
    found = dict(kept.listed("incoming"))
    assert found.keys() == {"incoming/a", "incoming/b"}
    assert abs((found["incoming/a"] - timezone.now()).total_seconds()) < 60


def test_a_disk_that_cannot_be_written_is_told(kept: EmbeddedStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.check()
    monkeypatch.setattr("portal.storage.disk.os.access", lambda *_: False)
    with pytest.raises(Unusable, match=r"^CODEPORT_HOME cannot be written\.$"):
        kept.check()
