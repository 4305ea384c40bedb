"""The rules of rows, one by one: what becomes a code, and what is reported instead."""

from __future__ import annotations

import io
import json

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import ERRORS_COLUMN, Batch, BrokenRow, CellFault, Trouble
from ingestion.readers.cells import Number
from ingestion.readers.csv_reader import CsvReader
from ingestion.rules import attributes, file
from ingestion.rules.changes import removes
from ingestion.rules.column_mapping import LeftOut
from ingestion.rules.defaults import Defaults
from ingestion.rules.file import FileRules
from ingestion.rules.header import advise_names, describe_wrong_names, is_too_wide, otherwise_split
from ingestion.rules.identifiers import RULES
from ingestion.rules.limits import Limits
from ingestion.rules.rows import wrong_width
from tests.support.row_logs import MemoryLog

PRODUCTS = {"sku1": 11, "sku2": 22}


class Checked:
    """Rules of a file, their log, and the codes so far."""

    def __init__(self, defaults: Defaults | None = None, *, ids: str = "default", longest: int = 100) -> None:
        self.log = MemoryLog()
        self.rules = FileRules(Limits(defaults or Defaults(), PRODUCTS, longest, RULES[ids]), self.log)

    def table(self, header: str, *rows: str, first: int = 2) -> list[tuple[object, ...]]:
        """The codes of a table whose cells are separated by commas."""
        names = tuple(header.split(","))
        self.rules.check_header(names, first - 1)
        return [*self.rules.check(Batch(names, first, [row.split(",") if row else [] for row in rows]))]

    def objects(self, header: tuple[str, ...], *rows: list[str], first: int = 1) -> list[tuple[object, ...]]:
        """The codes of objects with these keys."""
        return [*self.rules.check(Batch(header, first, [*rows]))]

    @property
    def found(self) -> list[tuple[str, int | None, str, str]]:
        """Kind, row, column and value of each error."""
        return [error[:4] for error in self.log.errors]


def test_a_whole_batch_becomes_codes_with_their_rows() -> None:
    checked = Checked()
    codes = checked.table("id,product,activation_status,blacklist_reason", "abc12345,sku1,1,", "abc12346,,2,7")
    assert codes == [("abc12345", 2, (11, 1, 0), "{}"), ("abc12346", 3, (None, 2, 7), "{}")]
    assert checked.log.errors == []


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("id,lot", "", "It has too few fields: 1 where the header has 2."),
        ("id,lot,note", "7", "It has too few fields: 2 where the header has 3."),
    ],
)
def test_our_own_column_is_not_counted_in_a_row_of_another_width(header: str, row: str, said: str) -> None:
    checked = Checked()
    checked.table(f"{ERRORS_COLUMN},{header}", ",".join(filter(None, ["seen before", "abc12345", row])))
    ((kind, number, _column, value, detail, _id),) = checked.log.errors
    assert (kind, number, value) == ("invalid_row_error", 2, ",".join(filter(None, ["abc12345", row])))
    assert detail.startswith(said)


@pytest.mark.parametrize(
    ("cell", "is_one"),
    [("<empty>", True), (" <EMPTY> ", True), ("<a>", False), ("<", False), ("<f>", False), ("empty", False)],
)
def test_one_cell_removes_a_field(cell: str, is_one: bool) -> None:
    assert removes(cell) is is_one


def test_columns_that_are_missing_take_the_defaults() -> None:
    checked = Checked(Defaults("sku2", 2, 3, {"lot": "L1", "pallet": "p"}))
    ((identifier, row, attributes_, scm),) = checked.table("id,pallet", "abc12345,mine")
    assert (identifier, row, attributes_) == ("abc12345", 2, (22, 2, 3))
    assert json.loads(str(scm)) == {"pallet": "mine", "lot": "L1"}


def test_an_empty_cell_takes_the_default_of_its_field() -> None:
    checked = Checked(Defaults(scm={"lot": "L1"}))
    codes = checked.table("id,lot,pallet", "abc12345,,p", "abc12346,L2,")
    assert [json.loads(str(code[3])) for code in codes] == [{"lot": "L1", "pallet": "p"}, {"lot": "L2"}]


@pytest.mark.parametrize("value", ['a"b', "a\\b", "100%", "%s", "é", "a\nb", "{}"])
def test_scm_values_are_written_as_json_in_whole_batches_and_row_by_row(value: str) -> None:
    whole = Checked().objects(("id", "note"), ["abc12345", value])
    beside_a_wrong_row = Checked().objects(("id", "note"), ["abc12345", value], ["short", "x"])
    assert whole == beside_a_wrong_row
    assert json.loads(str(whole[0][3])) == {"note": value}


