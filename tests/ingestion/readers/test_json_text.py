"""JSON piece by piece: whatever the blocks, the values are those that one look at the whole text gives."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers import json_text as module
from ingestion.readers.cells import Number
from ingestion.readers.json_text import JsonText
from ingestion.readers.json_values import Repeated, Unescaped, decoder, members_of, text_of
from ingestion.readers.json_writer import json_text

TRICKY = [
    {"id": "plain"},
    {"id": "a},b", "note": '},{"id": "no object"},'},
    {"id": {"nested": [1, {"deep": "},"}]}},
    {"id": 'quote " and backslash \\ and },'},
    {"id": "é 中 😀", "n": 12345678901234567890},
    {},
    {"id": None, "t": True, "f": False, "x": 1.50},
]


def opened(text: str | bytes) -> JsonText:
    """The text with its array open."""
    data = text.encode() if isinstance(text, str) else text
    found = JsonText(io.BytesIO(data))
    found.open_array()
    return found


def runs(text: str | bytes) -> list[Any]:
    """All values of an array, read some at a time."""
    return [value for values in opened(text).runs() for value in values]


def plain(value: Any) -> Any:
    """A decoded value as the json module has it."""
    return json.loads(json_text(value))


@pytest.mark.parametrize("block", [1, 2, 3, 5, 7, 16, 41, 64, 100, 1000])
@pytest.mark.parametrize("indent", [None, 2])
def test_blocks_of_any_size_give_the_same_values(block: int, indent: int | None, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    text = json.dumps(TRICKY, ensure_ascii=False, indent=indent)
    assert [plain(value) for value in runs(text)] == TRICKY
    assert [plain(value) for value, _text in opened(text).texts()] == TRICKY


@pytest.mark.parametrize("block", [3, 1000])
def test_each_value_has_the_text_that_it_has_in_the_file(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    texts = ['{ "id" :1.50 }', '"},"', "[1,  2]", "null", '{"id":"a"}']
    assert [text for _value, text in opened(f"[{' , '.join(texts)}]").texts()] == texts


def test_whole_objects_of_a_window_are_parsed_in_one_go() -> None:
    text = json.dumps([{"id": f"id-{number}"} for number in range(100)])
    sizes = [len(values) for values in opened(text).runs()]
    assert sizes == [99, 1]  # the last has no comma behind it


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "It is empty. A JSON file is one array of objects, [{…}, {…}]."),
        ("  \n", "It is empty. A JSON file is one array of objects, [{…}, {…}]."),
        ("x", "It begins with x, not with [. A JSON file is one array of objects, [{…}, {…}]."),
    ],
)
def test_what_opens_no_array_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        opened(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "Its array is empty."),
        ('[{"id": "a"}', "After row 1 the file breaks off, where a comma or ] should stand."),
        ('[{"id": "a"} {"id": "b"}]', "After row 1 comes {, where a comma or ] should stand."),
        ('[{"id": "a"}] x', "After its array comes x; nothing may follow."),
        ('[{"id": "a"},]', "Behind row 1 stands a comma too many: delete it."),
        ('[{"id": "a"}, {"id": "b', 'Row 2 is not JSON: unterminated string starting at, at "b.'),
        ("[{id: 1}]", "Row 1 is not JSON: expecting property name enclosed in double quotes, at id: 1}]."),
        ("[NaN]", "Row 1 is not JSON: the value NaN is none that JSON has, at NaN"),
    ],
)
@pytest.mark.parametrize("block", [2, 1000])
def test_broken_syntax_is_refused_with_its_row(text: str, reason: str, block: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    with pytest.raises(UnreadableFile) as refused:
        runs(text)
    assert str(refused.value).startswith(reason.rstrip("."))


def test_objects_nested_without_end_are_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"Row 1 is nested too deeply."):
        runs("[" + "[" * 100_000 + "]" * 100_000 + "]")


def test_a_record_of_more_than_a_million_characters_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="Row 1 is not JSON: it is longer than 1,048,576 characters"):
        runs('[{"id": "' + "a" * (1 << 20) + "x" * 200_000)


def test_the_encoding_is_known_once_the_array_is_open() -> None:
    assert opened('[{"id": 1}]').encoding == "UTF-8"
    assert opened('[{"id": "é"}]'.encode("utf-16")).encoding == "UTF-16"


def test_numbers_keep_every_digit() -> None:
    (value,) = runs('[{"n": 1.50, "big": 123456789012345678901234567890, "e": 1E5}]')
    assert value == {"n": "1.50", "big": "123456789012345678901234567890", "e": "1E5"}
    assert {type(member) for member in value.values()} == {Number}


def test_a_key_that_stands_twice_is_noticed() -> None:
    (value,) = runs('[{"id": "a", "x": 1, "id": "b"}]')
    assert isinstance(value, Repeated)
    assert (value.key, dict(value), value.pairs) == (
        "id",
        {"id": "b", "x": "1"},
        [("id", "a"), ("x", "1"), ("id", "b")],
    )


def test_our_errors_may_stand_twice() -> None:
    (value,) = runs('[{"errors (ignored)": "a", "id": "x", "errors (ignored)": "b"}]')
    assert not isinstance(value, Repeated)


def test_a_bare_control_character_is_told_with_its_member() -> None:
    (value,) = runs('[{"id": "a", "note": "one\ttwo"}]')
    assert isinstance(value, Unescaped)
    assert (value.key, value.text) == ("note", "one\ttwo")
    assert value.reason.endswith("as it is; in JSON that is written by an escape, such as \\n or \\t.")


def test_a_bare_control_character_in_our_errors_does_not_count() -> None:
    (value,) = runs('[{"errors (ignored)": "one\ttwo", "id": "a"}]')
    assert not isinstance(value, Unescaped)


@pytest.mark.parametrize(
    ("member", "cell"),
    [("a", "a"), (Number("1.50"), "1.50"), (None, ""), (True, "true"), (False, "false"), ([1], "[…]"), ({}, "{…}")],
)
def test_a_member_becomes_a_cell(member: Any, cell: str) -> None:
    assert text_of(member) == cell


def test_members_of_an_object_keep_their_text() -> None:
    text = '{ "a" : 1.50 , "b":{"c": "},"},"d":[1, 2] }'
    assert list(members_of(text)) == [("a", '"a" : 1.50'), ("b", '"b":{"c": "},"}'), ("d", '"d":[1, 2]')]
    assert list(members_of("{ }")) == []


@pytest.mark.parametrize("text", ['{"a": 1.50, "b": [true, null, "x"]}', "[]", "{}", '[[1], {"a": {}}]', '"\\u0000"'])
def test_decoded_values_are_written_as_they_were(text: str) -> None:
    assert json_text(decoder().decode(text)) == text


def test_a_repeated_key_is_written_each_time() -> None:
    assert json_text(decoder().decode('{"a": 1, "a": 2}')) == '{"a": 1, "a": 2}'


def test_values_nested_deeper_than_python_recurses_are_written() -> None:
    value: Any = "x"
    for _level in range(50_000):
        value = [value]
    assert json_text(value) == "[" * 50_000 + '"x"' + "]" * 50_000
