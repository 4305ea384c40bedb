"""The rules of new codes for rows that need no closer look, whole columns at a time.

Whatever is wrong with ids or SCM data, or has to be looked at, is left to the rules of rows, which say what it is. Of
attributes many rows have the same, so what is wrong with theirs is reported for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from itertools import count
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from ingestion.readers.clean_rows import CleanRows
from ingestion.rules.rows import RowRules
from ingestion.rules.suggestions import may_be_marked
from workorders.codes.code_block import CodeBlock, bytes_of
from workorders.codes.fields import LONGEST_SCM_VALUE, Attributes

DELETE = "\x7f"
LATIN_CONTROL = re.compile("[\x80-\x9f]")  # characters of control that UTF-8 writes as two bytes
WRONG = (None, None, None)  # attributes of a code that will not be stored
SPACE = 32  # bytes below are characters of control
Columns = dict[int, pa.BinaryArray]
"""The cells of columns, by their places."""


def check_clean(rules: RowRules, rows: CleanRows, first: int) -> CodeBlock | None:
    """Return the codes of clean rows, of which the first is numbered so; None where any row needs a closer look."""
    if rules.id_at < 0 or not _is_readable(rows):
        return None
    columns = _columns(rules, rows)
    if columns is None:
        return None
    spelled = _texts(columns[rules.id_at])
    identifiers = rules.ids.column(spelled, rules.longest_id)
    scm = None if identifiers is None else _write_scm(rules, columns)
    if identifiers is None or scm is None:
        return None
    nameless, places = rules.findings.nameless, range(len(rules.header))
    rules.findings.report_nameless([_distinct(columns, at) if at in nameless else () for at in places])
    kept = columns[rules.id_at] if identifiers is spelled else pa.array([*identifiers], pa.string()).cast(pa.binary())
    keys, kinds = _find_attributes(rules, columns)
    known = rules.findings.limits.products
    rules.findings.skus_with_id.update(key[0] for key in keys if key[0] in known)
    attributes = [rules.attributes.resolve(key) for key in keys]
    if None in attributes:
        _report_attributes(rules, first, identifiers, keys, kinds)
    meant = cast("list[Attributes]", [each or WRONG for each in attributes])
    return CodeBlock([*identifiers], first, kept, meant, kinds, scm)


def _report_attributes(
    rules: RowRules, first: int, identifiers: Sequence[str], keys: list[tuple[str, ...]], kinds: NDArray[np.int32]
) -> None:
    """Report each row whose attributes are wrong."""
    is_wrong = [rules.attributes.resolve(key) is None for key in keys]
    for row, kind, identifier in zip(count(first), kinds.tolist(), identifiers, strict=False):
        if is_wrong[kind]:
            rules.attributes.check(row, keys[kind], identifier)


def _is_readable(rows: CleanRows) -> bool:
    """Say whether no character of the text needs a closer look, or would be escaped in JSON."""
    text = rows.text
    if "\\" in text or DELETE in text or may_be_marked(text):
        return False
    if not text.isascii() and LATIN_CONTROL.search(text):
        return False
    separators = text.count("\n") + text.count("\r") + (text.count("\t") if rows.delimiter == "\t" else 0)
    return int(np.count_nonzero(np.frombuffer(text.encode(), np.uint8) < SPACE)) == separators


def _columns(rules: RowRules, rows: CleanRows) -> Columns | None:
    """Return the cells of the columns that mean something; None where a row has more or fewer than the header."""
    names = [*map(str, range(len(rules.header)))]
    meant = {rules.id_at, *rules.attributes.at, *(at for at, _name in rules.scm.columns), *rules.findings.nameless}
    wanted = [names[at] for at in sorted(meant) if at >= 0]
    data = rows.text.encode()
    try:
        table = csv.read_csv(
            pa.py_buffer(data),
            csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            csv.ParseOptions(delimiter=rows.delimiter, quote_char=False, ignore_empty_lines=False),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(wanted, pa.binary()),
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(rows):
        return None
    return {int(name): table[name].combine_chunks() for name in wanted}


def _texts(column: pa.BinaryArray) -> list[str]:
    """Return the values, of which none has a line feed in it, as texts."""
    joined = pc.binary_join_element_wise(column, b"\n", b"")
    return str(bytes_of(joined), "utf-8").split("\n")[:-1]


def _distinct(columns: Columns, at: int) -> tuple[str, ...]:
    """Return the different values of the column at a place."""
    return tuple(value.decode() for value in columns[at].unique().to_pylist())


def _find_attributes(rules: RowRules, columns: Columns) -> tuple[list[tuple[str, ...]], NDArray[np.int32]]:
    """Return the sets of three cells that the rows have, and which of them each has."""
    coded = [columns[at].dictionary_encode() if at in columns else None for at in rules.attributes.at]
    values = [[cell.decode() for cell in column.dictionary.to_pylist()] if column else [""] for column in coded]
    places = [column.indices.to_numpy() if column else 0 for column in coded]
    sizes = [*map(len, values)]
    rows = np.zeros(len(columns[rules.id_at]), np.int64)
    combined = reduce(lambda together, next_: together * next_[1] + next_[0], zip(places, sizes, strict=True), rows)
    numbers, kinds = np.unique(combined, return_inverse=True)
    keys = [
        tuple(column[at] for column, at in zip(values, np.unravel_index(number, sizes), strict=True))
        for number in numbers.tolist()
    ]
    return keys, kinds.astype(np.int32)


def _write_scm(rules: RowRules, columns: Columns) -> pa.BinaryArray | pa.BinaryScalar | None:
    """Return the SCM data of the rows as JSON; None where a value is wrong or missing."""
    scm = rules.scm
    constant = ", ".join(scm.constant)
    if scm.missing or "\\" in constant:
        return None
    if not all(scm.fits(at, rule, _distinct(columns, at)) for at, rule in scm.declared):
        return None
    if not scm.columns:
        return pa.scalar(f"{{{constant}}}".encode(), pa.binary())
    lengths = [pc.min_max(pc.binary_length(columns[at])).as_py() for at, _name in scm.columns]
    if max(length["max"] for length in lengths) > LONGEST_SCM_VALUE:
        return None
    if all(length["min"] for length in lengths):
        return _write_full(rules, columns, constant)
    return _write_sparse(rules, columns, constant)


def _write_full(rules: RowRules, columns: Columns, constant: str) -> pa.BinaryArray:
    """Return the SCM data of rows in which no cell is empty."""
    pieces, between = [], "{"
    for at, begin, _default in rules.scm.members:
        pieces += [f'{between}{begin}"'.encode(), columns[at]]
        between = '", '
    end = f'", {constant}}}' if constant else '"}'
    return pc.binary_join_element_wise(*pieces, end.encode(), b"")


def _write_sparse(rules: RowRules, columns: Columns, constant: str) -> pa.BinaryArray | None:
    """Return the SCM data of rows in which an empty cell takes the default of its field, or leaves the field out."""
    members = []
    for at, begin, default in rules.scm.members:
        if "\\" in default:
            return None
        is_empty = pc.equal(pc.binary_length(columns[at]), 0)
        filled = pc.binary_join_element_wise(f'{begin}"'.encode(), columns[at], b'", ', b"")
        members.append(pc.if_else(is_empty, f"{default}, ".encode() if default else b"", filled))
    inner = pc.binary_join_element_wise(*members, f"{constant}, ".encode() if constant else b"", b"")
    return pc.binary_join_element_wise(b"{", pc.binary_slice(inner, 0, -len(", ")), b"}", b"")