def test_each_fault_of_a_row_is_reported_with_its_id() -> None:
    checked = Checked()
    codes = checked.table("id,product,activation_status,blacklist_reason", "abc12345,Sku1,yes,99")
    assert codes == [("abc12345", 2, (None, None, None), "{}")]
    assert checked.log.errors == [
        (
            "product_not_found_error",
            2,
            "product",
            "Sku1",
            "It differs from `sku1` in small and capital letters.",
            "abc12345",
        ),
        ("invalid_activation_status_error", 2, "activation_status", "yes", "Write 1 instead.", "abc12345"),
        (
            "invalid_scm_field_error",
            2,
            "blacklist_reason",
            "99",
            "A blacklist reason is a number from 0 to 10.",
            "abc12345",
        ),
    ]


def test_a_default_product_that_is_gone_is_said_to_be_the_uploads() -> None:
    checked = Checked(Defaults("gone"))
    checked.table("id", "abc12345")
    assert checked.log.errors == [
        ("product_not_found_error", 2, "product", "gone", "It is the upload's default product.", "abc12345")
    ]


@pytest.mark.parametrize(
    ("defaults", "row", "detail"),
    [
        (Defaults(), "abc12345,1,7", "but the status is 1 (active)."),
        (
            Defaults(activation_status=1),
            "abc12345,,7",
            "but the status is 1 (active). The status is the upload's default.",
        ),
        (
            Defaults(blacklist_reason=7),
            "abc12345,1,",
            "but the status is 1 (active). The reason is the upload's default.",
        ),
    ],
)
def test_a_reason_without_a_blacklisted_status_is_refused(defaults: Defaults, row: str, detail: str) -> None:
    checked = Checked(defaults)
    checked.table("id,activation_status,blacklist_reason", row)
    ((kind, _row, column, value, said, _id),) = checked.log.errors
    assert (kind, column, value) == ("invalid_scm_field_error", "blacklist_reason", "7")
    assert said.endswith(detail)


def test_faults_that_are_the_same_in_many_rows_are_reported_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attributes, "MOST_FAULTS", 2)
    checked = Checked()
    checked.table("id,product", *(f"abc1234{number},none{number % 3}" for number in range(9)))
    assert [(row, value) for _kind, row, _column, value in checked.found] == [
        (number + 2, f"none{number % 3}") for number in range(9)
    ]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("short,sku1", ("invalid_id_error", 2, "id", "short")),
        (",sku1", ("missing_id_error", 2, "id", "")),
        ("abc 12345,sku1", ("invalid_id_error", 2, "id", "abc 12345")),
        ("abc12345", ("invalid_row_error", 2, "", "abc12345")),
        ("abc12345,sku1,x", ("invalid_row_error", 2, "", "abc12345,sku1,x")),
    ],
)
def test_a_row_without_a_valid_id_or_width_is_no_code(row: str, error: tuple[str, int, str, str]) -> None:
    checked = Checked()
    assert checked.table("id,product", row, "abc12399,sku2") == [("abc12399", 3, (22, 0, 0), "{}")]
    assert checked.found == [error]


def test_an_id_that_does_not_fit_the_url_is_reported_and_kept() -> None:
    checked = Checked(longest=9)
    codes = checked.table("id", "abc123456", "abc1234567")
    assert [code[0] for code in codes] == ["abc123456", "abc1234567"]
    assert checked.log.errors == [
        (
            "url_too_long_error",
            3,
            "id",
            "abc1234567",
            "The longest id that fits has 9 characters, this has 10.",
            "abc1234567",
        )
    ]


def test_blank_rows_of_a_table_are_counted_and_say_nothing() -> None:
    checked = Checked()
    codes = checked.table("id,product", "abc12345,sku1", "", " , ", "abc12346,sku1")
    assert [code[1] for code in codes] == [2, 5]
    assert checked.rules.blank_rows.count == 2
    assert list(checked.rules.blank_rows.runs()) == [(3, 2)]
    assert checked.log.errors == []


def test_an_empty_object_of_json_is_no_blank_row() -> None:
    checked = Checked()
    assert checked.objects(("id", "product"), ["", ""]) == []
    assert checked.found == [("missing_id_error", 1, "id", "")]


def test_a_row_that_was_reported_as_broken_is_passed_over() -> None:
    checked = Checked()
    codes = checked.objects(("id",), BrokenRow(["x"]), ["abc12345"])
    assert codes == [("abc12345", 2, (None, 0, 0), "{}")]
    assert checked.found == []


