"""The sheets of a workbook, and the parts that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import dirname, join, normpath

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.xlsx_limits import too_large
from ingestion.readers.xlsx_parts import Parts
from ingestion.readers.xlsx_xml import Xml, is_true
from portal.values.problems import say_problem

MOST_SHEETS = 10_000
LONGEST_NAME = 1000  # of a sheet or part; Excel's have 31 characters
ROOT = "_rels/.rels"  # names the part with the list of sheets


ALL_HIDDEN = say_problem(
    "All of its sheets are hidden, and hidden ones are not read; show the one with the ids in Excel, and save."
)


OTHER_ZIPS = {  # by a part that each has
    "word/document.xml": say_problem(
        "It is a Word document (.docx); copy its table into a spreadsheet, and save that as .xlsx."
    ),
    "ppt/presentation.xml": say_problem(
        "It is a presentation (.pptx); copy its table into a spreadsheet, and save that as .xlsx."
    ),
    "index/document.iwa": say_problem(
        "It is a file of Apple Numbers (.numbers); export it to Excel there (File, Export To), or to CSV."
    ),
}


def _name_zip(parts: Parts) -> str:
    """Say what a zip file is that is no workbook."""
    if other := next((what for part, what in OTHER_ZIPS.items() if parts.has(part)), ""):
        return other
    if parts.has("content.xml"):
        return say_problem("It is an OpenDocument file (.ods); save it as .xlsx, or upload CSV.")
    if parts.has_like(".csv"):
        return say_problem("It is a zip file with a CSV file in it; unpack it and upload that, or compress it by gzip.")
    return say_problem("It is no Excel workbook, but another zip file; save it as .xlsx, or upload CSV.")


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook that people see."""

    name: str
    part: str


class Contents:
    """The contents of a workbook: the sheets that people see, and the parts beside them."""

    def __init__(self, parts: Parts) -> None:
        book = _first(_related(parts, "") if parts.has(ROOT) else {}, "officeDocument") or "xl/workbook.xml"
        if book.endswith(".bin"):
            raise UnreadableFile(say_problem("It is a binary Excel workbook (.xlsb); save it as .xlsx."))
        if not parts.has(book) or book in OTHER_ZIPS:
            raise UnreadableFile(_name_zip(parts))
        found = _Book()
        parts.read(book, found)
        related = _related(parts, book)
        self.sheets = [
            Sheet(name, related[id_].part) for name, id_ in found.sheets if id_ in related and related[id_].is_sheet
        ]
        if found.hidden and not self.sheets:
            raise UnreadableFile(ALL_HIDDEN)
        self.is_1904, self.is_uncalculated = found.is_1904, found.is_uncalculated
        self.strings, self.styles = _first(related, "sharedStrings"), _first(related, "styles")


class _Book(Xml):
    """The part that lists the sheets."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.hidden = 0
        self.is_1904 = self.is_uncalculated = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            if attributes.get("state", "visible") == "visible":
                self.sheets.append((attributes.get("name", "")[:LONGEST_NAME], id_[:LONGEST_NAME]))
            else:
                self.hidden += 1
            if len(self.sheets) > MOST_SHEETS:
                raise too_large(say_problem("more than {count:,} sheets", count=MOST_SHEETS))
        elif name == "workbookPr":
            self.is_1904 = is_true(attributes.get("date1904"))
        elif name == "calcPr":
            self.is_uncalculated = is_true(attributes.get("fullCalcOnLoad"))


@dataclass(frozen=True)
class _Relation:
    """A part that another part refers to."""

    kind: str
    part: str

    @property
    def is_sheet(self) -> bool:
        """Say whether it has cells, and not a chart alone."""
        return self.kind in ("worksheet", "")


class _Relations(Xml):
    """The parts that `part` refers to, by the names that it gives them."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._folder = join("/", dirname(part))
        self.found: dict[str, _Relation] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = normpath(join(self._folder, attributes.get("Target", "").replace("\\", "/"))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")[:LONGEST_NAME]] = _Relation(kind[:LONGEST_NAME], target[:LONGEST_NAME])
            if len(self.found) > MOST_SHEETS:
                raise too_large(say_problem("more than {count:,} sheets", count=MOST_SHEETS))


def _related(parts: Parts, part: str) -> dict[str, _Relation]:
    found = _Relations(part)
    parts.read(join(dirname(part), "_rels", f"{part.rpartition('/')[2]}.rels"), found)
    return found.found


def _first(relations: dict[str, _Relation], kind: str) -> str:
    """Return the name of the part of that kind, or an empty text where there is none."""
    return next((relation.part for relation in relations.values() if relation.kind == kind), "")
