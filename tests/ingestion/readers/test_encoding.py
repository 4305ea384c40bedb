"""Telling the encoding of a file by its first bytes, and what of a text cannot be stored."""

from __future__ import annotations

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.encoding import ENCODINGS, decoder_for, is_utf8, meant_encoding, unwritable


@pytest.mark.parametrize(
    ("beginning", "what"),
    [
        (b"PK\x03\x04rest", "It is an Excel workbook or another zip file"),
        (b"\xd0\xcf\x11\xe0", "It is an old or encrypted Excel workbook; save the sheet as CSV in UTF-8."),
        (b"\x1f\x8b\x08", "It is compressed by gzip more than once; compress it once only."),
        (b"%PDF-1.7", "It is a PDF; save the table as CSV in UTF-8."),
        (b"BZh9", "It is compressed by bzip2; unpack it, or compress it by gzip."),
        (b"\xfd7zXZ\0", "It is compressed by xz; unpack it, or compress it by gzip."),
        (b"\x28\xb5\x2f\xfd", "It is compressed by Zstandard; unpack it, or compress it by gzip."),
        (b"7z\xbc\xaf\x27", "It is a 7z archive; unpack it, or compress the file by gzip."),
        (b"\x89PNG\r\n", "It is a picture; upload the table itself as CSV in UTF-8."),
    ],
)
def test_files_of_other_kinds_are_named(beginning: bytes, what: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        decoder_for(beginning)
    assert str(refused.value).startswith(what)


@pytest.mark.parametrize("beginning", [b"\xff\xfe\0\0i\0\0\0", b"\0\0\xfe\xff\0\0\0i"])
def test_utf_32_is_refused_and_not_taken_for_utf_16(beginning: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"It is in UTF-32; save it in UTF-8."):
        decoder_for(beginning)


@pytest.mark.parametrize("beginning", [b"i\0d\0", b"\0i\0d"])
def test_utf_16_without_a_mark_is_refused(beginning: bytes) -> None:
    with pytest.raises(UnreadableFile, match="without a byte order mark") as refused:
        decoder_for(beginning)
    assert refused.value.offer == {"encoding": "utf-16"}


def test_utf_8_loses_its_mark_and_keeps_wrong_bytes_as_surrogates() -> None:
    encoding, decode = decoder_for(b"\xef\xbb\xbfid")
    assert encoding == "UTF-8"
    assert decode(b"\xef\xbb\xbfid,\xe9\n", True) == "id,\udce9\n"


def test_a_character_may_be_cut_by_the_end_of_a_piece() -> None:
    _encoding, decode = decoder_for(b"id")
    assert [decode(b"a\xc3", False), decode(b"\xa9b", False), decode(b"", True)] == ["a", "éb", ""]


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_mark_is_read_in_both_orders(name: str) -> None:
    data = "\ufeffid,é\n".encode(name)
    encoding, decode = decoder_for(data)
    assert (encoding, decode(data, True)) == ("UTF-16", "id,é\n")


def test_half_of_a_utf_16_character_at_the_end_is_refused() -> None:
    data = b"\xff\xfei\0d"
    _encoding, decode = decoder_for(data)
    with pytest.raises(UnreadableFile, match=r"It says that it is in UTF-16, but is not; save it in UTF-8."):
        decode(data, True)


@pytest.mark.parametrize(
    ("encoding", "text", "data"),
    [
        ("utf-8", "é", b"\xc3\xa9"),
        ("windows-1252", "Köln 10 €", b"K\xf6ln 10 \x80"),
        ("iso-8859-15", "Köln 10 €", b"K\xf6ln 10 \xa4"),
        ("windows-1251", "Москва", b"\xcc\xee\xf1\xea\xe2\xe0"),
        ("gb18030", "上海喆😀", b"\xc9\xcf\xba\xa3\x86\xb4\x94\x39\xfc\x36"),
        ("shift_jis", "東京①ｱ", b"\x93\x8c\x8b\x9e\x87\x40\xb1"),
        ("big5", "台北一", b"\xa5x\xa5_\xa4@"),
        ("euc-kr", "서울뷁", b"\xbc\xad\xbf\xef\x94\xee"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_encoding_that_is_said_is_decoded_piece_by_piece(encoding: str, text: str, data: bytes, size: int) -> None:
    label, decode = decoder_for(data, encoding)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert label == ENCODINGS[encoding].label
    assert "".join(decode(piece, False) for piece in pieces) + decode(b"", True) == text


@pytest.mark.parametrize(
    ("encoding", "data", "text"),
    [
        ("windows-1252", b"a\x81b", "a\udc81b"),
        ("iso-8859-15", b"a\x80b\x9f", "a\udc80b\udc9f"),
        ("windows-1251", b"\x98", "\udc98"),
        ("gb18030", b"\x80a\xff\xc9", "\udc80a\udcff\udcc9"),
        ("shift_jis", b"\xa0\x80\xfd\x81", "\udca0\udc80\udcfd\udc81"),
        ("big5", b"\x80\xa4", "\udc80\udca4"),
        ("euc-kr", b"\xff\xbc", "\udcff\udcbc"),
    ],
)
def test_a_byte_that_an_encoding_has_not_stays_as_a_surrogate(encoding: str, data: bytes, text: str) -> None:
    assert decoder_for(data, encoding)[1](data, True) == text


def test_utf_16_may_be_said_instead_of_marked() -> None:
    for name in ("utf-16-le", "utf-16-be"):
        label, decode = decoder_for("id,é".encode(name), "utf-16")
        assert (label, decode("id,é".encode(name), True)) == ("UTF-16", "id,é")


@pytest.mark.parametrize(
    ("data", "encoding", "label", "said"),
    [
        (b"\xef\xbb\xbfid", "windows-1252", "UTF-8", "Windows-1252"),
        (b"\xef\xbb\xbfid", "utf-16", "UTF-8", "UTF-16"),
        (b"\xff\xfei\0", "gb18030", "UTF-16", "GB18030"),
    ],
)
def test_a_mark_of_another_encoding_is_refused(data: bytes, encoding: str, label: str, said: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        decoder_for(data, encoding)
    assert str(refused.value) == (
        f"It begins with the byte order mark of {label}, but the upload says that it is in {said}; leave out the option"
        " `encoding`."
    )


def test_rows_that_are_given_back_are_in_utf_8_whatever_was_said() -> None:
    data = '\ufeff"errors (ignored)","id"\r\n"","é"\r\n'.encode()
    assert decoder_for(data, "windows-1252")[1](data, True) == data.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("latin-1", "windows-1252"),
        ("ISO-8859-1", "windows-1252"),
        ("CP1252", "windows-1252"),
        ("ansi", "windows-1252"),
        ("latin9", "iso-8859-15"),
        ("GBK", "gb18030"),
        ("windows-936", "gb18030"),
        ("sjis", "shift_jis"),
        ("cp949", "euc-kr"),
        ("big5-hkscs", "big5"),
        ("utf8", "utf-8"),
        ("utf-16le", "utf-16"),
        ("klingon", ""),
        ("a\0b", ""),
    ],
)
def test_other_names_of_encodings_are_known(name: str, meant: str) -> None:
    assert meant_encoding(name) == meant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("plain", ""),
        ("é 中 😀", ""),
        ("a\0b", "It holds a NUL character."),
        ("a\ud83d", "It holds half of a surrogate pair, which is no character."),
        (
            "caf\udce9",
            "Character 4 is the byte 0xE9, which is not UTF-8 (in Windows-1252 it would be é). Save the file in UTF-8.",
        ),
        (
            "\udcd6\udcd0",
            (
                "Character 1 is the byte 0xD6, which is not UTF-8"
                " (it may be GBK, Shift-JIS or Big5; in Windows-1252 it is ÖÐ). Save the file in UTF-8."
            ),
        ),
        (
            "x\udc80\udc81",
            (
                "Character 2 is the byte 0x80, which is not UTF-8 (it may be GBK, Shift-JIS or Big5)."
                " Save the file in UTF-8."
            ),
        ),
    ],
)
def test_what_cannot_be_stored_is_said(text: str, reason: str) -> None:
    assert unwritable(text) == reason


def test_a_byte_that_is_none_of_the_encoding_is_said() -> None:
    reason = "Character 2 is the byte 0x81, which Windows-1252 does not have. Save the file in UTF-8."
    assert unwritable("a\udc81", "Windows-1252") == reason


def test_the_replacement_character_is_refused_with_its_place() -> None:
    assert unwritable("ab\ufffd").startswith("Character 3 is the replacement character (U+FFFD)")


@pytest.mark.parametrize(("text", "fits"), [("", True), ("é", True), ("\ud800", False), ("\udce9", False)])
def test_lone_surrogates_are_no_utf_8(text: str, fits: bool) -> None:
    assert is_utf8(text) is fits
