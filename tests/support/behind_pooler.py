"""A test for a process whose DATABASE_URL names a pooler; tests/journeys/test_pgbouncer.py starts one."""

from __future__ import annotations

from threading import Event, Thread

from django.db import transaction
from django.test import Client
from pytest_django import Settings

from ingestion import changes
from ingestion.models import IngestionRecord
from portal.models import Event as Line
from portal.timeline import note
from portal.trail.checking import Check
from portal.trail.sealing import seal_events
from tests.support.demo import PASSWORD, Demo
from tests.support.exports import started, table
from tests.support.running import ended, in_thread, wait_for, worker
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, ingested, rows, status_of, uploaded
from workorders.changes.parsing import parse_values
from workorders.codes.filters import parse_filter
from workorders.models import Code, Export, Workorder

READERS = 4
WRITERS, SEALERS, LINES = 4, 2, 60
PAGE = "/c/demo/known-0001"


def test_all_work_is_done_while_many_read_pages(committed_demo: Demo, settings: Settings) -> None:
    settings.PUBLIC_PAGE_RATE = "9999/min"
    assert settings.DATABASE_POOLER == "transaction"
    staff, company = committed_demo.staff, committed_demo.company
    assert ingested(staff, "id\nknown-0001\n").status == "completed"
    over, seen = Event(), set[int]()

    def read(_number: int) -> None:
        while not over.is_set():
            seen.add(Client().get(PAGE).status_code)

    readers = [Thread(target=in_thread, args=(read, number)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        with worker():
            api = client_of(staff)
            key = uploaded(api, rows(5_000))
            assert api.post(PROCESS, {"record": key}, format="json").status_code == 200
            record = IngestionRecord.objects.get(key=key)
            wait_for(lambda: status_of(record) == "completed", "the record completes")
            wait_for(lambda: not Workorder.objects.exclude(state="completed").exists(), "the archives are published")
            values = parse_values({"activation_status": 1}, company.pk)
            change = changes.start_selected(staff, company, parse_filter({}), values, "api")
            wait_for(lambda: status_of(change) == "completed", "the change completes")
            export = started(staff)
            wait_for(Export.objects.filter(pk=export.pk, status="completed").exists, "the export completes")
            export.refresh_from_db()
            person = Client()
            signed = person.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
            assert (signed.status_code, person.get("/").status_code) == (302, 200)
    finally:
        over.set()
        ended(readers)
    assert record.result_data == {"codes_created": 5_000, "duplicates_ignored": 0}
    assert Code.objects.filter(activation_status=1).count() == len(table(export)) == 5_001
    assert seen == {200}


def test_the_audit_trail_holds_with_many_writers_and_two_who_seal(committed_demo: Demo) -> None:
    staff, done, before = committed_demo.staff, Event(), Line.objects.count()

    def write(number: int) -> None:
        for line in range(LINES):
            with transaction.atomic():
                note(staff, "signed_in", staff, address="192.0.2.7", writer=number, line=line)
                note(committed_demo.company, "company_changed", staff, writer=number, line=line)

    def seal(_number: int) -> None:
        while not done.is_set():
            seal_events()

    writers = [Thread(target=in_thread, args=(write, number)) for number in range(WRITERS)]
    sealers = [Thread(target=in_thread, args=(seal, number)) for number in range(SEALERS)]
    for thread in (*writers, *sealers):
        thread.start()
    try:
        ended(writers)
    finally:
        done.set()
        ended(sealers)
    seal_events()
    check = Check()
    assert [*check.problems()] == []
    assert check.events == Line.objects.count() == before + 2 * WRITERS * LINES
    assert check.seals > 1
