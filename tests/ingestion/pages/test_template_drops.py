"""The folder that is watched under a template, on the template's page."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from ingestion.models import Drop, DroppedFile, IngestionRecord
from ingestion.options.templates import keep_template
from portal.models import Event
from tests.support.demo import Demo
from tests.support.drops import GOOD, a_drop, folder_of, visit
from tests.support.pages import as_, seen

LIST = "/company/ingestion-templates/"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Settings) -> None:
    settings.DROP_DIR = tmp_path / "drop"


def test_a_folder_is_watched_taken_over_and_watched_no_more(demo: Demo) -> None:
    template = keep_template(demo.company, "Rolls", {}, demo.staff)
    page = f"{LIST}{template.pk}/"
    assert "Watch a folder" in seen(demo.staff, page)
    assert as_(demo.staff).post(f"{page}drop/", {"to": "watched"})["Location"] == page
    drop = Drop.objects.get()
    assert (drop.owner, str(drop), folder_of(drop).is_dir()) == (demo.staff, "demo/rolls", True)
    shown = seen(demo.staff, page)
    assert "<code>demo/rolls</code>" in shown
    assert "Upload in my name" not in shown
    assert "The folder demo/rolls is watched no more; files in it stay there." in seen(demo.staff, f"{page}delete/")
    assert "Upload in my name" in seen(demo.admin, page)
    as_(demo.admin).post(f"{page}drop/", {"to": "watched"})
    assert Drop.objects.get().owner == demo.admin
    as_(demo.admin).post(f"{page}drop/", {"to": "unwatched"})
    assert not Drop.objects.get().is_watched
    told = Event.objects.filter(what="company_changed").order_by("pk").values_list("by__email", "detail__changed")
    assert [*told] == [
        ("staff@demo.example", ["drop_watched"]),
        ("admin@demo.example", ["drop_watched"]),
        ("admin@demo.example", ["drop_unwatched"]),
    ]
    assert "demo/rolls" not in seen(demo.staff, page)


def test_the_last_files_and_what_is_wrong_are_shown(demo: Demo) -> None:
    drop = a_drop(demo)
    for name in ("codes.csv", "codes.pdf"):
        (folder_of(drop) / name).write_text(GOOD.format("shown"))
    visit(2)
    (folder_of(drop) / "link.csv").symlink_to("/etc/passwd")
    (folder_of(drop) / "later.csv").write_text("id\n")
    visit()
    record = IngestionRecord.objects.get()
    page = seen(demo.staff, f"{LIST}{drop.template_id}/")
    assert f'<a href="/ingestions/{record.key}/">codes.csv</a>' in page
    assert "codes.pdf<small>The name must end in .csv, .json or .xlsx.</small>" in page
    assert '<span class="status error">refused</span>' in page
    assert "later.csv<small>seen, perhaps not complete yet</small>" in page
    assert "Left alone, as links or with strange or long names: 1." in page
    assert "dropped as demo/rolls/codes.csv" in seen(demo.staff, f"/ingestions/{record.key}/")
    assert DroppedFile.objects.count() == 3


def test_a_folder_that_cannot_be_made_is_told(demo: Demo, settings: Settings, tmp_path: Path) -> None:
    settings.DROP_DIR = tmp_path / "missing" / "drop"
    template = keep_template(demo.company, "Rolls", {}, demo.staff)
    page = as_(demo.staff).post(f"{LIST}{template.pk}/drop/", {"to": "watched"}, follow=True).content.decode()
    assert "The folder could not be made. Ask those who run this portal to make it, and try again." in page
    assert not Drop.objects.exists()


def test_others_can_neither_watch_nor_see_it(demo: Demo) -> None:
    drop = a_drop(demo)
    path = f"{LIST}{drop.template_id}/drop/"
    assert as_(demo.other_staff).post(path, {"to": "unwatched"}).status_code == 404
    assert as_(demo.printer).post(path, {"to": "unwatched"}).status_code == 403
    assert as_(demo.staff).get(path).status_code == 405
    assert Drop.objects.get().is_watched