def test_too_long_scm_values_are_reported() -> None:
    checked = Checked()
    checked.objects(("id", "note"), ["abc12345", "x" * 1001])
    assert [error[0:3] + error[4:] for error in checked.log.errors] == [
        ("invalid_scm_field_error", 1, "note", "It has 1,001 characters.", "abc12345")
    ]


@pytest.mark.parametrize(
    ("cell", "warning"),
    [
        ("8.71234E+12", "shortened_number_warning"),
        ('="00123"', "spreadsheet_mark_warning"),
        ("'-5", "spreadsheet_mark_warning"),
        ("it's -5", None),
        (Number("8.71234E+12"), None),
    ],
)
def test_values_that_a_spreadsheet_may_have_changed_are_warned_of(cell: str, warning: str | None) -> None:
    checked = Checked()
    codes = checked.objects(("id", "note"), ["abc12345", cell])
    assert json.loads(str(codes[0][3])) == {"note": cell}
    kinds = [found[0] for found in checked.log.warnings if found[0] != "unknown_column_warning"]
    assert kinds == ([warning] if warning else [])


def test_columns_that_become_scm_fields_are_warned_of_once() -> None:
    checked = Checked()
    checked.objects(("id", "prodcut"), ["abc12345", "x"], first=1)
    checked.objects(("prodcut", "id"), ["x", "abc12346"], first=2)
    assert checked.log.warnings == [("unknown_column_warning", 1, "prodcut", "", "It looks like `product`.")]


def test_defaults_that_look_like_another_field_are_warned_of_at_the_end() -> None:
    checked = Checked(Defaults(scm={"prodcut": "x", "lot": "y"}))
    checked.rules.warn()
    detail = "It is a default of the upload. It looks like `product`."
    assert checked.log.warnings == [("unknown_column_warning", None, "prodcut", "prodcut", detail)]


def test_a_product_without_any_id_is_warned_of() -> None:
    checked = Checked()
    checked.table("id,product", ",sku1", ",sku1", ",sku2", "abc12345,sku2", ",sku2")
    checked.rules.warn()
    assert checked.log.warnings == [("product_without_ids_warning", None, "product", "sku1", "It has 2 rows.")]


def test_wrong_names_of_a_table_are_reported_once_and_those_of_objects_in_each_row() -> None:
    table, objects = Checked(), Checked()
    table.table("id,Bad", "abc12345,x", "abc12346,x")
    objects.objects(("id", "Bad"), ["abc12345", "x"], ["abc12346", "x"])
    assert table.found == [("invalid_scm_field_error", 1, "Bad", "Bad")]
    assert objects.found == [("invalid_scm_field_error", row, "Bad", "Bad") for row in (1, 2)]
    assert table.log.errors[0][4] == "It is the field's name that is wrong. `bad` would be right."


def test_no_name_is_suggested_that_two_columns_would_get() -> None:
    said = dict(describe_wrong_names(["Bad Key", "BAD-KEY"], ("id", "Bad Key", "BAD-KEY")))
    assert said["Bad Key"].endswith(
        "Another column is `bad_key` too: leave one of the two out, or give this one another name."
    )


def test_a_nameless_column_may_be_empty_and_is_reported_once_otherwise() -> None:
    checked = Checked()
    assert len(checked.table("id,,product", "abc12345,,sku1", "abc12346,,sku1")) == 2
    assert checked.found == []
    batch = Batch(("id", "", "product"), 4, [["abc12347", "x", "sku1"], ["abc12348", "y", "sku1"]])
    checked.rules.check(batch)
    assert checked.found == [("invalid_scm_field_error", 1, "", "")]
    assert checked.log.errors[0][4].endswith("Column 2 has no name: name it, or delete it.")


