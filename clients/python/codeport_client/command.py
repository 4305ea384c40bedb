"""The command `codeport`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx

from codeport_client.client import KINDS, Codeport, one_of
from codeport_client.core.models.format_enum import FormatEnum
from codeport_client.core.models.record import Record
from codeport_client.core.types import Unset
from codeport_client.errors import CodeportError, FileRefused, Refused, Unavailable

DONE, REFUSED, WRONG_USE, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 130
MOST_SHOWN = 100  # problems
ABOUT = """Upload, change, export and download codes of a Codeport portal.

The portal is CODEPORT_URL or --url, and CODEPORT_TOKEN is a token of yours there. Standard output has keys of records
and names of files, a line each; everything for people goes to standard error.

Exit codes: 0 done, 1 refused, 2 wrong use, 3 the portal cannot be reached."""


class Bar:
    """The progress of one thing, on a terminal; elsewhere it shows nothing."""

    def __init__(self) -> None:
        self.is_shown, self.last, self.what = sys.stderr.isatty(), 0.0, ""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Show how far it is, ten times a second at most."""
        now = time.monotonic()
        if not self.is_shown or (what == self.what and now - self.last < 0.1 and done != total):
            return
        self.last, self.what = now, what
        part = f"{done / total:4.0%} of {total:,}" if total else f"{done:,}"
        print(f"\r{what}: {part}\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201

    def clear(self) -> None:
        """Take it away, before something else is written."""
        if self.is_shown and self.what:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201


class Command:
    """One run of the command."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.bar = asked, Bar()
        self.go_on = "Nothing was begun."

    def run(self) -> int:
        """Do what is asked, and return the exit code."""
        try:
            with Codeport(self.asked.url, patience=self.asked.patience) as self.portal:
                getattr(self, self.asked.what)()
        except FileRefused as refused:
            self.say(str(refused))
            self.list_problems(refused)
            return REFUSED
        except Refused as refused:
            self.say(f"Refused: {refused}" + (f" (request {refused.request_id})" if refused.request_id else ""))
            return REFUSED
        except Unavailable as unavailable:
            self.say(f"{unavailable} {self.go_on}")
            return UNAVAILABLE
        except (CodeportError, httpx.InvalidURL, ValueError, OSError) as wrong:
            self.say(str(wrong))
            return WRONG_USE
        except KeyboardInterrupt:
            self.say(f"Interrupted. {self.go_on}")
            return INTERRUPTED
        return DONE

    def upload(self) -> None:
        """Upload new codes."""
        options = dict(self.asked.option)
        if self.asked.default:
            options["default_scm_data"] = dict(self.asked.default)
        self.send(self.portal.upload, options)

    def change(self) -> None:
        """Upload changes."""
        self.send(self.portal.change, dict(self.asked.option))

    def send(self, how: Any, options: dict[str, Any]) -> None:
        """Upload the file by a method of the portal, and see it through as far as is asked."""
        folder = getattr(self.asked, "download", None)
        self.go_on = "Nothing was stored. Run the same command again; what was begun ends by itself after a day."
        record = how(self.asked.file, wait=False, progress=self.bar, filetype=self.asked.filetype, **options)
        self.bar.clear()
        print(record.key, flush=True)  # noqa: T201
        self.go_on = f"The portal goes on; see {self.portal.url}/ingestions/{record.key}/"
        if folder is not None:
            self.go_on = f"The portal goes on; then run: codeport download {record.key} --to {folder}"
        if self.asked.wait or folder is not None:
            record = self.ended(record.key)
        if folder is not None:
            self.fetch(record, folder, {})

    def ended(self, key: str) -> Record:
        """Wait for the end of a record, and tell it."""
        record = self.portal.wait(key, self.bar)
        found = {} if isinstance(record.result_data, Unset) else record.result_data.to_dict()
        self.say("Completed: " + ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in found.items()))
        return record

    def download(self) -> None:
        """Download what a workorder, a record or an export has."""
        named, folder = self.asked.named, self.asked.to
        kind, _, number = named.rpartition(":")
        self.go_on = "What came is kept; run the same command again, and it goes on there."
        if kind == "export" and number.isdecimal():
            self.tell(self.portal.download_export(int(number), folder, progress=self.bar))
        elif named.isdecimal() and len(named) < 12:
            self.fetch(int(named), folder, self.look())
        elif named.isalnum():
            self.fetch(self.ended(named), folder, self.look())
        else:
            raise ValueError(f"{named} is no workorder (17), record (key) or export (export:8).")

    def look(self) -> dict[str, Any]:
        """Return which zip of a workorder is asked for."""
        return {"kind": self.asked.kind} | ({"images": self.asked.images} if self.asked.images else {})

    def fetch(self, what: Record | int, folder: Path, look: dict[str, Any]) -> None:
        """Download the zip of a workorder, or of that which a record made."""
        workorder = what.workorder if isinstance(what, Record) else what
        if not isinstance(workorder, int):
            raise ValueError("This upload made no workorder, so there is nothing to download.")
        self.tell(self.portal.download(workorder, folder, progress=self.bar, **look))

    def export(self) -> None:
        """Export codes."""
        asked = self.asked
        number = self.portal.start_export(format=asked.format, gzip=asked.gzip, **dict(asked.filter))
        self.go_on = f"The portal goes on; then run: codeport download export:{number} --to {asked.to}"
        self.tell(self.portal.download_export(number, asked.to, progress=self.bar))

    def list_problems(self, refused: FileRefused) -> None:
        """Say what is wrong, row by row."""
        for problem in refused.problems[:MOST_SHOWN]:
            row = f"row {problem.row}" if isinstance(problem.row, int) else "file"
            column = f", {problem.column}" if problem.column else ""
            value = f" {problem.value!r}" if problem.value else ""
            self.say(f"  {row}{column}{value}: {problem.message} ({problem.error})")
        if sum(refused.counts.values()) > MOST_SHOWN:
            self.say(f"  All of them: {self.portal.url}/ingestions/{refused.record.key}/")

    def tell(self, path: Path) -> None:
        """Name a file that is there now."""
        self.bar.clear()
        print(path, flush=True)  # noqa: T201

    def say(self, text: str) -> None:
        """Write a line for people, in which nothing commands their terminal."""
        self.bar.clear()
        print("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text), file=sys.stderr)  # noqa: T201


def pair(text: str) -> tuple[str, str]:
    """Return the name and the value of NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def option(text: str) -> tuple[str, Any]:
    """Return the same, with a value that is JSON as what it means."""
    name, value = pair(text)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def choice(names: Iterable[str]) -> dict[str, Any]:
    """Return how an argument is declared that is one of the names, and refuses others with the nearest."""
    known = [*names]

    def chosen(text: str) -> str:
        try:
            return one_of(text, known)
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None

    return {"type": chosen, "metavar": f"{{{','.join(known)}}}"}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser(
        prog="codeport", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("--url", help="the portal's address, instead of CODEPORT_URL")
    found.add_argument("--patience", type=float, default=120, metavar="SECONDS", help="for a busy portal; 120")
    commands = found.add_subparsers(dest="what", required=True, metavar="COMMAND")

    upload = commands.add_parser("upload", help="upload a file of new codes")
    upload.add_argument("--default", type=pair, action="append", default=[], metavar="NAME=VALUE", help="of all rows")
    upload.add_argument("--download", type=Path, metavar="DIR", help="wait, and download the archive into DIR")
    change = commands.add_parser("change", help="upload a file that changes codes")
    for each in (upload, change):
        each.add_argument("file", type=Path, metavar="FILE")
        each.add_argument("--wait", action="store_true", help="until the file is checked and stored, or refused")
        each.add_argument("--filetype", **choice(["csv", "json"]), help="of a file whose name does not say so")
        each.add_argument(
            "--option", type=option, action="append", default=[], metavar="NAME=VALUE", help="of the call `process`"
        )

    export = commands.add_parser("export", help="export codes to a file")
    export.add_argument("--filter", type=pair, action="append", default=[], metavar="NAME=VALUE")
    export.add_argument("--format", **choice(FormatEnum), default="csv", help="csv unless said; epcis is EPCIS 2.0")
    export.add_argument("--gzip", action="store_true", help="compress the file")
    download = commands.add_parser("download", help="download an archive or an export, or go on with it")
    download.add_argument("named", metavar="WHAT", help="the number of a workorder, a record's key, or export:NUMBER")
    download.add_argument("--kind", **choice(KINDS), default="archive")
    download.add_argument("--images", help="of every code: svg, png or pdf")
    for each in (export, download):
        each.add_argument("--to", type=Path, default=Path(), metavar="DIR", help="the folder; this one unless said")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    return Command(parser().parse_args(arguments)).run()
