"""What all commands of Codeport have in common: how they refuse words that they do not know, and files and disks."""

from __future__ import annotations

import re
from argparse import ArgumentParser, _SubParsersAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.values.suggestions import hint, none_such

UNKNOWN = re.compile(r"unrecognized arguments: (\S*)")
CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
WORD = re.compile(r"[\w-]+")


class OwnCommand(BaseCommand):
    """A command that names the nearest of its words, or those that there are, where it is given another.

    What the file system refuses is said in one sentence; `--traceback` shows where.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except OSError as error:
            about = f"{error.filename}: " if error.filename else ""
            raise CommandError(f"{about}{error.strerror or error}.") from error

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        refuse = parser.error

        def error(message: str) -> None:
            every = _options(BaseCommand().create_parser(prog_name, subcommand))
            refuse(message + _meant(message, [name for name in _options(parser) if name not in every]))

        parser.error = error  # type: ignore[method-assign]  # Django makes the parser, of a class of its own
        return parser


def _options(parser: ArgumentParser) -> list[str]:
    """Return the options of a command, those of its subcommands too."""
    below = [action.choices.values() for action in parser._actions if isinstance(action, _SubParsersAction)]
    return [*parser._option_string_actions, *(name for parsers in below for each in parsers for name in _options(each))]


def _meant(message: str, options: list[str]) -> str:
    """Return what a refusal of argparse lacks: the word that was probably meant."""
    if options and (found := UNKNOWN.search(message)):
        return f". {none_such('option', found[1], options)}"
    if found := CHOICE.search(message):
        near = hint(found[1], WORD.findall(found[2]))
        return f". {near}" if near else ""
    return ""
