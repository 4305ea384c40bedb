"""Equipment and substrates of printing partners."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from portal.models import Company, User
from tests.support.demo import Demo
from workorders.models import Equipment, Substrate

TODAY, WEEK = timezone.now().date(), timedelta(days=7)
DATES = {"calibrated_on": TODAY - WEEK, "calibrated_until": TODAY + WEEK}


def a_press(demo: Demo, **fields: Any) -> Equipment:
    """A machine of the partner's, calibrated from a week ago for a week more."""
    known = {"name": "Press 1", "dpi": 600, "company": demo.printco, **DATES}
    return Equipment.objects.create(**(known | fields))


def a_paper(demo: Demo, **fields: Any) -> Substrate:
    """A substrate of the partner's, likewise."""
    known = {"name": "Gloss 90 g", "company": demo.printco, **DATES}
    return Substrate.objects.create(**(known | fields))


def another_partner() -> User:
    """A printer of another printing company."""
    company = Company.objects.create(name="Inkers", slug="inkers", kind=Company.Kind.PRINTING_PARTNER)
    user = User.objects.create_user("printer@inkers.example", company=company)
    user.groups.add(Group.objects.get(name="printer"))
    return user


def form(**changes: Any) -> dict[str, Any]:
    """What is typed for a machine, good unless changed."""
    return {"name": "Press 2", "dpi": 1200, **DATES, **changes}
