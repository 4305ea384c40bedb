"""Work in several processes, which are Pythons of their own and import what they are given."""

import pytest

from workorders.rendering.batch import ALONE, Style, draw_codes

STYLE = Style("png", "M", 3, 4, 2)
PREFIX = "https://codes.example.com/c/"
IDENTIFIERS = [f"bottle-{number:04}" for number in range(4100)]


def test_many_codes_are_drawn_in_processes_as_few_are_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    few = list(draw_codes(IDENTIFIERS, ALONE, PREFIX, STYLE))
    many = list(draw_codes(IDENTIFIERS, ALONE + 1, PREFIX, STYLE))
    assert [len(drawn.images) for drawn in many] == [2000, 2000, 100]
    assert [identifier for drawn in many for identifier in drawn.identifiers] == IDENTIFIERS
    assert many == few


def test_what_fails_in_a_process_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(RuntimeError, match="A drawing process ended with 1"):
        list(draw_codes(["x" * 1000], ALONE + 1, PREFIX, STYLE))
    assert "ValueError" in capfd.readouterr().err
