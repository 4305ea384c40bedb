"""A workorder's codes on their way into an archive."""

from __future__ import annotations

import pytest

from portal.background.leases import ClaimLost
from tests.support.codes import some_codes
from tests.support.demo import Demo
from workorders.codes.stream import SAMPLES, check_claim, pick_samples, stream_identifiers
from workorders.models import Code, Workorder


class Claim:
    """A claim that is lost after so many checks."""

    def __init__(self, checks: int) -> None:
        self.checks = checks

    def check(self) -> None:
        self.checks -= 1
        if self.checks < 0:
            raise ClaimLost


def test_identifiers_come_in_the_order_of_their_sequences(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "zzz00001", "aaa00002", "01/09520123456788/21/a%2Fb")
    assert list(stream_identifiers(workorder)) == ["zzz00001", "aaa00002", "01/09520123456788/21/a%2Fb"]


def test_codes_that_came_later_are_left_out(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "aaa00001", "aaa00002")
    Code.objects.create(identifier="aaa00003", company=demo.company, workorder=workorder, sequence=3)
    assert list(stream_identifiers(workorder)) == ["aaa00001", "aaa00002"]


def test_codes_of_others_are_left_out(demo: Demo) -> None:
    mine, _theirs = some_codes(demo.staff, "aaa00001"), some_codes(demo.other_staff, "bbb00001")
    assert list(stream_identifiers(mine)) == ["aaa00001"]


@pytest.mark.parametrize("batch", [1, 3, 7, 10, 1000])
@pytest.mark.parametrize("count", [1, 9, 10, 11, 95, 1000])
def test_the_same_samples_are_picked_whatever_the_batches(count: int, batch: int) -> None:
    workorder = Workorder(quantity=count)
    picked = [
        done + at for done in range(0, count, batch) for at in pick_samples(workorder, done, min(batch, count - done))
    ]
    step = max(1, count // SAMPLES)
    assert picked == list(range(0, count, step))


def test_blocks_pass_until_the_claim_is_lost() -> None:
    passing = check_claim([b"a", b"b", b"c"], Claim(2))  # type: ignore[arg-type]  # has what is used of a pulse
    assert [next(passing), next(passing)] == [b"a", b"b"]
    with pytest.raises(ClaimLost):
        next(passing)
