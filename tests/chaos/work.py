"""What companies do while something fails: each piece of work is a program, and says what must come of it."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.calls import Program, Violation


@dataclass(frozen=True)
class Size:
    """How much is done in a round."""

    pieces: int
    short: tuple[int, int]
    """Rows of most files."""
    long: tuple[int, int]
    """Rows of those that take a while."""


SIZES = {"full": Size(6, (3, 400), (8_000, 20_000)), "small": Size(3, (3, 100), (2_000, 4_000))}


@dataclass
class Outcome:
    """What the tables have to say of a piece of work in the end."""

    company: int
    codes: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    """Status and mark of each code by its id."""
    gone: list[str] = field(default_factory=list)
    """Ids of which there must be no code."""
    records: dict[str, str] = field(default_factory=dict)
    """How each record has ended."""


@dataclass
class Piece:
    """A piece of work: a program with dice of its own."""

    program: Program
    dice: random.Random
    outcome: Outcome
    size: Size

    def ids(self, *, long: bool = False) -> list[str]:
        """New ids, in no order."""
        count = self.dice.randint(*self.size.long if long else self.size.short)
        found = [f"{self.program.name}-{number:06}" for number in range(count)]
        self.dice.shuffle(found)
        return found

    def expect(self, key: str, status: str, **result: Any) -> dict[str, Any]:
        """The record, which has to end so, and have that in its result."""
        record = self.program.ended(key)
        self.outcome.records[key] = record["status"]
        found = {name: record["result_data"].get(name) for name in result}
        if (record["status"], found) != (status, result):
            raise Violation(f"Record {key} is {record['status']}, not {status}: {str(record['result_data'])[:300]}")
        return record

    def uploaded(self, ids: list[str], columns: str = "", cells: str = "", **options: Any) -> dict[str, Any]:
        """The record of a good file of these ids, completed."""
        key = self.program.upload(file_of(ids, columns, cells), **options)
        return self.expect(key, "completed", codes_created=len(ids), duplicates_ignored=0)

    def are(self, ids: list[str], status: int = 0, mark: str | None = None) -> None:
        """Have the codes looked for."""
        self.outcome.codes |= dict.fromkeys(ids, (status, mark))


def file_of(ids: list[str], columns: str = "", cells: str = "") -> str:
    """A CSV file with the same cells in each row."""
    return f"id,product{columns}\n" + "".join(f"{each},sku1{cells}\n" for each in ids)


def codes_in(archive: bytes) -> list[str]:
    """The ids in `codes.csv` of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return [row["extended_id"] for row in csv.DictReader(io.StringIO(file.read("codes.csv").decode()))]


def same(found: list[str], meant: list[str], what: str) -> None:
    """Raise Violation unless they are the same ids in the same order."""
    if found != meant:
        raise Violation(f"{what} has {len(found)} codes, of which {len(set(found) ^ set(meant))} are wrong")


def good_file(piece: Piece) -> None:
    """A file is uploaded, and its archive downloaded."""
    ids = piece.ids()
    record = piece.uploaded(ids)
    same(codes_in(piece.program.made(f"workorders/{record['workorder']}/download/").content), ids, "The archive")
    piece.are(ids)


def long_file(piece: Piece) -> None:
    """A file that takes a while is uploaded."""
    ids = piece.ids(long=True)
    piece.uploaded(ids, ",note", f",{'x' * 60}")
    piece.are(ids)


def bad_file(piece: Piece) -> None:
    """A file is refused for what is wrong with it, and corrected."""
    ids = piece.ids()
    bad = [*ids, ids[0], "short"]
    counts = {"duplicate_id_error": 1, "invalid_id_error": 1, "product_not_found_error": 1}
    key = piece.program.upload(file_of(bad) + f"{ids[0]}-x,sku9\n")
    piece.expect(key, "error", error_counts=counts)
    listed = piece.program.call("GET", f"ingestion/{key}/errors/")["count"]
    if listed != 3:
        raise Violation(f"Record {key} lists {listed} errors of 3")
    piece.outcome.gone += [f"{ids[0]}-x", "short"]
    piece.uploaded(ids)
    piece.are(ids)


def same_file_twice(piece: Piece) -> None:
    """The same ids are uploaded by two at once: one is refused, whichever it is."""
    ids = piece.ids()
    keys = [piece.program.upload(file_of(ids)) for _ in range(2)]
    records = {key: piece.program.ended(key) for key in keys}
    piece.outcome.records |= {key: record["status"] for key, record in records.items()}
    if sorted(record["status"] for record in records.values()) != ["completed", "error"]:
        raise Violation(f"Of two files of the same ids: {[(r['status'], r['result_data']) for r in records.values()]}")
    (refused,) = [record for record in records.values() if record["status"] == "error"]
    if refused["result_data"]["error_counts"] != {"duplicate_id_error": len(ids)}:
        raise Violation(f"The second of two files of the same ids: {str(refused['result_data'])[:300]}")
    piece.are(ids)


