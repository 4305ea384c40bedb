"""`manage.py create_token EMAIL`: a new user authorization token, printed once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from portal.accounts.tokens import LONGEST_DAYS, LONGEST_NAME, make
from portal.management.own_command import OwnCommand
from portal.models import User
from portal.roles import CODENAMES
from portal.values.suggestions import hint
from portal.values.texts import unseen
from portal.values.whole_numbers import whole_argument


class Command(OwnCommand):
    help = "Prints a new user authorization token (UAT) of the user, alone, on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose token it is")
        parser.add_argument("--name", default="Command line", help="what the token is for")
        parser.add_argument("--days", type=whole_argument, default=365, help="how long it is valid")
        parser.add_argument(
            "--permission",
            action="append",
            metavar="CODENAME",
            help="what it may do, like ingestion_view; may be repeated; all that the user may when none is named",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        user = User.objects.filter(email__iexact=email, is_active=True).first() if email.isprintable() else None
        if user is None:
            known = User.objects.filter(is_active=True).values_list("email", flat=True)
            raise CommandError(f"No active user has the e-mail {ascii(email)[1:-1]}. {hint(email, known)}".rstrip())
        if unseen(options["name"]) or not 1 <= len(options["name"]) <= LONGEST_NAME:
            raise CommandError(f"--name must have 1 to {LONGEST_NAME} printable characters.")
        if not 1 <= options["days"] <= LONGEST_DAYS:
            raise CommandError(f"--days must be from 1 to {LONGEST_DAYS}.")
        permissions = {entry.codename: entry for entry in Permission.objects.filter(codename__in=CODENAMES)}
        permissions = {name: entry for name, entry in permissions.items() if user.may(name)}
        wanted = set(options["permission"] or permissions)
        if unknown := sorted(wanted - permissions.keys()):
            close = hint(unknown[0], permissions)
            raise CommandError(
                f"{user.email} does not hold {', '.join(unknown)}; may give: {', '.join(sorted(permissions))}."
                f" {close}".rstrip()
            )
        expires_at = timezone.now() + timedelta(days=options["days"])
        _token, secret = make(user, options["name"], expires_at, [permissions[codename] for codename in wanted])
        self.stdout.write(secret)
