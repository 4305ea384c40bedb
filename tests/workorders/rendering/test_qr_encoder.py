"""QR symbols in bulk: each reads back as its URL, and is the one that `qrcode` draws."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.drawn import lengths, library_matrix, matrices, picture, random_url, read_pure
from workorders.rendering.qr_encoder import LEVELS, VERSIONS, Level, capacity, encode, smallest_version

EVERY_KIND = [(version, level) for version in VERSIONS for level in LEVELS]


@pytest.mark.parametrize(("version", "level"), EVERY_KIND)
def test_urls_of_every_length_read_back(version: int, level: Level) -> None:
    urls = [random_url(length, (version, level)) for length in range(1, capacity(version, level) + 1)]
    symbols = encode(urls, version, level)
    assert symbols.shape == (len(urls), 17 + 4 * version)
    assert [read_pure(picture(matrix)) for matrix in matrices(symbols)] == urls


@pytest.mark.parametrize(("version", "level"), EVERY_KIND)
def test_modules_and_mask_are_those_of_the_library(version: int, level: Level) -> None:
    urls = [random_url(length, (level, length)) for length in lengths(version, level, 17 if version == 1 else 8)]
    for url, matrix in zip(urls, matrices(encode(urls, version, level)), strict=True):
        assert (matrix == library_matrix(url, version, level)).all(), url


def test_a_symbol_does_not_depend_on_the_others_of_its_batch() -> None:
    urls = [f"https://id.example.com/q/{number:012d}" for number in range(3000)]
    together = encode(urls, 3, "M")
    assert (together[::300] == np.concatenate([encode([url], 3, "M") for url in urls[::300]])).all()
    assert (matrices(together[-1:])[0] == library_matrix(urls[-1], 3, "M")).all()


def test_text_of_digits_stays_in_byte_mode() -> None:
    assert (matrices(encode(["123456"], 1, "M"))[0] == library_matrix("123456", 1, "M")).all()


def test_no_urls_are_no_symbols() -> None:
    assert encode([], 4, "Q").shape == (0, 33)


@pytest.mark.parametrize(
    ("version", "capacities"),
    [
        (1, [17, 14, 11, 7]),
        (3, [53, 42, 32, 24]),
        (4, [78, 62, 46, 34]),
        (5, [106, 84, 60, 44]),
        (6, [134, 106, 74, 58]),
        (9, [230, 180, 130, 98]),
        (10, [271, 213, 151, 119]),
    ],
)
def test_capacities_are_those_of_the_standard(version: int, capacities: list[int]) -> None:
    assert [capacity(version, level) for level in LEVELS] == capacities


@pytest.mark.parametrize(("length", "level", "version"), [(1, "H", 1), (42, "M", 3), (43, "M", 4), (271, "L", 10)])
def test_the_smallest_version_that_fits(length: int, level: Level, version: int) -> None:
    assert smallest_version(length, level) == version


def test_what_does_not_fit_is_refused_with_the_longest_that_does() -> None:
    with pytest.raises(ValueError, match=r"^47 characters do not fit .* version 4 and level Q, .* 1 to 46: 'y{47}'\.$"):
        encode(["x" * 46, "y" * 47], 4, "Q")
    with pytest.raises(ValueError, match=r"^0 characters do not fit"):
        encode(["x", ""], 4, "Q")
    with pytest.raises(ValueError, match=r"^120 characters do not fit a QR symbol of level H, which takes at most 119"):
        smallest_version(120, "H")


def test_other_letters_versions_and_levels_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^A URL has only ASCII characters, unlike 'https://x/é'\.$"):
        encode(["https://x/e", "https://x/é"], 4, "Q")
    with pytest.raises(ValueError, match=r"^QR version 11 is not offered: choose 1 to 10"):
        capacity(11, "Q")
    with pytest.raises(ValueError, match=r"^QR error correction 'X' does not exist: choose L, M, Q or H"):
        encode(["x"], 4, "X")  # type: ignore[arg-type]  # what is refused
