"""`manage.py forget person EMAIL` and `manage.py forget company NAME`: says what goes, asks, and does it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ingestion import forgetting
from portal.accounts.forgetting import Counts
from portal.accounts.people import LastAdmin, LastOperator
from portal.management.own_command import OwnCommand
from portal.models import Company, User
from portal.values.suggestions import nearest


class Command(OwnCommand):
    help = (
        "Takes a person's name and e-mail out of everything, or deletes a company with everything that belongs to it."
        " Says first what goes and what stays, and asks for the name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["person", "company"])
        parser.add_argument("name", metavar="EMAIL|NAME", help="the person's e-mail; the company's name or slug")
        parser.add_argument("--yes", action="store_true", help="do not ask, as for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "person":
            self._forget_person(_person(options["name"]), is_sure=options["yes"])
        else:
            self._forget_company(_company(options["name"]), is_sure=options["yes"])

    def _forget_person(self, user: User, *, is_sure: bool) -> None:
        email, company = user.email, user.company
        self.stdout.write(
            f"To be forgotten: {email}{f' of {company.name}' if company else ''}, with name and password."
        )
        self._tell(*forgetting.tell_person(user))
        self._ask(email, is_sure=is_sure)
        try:
            forgetting.forget_person(user)
        except LastOperator:
            raise CommandError(f"{email} is the last superuser who can sign in. Make another one first.") from None
        except LastAdmin:
            raise CommandError(
                f"{email} is the last admin of {company} who can sign in. Give somebody else the role first, or"
                " forget the company."
            ) from None
        self.stdout.write(f"{email} is forgotten; what stays names a former person ({user.pk}).")

    def _forget_company(self, company: Company, *, is_sure: bool) -> None:
        name = company.name
        self.stdout.write(f"To be deleted: {name}, with all below {company.url_prefix}")
        self._tell(*forgetting.tell_company(company))
        if reasons := forgetting.work_under_way(company):
            raise CommandError(f"Nothing was deleted, since there are {'; '.join(reasons)}.")
        self._ask(name, is_sure=is_sure)
        try:
            forgetting.forget_company(company, self.stdout.write)
        except forgetting.UnderWay as reason:
            raise CommandError(f"{reason} Run the command again when that has ended.") from None
        self.stdout.write(f"{name} is deleted; nobody can have the slug {company.slug} again.")

    def _tell(self, goes: Counts, stays: Counts) -> None:
        for title, counts in (("Goes:", goes), ("Stays, without a name:", stays)):
            lines = [f"{number:>16,} {what}" for what, number in counts if number]
            if lines:
                self.stdout.write("\n".join([title, *lines]))

    def _ask(self, name: str, *, is_sure: bool) -> None:
        """Have the name typed; CommandError where it is another, and where there is nobody to ask."""
        if is_sure:
            return
        if not sys.stdin.isatty():
            raise CommandError("Nothing was deleted: there is no terminal to ask at. Say --yes if you are sure.")
        try:
            typed = input(f"There is no way back but a backup. Type {name} to go on: ").strip()
        except EOFError:  # Ctrl-D
            typed = ""
        if typed != name:
            raise CommandError("Nothing was deleted: that is another name.")


def _person(email: str) -> User:
    people = User.objects.filter(forgotten_at=None).select_related("company")
    if found := people.filter(email__iexact=email).first():
        return found
    raise CommandError(f"Nobody has the e-mail {email}.{_hint(email, people.values_list('email', flat=True))}")


def _company(name: str) -> Company:
    """Return the company of this name or slug; several may have the same name."""
    there = list(forgetting.companies())
    found = [each for each in there if each.slug == name] or [
        each for each in there if each.name.casefold() == name.casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"Several companies are called so; say which: {', '.join(each.slug for each in found)}.")
    raise CommandError(f"No company is called {name}.{_hint(name, [each.name for each in there])}")


def _hint(name: str, known: Any) -> str:
    close = nearest(name, known)
    return f" Did you mean {close}?" if close else ""
