"""The rules of new codes for rows that need no closer look, whole columns at a time.

Whatever is wrong with SCM data, or has to be looked at, is left to the rules of rows, which say what it is. Of
attributes many rows have the same, so what is wrong with theirs is found once for all of them; of ids it is found for
each. Either is reported as the rules of rows do it.
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

from ingestion.errors.log import Fault
from ingestion.readers.base import is_blank
from ingestion.readers.clean_objects import CleanObjects
from ingestion.readers.clean_rows import CleanRows
from ingestion.rules.rows import RowRules
from ingestion.rules.suggestions import may_be_marked
from workorders.codes.code_block import CodeBlock, bytes_of
from workorders.codes.fields import LONGEST_SCM_VALUE, Attributes
from workorders.codes.url_prefixes import LONGEST_ID, SHORTEST_ID

DELETE = "\x7f"
LATIN_CONTROL = re.compile("[\x80-\x9f]")  # characters of control that UTF-8 writes as two bytes
WRONG = (None, None, None)  # attributes of a code that will not be stored
SPACE = 32  # bytes below are characters of control
Columns = dict[int, pa.BinaryArray]
"""The cells of columns, by their places."""


def check_clean(rules: RowRules, rows: CleanRows | CleanObjects, first: int) -> CodeBlock | None:
    """Return the codes of clean rows, of which the first is numbered so; None where any row needs a closer look."""
    if rules.id_at < 0 or not _is_readable(rows):
        return None
    columns = _columns(rules, rows)
    if columns is None:
        return None
    spelled = columns[rules.id_at]
    identifiers = _find_ids(rules, spelled)
    if identifiers is None and not _may_be_wrong(rules, columns):
        return None
    scm = _write_scm(rules, columns)
    if scm is None:
        return None
    keys, kinds = _find_attributes(rules, columns)
    attributes = [rules.attributes.resolve(key) for key in keys]
    meant = cast("list[Attributes]", [each or WRONG for each in attributes])
    positions = np.arange(first, first + len(spelled))
    if identifiers is None and not rules.attributes.remembers(attributes.count(None)):
        return None
    nameless, places = rules.findings.nameless, range(len(rules.header))
    rules.findings.report_nameless([_distinct(columns, at) if at in nameless else () for at in places])
    known = rules.findings.limits.products
    rules.findings.skus_with_id.update(key[0] for key in keys if key[0] in known)
    if identifiers is None:
        texts = _texts(spelled)
        kept = [*map(rules.ids.kept, texts)]
        _report_rows(rules, first, texts, kept, _faults_of(rules, keys, kinds), kinds)
        is_kept = np.array([identifier is not None for identifier in kept])
        codes = _binary([identifier for identifier in kept if identifier is not None])
        scm = scm.filter(pa.array(is_kept)) if isinstance(scm, pa.Array) else scm
        return CodeBlock(codes, positions[is_kept], meant, kinds[is_kept], scm)
    if None in attributes:
        _report_attributes(rules, first, _texts(spelled), keys, kinds)
    return CodeBlock(identifiers, positions, meant, kinds, scm)


def _find_ids(rules: RowRules, spelled: pa.BinaryArray) -> pa.BinaryArray | None:
    """Return the ids as they are stored; None where any is wrong."""
    if rules.ids.alphabet is None:
        kept = rules.ids.column(_texts(spelled), rules.longest_id)
        return None if kept is None else _binary([*kept])
    lengths = pc.min_max(pc.binary_length(spelled)).as_py()
    fits = lengths["min"] >= SHORTEST_ID and lengths["max"] <= min(rules.longest_id, LONGEST_ID)
    return spelled if fits and not bytes(bytes_of(spelled)).translate(None, rules.ids.alphabet) else None


def _binary(texts: list[str]) -> pa.BinaryArray:
    return pa.array(texts, pa.string()).cast(pa.binary())


def _may_be_wrong(rules: RowRules, columns: Columns) -> bool:
    """Say whether rows with wrong ids may be reported here: no id is blank, and no column without a name has cells."""
    nameless = (_distinct(columns, at) for at in rules.findings.nameless)
    return all(map(str.strip, _texts(columns[rules.id_at]))) and all(map(is_blank, nameless))


def _report_rows(
    rules: RowRules,
    first: int,
    spelled: list[str],
    kept: list[str | None],
    faults: list[list[Fault]],
    kinds: NDArray[np.int32],
) -> None:
    """Report each row whose id or attributes are wrong, as the rules of rows do."""
    log, longest = rules.log, rules.longest_id
    for row, cell, identifier, kind in zip(count(first), spelled, kept, kinds.tolist(), strict=False):
        for error, column, value, detail in faults[kind]:
            log.add(error, row, column, value, detail=detail, id=cell)
        if identifier is None:
            rules.report_id(row, cell)
        elif len(identifier) > longest:
            rules.report_long_id(row, identifier)


def _report_attributes(
    rules: RowRules, first: int, identifiers: Sequence[str], keys: list[tuple[str, ...]], kinds: NDArray[np.int32]
) -> None:
    """Report each row whose attributes are wrong."""
    is_wrong = [rules.attributes.resolve(key) is None for key in keys]
    if rules.attributes.remembers(sum(is_wrong)):
        rules.log.add_rows(first, _faults_of(rules, keys, kinds), kinds, identifiers)
        return
    for row, kind, identifier in zip(count(first), kinds.tolist(), identifiers, strict=False):
        if is_wrong[kind]:
            rules.attributes.check(row, keys[kind], identifier)


def _faults_of(rules: RowRules, keys: list[tuple[str, ...]], kinds: NDArray[np.int32]) -> list[list[Fault]]:
    """Return what is wrong with each set of three cells; they are looked at in the order in which rows have them."""
    faults: list[list[Fault]] = [[] for _key in keys]
    for kind in np.argsort(np.unique(kinds, return_index=True)[1]).tolist():
        if rules.attributes.resolve(keys[kind]) is None:
            faults[kind] = rules.attributes.faults(keys[kind])
    return faults


def _is_readable(rows: CleanRows | CleanObjects) -> bool:
    """Say whether no character of the text needs a closer look, or would be escaped in JSON."""
    text = rows.text
    if "\\" in text or DELETE in text or may_be_marked(text):
        return False
    if not text.isascii() and LATIN_CONTROL.search(text):
        return False
    if isinstance(rows, CleanObjects):
        return True
    separators = text.count("\n") + text.count("\r") + (text.count("\t") if rows.delimiter == "\t" else 0)
    return int(np.count_nonzero(np.frombuffer(text.encode(), np.uint8) < SPACE)) == separators


def _columns(rules: RowRules, rows: CleanRows | CleanObjects) -> Columns | None:
    """Return the cells of the columns that mean something; None where a row has more or fewer than the header."""
    meant = {rules.id_at, *rules.attributes.at, *(at for at, _name in rules.scm.columns), *rules.findings.nameless}
    places = [at for at in sorted(meant) if at >= 0]
    if isinstance(rows, CleanObjects):
        return {at: _pieces(rows.data, rows.begins[:, at], rows.ends[:, at]) for at in places}
    names = [*map(str, range(len(rules.header)))]
    wanted = [names[at] for at in places]
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


def _pieces(data: bytes, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> pa.BinaryArray:
    """Return the pieces of `data` that begin and end there, one behind the other."""
    offsets = np.append(np.stack([begins, ends], 1).ravel(), ends[-1]).astype(np.int32)
    with_gaps = pa.BinaryArray.from_buffers(
        pa.binary(), 2 * len(begins), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    return with_gaps.take(pa.array(np.arange(0, 2 * len(begins), 2)))


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
