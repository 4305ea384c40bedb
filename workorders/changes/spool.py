"""Changes of single codes on their way into the table of codes."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from portal.database.postgres_copy import copy_blocks, ticking
from workorders.codes.sorted_runs import merge_blocks
from workorders.codes.spool import SortedSpool

NULL = "\\N"
POSTED = "posted"
COLUMNS = ("key", "sequence", "product_id", "status", "reason", "scm")
CREATE = f"""
    DROP TABLE IF EXISTS pg_temp.{POSTED};
    CREATE TEMP TABLE {POSTED} (
        key text COLLATE "C", sequence bigint, product_id bigint, status smallint, reason smallint, scm jsonb
    ) ON COMMIT DROP"""

NewAttributes = tuple[int | None, int | None, int | None]
"""Product id, activation status, blacklist reason; None leaves a value alone."""
PostedChange = tuple[str, int, NewAttributes, str | None]
"""Key, position, attributes, and SCM fields as JSON text, where null removes a field; None leaves all fields alone."""


class ChangeSpool(SortedSpool):
    """Changes, each with the key of its code: `add` them, `find_repeats`, then `post` them to the database."""

    removes = False
    """Whether any of them may remove an SCM field: its JSON has the word, be it in a value."""

    def add(self, changes: list[PostedChange]) -> None:
        """Spool changes, in any order."""
        base, rendered = self._base, _RenderedAttributes()
        lines = [
            f"{key}\t{position - base:010d}\t{rendered[attributes]}\t{_scm(scm)}\n"
            for key, position, attributes, scm in changes
        ]
        self.removes = self.removes or any("null" in scm for _key, _position, _attributes, scm in changes if scm)
        self._add_lines([change[0] for change in changes], lines)

    def post(self, tick: Callable[[int], None]) -> None:
        """COPY the changes into the temporary table POSTED, in the order of their keys, in the caller's transaction."""
        with connection.cursor() as cursor:
            cursor.execute(CREATE)
            copy_blocks(cursor, POSTED, COLUMNS, ticking(self._blocks(merge_blocks(self._runs)), tick))


class _RenderedAttributes(dict[NewAttributes, str]):
    def __missing__(self, attributes: NewAttributes) -> str:
        self[attributes] = text = "\t".join(NULL if value is None else str(value) for value in attributes)
        return text


def _scm(text: str | None) -> str:
    if text is None:
        return NULL
    return text.replace("\\", "\\\\") if "\\" in text else text
