"""The columns of an export that is uploaded again as a file of changes: which are read, and as what."""

from __future__ import annotations

from collections.abc import Collection, Container

from ingestion.rules.keys import ID, ID_COLUMNS, KEY_COLUMNS
from workorders.codes.fields import ATTRIBUTES
from workorders.exports.columns import COLUMNS, OTHER_FIELDS

LEFT_OUT = ""


def columns_of_export(header: Collection[str], key: str, known: Container[str]) -> dict[str, str]:
    """Return how the columns of a table are read, as the option `columns` says it, where it has all of an export.

    What no change sets is left out, as are keys other than `key` and the names of products, which `sku` gives. `known`
    are the SCM fields of the company: one that is called as a column of ours gets its name back. Nothing for others.
    """
    names = {*header}
    if not names.issuperset(COLUMNS):
        return {}
    read = {ID if key in ("", *ID_COLUMNS) else key, *ATTRIBUTES} - {"product"}
    columns = dict.fromkeys((name for name in COLUMNS if name not in read), LEFT_OUT) | {"sku": "product"}
    if OTHER_FIELDS in names and OTHER_FIELDS not in known:
        columns[OTHER_FIELDS] = LEFT_OUT
    for own in COLUMNS:
        prefixed = f"scm_{own}"
        if f"scm_{prefixed}" in names:
            columns[f"scm_{prefixed}"] = own  # for `scm_` and the name is a field of its own
        elif prefixed in names and not (prefixed in known and own not in known):
            columns[prefixed] = LEFT_OUT if prefixed in known else own
    return columns


def left_out(columns: dict[str, str]) -> list[str]:
    """Return the columns that are left out, but those of keys."""
    return [name for name, new in columns.items() if new == LEFT_OUT and name not in KEY_COLUMNS]
