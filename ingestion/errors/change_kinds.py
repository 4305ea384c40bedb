"""The kinds of errors as they apply to files that change codes."""

from __future__ import annotations

from dataclasses import replace

from ingestion.errors.kinds import KINDS, Kind
from portal.values.words import gettext_lazy

CHANGE_KINDS: dict[str, Kind] = KINDS | {
    "invalid_file_error": replace(
        KINDS["invalid_file_error"],
        remedy=gettext_lazy(
            "Save it again as CSV in UTF-8, with one header line whose first column names the codes, and upload it "
            "again."
        ),
        example="a file without a column extended_id",
    ),
    "missing_id_error": replace(
        KINDS["missing_id_error"],
        title=gettext_lazy("No code named"),
        sentence=gettext_lazy("The row names no code."),
        remedy=gettext_lazy("Fill the column that names the code, or delete the row."),
    ),
    "duplicate_id_error": replace(
        KINDS["duplicate_id_error"],
        title=gettext_lazy("Code named twice"),
        sentence=gettext_lazy("Another row changes the code, too."),
        remedy=gettext_lazy("Leave one row for each code, with all that changes of it."),
    ),
    "invalid_activation_status_error": replace(
        KINDS["invalid_activation_status_error"],
        sentence=gettext_lazy("The code cannot get this activation status."),
        remedy=gettext_lazy(
            "Write 0 (inactive), 1 (active) or 2 (blacklisted), or leave the cell empty to leave the status alone. "
            "Codes of a cancelled workorder stay blacklisted: delete their rows."
        ),
    ),
}
