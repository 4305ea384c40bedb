"""The kinds of errors: everything that can be wrong with an uploaded file."""

from __future__ import annotations

from dataclasses import dataclass

from portal.values.problems import in_language
from portal.values.words import format_lazy, gettext_lazy
from workorders.identifiers import gs1


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
            gettext_lazy("The file cannot be read"),
            gettext_lazy("The file as a whole cannot be read."),
            gettext_lazy(
                "Save it again as CSV in UTF-8, with one header line that has a column id, and upload it again."
            ),
            "a file without a column id",
        ),
        Kind(
            "invalid_row_error",
            gettext_lazy("Broken row"),
            gettext_lazy("The row cannot be read."),
            gettext_lazy(
                "Correct the cell that is named. Where the whole row is, give it as many fields as the header has, and "
                "close every quote."
            ),
            'abc12345,"sku1',
        ),
        Kind(
            "missing_id_error",
            gettext_lazy("Missing id"),
            gettext_lazy("The row has no id."),
            gettext_lazy("Fill the column id, or delete the row."),
            ",sku1",
        ),
        Kind(
            "invalid_id_error",
            gettext_lazy("Invalid id"),
            gettext_lazy("An id has 8 to 100 characters, each one of a-z, A-Z, 0-9, - and _."),
            gettext_lazy("Correct the id; no spaces or other characters may stand before, in or after it."),
            "abc 123",
        ),
        Kind(
            "duplicate_id_error",
            gettext_lazy("Id used twice"),
            gettext_lazy("The id is taken already."),
            gettext_lazy(
                "Every id is used once within the company: give the row another id, or delete it. Repeats "
                "within one file, not ids of earlier uploads, can be ignored by an option of the upload."
            ),
            "abc12345 in rows 2 and 7",
        ),
        Kind(
            "code_not_found_error",
            gettext_lazy("Unknown code"),
            gettext_lazy("The company has no such code."),
            gettext_lazy("Correct what names the code, or delete the row; a file that changes codes creates none."),
            "an id that no upload had",
        ),
        Kind(
            "ambiguous_key_error",
            gettext_lazy("More than one code"),
            gettext_lazy("What names the code fits several."),
            gettext_lazy("Name the codes by their ids, or say by the option `many` that all of them are meant."),
            "the lot B7 of 40 codes",
        ),
        Kind(
            "history_gone_error",
            gettext_lazy("History deleted"),
            gettext_lazy("The history of this change was deleted after its retention time, so it cannot be undone."),
            gettext_lazy("Give the codes their old values by a change of their own."),
            "a change of last year, where history is kept for 100 days",
        ),
        Kind(
            "product_not_found_error",
            gettext_lazy("Unknown product"),
            gettext_lazy("No product of the company has this SKU, or it is hidden."),
            gettext_lazy("Use the SKU exactly as the product list shows it, create it, or show a hidden one again."),
            "sku-1 where the product is sku1",
        ),
        Kind(
            "invalid_activation_status_error",
            gettext_lazy("Invalid activation status"),
            gettext_lazy("An activation status is 0 (inactive), 1 (active) or 2 (blacklisted)."),
            gettext_lazy("Write 0, 1 or 2, or leave the cell empty to take the upload's default."),
            "yes",
        ),
        Kind(
            "invalid_scm_field_error",
            gettext_lazy("Invalid SCM field"),
            gettext_lazy("The SCM field cannot be stored."),
            gettext_lazy(
                "A field's name begins with a small letter and goes on with small letters, digits and _, 64 "
                "characters at most; its value has 1,000 characters at most. A field that the company declares "
                "has a value of its type. A blacklist reason is a number from 0 to 10, and goes with activation "
                "status 2 alone."
            ),
            "Pallet Number",
        ),
        Kind(
            "url_too_long_error",
            gettext_lazy("URL too long"),
            gettext_lazy("The URL with this id does not fit the QR code."),
            gettext_lazy(
                "Take a shorter URL prefix, or give the code a shorter id of its own, not the beginning of this one."
            ),
            "an id of 100 characters behind a prefix of 150",
        ),
        Kind(
            "url_prefix_error",
            gettext_lazy("URL prefix taken"),
            gettext_lazy("The URLs of these codes cannot begin with this prefix."),
            gettext_lazy("Upload the file again with another URL prefix."),
            "https://codes.example.com/ when another company's codes begin with it",
        ),
        Kind(
            "workorder_error",
            gettext_lazy("Not for this workorder"),
            gettext_lazy("The workorder does not take these codes."),
            gettext_lazy("Upload fewer codes, or choose another workorder."),
            "101 codes for a workorder of 100",
        ),
        Kind(
            "internal_error",
            gettext_lazy("Codeport failed"),
            gettext_lazy("The portal could not finish this upload, though nothing is known to be wrong with the file."),
            gettext_lazy("Upload the file again; if it fails again, tell support the record key."),
            "",
        ),
    )
}

OF_CHANGES = ("code_not_found_error", "ambiguous_key_error", "history_gone_error")  # of which new codes have none

GS1_ID = Kind(
    "invalid_id_error",
    gettext_lazy("Invalid GS1 id"),
    format_lazy(gettext_lazy("A GS1 id is a path {shape}, of which the batch may be left out."), shape=gs1.SHAPE),
    gettext_lazy("Correct the id; what URLs reserve is percent-encoded within a batch or a serial number."),
    "/01/09506000134351/21/A1",
)
GS1_KINDS = KINDS | {GS1_ID.kind: GS1_ID}


def in_full(kind: Kind, detail: str) -> str:
    """Join the sentence of a kind of error or warning with the detail of one case, in the language of the page."""
    return f"{kind.sentence} {in_language(detail)}".rstrip()
