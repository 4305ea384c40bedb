"""The kinds of warnings: what is no error in an uploaded file, but may not be meant."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from ingestion.errors.kinds import Kind, in_full
from portal.values.problems import in_language
from portal.values.words import gettext_lazy

NO_CHANGE_WARNING = "no_change_warning"
PREFIX_WARNING = "url_prefix_warning"
EXPORT_WARNING = "export_columns_warning"
EMPTY_MARKER_WARNING = "empty_marker_warning"
ALIKE_WARNING = "alike_ids_warning"
UNKNOWN_COLUMN_WARNING = "unknown_column_warning"
WARNINGS: dict[str, Kind] = {
    entry.kind: entry
    for entry in (
        Kind(
            ALIKE_WARNING,
            gettext_lazy("Ids that differ in letter case alone"),
            gettext_lazy("Some ids differ in small and capital letters alone."),
            gettext_lazy(
                "Nothing needs to be done but where images are unpacked: there file names must differ in letter "
                "case, too."
            ),
            "abc12345 and ABC12345",
        ),
        Kind(
            PREFIX_WARNING,
            gettext_lazy("Unusual URL prefix"),
            gettext_lazy("The URL prefix can be used, but may not be what was meant."),
            gettext_lazy("Nothing needs to be done if it is; otherwise print none of these codes."),
            "https://codes.example.com/c, behind which ids follow without a slash",
        ),
        Kind(
            NO_CHANGE_WARNING,
            gettext_lazy("Nothing to change"),
            gettext_lazy("Codes have the values of their rows already, so they stay as they are."),
            gettext_lazy("Nothing needs to be done if that is meant; otherwise see whether it is the right file."),
            "a row that activates a code which is active",
        ),
        Kind(
            EXPORT_WARNING,
            gettext_lazy("Columns of an export left out"),
            gettext_lazy("The file is an export of codes, some columns of which no change sets."),
            gettext_lazy(
                "Nothing needs to be done if none of these was to change; a product is changed by its SKU, in `sku`."
            ),
            "updated_at",
        ),
        Kind(
            EMPTY_MARKER_WARNING,
            gettext_lazy("<empty> stored as a value"),
            gettext_lazy(
                "The cell is the word that removes an SCM field, but no option says so, so it is stored as a value."
            ),
            gettext_lazy("To remove the field, upload the file again with the option `empty_marker`."),
            "<empty>",
        ),
        Kind(
            UNKNOWN_COLUMN_WARNING,
            gettext_lazy("Stored as an SCM field"),
            gettext_lazy("The column is none that Codeport knows, so it is stored as an SCM field of each code."),
            gettext_lazy(
                "Nothing needs to be done if that is meant; otherwise rename the column, or let an admin declare it."
            ),
            "prodcut",
        ),
        Kind(
            "shortened_number_warning",
            gettext_lazy("Number shortened by a spreadsheet"),
            gettext_lazy(
                "The value is stored as it stands, but it looks like a long number that a spreadsheet has shortened."
            ),
            gettext_lazy("Format the column as text in the spreadsheet and fill it again."),
            "8.71234E+12",
        ),
        Kind(
            "spreadsheet_mark_warning",
            gettext_lazy("Marks of a spreadsheet around a value"),
            gettext_lazy("The value is stored as it stands, but a spreadsheet seems to have put marks around it."),
            gettext_lazy(
                "Take away what does not belong to the value, and leave the column of errors in rows that were "
                "given back."
            ),
            '="00123", \'-5',
        ),
        Kind(
            "product_without_ids_warning",
            gettext_lazy("Product without any id"),
            gettext_lazy("No row of this product has an id."),
            gettext_lazy("See whether the ids of the whole product were left out."),
            "sku3 in 40 rows, none of them with an id",
        ),
        Kind(
            "other_sheets_warning",
            gettext_lazy("Only the first sheet was read"),
            gettext_lazy("The workbook has more than one sheet, of which only the first is read."),
            gettext_lazy("Upload the other sheets as workbooks of their own, if they hold codes too."),
            "a workbook with sheets Codes and Notes",
        ),
        Kind(
            "shown_otherwise_warning",
            gettext_lazy("Shown otherwise in the spreadsheet"),
            gettext_lazy(
                "The spreadsheet shows the value in another form than the one that is stored, which the codes get."
            ),
            gettext_lazy(
                "Nothing needs to be done if the stored form is meant; otherwise format the column as text and "
                "enter what "
                "is to be stored."
            ),
            "0.5 where 50% is shown",
        ),
        Kind(
            "hidden_cells_warning",
            gettext_lazy("Hidden rows or columns were read"),
            gettext_lazy(
                "The sheet has rows or columns that are hidden, by a filter for instance; they were read like "
                "the others."
            ),
            gettext_lazy("Delete them from the file if their codes are not meant to be made."),
            "rows that a filter hides",
        ),
    )
}


def in_words(warning: dict[str, Any]) -> str:
    """Return the message of a warning that a record keeps, in the language of the page."""
    message: str = warning["message"]
    kind = WARNINGS.get(warning["warning"])
    if kind is None:
        return in_language(message)
    with translation.override("en"):
        stored = str(kind.sentence)
    return in_full(kind, message.removeprefix(stored).lstrip()) if message.startswith(stored) else in_language(message)
