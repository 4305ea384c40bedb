"""The system check that tells which people have a role that does not fit their company. It changes nothing.

It runs with `manage.py migrate`, `manage.py up` and `manage.py check --database default`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import ProgrammingError
from django.db.models import Q

from portal.accounts.people import wrong_roles
from portal.models import User
from portal.roles import ROLES_OF_KIND

MOST_TOLD = 20
HINT = "The role counts for nothing. Give one that fits in the back office, under Users, or take it away there."


@checks.register(checks.Tags.database)
def check_roles(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Name the people whose role contradicts their company, as an old database or another program may have them."""
    if not databases:  # a command that needs none
        return []
    fitting = Q()
    for kind, roles in ROLES_OF_KIND.items():
        fitting |= (
            Q(user__company__kind=kind, group__name__in=roles) if kind else Q(user__company=None, group__name__in=roles)
        )
    held = User.groups.through.objects.exclude(fitting).order_by("user__email", "group__name")
    try:
        wrong = list(held.values_list("user__email", "user__company__kind", "group__name")[: MOST_TOLD + 1])
    except ProgrammingError:  # as before the first migration
        return []
    told = [f"{email}: {wrong_roles(kind, [role])}" for email, kind, role in wrong[:MOST_TOLD]]
    if len(wrong) > MOST_TOLD:
        told.append(f"There are more than {MOST_TOLD} such people.")
    return [checks.Warning(line, hint=HINT, id="portal.W001") for line in told]