def change_by_file(piece: Piece, *, long: bool = False) -> None:
    """Codes are changed by a file."""
    ids, mark = piece.ids(long=long), f"{piece.program.name}-by-file"
    piece.uploaded(ids)
    rows = "".join(f"{each},1,{mark}\n" for each in ids)
    key = piece.program.upload(f"extended_id,activation_status,mark\n{rows}", "scm")
    piece.expect(key, "completed", codes_affected=len(ids))
    piece.are(ids, 1, mark)


def long_change(piece: Piece) -> None:
    """Many codes are changed by a file."""
    change_by_file(piece, long=True)


def change_by_constraints(piece: Piece) -> None:
    """Codes that have a value are changed, and the change is undone."""
    ids, mark = piece.ids(), f"{piece.program.name}-marked"
    piece.uploaded(ids, ",mark", f",{mark}")
    body = {"constraints": {"mark": mark}, "scm_data": {"activation_status": 1}}
    key = piece.program.call("POST", "scm/upload/async/", body)["task_id"]
    piece.expect(key, "completed", codes_affected=len(ids))
    if undone := piece.dice.random() < 0.5:
        undo = piece.program.call("POST", f"ingestion/{key}/undo/", {})["key"]
        piece.expect(undo, "completed")
    piece.are(ids, 0 if undone else 1, mark)


def cancelled(piece: Piece) -> None:
    """An upload is cancelled at some moment, unless it ends before."""
    ids = piece.ids(long=piece.dice.random() < 0.5)
    key = piece.program.upload(file_of(ids))
    piece.program.clock.stopped.wait(piece.dice.uniform(0, 1.5))
    piece.program.answer("POST", f"ingestion/{key}/cancel/", {}, takes=(200, 400))
    record = piece.program.ended(key)
    piece.outcome.records[key] = record["status"]
    if record["status"] == "error":
        raise Violation(f"A good file that was cancelled: {str(record['result_data'])[:300]}")
    if record["status"] == "completed":
        piece.are(ids)
    else:
        piece.outcome.gone += ids


def minting(piece: Piece) -> None:
    """Codes are ordered whose ids the portal makes, and their archive is downloaded with an image of each."""
    quantity = piece.dice.randint(2, 60)
    order = {"reference": piece.program.name, "quantity": quantity}
    workorder = piece.program.call("POST", "workorders/create-sid/", order)["id"]
    with zipfile.ZipFile(
        io.BytesIO(piece.program.made(f"workorders/{workorder}/download/?images=svg").content)
    ) as file:
        images = [name for name in file.namelist() if name.startswith("images/")]
    if len(images) != quantity:
        raise Violation(f"The archive of {quantity} minted codes has {len(images)} images")
    ids = codes_in(piece.program.made(f"workorders/{workorder}/download/").content)
    if len(set(ids)) != quantity:
        raise Violation(f"The archive of {quantity} minted codes has {len(set(ids))}")
    piece.are(ids)


def withdrawal(piece: Piece) -> None:
    """An upload is withdrawn: its codes are deleted, or blacklisted if they were downloaded."""
    ids = piece.ids()
    record = piece.uploaded(ids)
    if downloaded := piece.dice.random() < 0.5:
        piece.program.made(f"workorders/{record['workorder']}/download/")
    key = next(iter(piece.outcome.records))
    piece.program.call("POST", f"ingestion/{key}/withdraw/", {"reason": "The wrong file"})
    while not (found := piece.program.call("GET", f"ingestion/{key}/"))["result_data"].get("withdrawn"):
        piece.program.clock.pause(0.3, f"record {key} is being withdrawn: {found['result_data']}")
    if downloaded:
        piece.are(ids, 2)
    else:
        piece.outcome.gone += ids


def export(piece: Piece) -> None:
    """Codes are exported."""
    ids = piece.ids()
    piece.uploaded(ids)
    asked = {"search": f"{piece.program.name}-", "format": "csv"}
    url = piece.program.call("POST", "codes/download/", asked, takes=(200, 201, 202))["url"]
    text = piece.program.made(url.partition("/api/v2/")[2]).text
    found = [row["extended_id"] for row in csv.DictReader(io.StringIO(text))]
    same(sorted(found), sorted(ids), "The export")
    piece.are(ids)


KINDS: tuple[Callable[[Piece], None], ...] = (
    good_file,
    long_file,
    bad_file,
    same_file_twice,
    change_by_file,
    long_change,
    change_by_constraints,
    cancelled,
    minting,
    withdrawal,
    export,
)
