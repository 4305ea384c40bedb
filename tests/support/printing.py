"""Secure workorders on their way between the two companies."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group

from portal.models import User
from tests.support.demo import Demo
from tests.support.secure import a_secure_order, brought_to
from tests.support.uploads import ingested
from workorders import job_runner as work
from workorders.deliveries import services as deliveries
from workorders.deliveries.delivery import DeliveryFormat
from workorders.models import Equipment, Job, Workorder

ADDRESS = "203.0.113.7"

TEMPLATES = "/workorder-templates/"


def of_company(demo: Demo, slug: str, role: str) -> User:
    """Another person of that company, or of none, with that role, be it one that only an old database can have."""
    companies = {"printco": demo.printco, "other": demo.other}
    user = User.objects.create_user(f"{role}2@{slug or 'nobody'}.example", company=companies.get(slug))
    User.groups.through.objects.create(user=user, group=Group.objects.get(name=role))
    return user


def ready(demo: Demo, count: int = 5, dpi: int = 600, **order: Any) -> Workorder:
    """An SSC workorder of PrintCo's with so many codes, ready to print on a machine of that resolution."""
    workorder = a_secure_order(demo, quantity=count, **order)
    ids = "".join(f"b-{number:08d}\n" for number in range(count))
    record = ingested(demo.staff, f"id\n{ids}", workorder=workorder.pk)
    assert record.status == "completed", record.result_data
    workorder.refresh_from_db()
    brought_to(workorder, "ready_to_print", demo)
    Equipment.objects.update(dpi=dpi)
    workorder.refresh_from_db()
    return workorder


def prepared(demo: Demo, workorder: Workorder, kind: DeliveryFormat = "tiff") -> Job:
    """The job that made the archive for the printer, done."""
    job = deliveries.prepare_delivery(workorder, kind, demo.printer, ADDRESS)
    work.run(job.pk)
    job.refresh_from_db()
    return job
