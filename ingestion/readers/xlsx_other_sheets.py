"""Looking for a column in the other sheets of a workbook."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.xlsx_contents import Contents
from ingestion.readers.xlsx_first_row import FirstRowXml, Found
from ingestion.readers.xlsx_parts import Parts
from ingestion.readers.xlsx_shared import Shared
from portal.values.problems import say_problem

MOST_LOOKED_AT = 20  # sheets


def refuse_if_another_has(columns: Collection[str], parts: Parts, contents: Contents, shared: Shared) -> None:
    """UnreadableFile when it is another sheet that begins with a header that has one of `columns`."""
    for number, sheet in enumerate(contents.sheets[1:MOST_LOOKED_AT], 2):
        rows = FirstRowXml(shared, contents)
        with suppress(Found):
            parts.read(sheet.part, rows)
            continue
        if column := next((column for column in columns if column in rows.names), ""):
            raise UnreadableFile(
                say_problem(
                    "Its first sheet, {name}, has no column `{column}`, but sheet {number}, {name2}, has: "
                    "name it in the option `sheet`, or move it to the front.",
                    name=shown(contents.sheets[0].name),
                    column=column,
                    number=number,
                    name2=shown(sheet.name),
                ),
                sheet=sheet.name,
            )
