"""`manage.py audit check` and `manage.py audit export`: the audit trail, checked, or as JSON lines."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from environs import ValidationError

from portal.configuration.checks import is_audit_log
from portal.management.own_command import OwnCommand
from portal.models import Event, EventSeal
from portal.trail.checking import Check
from portal.trail.export import export, is_syslog, opened
from portal.values.moments import parse_moment

STDOUT = "-"
KEPT = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Command(OwnCommand):
    help = "Checks that nothing in the audit trail was changed, or writes it as JSON lines."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        check = commands.add_parser("check", help="compares every line with its seal; ends with 1 where one differs")
        check.add_argument(
            "--kept", action="append", default=[], metavar="SEAL:HASH", help="a seal that was noted elsewhere"
        )
        write = commands.add_parser("export", help="writes a JSON object a line, the oldest first")
        write.add_argument("--since", metavar="MOMENT", help="only what was done since, as in 2026-11-30T08:00:00Z")
        write.add_argument("--to", default=STDOUT, metavar="FILE|-|syslog[://HOST[:PORT]]", help="a file is added to")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "check":
            self._check(options["kept"])
        else:
            self._export(options["to"], options["since"])

    def _check(self, kept: list[str]) -> None:
        check = Check()
        wrong = 0
        for problem in [*check.problems(), *map(self._compare, kept)]:
            if problem:
                wrong += 1
                self.stderr.write(problem)
        waiting = Event.objects.filter(seal=None).count()
        self.stdout.write(f"{check.events:,} lines under {check.seals:,} seals; {waiting:,} wait to be sealed.")
        if anchor := check.anchor:
            self.stdout.write(f"Lines of the security log until {anchor.newest_at:%Y-%m-%d} were deleted as old ones.")
        for seal in check.last.values():
            self.stdout.write(f"Last of {seal.chain}: {seal.pk}:{bytes(seal.hash).hex()}")
        if wrong:
            raise CommandError(f"The audit trail was changed in {wrong} places." if wrong > 1 else "It was changed.")

    def _compare(self, kept: str) -> str:
        found = KEPT.fullmatch(kept)
        if found is None:
            raise CommandError(f"--kept {kept} is no number of a seal, a colon and 64 hexadecimal digits.")
        seal = EventSeal.objects.filter(pk=int(found[1])).first()
        if seal is None:
            return f"Seal {found[1]} is not there."
        return "" if bytes(seal.hash).hex() == found[2] else f"Seal {found[1]} has another hash than the one noted."

    def _export(self, target: str, since: str | None) -> None:
        try:
            moment: datetime | None = parse_moment(since) if since else None
        except ValueError as problem:
            raise CommandError(f"--since: {problem}") from None
        if is_syslog(target):
            try:
                is_audit_log(target)
            except ValidationError as problem:
                raise CommandError(f"--to {target}: {problem}") from None
        try:
            if target == STDOUT:
                export(self.stdout.write, moment)
            else:
                with opened(target) as write:
                    number = export(write, moment)
                self.stdout.write(f"{number:,} lines were written.")
        except OSError as problem:
            raise CommandError(f"{target}: {problem}") from None