def test_a_column_that_is_left_out_says_nothing() -> None:
    checked = Checked()
    codes = checked.objects(("id", LeftOut("Bad (left out)")), ["abc12345", "x" * 5000])
    assert codes == [("abc12345", 1, (None, 0, 0), "{}")]
    assert (checked.log.errors, checked.log.warnings) == ([], [])


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            ("product", "Code"),
            "Its header has no column `id`, only: product, Code. Is it `Code` that should be named `id`?",
        ),
        (('[{"id": 1', "x"), "It looks like JSON; upload it as JSON."),
        (("<html>",), "It looks like a web page or XML; save the table as CSV in UTF-8."),
        (("id;product", "x"), "or is another than a line `sep=` above or the upload says."),
        (("\u0456d", "x"), "In `\u0456d`, character 1 is"),
        (("id", "lot", "lot"), "Its header has the column `lot` more than once. Rename one, or leave it out."),
        (("id", *(f"f{number}" for number in range(10_004))), "Its header has 10,005 columns;"),
    ],
)
def test_a_header_that_cannot_serve_is_refused(header: tuple[str, ...], said: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        Checked().rules.check_header(header, 1)
    assert said in str(refused.value)


def test_our_column_of_errors_and_nameless_ones_may_stand_twice() -> None:
    Checked().rules.check_header(("errors (ignored)", "id", "", "", "errors (ignored)"), 1)


def test_an_object_with_too_many_fields_is_refused_alone() -> None:
    checked = Checked()
    header = ("id", *(f"f{number}" for number in range(10_004)))
    assert is_too_wide(header)
    assert checked.objects(header, ["abc12345"] * len(header)) == []
    assert checked.log.errors == [
        ("invalid_row_error", 1, "", "", "It has 10,005 fields; a code has 10,000 SCM fields at most.", "")
    ]


def test_rules_of_many_headers_are_forgotten_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MOST_HEADERS", 2)
    checked = Checked()
    for number in range(5):
        codes = checked.objects(("id", f"f{number % 3}"), [f"abc1234{number}", "x"], first=number + 1)
        assert json.loads(str(codes[0][3])) == {f"f{number % 3}": "x"}


def test_faults_of_cells_make_their_rows_broken() -> None:
    checked = Checked()
    fault = CellFault(2, 1, "#N/A", Trouble.CELL, "This cell holds an error.")
    batch = Batch(("id", "note"), 1, [["abc12345", "x"], ["abc12346", "#N/A"]], [fault])
    assert [code[0] for code in checked.rules.check(batch)] == ["abc12345"]
    assert checked.log.errors == [("invalid_row_error", 2, "note", "#N/A", "This cell holds an error.", "abc12346")]


def test_a_value_in_another_form_is_warned_of_but_in_an_id_refused() -> None:
    checked = Checked()
    faults = [CellFault(1, 1, "0.5", Trouble.FORM, "shown"), CellFault(2, 0, "abc12346", Trouble.FORM, "shown")]
    codes = checked.rules.check(Batch(("id", "note"), 1, [["abc12345", "0.5"], ["abc12346", ""]], faults))
    assert [code[0] for code in codes] == ["abc12345"]
    assert ("shown_otherwise_warning", 1, "note", "0.5", "shown") in checked.log.warnings
    assert checked.found == [("invalid_row_error", 2, "id", "abc12346")]


@pytest.mark.parametrize("name", ["note", LeftOut("x (left out)"), "errors (ignored)"])
def test_cells_merged_with_others_count_only_in_ids(name: str) -> None:
    checked = Checked()
    fault = CellFault(1, 1, "x", Trouble.KEY, "merged")
    assert len(checked.rules.check(Batch(("id", name), 1, [["abc12345", "x"]], [fault]))) == 1
    assert checked.found == []


FEW, MANY = (
    "It has too few fields: {} where the header has {}. {}",
    "It has too many fields: {} where the header has {}. {}",
)
NO_ROW = "If it is no row of the table, such as a total or a remark, delete it."
NO_NAMES = "The header ends in separators with no name behind them: delete them."
NO_CELLS = "It ends in separators with nothing behind them: delete them, or name their columns in the header."
SPACED = "A quote counts right behind a separator alone: delete the space before it."
BROKEN = "A cell that holds a line break has to stand in quotes."
SPLIT = "A cell that holds a separator has to stand in quotes."


@pytest.mark.parametrize(
    ("header", "cells", "said"),
    [
        (["id", "lot", "note"], ["x", "y"], FEW.format(2, 3, BROKEN)),
        (["id", "lot"], ["Total: 7"], FEW.format(1, 2, NO_ROW)),
        (["id", "lot", "", ""], ["x", "y"], FEW.format(2, 4, NO_NAMES)),
        (["id", "lot", "", ""], ["x"], FEW.format(1, 4, NO_ROW)),
        (["id", "lot"], ["x", "y", ""], MANY.format(3, 2, NO_CELLS)),
        (["id", "lot"], ["x", "y", "", " "], MANY.format(4, 2, NO_CELLS)),
        (["id", "lot"], ["x", ' "a', ' b"'], MANY.format(3, 2, SPACED)),
        (["id", "lot"], ["x", "a", "b"], MANY.format(3, 2, SPLIT)),
        (["id"], ["x"] * 1200, MANY.format("1,200", 1, SPLIT)),
    ],
)
def test_a_wrong_width_is_said_with_what_mends_it(header: list[str], cells: list[str], said: str) -> None:
    assert wrong_width(cells, header) == said


@pytest.mark.parametrize("word", ["\\N", "NULL", "null", "None", "NaN", "N/A", "#N/A", " NULL "])
def test_what_databases_write_for_nothing_is_to_be_left_out(word: str) -> None:
    checked = Checked()
    checked.table("id,product,activation_status,blacklist_reason", f"abc12345,{word},{word},{word}")
    nothing = "It looks like what a program writes for nothing: leave the cell empty."
    assert [
        (error[2], error[4].removeprefix("A blacklist reason is a number from 0 to 10. "))
        for error in checked.log.errors
    ] == [
        ("product", nothing),
        ("activation_status", nothing),
        ("blacklist_reason", nothing),
    ]


@pytest.mark.parametrize("cells", ["id,product", "\ufeffid,product"])
def test_a_header_that_is_repeated_is_told(cells: str) -> None:
    checked = Checked()
    checked.table("id,product", "abc12345,sku1", cells, "abc12346,sku1")
    assert [error[:3] for error in checked.log.errors] == [
        ("product_not_found_error", 3, "product"),
        ("invalid_id_error", 3, "id"),
    ]
    assert checked.log.errors[1][4] == "The header stands here once more: delete the row."


@pytest.mark.parametrize(
    ("header", "is_unsplit"),
    [(("id;product",), True), (("a | id",), True), (("ID\tx",), True), (("idea;x",), False), (("id",), False)],
)
def test_a_header_that_another_separator_would_split_is_noticed(header: tuple[str, ...], is_unsplit: bool) -> None:
    assert bool(otherwise_split(header, "id")) is is_unsplit


@pytest.mark.parametrize("other", ["01/9506000134352/21/A2,sku1", "abc12345,sku1"])
def test_errors_name_ids_as_the_file_has_them(other: str) -> None:
    """Also where no id near them is wrong, so that rows are checked by columns."""
    checked = Checked(ids="gs1")
    checked.table("id,product", "01/9506000134352/21/A1,nosuch", other)
    assert checked.log.errors[0][5] == "01/9506000134352/21/A1"


def test_gs1_ids_are_kept_in_one_spelling() -> None:
    checked = Checked(ids="gs1")
    codes = checked.objects(("id",), ["/01/09506000134352/21/A1"], ["/01/09506000134351/21/A1"])
    assert [code[0] for code in codes] == ["01/09506000134352/21/A1"]
    assert checked.found == [("invalid_id_error", 2, "id", "/01/09506000134351/21/A1")]


@pytest.mark.parametrize(
    ("data", "columns", "said", "offer"),
    [
        (
            b"March\n\nid,note\n1,2\n",
            {},
            'only: March. Row 3 looks like the header; upload it with `"header_row": 3`.',
            {"header_row": 3},
        ),
        (
            b"Codes\nid\n",
            {"Serial": "id"},
            'Row 2 looks like the header; upload it with `"header_row": 2`.',
            {"header_row": 2},
        ),
        (
            b"Serial No,Lot\n1,2\n",
            {},
            (
                "Is it `Serial No` that should be named `id`? Likewise `Lot` should be `lot`. Rename them, or upload"
                ' the file again with `"columns": {"Serial No": "id", "Lot": "lot"}`.'
            ),
            {},
        ),
        (b"Serial No,Lot\n1,2\n", {"Lot": "lot"}, "Is it `Serial No` that should be named `id`?", {}),
        (b"a,b\n1,2\n", {}, "only: a, b.", {}),
    ],
)
def test_a_refused_header_is_told_what_to_do(
    data: bytes, columns: dict[str, str], said: str, offer: dict[str, int]
) -> None:
    checked = Checked()
    with pytest.raises(UnreadableFile) as refused:
        checked.rules.check_table(CsvReader(io.BytesIO(data), checked.log), columns)
    assert str(refused.value).endswith(said)
    assert refused.value.offer == offer


def test_so_many_wrong_names_are_told_and_no_more() -> None:
    assert advise_names(("ID", *(f"Lot {number}" for number in range(21)))) == ""
    assert advise_names(("ID", "ID")) == ' Rename it, or upload the file again with `"columns": {"#1": "id"}`.'
    assert advise_names(("id", "Lot")) == ""
