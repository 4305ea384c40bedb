"""Everything that can be wrong with an uploaded file: one table of kinds, and the log that collects what was found."""

from __future__ import annotations

from dataclasses import dataclass

from workorders.identifiers import gs1

PREFIX_WARNING = "url_prefix_warning"
ALIKE_WARNING = "alike_ids_warning"


@dataclass(frozen=True)
class Kind:
    """One kind of error: its code in the API, a title, what is wrong, how to mend it, and a value that shows it."""

    kind: str
    title: str
    sentence: str
    remedy: str
    example: str


KINDS: dict[str, Kind] = {
    entry.kind: entry
    for entry in (
        Kind(
            "invalid_file_error",
            "The file cannot be read",
            "The file as a whole cannot be read.",
            "Save it again as CSV in UTF-8, with one header line that has a column id, and upload it again.",
            "a file without a column id",
        ),
        Kind(
            "invalid_row_error",
            "Broken row",
            "The row cannot be read.",
            "Correct the cell that is named. Where the whole row is, give it as many fields as the header has, and "
            "close every quote.",
            'abc12345,"sku1',
        ),
        Kind(
            "missing_id_error",
            "Missing id",
            "The row has no id.",
            "Fill the column id, or delete the row.",
            ",sku1",
        ),
        Kind(
            "invalid_id_error",
            "Invalid id",
            "An id has 8 to 100 characters, each one of a-z, A-Z, 0-9, - and _.",
            "Correct the id; no spaces or other characters may stand before, in or after it.",
            "abc 123",
        ),
        Kind(
            "duplicate_id_error",
            "Id used twice",
            "The id is taken already.",
            "Every id is used once within the company: give the row another id, or delete it. Repeats within one file, "
            "not ids of earlier uploads, can be ignored by an option of the upload.",
            "abc12345 in rows 2 and 7",
        ),
        Kind(
            "product_not_found_error",
            "Unknown product",
            "No product of the company has this SKU, or it is archived.",
            "Use the SKU exactly as the product list shows it, create it, or bring an archived one back.",
            "sku-1 where the product is sku1",
        ),
        Kind(
            "invalid_activation_status_error",
            "Invalid activation status",
            "An activation status is 0 (inactive), 1 (active) or 2 (blacklisted).",
            "Write 0, 1 or 2, or leave the cell empty to take the upload's default.",
            "yes",
        ),
        Kind(
            "invalid_scm_field_error",
            "Invalid SCM field",
            "The SCM field cannot be stored.",
            "A field's name begins with a small letter and goes on with small letters, digits and _, 64 characters at "
            "most; its value has 1,000 characters at most.",
            "Pallet Number",
        ),
        Kind(
            "url_too_long_error",
            "URL too long",
            "The URL with this id does not fit the QR code.",
            "Take a shorter URL prefix, or give the code a shorter id of its own, not the beginning of this one.",
            "an id of 100 characters behind a prefix of 150",
        ),
        Kind(
            "url_prefix_error",
            "URL prefix taken",
            "The URLs of these codes cannot begin with this prefix.",
            "Upload the file again with another URL prefix.",
            "https://codes.example.com/ when another company's codes begin with it",
        ),
        Kind(
            "workorder_error",
            "Not for this workorder",
            "The workorder does not take these codes.",
            "Upload fewer codes, or choose another workorder.",
            "101 codes for a workorder of 100",
        ),
        Kind(
            "internal_error",
            "Codeport failed",
            "The portal could not finish this upload, though nothing is known to be wrong with the file.",
            "Upload the file again; if it fails again, tell support the record key.",
            "",
        ),
    )
}

GS1_ID = Kind(
    "invalid_id_error",
    "Invalid GS1 id",
    f"A GS1 id is a path {gs1.SHAPE}, of which the batch may be left out.",
    "Correct the id; what URLs reserve is percent-encoded within a batch or a serial number.",
    "/01/09506000134351/21/A1",
)
GS1_KINDS = KINDS | {GS1_ID.kind: GS1_ID}

WARNINGS: dict[str, Kind] = {
    entry.kind: entry
    for entry in (
        Kind(
            ALIKE_WARNING,
            "Ids that differ in letter case alone",
            "Some ids differ in small and capital letters alone.",
            "Nothing needs to be done but where images are unpacked: there file names must differ in letter case, too.",
            "abc12345 and ABC12345",
        ),
        Kind(
            PREFIX_WARNING,
            "Unusual URL prefix",
            "The URL prefix can be used, but may not be what was meant.",
            "Nothing needs to be done if it is; otherwise print none of these codes.",
            "https://codes.example.com/c, behind which ids follow without a slash",
        ),
        Kind(
            "unknown_column_warning",
            "Stored as an SCM field",
            "The column is none that Codeport knows, so it is stored as an SCM field of each code.",
            "Nothing needs to be done if that is meant; otherwise rename the column.",
            "prodcut",
        ),
        Kind(
            "shortened_number_warning",
            "Number shortened by a spreadsheet",
            "The value is stored as it stands, but it looks like a long number that a spreadsheet has shortened.",
            "Format the column as text in the spreadsheet and fill it again.",
            "8.71234E+12",
        ),
        Kind(
            "spreadsheet_mark_warning",
            "Marks of a spreadsheet around a value",
            "The value is stored as it stands, but a spreadsheet seems to have put marks around it.",
            "Take away what does not belong to the value, and leave the column of errors in rows that were given back.",
            '="00123", \'-5',
        ),
        Kind(
            "product_without_ids_warning",
            "Product without any id",
            "No row of this product has an id.",
            "See whether the ids of the whole product were left out.",
            "sku3 in 40 rows, none of them with an id",
        ),
        Kind(
            "other_sheets_warning",
            "Only the first sheet was read",
            "The workbook has more than one sheet, of which only the first is read.",
            "Upload the other sheets as workbooks of their own, if they hold codes too.",
            "a workbook with sheets Codes and Notes",
        ),
        Kind(
            "shown_otherwise_warning",
            "Shown otherwise in the spreadsheet",
            "The spreadsheet shows the value in another form than the one that is stored, which the codes get.",
            "Nothing needs to be done if the stored form is meant; otherwise format the column as text and enter what "
            "is to be stored.",
            "0.5 where 50% is shown",
        ),
        Kind(
            "hidden_cells_warning",
            "Hidden rows or columns were read",
            "The sheet has rows or columns that are hidden, by a filter for instance; they were read like the others.",
            "Delete them from the file if their codes are not meant to be made.",
            "rows that a filter hides",
        ),
    )
}


def in_full(kind: Kind, detail: str) -> str:
    """What is wrong, said of a kind of error or warning and what is particular to one."""
    return f"{kind.sentence} {detail}".rstrip()
