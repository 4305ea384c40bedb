"""Rows that need no closer look are checked by columns, and become what they become row by row."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers import csv_reader, json_reader, json_text
from ingestion.rules import attributes, suggestions
from ingestion.rules.column_mapping import map_batches
from ingestion.rules.defaults import Defaults
from ingestion.rules.file import FileRules
from ingestion.rules.identifiers import RULES
from ingestion.rules.limits import Limits
from tests.support.row_logs import MemoryLog
from workorders.codes import spool
from workorders.codes.bulk_load import CodeSpool
from workorders.codes.field_types import FieldRule
from workorders.codes.sorted_runs import merge_runs
from workorders.models import DeclaredField

PRODUCTS = {"sku1": 11, "sku2": 22}
NONE: Mapping[str, str] = MappingProxyType({})
DECLARED = {
    "lot": FieldRule("lot", is_required=True),
    "size": FieldRule("size", DeclaredField.Type.WHOLE_NUMBER),
    "color": FieldRule("color", DeclaredField.Type.CHOICE, choices=("red", "blue")),
}


class Taken(NamedTuple):
    """What became of a file: lines of COPY, what was reported, blank rows, and how many blocks went by columns."""

    lines: list[bytes]
    errors: object
    warnings: object
    blank: list[tuple[int, int]]
    blocks: int


def taken(
    data: bytes,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    by_columns: bool = True,
    is_json: bool = False,
    defaults: Defaults | None = None,
    columns: Mapping[str, str] = NONE,
    ids: str = "default",
    declared: Mapping[str, FieldRule] = MappingProxyType({}),
) -> Taken:
    """Check a file as the engine does, in small blocks, by columns wherever that can be or never."""
    log, blocks = MemoryLog(), 0
    rules = FileRules(Limits(defaults or Defaults(), PRODUCTS, 40, RULES[ids], declared=declared), log)
    folder.mkdir(parents=True)
    with monkeypatch.context() as patch:
        for module in (csv_reader, json_text):
            patch.setattr(module, "BLOCK", 64)
            patch.setattr(module, "CLEAN_BLOCK", 600 if is_json else 200)
        patch.setattr(spool, "RUN", 20)
        header: tuple[str, ...] = ()
        reader: csv_reader.CsvReader | json_reader.JsonReader
        if is_json:
            reader = json_reader.JsonReader(io.BytesIO(data), log)
        else:
            reader = csv_reader.CsvReader(io.BytesIO(data), log)
            rules.check_table(reader, columns)
            header = reader.header
        if rules.takes_clean_rows(header) and by_columns:
            reader.take_clean_rows()
        codes = CodeSpool(folder, company_id=7, workorder_id=8, first_position=reader.first_row)
        for batch in map_batches(reader, columns, is_table=not is_json):
            checked: Any = rules.check_many(batch)
            blocks += not isinstance(checked, list)
            codes.add(checked)
    rules.warn()
    repeats: list[tuple[str, int, int]] = []
    codes.find_repeats(lambda *repeat: repeats.append(repeat), lambda _done: None)
    lines = list(merge_runs(codes._runs))
    return Taken(
        lines,
        [sorted(log.errors, key=lambda error: error[1] or 0), repeats],
        sorted(log.warnings),
        list(rules.blank_rows.runs()),
        blocks,
    )


def table(header: str, *rows: str, times: int = 30) -> bytes:
    """A CSV with a header, and the rows over and over, each with an id of its own where it has `{}`."""
    return "".join([f"{header}\n", *(row.format(number) + "\n" for number in range(times) for row in rows)]).encode()


def _braced(text: str) -> str:
    """A value as a cell of a row of `table`."""
    cell = text.replace("{", "{{").replace("}", "}}")
    return cell if '"' not in cell else '"' + cell.replace('"', '""') + '"'


def both(data: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch, **given: object) -> Taken:
    """Take the file both ways, which give the same, and return it."""
    fast = taken(data, folder / "fast", monkeypatch, **given)  # type: ignore[arg-type]  # what tests give is checked there
    slow = taken(data, folder / "slow", monkeypatch, by_columns=False, **given)  # type: ignore[arg-type]  # what tests give is checked there
    assert (slow.blocks, fast._replace(blocks=0)) == (0, slow)
    return fast


def test_rows_become_lines_with_their_numbers_attributes_and_fields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = table("id,product,activation_status,lot,size", "abc{:05d},sku1,1,L é,5", "xyz{:05d},,,M,6")
    found = both(data, tmp_path, monkeypatch)
    assert found.lines[29] == 'abc00029\t0000000059\t7\t8\t11\t1\t0\t{"lot": "L é", "size": "5"}\n'.encode()
    assert found.lines[59] == b'xyz00029\t0000000060\t7\t8\t\\N\t0\t0\t{"lot": "M", "size": "6"}\n'
    assert found.blocks > 3
    assert (len(found.lines), found.errors) == (60, [[], []])


@pytest.mark.parametrize(
    ("header", "row", "by_columns"),
    [
        ("id,lot", "abc{:05d},", True),  # empty cells
        ("id,lot,size", "abc{:05d},L,", True),
        ("id", "abc{:05d}", True),
        ("lot,id", "L,abc{:05d}", True),
        ("id,lot\r", "abc{:05d},L\r", True),  # ends of lines of Windows
        ("id;lot;a_b", "abc{:05d};L,1;2", True),
        ("id\tlot", "abc{:05d}\tL", True),
        ("id|lot", "abc{:05d}|L", True),
        ("id,lot,", "abc{:05d},L,", True),  # a column without a name that is empty
        ("id,lot,", "abc{:05d},L,x", True),  # and that is not
        ("id,blacklist_reason,activation_status", "abc{:05d},3,2", True),
        ("id,lot", "abc{:05d},it's", True),
        ("id,lot", "abc{:05d}, L ", True),
        ("id,lot", "abc{:05d},中文", True),
        ("id,lot", "abc{:05d},a\\b", False),
        ("id,lot", "abc{:05d},'=1+1", False),
        ("id,lot", "abc{:05d},1E+15", False),
        ("id,lot", "abc{:05d},a\tb", False),
        ("id,lot", "abc{:05d},a\x7fb", False),
        ("id,lot", "abc{:05d},a\x85b", False),
        ("id,lot", "abc{:05d},a\rb", False),
        ("id,lot", "a{:05d},L", True),  # an id that is too short
        ("id,lot", "abc {:05d},L", True),
        ("id,lot", " abc{:05d},L", True),
        ("id,lot", f"abc{{:05d}}{'d' * 33},L", True),  # one that is too long for the URL
        ("id,lot", f"abc{{:05d}}{'d' * 93},L", True),
        ("id,lot", "123{:05d},L", True),
        ("id,lot", "4006381333931.{:05d}0,L", True),
        ("id,lot", ",L{:05d}", False),
        ("id,lot", " ,L{:05d}", False),
        ("id,lot", ",", False),
        ("id,product,activation_status", "äbc{:05d},sku3,5", True),
        ("id,product", "äbc,sku{:05d}", True),
        ("id,product,lot,", "äbc{:05d},sku3,L,", True),
        ("id,product,lot,", "äbc{:05d},sku3,L,x", True),
        ("id,lot", "abc{:05d},L,more", False),
        ("id,lot", "abc{:05d}", False),
        ("id,product", "abc{:05d},sku3", True),
        ("id,activation_status", "abc{:05d},active", True),
        ("id,activation_status,blacklist_reason", "abc{:05d},1,3", True),
        ("id,lot", f"abc{{:05d}},{'x' * 1001}", False),
        ("id,lot", 'abc{:05d},"L"', False),
    ],
)
def test_what_needs_a_closer_look_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, row: str, *, by_columns: bool
) -> None:
    assert bool(both(table(header, row), tmp_path, monkeypatch).blocks) is by_columns


def test_rows_with_wrong_ids_stand_among_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = table("id,product,lot", "abc{:05d},sku1,L", "abc {:05d},sku3,M", "xyz{:05d},sku9,", "ü{:05d},,N")
    found = both(data, tmp_path, monkeypatch)
    assert [line.split(b"\t", 2)[:2] for line in found.lines[:2]] == [
        [b"abc00000", b"0000000001"],
        [b"abc00001", b"0000000005"],
    ]
    assert (len(found.lines), found.blocks > 3) == (60, True)
    gs1 = table("id,lot", "01/9506000134352/21/A{:05d},L", "01/9506000134351/21/A{:05d},L", "abc{:05d},L")
    assert both(gs1, tmp_path / "2", monkeypatch, ids="gs1").blocks > 3


def test_more_sets_of_wrong_cells_than_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attributes, "MOST_FAULTS", 7)
    monkeypatch.setattr(suggestions, "MOST_COMPARED", 30)
    rows = [f"abc{{:05d}},sku{number}x" for number in range(20)]
    assert both(table("id,product", *rows, times=8), tmp_path, monkeypatch).blocks > 3
    wrong = [f"äbc{{:05d}},sku{number}x" for number in range(20)]
    both(table("id,product", *wrong, *rows[:5], times=8), tmp_path / "2", monkeypatch)


def test_a_blank_line_among_others_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = table("id,lot", "abc{:05d},L", times=60).decode().splitlines(keepends=True)
    found = both("".join([*lines[:40], "\n", *lines[40:]]).encode(), tmp_path, monkeypatch)
    assert (found.blank, len(found.lines)) == ([(41, 1)], 60)
    assert found.blocks > 1


def test_a_block_that_begins_with_a_byte_order_mark_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table("lot,id", "\ufeffL,abc{:05d}")
    assert both(rows, tmp_path, monkeypatch).lines[0].endswith('{"lot": "\ufeffL"}\n'.encode())


def test_an_id_that_stands_twice_is_found_in_whatever_way_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = table("id,lot", "abc{:05d},L", times=80) + b'abc00001,"x"\nabc00079,y\n'
    assert both(rows, tmp_path, monkeypatch).errors == [[], [("abc00001", 82, 3), ("abc00079", 83, 81)]]


def test_defaults_fill_empty_cells_and_columns_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = Defaults("sku2", 1, 0, {"lot": "default", "plant": "é"})
    data = table("id,lot,product", "abc{:05d},,", "xyz{:05d},L,sku1")
    found = both(data, tmp_path, monkeypatch, defaults=defaults)
    assert found.lines[0] == 'abc00000\t0000000001\t7\t8\t22\t1\t0\t{"lot": "default", "plant": "é"}\n'.encode()
    assert found.lines[-1] == 'xyz00029\t0000000060\t7\t8\t11\t1\t0\t{"lot": "L", "plant": "é"}\n'.encode()
    assert found.blocks > 3
    data = table("id,lot", "abc{:05d},", "xyz{:05d},L")
    assert both(data, tmp_path / "2", monkeypatch, defaults=Defaults(scm={"lot": "a\\b"})).blocks == 0


def test_columns_that_are_renamed_or_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = table("Code,lot,x,y", "abc{:05d},L,1,\\")
    found = both(data, tmp_path, monkeypatch, columns={"Code": "id", "lot": "batch", "x": ""})
    assert found.lines[0].endswith(b'{"batch": "L", "y": "\\\\\\\\"}\n')
    found = both(table("Code,lot,x", "abc{:05d},L,1"), tmp_path / "2", monkeypatch, columns={"Code": "id", "x": ""})
    assert (found.lines[0].endswith(b'{"lot": "L"}\n'), found.blocks > 1) == (True, True)


def test_declared_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = table("id,lot,size,color", "abc{:05d},L,5,red", "xyz{:05d},M,,")
    wrong = [("abc{:05d},,5,red"), ("abc{:05d},L,five,red"), ("abc{:05d},L,5,green")]
    assert both(good, tmp_path, monkeypatch, declared=DECLARED).blocks > 3
    for number, row in enumerate(wrong):
        found = both(table("id,lot,size,color", row), tmp_path / str(number), monkeypatch, declared=DECLARED)
        assert found.blocks == 0


def test_ids_of_gs1_are_kept_in_one_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = table("id,lot", "01/9506000134352/21/A{:05d},L")
    found = both(data, tmp_path, monkeypatch, ids="gs1")
    assert found.lines[0].startswith(b"01/09506000134352/21/A00000\t0000000001\t")
    assert found.blocks > 2
    wrong = both(table("id,product", "01/9506000134352/21/A{:05d},sku3"), tmp_path / "2", monkeypatch, ids="gs1")
    assert "01/9506000134352/21/A00000" in str(wrong.errors)


@pytest.mark.parametrize(("size", "by_columns"), [(20, True), (200, False)])
def test_rows_that_grow_much_do_not_come_many_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, size: int, by_columns: bool
) -> None:
    found = both(table("id", "abc{:05d}", times=60), tmp_path, monkeypatch, defaults=Defaults(scm={"lot": "x" * size}))
    assert (bool(found.blocks), len(found.lines)) == (by_columns, 60)


STRANGE_VALUES = [
    *("NULL", "null", "nan", "N/A", "#N/A", "None", "true"),  # which pyarrow takes for nothing, where it is let
    *("\\N", "\\.", "\\", "\\t\\x41", "C:\\new\\table", "x\\"),  # which COPY reads otherwise
    *("a\u2028b\u2029c", "\xa0L\xa0", " L ", "\ufeffL", "\u200eL\u200f", "Ware\xadhouse", "a\tb", "a\u3000"),
    *("e\u0301", "é", "\U0001f469\u200d\U0001f467", "ﬁ①", "\u0661", "\U0001d7cf", "İı", "\ue000", "\U0010fffd"),
    *("+49 30", "-5", "=1+2", "00123", "1e+06", "'Ewa", "it's", 'say "no"', "{}", "a;b|c", "100%", "sep=;", "# x"),
]


@pytest.mark.parametrize("value", STRANGE_VALUES)
def test_values_as_strangers_have_them_are_stored_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    found = both(table("id,lot,note", "abc{:05d},,x", f"xyz{{:05d}},{_braced(value)},x"), tmp_path, monkeypatch)
    stored = [json.loads(line.split(b"\t")[7].replace(b"\\\\", b"\\")) for line in found.lines]
    assert stored == [*[{"note": "x"}] * 30, *[{"lot": value, "note": "x"}] * 30]
    assert found.errors == [[], []]


STRANGE_ROWS = [
    "id,lot",  # the header once more
    "\ufeffid,lot",
    "abc12345,L,",
    "abc12345",
    "abc12345,L\r more",
    'abc12345, "L, M"',
    'abc12345,"L \\"M\\""',
    'abc12345,"L \\"',
    'abc12345,"two\nlines"',
    'abc12345,5" disk',
    "Total,7",
    "(90 rows affected)",
    "\\.",
    "\x1a",
    "\x0c",
    "\xa0,\xa0",
    ",",
    "",
    "abc12345\u200e,L",
    "abc12345 ,L",
    "'00012345,L",
    "1.23457E+11,L",
    "abc12345,a\x0cb",
    "abc12345,\x00",
    f"abc12345,{'x' * 1001}",
    "row-00000,L",  # an id that another row has
    "abc12345,L\r",
]


@pytest.mark.parametrize("row", STRANGE_ROWS)
def test_a_strange_row_among_others_is_taken_alike_wherever_a_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    rows = [f"row-{number:05d},L" for number in range(80)]
    outcomes = set()
    for at in range(40, 52):  # rows of 12 bytes, and one more byte each time
        text = "\n".join(["id,lot", f"first-one,{'y' * at}", *rows[:40], row, *rows[40:], ""])
        found = both(text.encode(), tmp_path / str(at), monkeypatch)
        assert found.blocks > 2
        outcomes.add(str((len(found.lines), found.errors, found.warnings, found.blank)))
    assert len(outcomes) == 1


CELLS = st.sampled_from(
    [
        "",
        "L",
        "x y",
        "é",
        "中",
        "'",
        "'=1",
        "=1",
        '"',
        '""',
        "\\",
        "1E+15",
        "\t",
        "\x85",
        "\ufeff",
        "\ufffd",
        "it's",
        "\r",
        "x" * 1001,
        "NULL",
        "\\N",
        "\u2028",
        "\xa0",
        "\x0c",
        "\x1a",
    ]
)
IDS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{8,12}", fullmatch=True),
    st.sampled_from(["", " ", "id", "\ufeffid", "short", "abc 12345", "abc12345", "abc12345\xa0", "ä" * 9]),
)
SKUS, STATUSES = (
    st.sampled_from(["", "sku1", "sku2", "sku3", "\\N", "NULL"]),
    st.sampled_from(["", "0", "1", "3", "NULL"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    usual=st.lists(st.tuples(IDS, SKUS, STATUSES, CELLS, CELLS), min_size=1, max_size=4),
    odd=st.lists(st.tuples(st.integers(0, 99), IDS, SKUS, STATUSES, CELLS, CELLS), max_size=3),
    end=st.sampled_from(["\n", "\r\n"]),
    cut=st.integers(0, 3),
)
def test_whatever_stands_in_a_file_both_ways_give_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    usual: list[tuple[str, ...]],
    odd: list[tuple[int, str, str, str, str, str]],
    end: str,
    cut: int,
) -> None:
    rows = [usual[number % len(usual)] for number in range(100)]
    for at, *cells in odd:
        rows[at] = tuple(cells)
    lines = ["id,product,activation_status,lot,note", *(",".join(row) for row in rows)]
    data = end.join([*lines, ""]).encode()
    both(data[: len(data) - cut], tmp_path_factory.mktemp("both"), monkeypatch)


def objects(*members: str, times: int = 60, between: str = ",\n") -> bytes:
    """A JSON file of objects with these members over and over, each with an id of its own where it has `%d`."""
    made = ("{" + each.replace("%d", f"{number:05d}") + "}" for number in range(times) for each in members)
    return f"[{between.join(made)}]".encode(errors="surrogatepass")


@pytest.mark.parametrize(
    ("member", "by_columns"),
    [
        ('"id": "abc%d", "lot": "L", "product": "sku1"', True),
        ('"id":"abc%d","lot":""', True),
        (' "lot" : "it, is {é}" , "id" : "abc%d" ', True),
        ('\n  "id": "abc%d",\n\t"lot": "中:L"\r\n', True),
        ('"id": "abc%d", "product": "sku3"', True),
        ('"id": "ä%d", "product": "sku3"', True),
        ('"id": "", "lot": "%d"', False),
        ('"lot": "%d"', False),
        ('"id": "abc%d", "Bad Key": "x"', False),
        ('"id": "abc%d", "": "x"', False),
        ('"id": "abc%d", "errors (ignored)": "x"', False),
        ('"id": "abc%d", "lot": 1.50', False),
        ('"id": 123%d', False),
        ('"id": "abc%d", "lot": null', False),
        ('"id": "abc%d", "lot": true', False),
        ('"id": "abc%d", "lot": ["x"]', False),
        ('"id": "abc%d", "lot": {"x": "y"}', False),
        ('"id": "abc%d", "lot": "x", "lot": "x"', False),
        ('"id": "abc%d", "id": "abc%d"', False),
        ('"id": "abc%d", "lot": "\\u00e9"', False),
        ('"id": "abc%d", "lot": "\\ud800"', False),
        ('"id": "abc%d", "lot": "a\\nb"', False),
        ('"id": "abc%d", "lot": "a\tb"', False),
        ('"id": "abc%d", "lot": "a\x85b"', False),
        ('"id": "abc%d", "lot": "\ufffd"', False),
        ('"id": "abc%d", "lot": "\ud800"', False),
        ('"id": "abc%d", "lot": "1E+15"', False),
        ('"id": "abc%d", "lot": "\'=1"', False),
        (f'"id": "abc%d", "lot": "{"x" * 1001}"', False),
        ("", False),
    ],
)
def test_objects_that_need_a_closer_look_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: str, *, by_columns: bool
) -> None:
    assert bool(both(objects(member), tmp_path, monkeypatch, is_json=True).blocks) is by_columns


def test_objects_become_lines_with_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = both(objects('"lot": "é", "id": "abc%d", "activation_status": "1"'), tmp_path, monkeypatch, is_json=True)
    assert found.lines[29] == 'abc00029\t0000000030\t7\t8\t\\N\t1\t0\t{"lot": "é"}\n'.encode()
    assert (len(found.lines), found.errors, found.blocks > 3) == (60, [[], []], True)


def test_objects_of_several_kinds_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ['"id": "abc%d", "lot": "L"', '"lot": "L", "id": "xyz%d"', '"id": "klm%d"']
    parts = [objects(kind, times=40)[1:-1] for kind in [*kinds, '"id": "nop%d", "lot": 5', kinds[0].replace("a", "b")]]
    data = b"[" + b",".join(parts) + b"]"
    found = both(data, tmp_path, monkeypatch, is_json=True)
    assert (len(found.lines), found.errors, found.blocks > 5) == (200, [[], []], True)
    names = {"lot": "batch"}
    assert b'{"batch": "L"}' in both(data, tmp_path / "2", monkeypatch, is_json=True, columns=names).lines[0]
    defaults = Defaults(scm={"lot": "x" * 200})
    assert both(data, tmp_path / "3", monkeypatch, is_json=True, defaults=defaults).blocks == 0
    assert both(data, tmp_path / "4", monkeypatch, is_json=True, declared=DECLARED).errors != [[], []]


@pytest.mark.parametrize("end", ["}", "x", ",]", ", {]", "]]", "", ', "text"]', ', {"id": "abc"'])
def test_a_file_that_breaks_off_or_goes_on_wrongly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    data = objects('"id": "abc%d", "lot": "L"')[:-1] + end.encode()
    said: list[object] = []
    for by_columns in (True, False):
        try:
            folder = tmp_path / str(by_columns)
            said.append(taken(data, folder, monkeypatch, is_json=True, by_columns=by_columns)._replace(blocks=0))
        except UnreadableFile as problem:
            said.append(str(problem))
    assert said[0] == said[1]


TEXTS = st.one_of(CELLS, st.sampled_from([1, 1.5, None, True, ["x"], {"a": "b"}, "},", '{"id": "x"},', ", "]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    usual=st.lists(st.tuples(IDS, SKUS, STATUSES, TEXTS), min_size=1, max_size=3),
    odd=st.lists(st.tuples(st.integers(0, 99), IDS, SKUS, STATUSES, TEXTS), max_size=3),
    indent=st.sampled_from([None, 1]),
    is_ascii=st.booleans(),
    cut=st.sampled_from([0, 0, 0, 1, 9]),
)
def test_whatever_stands_in_objects_both_ways_give_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    usual: list[tuple[object, ...]],
    odd: list[tuple[int, object, object, object, object]],
    indent: int | None,
    is_ascii: bool,
    cut: int,
) -> None:
    rows = [usual[number % len(usual)] for number in range(100)]
    for at, *cells in odd:
        rows[at] = tuple(cells)
    names = ("id", "product", "activation_status", "lot")
    made = json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=indent, ensure_ascii=is_ascii)
    data = made.encode()[: len(made.encode()) - cut]
    said: list[object] = []
    for by_columns in (True, False):
        try:
            folder = tmp_path_factory.mktemp("json") / "run"
            said.append(taken(data, folder, monkeypatch, is_json=True, by_columns=by_columns)._replace(blocks=0))
        except UnreadableFile as problem:
            said.append(str(problem))
    assert said[0] == said[1]
