"""The texts that a label may have below its code: of the code's product, its serial number or an SCM field."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Final

from django.db import connection

from portal.values.suggestions import none_such
from portal.values.words import gettext_lazy
from workorders.codes.fields import SCM_KEY
from workorders.models import Workorder

_OF_PRODUCT = "(SELECT {} FROM workorders_product WHERE id = code.product_id)"
TEXTS: Final = {
    "sku": (gettext_lazy("SKU"), _OF_PRODUCT.format("sku")),
    "product": (gettext_lazy("Product name"), _OF_PRODUCT.format("name")),
    "serial_number": (
        gettext_lazy("Serial number"),
        "CASE WHEN %(serial)s THEN lpad(code.sequence::text, 10, '0') END",
    ),
}
"""What is printed, by its name in the API: in words, and as an expression over `code`."""
SCM: Final = "scm_data."
"""What stands before the key of an SCM field."""


def label_of(text: str) -> str:
    """Say in words what a text is."""
    return str(TEXTS[text][0]) if text in TEXTS else text.removeprefix(SCM)


def check_text(text: str) -> None:
    """Raise ValueError, with the nearest right one, unless `text` names what a label may have."""
    is_field = text.startswith(SCM) and SCM_KEY.fullmatch(text.removeprefix(SCM))
    if text and text not in TEXTS and not is_field:
        raise ValueError(f"{none_such('text', text, TEXTS)} An SCM field is named like {SCM}best_before.")


def text_choices(keys: Iterable[str], chosen: str = "") -> list[tuple[str, str]]:
    """Return what a label may have, each with its words, for a company with these SCM fields; the `chosen` among it."""
    fields = {*(SCM + key for key in keys), chosen} - {"", *TEXTS}
    return [(name, label_of(name)) for name in (*TEXTS, *sorted(fields))]


def stream_texts(workorder: Workorder, text: str) -> Generator[tuple[str, str]]:
    """Read the ids of the workorder's codes in their order, each with its text, which is empty where it has none."""
    expression = TEXTS[text][1] if text in TEXTS else "code.scm_data ->> %(key)s"
    query = f"""
        COPY (
            SELECT identifier, coalesce({expression}, '') FROM workorders_code AS code
            WHERE workorder_id = %(workorder)s AND sequence <= %(count)s ORDER BY sequence
        ) TO STDOUT"""  # noqa: S608  # our own expressions
    values = {
        "serial": workorder.use_serial_number,
        "key": text.removeprefix(SCM),
        "workorder": workorder.pk,
        "count": workorder.codes_count,
    }
    with connection.cursor() as cursor, cursor.cursor.copy(query, values) as copy, closing(copy.rows()) as rows:
        yield from rows
