"""The verifier, shown originals and copies from the simulated print and scan."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import png
import pytest
from django.core.management import CommandError, call_command

from benchmarks.print_scan import Copier, Pass, Scan
from benchmarks.secure import PREFIX, auc, scores, sheet
from tests.support.demo import Demo
from tests.support.secure import a_secure_order, brought_to
from workorders.deliveries.graphic import load_graphic
from workorders.rendering.secure_graphic import LAYOUTS, Graphic, make_graphic, make_secret
from workorders.rendering.secure_verifier import Unusable, default_threshold, read_scan, verify


def graphic(layout: str = "inside", workorder: int = 5, dpi: int = 600) -> Graphic:
    return make_graphic(layout, secret(), workorder, dpi)


@cache
def secret() -> bytes:
    return make_secret()


def printed(of: Graphic, dots: Scan | None = None) -> Scan:
    """A scan of a middling print, the same at each call."""
    return Pass(turn=0.7).scan(sheet(of, dots), of.dpi, np.random.default_rng(5))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_original_is_told_from_its_copy_and_from_another_workorder(layout: str) -> None:
    of = graphic(layout)
    scan = printed(of)
    original = verify(scan, of)
    assert original.url == PREFIX + "bottle-01"
    assert original.is_original
    copy = verify(printed(of, Copier([(scan, of)]).plain(scan, of)), of)
    assert not copy.is_original
    assert copy.fine < original.fine - 0.08
    foreign = verify(scan, graphic(layout, workorder=6))
    assert not foreign.is_original
    assert foreign.fine < 0.2
    assert (original.coarse is not None) == of.layout.is_hybrid
    assert original.coarse is None or original.coarse > original.fine


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_scan_may_lie_in_any_direction_and_have_more_around_it(turns: int) -> None:
    of = graphic("outside")
    scan = np.pad(np.rot90(printed(of), turns), ((50, 9), (3, 77)), constant_values=215)
    assert verify(np.ascontiguousarray(scan), of).is_original


@pytest.mark.parametrize("dpi", [600, 1200])
def test_the_channel_separates_originals_from_copies_by_a_threshold(dpi: int) -> None:
    originals, plain, _learned = scores(dpi, 5)
    assert auc(originals, plain) >= 0.99
    assert default_threshold(dpi) <= originals.min()


def test_scans_that_cannot_be_judged_are_refused() -> None:
    of = graphic()
    scan = printed(of)
    with pytest.raises(Unusable, match=r"^The scan shows 0 QR codes that can be read: scan exactly one"):
        verify(np.full((300, 300), 200, np.uint8), of)
    with pytest.raises(Unusable, match=r"^The scan shows 2 QR codes"):
        verify(np.hstack([scan, scan]), of)
    with pytest.raises(Unusable, match=r"^The scan has 1\.0\d pixels a printed dot: scan with at least 900 pixels"):
        verify(np.ascontiguousarray(scan[::2, ::2]), of)


def test_the_command_judges_a_file(demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = a_secure_order(demo, "New")
    mine, other = (brought_to(a_secure_order(demo, name), "ready_to_print", demo) for name in ("Mine", "Other"))
    scan, path = printed(load_graphic(mine)), tmp_path / "scan.png"
    png.from_array(scan, "L;8").save(path)
    assert (read_scan(path) == scan).all()
    call_command("verify_scan", str(path), workorder=mine.pk)
    assert capsys.readouterr().out.startswith(f"original: {PREFIX}bottle-01, correlation 0.")
    with pytest.raises(CommandError, match=r"^copy or foreign: .*bottle-01, correlation -?0\.0\d of at least 0\.\d\d$"):
        call_command("verify_scan", str(path), workorder=other.pk)
    with pytest.raises(CommandError, match=r"is no PNG that can be read"):
        call_command("verify_scan", __file__, workorder=mine.pk)
    for nonsense in ("nan", "inf", "0", "-1", "45"):
        with pytest.raises(CommandError, match=r"^--threshold must be above 0 and at most 1, as a correlation is, not"):
            call_command("verify_scan", str(path), workorder=mine.pk, threshold=float(nonsense))
    for pk in (new.pk, 0):
        with pytest.raises(CommandError, match=rf"^There is no workorder {pk} of secure codes whose equipment was"):
            call_command("verify_scan", str(path), workorder=pk)
