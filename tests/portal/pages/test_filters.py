"""Every list page leaves out the parts of its URL that mean nothing, and says so."""

from __future__ import annotations

import re
from html import unescape

import pytest

from portal.models import User
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.uploads import ingested

STATUSES = "`uploading`, `queued`, `processing`, `completed`, `error` and `cancelled`"
STATES = "`new`, `ready_to_print`, `printed`, `completed`, `cancelled` and `archived`"
NONE = "There is no such filter; the nearest is"


def said(user: User, path: str) -> list[str]:
    """The notices of the page."""
    answer = as_(user).get(path)
    assert answer.status_code == 200
    return [
        unescape(re.sub("</?code>", "`", " ".join(each.split())))
        for each in re.findall(r'<p class="notice bad" role="status">(.*?)</p>', answer.content.decode(), re.DOTALL)
    ]


@pytest.mark.parametrize(
    ("path", "left_out", "reason"),
    [
        ("/ingestions/", "status=Error", f"It must be one of {STATUSES}. The nearest is `error`."),
        ("/ingestions/", "status=bogus", f"It must be one of {STATUSES}."),
        ("/ingestions/", "stat=error", f"{NONE} `status`."),
        ("/ingestions/", "sort=newest", "It must be one of `oldest`, `file`, `largest`, `status` and `uploader`."),
        ("/ingestions/", "from=2026-02-30", "It must look like 2026-11-23."),
        ("/ingestions/", "to=yesterday", "It must look like 2026-11-23."),
        ("/ingestions/", "ingestion_mode=API", "It must be one of `api` and `portal`. The nearest is `api`."),
        ("/ingestions/", "mode=api", f"{NONE} `ingestion_mode`."),
        ("/ingestions/", "search=x", "There is no such filter; there are `q`, `status`, `ingestion_mode`,"),
        ("/workorders/", "state=Completed", f"It must be one of {STATES}. The nearest is `completed`."),
        ("/workorders/", "type=sid", "It must be one of `SID` and `SSC`. The nearest is `SID`."),
        ("/workorders/", "is_archived=true", "There is no such filter; there are `q`, `type`, `state`,"),
        ("/workorders/", "pages=2", f"{NONE} `page`."),
        ("/products/", "state=Archived", "It must be one of `archived`. The nearest is `archived`."),
        ("/products/", "sorted=sku", f"{NONE} `sort`."),
        ("/codes/", "activation_status=active", "It must be one of `0`, `1` and `2`."),
        ("/codes/", "work_order=1", f"{NONE} `workorder`."),
        ("/workorder-templates/", "state=archive", "It must be one of `archived`. The nearest is `archived`."),
        ("/workorder-templates/", "sort=name", "There is no such filter; there are `q`, `state` and `page`."),
        ("/people/", "name=x", "There is no such filter; there are `q` and `page`."),
        ("/tokens/", "name=x", "There is no such filter; there are `q`, `state` and `page`."),
        (
            "/tokens/",
            "state=activ",
            "It must be one of `active`, `expiring`, `expired`, `stopped` and `revoked`. The nearest is `active`.",
        ),
        (
            "/equipment/",
            "state=Expired",
            "It must be one of `calibrated`, `expired` and `archived`. The nearest is `expired`.",
        ),
        ("/equipment/", "sort=name", "It must be one of `expiry`."),
        ("/substrates/", "status=expired", f"{NONE} `state`."),
    ],
)
def test_a_filter_that_there_is_not_is_named(demo: Demo, path: str, left_out: str, reason: str) -> None:
    user = demo.printer if path in ("/equipment/", "/substrates/") else demo.admin
    (notice,) = said(user, f"{path}?{left_out}{'' if path == '/codes/' else '&page=1'}")
    assert notice.startswith(f"The filter {left_out} is left out. {reason}")
    assert said(user, path) == []


def test_what_a_page_of_errors_does_not_know_is_named(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\nabc\n")
    path = f"/ingestions/{record.key}/"
    for left_out, reason in (
        ("error=Invalid_id", "It must be one of `invalid_id_error`. The nearest is `invalid_id_error`."),
        ("kind=invalid_id_error", "There is no such filter; there are `error`, `q`, `page` and `sort`."),
    ):
        notices = said(committed_demo.staff, f"{path}?{left_out}")
        assert notices == [f"The filter {left_out} is left out. {reason}"]
    assert said(committed_demo.staff, f"{path}?error=invalid_id_error&sort=last&q=abc&page=1") == []


def test_what_can_be_meant_is_said_nothing_of(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abcd-0001")
    for path in (
        "/ingestions/?status=error&from=2026-01-01&to=&sort=oldest&q=x&filetype=csv&created_by=&page=99",
        "/workorders/?state=archived&type=SSC&sort=&q=%3Cb%3E&page=2",
        "/products/?state=archived&sort=&q=",
        f"/codes/?activation_status=1&workorder={workorder.pk}&q=abcd&after=abcd-0000",
        "/codes/?before=zzzz",
    ):
        assert said(demo.staff, path) == []
    client = as_(demo.staff)
    part = client.get("/ingestions/?status=Error", headers={"HX-Request": "true"})
    assert "is left out" not in part.content.decode()
    assert "is left out" not in client.get("/products/").content.decode()


def test_many_and_long_ones_are_cut_and_shown_as_they_are_written(demo: Demo) -> None:
    query = "&".join(f"x{number}={'<b>' * 100}" for number in range(30))
    notices = said(demo.staff, f"/workorders/?{query}")
    assert len(notices) == 5
    assert notices[0].startswith("The filter x0=<b><b>")
    assert all(len(notice) < 300 for notice in notices)
    people = said(demo.support, "/ingestions/?company=0")
    assert people == ["The filter company=0 is left out. It must be one of " + people[0].partition("one of ")[2]]
