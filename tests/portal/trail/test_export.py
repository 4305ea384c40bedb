"""The audit trail as JSON lines, by the command and beside the seals."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from portal.models import Event, EventSeal
from portal.timeline import note
from portal.trail.sealing import seal_events
from tests.support.demo import Demo
from tests.support.tables import rewriting


@pytest.fixture
def two(demo: Demo) -> list[dict[str, Any]]:
    """Two lines, as they are exported before they are sealed."""
    with rewriting():
        Event.objects.all().delete()
    note(demo.company, "invited", demo.admin, address="192.0.2.7", email="\u202ejosé\n@demo.example")
    note(demo.staff, "signed_out")
    first, second = Event.objects.order_by("pk")
    mine: dict[str, Any] = {"company": "demo"}
    return [
        {"id": first.pk, "at": first.at.isoformat(), "what": "invited", "subject": "company"}
        | {"subject_id": demo.company.pk, "by": "admin@demo.example", "by_id": demo.admin.pk, "address": "192.0.2.7"}
        | {"detail": {"email": "\u202ejosé\n@demo.example"}}
        | mine,
        {"id": second.pk, "at": second.at.isoformat(), "what": "signed_out", "subject": "user"}
        | {"subject_id": demo.staff.pk}
        | mine,
    ]


def audit(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_writes_json_lines(two: list[dict[str, Any]], tmp_path: Path) -> None:
    text = audit("export")
    assert text.isascii()
    assert [json.loads(line) for line in text.splitlines()] == two
    path = tmp_path / "trail.jsonl"
    for _ in range(2):
        assert audit("export", "--to", str(path)) == "2 lines were written.\n"
    assert path.read_text() == text * 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_only_what_was_done_since(two: list[dict[str, Any]]) -> None:
    with rewriting():
        Event.objects.filter(pk=two[0]["id"]).update(at=timezone.now() - timedelta(days=3))
    since = (timezone.now() - timedelta(days=2)).date().isoformat()
    assert [json.loads(line)["id"] for line in audit("export", "--since", since).splitlines()] == [two[1]["id"]]
    with pytest.raises(CommandError, match=r"^--since: It must look like 2026-11-23 or "):
        audit("export", "--since", "yesterday")


def test_a_file_that_cannot_be_written(two: list[dict[str, Any]], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        audit("export", "--to", str(tmp_path / "none" / "trail.jsonl"))


@pytest.mark.parametrize("to", ["syslog:", "syslog://", "syslog://[::1]:65536", "syslog://127.0.0.1:0", "syslog:514"])
def test_what_is_no_address_of_syslog(two: list[dict[str, Any]], to: str) -> None:
    with pytest.raises(CommandError) as refused:
        audit("export", "--to", to)
    assert str(refused.value) == f"--to {to}: Must be an absolute path, syslog or syslog://host:port."


def test_a_file_may_begin_with_syslog(
    two: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    audit("export", "--to", "syslog-2026.jsonl")
    assert [json.loads(line) for line in (tmp_path / "syslog-2026.jsonl").read_text().splitlines()] == two


def test_syslog_gets_a_datagram_a_line(two: list[dict[str, Any]]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        audit("export", "--to", f"syslog://127.0.0.1:{server.getsockname()[1]}")
        got = [server.recv(65536).decode() for _ in two]
    assert [line.partition("codeport-audit: ")[0] for line in got] == ["<38>"] * 2  # auth, info
    assert [json.loads(line.partition("codeport-audit: ")[2]) for line in got] == two


def test_what_is_sealed_is_written_too(two: list[dict[str, Any]], settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "trail.jsonl"
    settings.AUDIT_LOG = str(path)
    assert (seal_events(), seal_events()) == (2, 0)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [line | {"seal": 1} for line in two]


def test_nothing_is_sealed_that_could_not_be_written(
    two: list[dict[str, Any]], settings: Settings, tmp_path: Path
) -> None:
    settings.AUDIT_LOG = str(tmp_path / "none" / "trail.jsonl")
    with pytest.raises(FileNotFoundError):
        seal_events()
    assert (EventSeal.objects.count(), Event.objects.filter(seal=None).count()) == (0, 2)


def test_the_check_as_a_command(two: list[dict[str, Any]]) -> None:
    assert audit("check") == "0 lines under 0 seals; 2 wait to be sealed.\n"
    seal_events()
    seal = EventSeal.objects.get()
    noted = f"1:{bytes(seal.hash).hex()}"
    right = f"2 lines under 1 seals; 0 wait to be sealed.\nLast of security: {noted}\n"
    assert audit("check") == audit("check", "--kept", noted) == right
    with pytest.raises(CommandError, match=r"^It was changed\.$"):
        audit("check", "--kept", f"1:{'0' * 64}")
    with pytest.raises(CommandError, match=r"^It was changed\.$"):
        audit("check", "--kept", f"7:{'0' * 64}")
    with pytest.raises(CommandError, match="--kept 1 is no number of a seal"):
        audit("check", "--kept", "1")
    with rewriting():
        Event.objects.filter(pk=two[0]["id"]).update(what="joined")
    with pytest.raises(CommandError, match=r"^It was changed\.$"):
        audit("check")
