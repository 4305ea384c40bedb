"""Files in a watched folder become records, once each, and their results are written beside them."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from ingestion import services
from ingestion.drops import answers, visits
from ingestion.drops.watching import place_for, unwatch, watch
from ingestion.models import Drop, DroppedFile, IngestionRecord
from portal.storage.base import storage
from portal.storage.drop_entries import Entry
from portal.storage.drop_folder import FolderPlace
from tests.support.demo import Demo
from tests.support.drops import BAD, GOOD, a_drop, dropped_through, folder_of, names_in, result_of, visit, work_off
from workorders.models import Code


class Killed(BaseException):
    """The process ends here, as by kill -9."""


def test_a_good_file_becomes_codes_and_a_bad_one_errors(demo: Demo) -> None:
    drop = a_drop(demo, parameters={"default_scm_data": {"lot": "B7"}})
    folder = folder_of(drop)
    (folder / "good.csv").write_text(GOOD.format("good"))
    (folder / "bad.csv").write_text(BAD.format("bad"))
    dropped_through()
    good, bad = IngestionRecord.objects.order_by("file_name")[::-1]
    assert (good.created_by, good.ingestion_mode, good.status) == (demo.staff, "api", "completed")
    assert Code.objects.get(identifier="good-0001").scm_data == {"lot": "B7"}
    told = result_of(folder, "good.csv")
    assert (told["file"], told["status"], told["record_key"]) == ("good.csv", "completed", good.key)
    assert told["result_data"] == {"codes_created": 2, "duplicates_ignored": 0}
    assert (told["workorder"], told["errors_csv"]) == (good.workorder_id, None)
    assert told["url"].endswith(f"/ingestions/{good.key}/")
    told = result_of(folder, "bad.csv")
    assert (told["status"], told["errors_csv"]) == ("error", "bad.csv.errors.csv")
    assert told["result_data"]["error_counts"] == {"product_not_found_error": 1, "invalid_id_error": 1}
    written = (folder / "bad.csv.errors.csv").read_text()
    assert written.splitlines()[0] == "row,column,value,error,message"
    assert len(written.splitlines()) == 3
    assert names_in(folder) == ["bad.csv.errors.csv", "bad.csv.result.json", "good.csv.result.json", "taken"]
    assert names_in(folder / "taken") == sorted([f"{good.key}-good.csv", f"{bad.key}-bad.csv"])
    visit(2)
    assert (IngestionRecord.objects.count(), Drop.objects.get().problem) == (2, "")


def test_a_file_that_grows_is_not_taken(demo: Demo) -> None:
    path = folder_of(a_drop(demo)) / "codes.csv"
    path.write_text("id,product\n")
    visit()
    path.write_text(GOOD.format("half"))
    visit()
    assert not IngestionRecord.objects.exists()
    visit()
    assert IngestionRecord.objects.get().file_size == len(GOOD.format("half"))


def test_it_is_not_taken_before_it_has_stayed_the_same_for_a_while(demo: Demo) -> None:
    (folder_of(a_drop(demo)) / "codes.csv").write_text(GOOD.format("soon"))
    for _ in range(2):
        Drop.objects.update(visited_at=None)
        visits.visit_all()
    assert DroppedFile.objects.get().state == "seen"
    assert not IngestionRecord.objects.exists()


def test_a_file_that_changes_while_it_is_read_is_taken_later_as_a_whole(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder_of(a_drop(demo)) / "codes.csv"
    path.write_text(GOOD.format("race"))
    save = storage().save

    def saved(name: str, content: Any) -> str:
        with path.open("a") as file:
            file.write("race-0003,sku1\n")
        return save(name, content)

    with monkeypatch.context() as patched:
        patched.setattr(type(storage()), "save", lambda _self, name, content: saved(name, content))
        visit(2)
    assert (IngestionRecord.objects.count(), path.exists()) == (0, True)
    dropped_through()
    assert result_of(path.parent, "codes.csv")["result_data"]["codes_created"] == 3


def test_what_is_no_complete_file_of_the_folder_is_left_alone(demo: Demo, tmp_path: Path) -> None:
    drop = a_drop(demo)
    folder = folder_of(drop)
    for name in (".codes.csv.x8", "codes.csv.part", "codes.csv.filepart", "old.csv.result.json", "old.csv.errors.csv"):
        (folder / name).write_text(GOOD.format("hidden"))
    for name in ("~$book.xlsx", "Thumbs.db", "desktop.ini"):
        (folder / name).write_text(GOOD.format("hidden"))
    (folder / "below").mkdir()
    (folder / "below" / "codes.csv").write_text(GOOD.format("below"))
    visit(3)
    assert (DroppedFile.objects.count(), Drop.objects.get().problem) == (0, "")
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD.format("secret"))
    (folder / "link.csv").symlink_to(secret)
    (folder / "hard.csv").hardlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    (folder / "two\nlines.csv").write_text(GOOD.format("lines"))
    (folder / ("x" * 197 + ".csv")).write_text(GOOD.format("long"))
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.csv")).write_text(GOOD.format("bytes"))
    visit(3)
    assert (DroppedFile.objects.count(), IngestionRecord.objects.count()) == (0, 0)
    assert Drop.objects.get().problem == "Left alone, as links or with strange or long names: 6."


def test_a_folder_that_is_a_link_is_not_entered(demo: Demo, tmp_path: Path) -> None:
    folder = folder_of(a_drop(demo))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "codes.csv").write_text(GOOD.format("else"))
    folder.rmdir()
    folder.symlink_to(elsewhere)
    visit(3)
    assert (IngestionRecord.objects.count(), names_in(elsewhere)) == (0, ["codes.csv"])
    assert Drop.objects.get().problem == "The folder cannot be used now."


def test_refusals_are_told_without_a_record(demo: Demo, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 50
    folder = folder_of(a_drop(demo))
    (folder / "codes.pdf").write_text("%PDF")
    (folder / "large.csv").write_text(GOOD.format("large" * 10))
    (folder / "empty.csv").touch()
    dropped_through()
    assert result_of(folder, "codes.pdf") == {
        "file": "codes.pdf",
        "status": "refused",
        "problem": "The name must end in .csv, .json or .xlsx.",
    }
    assert result_of(folder, "large.csv")["problem"] == "The uploaded file has 133 bytes; at most 50 are allowed."
    assert result_of(folder, "empty.csv")["result_data"]["error_counts"] == {"invalid_file_error": 1}
    assert len(names_in(folder / "taken")) == 3


def test_the_same_name_can_be_dropped_again(demo: Demo) -> None:
    folder = folder_of(a_drop(demo))
    for ids in ("first", "again", "first"):
        (folder / "weekly.csv").write_text(GOOD.format(ids))
        dropped_through()
    statuses = [*IngestionRecord.objects.order_by("pk").values_list("status", flat=True)]
    assert statuses == ["completed", "completed", "error"]
    assert result_of(folder, "weekly.csv")["result_data"]["error_counts"] == {"duplicate_id_error": 2}
    assert len(names_in(folder / "taken")) == 3


def test_a_file_that_is_renamed_or_replaced_while_it_is_taken_is_taken_once(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(a_drop(demo))
    for name in ("moved", "swapped", "replaced"):
        (folder / f"{name}.csv").write_text(GOOD.format(name))
    real = FolderPlace.copy

    def copied(place: FolderPlace, entry: Entry, stored: str) -> None:
        real(place, entry, stored)
        if entry.name in ("moved.csv", "swapped.csv"):
            (folder / entry.name).rename(folder / f"to-{entry.name}")
        if entry.name in ("swapped.csv", "replaced.csv"):
            (folder / "new.part").write_text(GOOD.format(f"new-{entry.name[:-4]}"))
            (folder / "new.part").replace(folder / entry.name)

    with monkeypatch.context() as patched:
        patched.setattr(FolderPlace, "copy", copied)
        visit(2)
    assert names_in(folder) == ["replaced.csv", "swapped.csv", "taken"], "the new ones"
    for _ in range(2):
        dropped_through()
    names = sorted(IngestionRecord.objects.filter(status="completed").values_list("file_name", flat=True))
    assert names == ["moved.csv", "replaced.csv", "replaced.csv", "swapped.csv", "swapped.csv"]
    assert (IngestionRecord.objects.count(), len(names_in(folder / "taken"))) == (5, 4)


def test_a_file_that_cannot_be_moved_is_taken_once(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(a_drop(demo))
    (folder / "codes.csv").write_text(GOOD.format("stays"))

    def refused(*_: Any) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(FolderPlace, "set_aside", refused)
    dropped_through()
    visit(3)
    assert names_in(folder) == ["codes.csv", "codes.csv.result.json"]
    assert IngestionRecord.objects.count() == 1
    (folder / "codes.csv").write_text(GOOD.format("other"))
    visit(2)
    assert IngestionRecord.objects.count() == 2


def test_a_file_that_was_only_seen_is_forgotten_when_it_is_gone(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before all of the folder was looked at, and at once where it is watched no more."""
    drop = a_drop(demo)
    folder = folder_of(drop)
    for name in ("deleted", "renamed", "linked", "stays"):
        (folder / f"{name}.csv").write_text(GOOD.format(name))
    visit()
    (folder / "deleted.csv").unlink()
    (folder / "renamed.csv").rename(folder / "named.csv")
    (folder / "linked.csv").rename(folder / "below.part")
    (folder / "linked.csv").symlink_to("below.part")
    with monkeypatch.context() as patched:
        patched.setattr(visits, "SECONDS", 0.0)
        visit()
    assert DroppedFile.objects.filter(state="seen").count() == 4
    visit()
    assert {*DroppedFile.objects.values_list("name", "state")} == {("named.csv", "seen"), ("stays.csv", "taken")}
    assert drop.template
    unwatch(drop.template)
    assert [*DroppedFile.objects.values_list("name", flat=True)] == ["stays.csv"]
    watch(drop.template, demo.staff)
    dropped_through()
    assert result_of(folder, "named.csv")["status"] == "completed"
    assert IngestionRecord.objects.count() == 2


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (FolderPlace, "copy"),
        (services, "queue"),
        (visits, "_move"),
        (FolderPlace, "set_aside"),
        (FolderPlace, "write"),
        (answers, "_write"),
    ],
)
@pytest.mark.parametrize("is_done", [False, True])
def test_a_file_is_done_once_whatever_step_the_process_dies_at(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, module: Any, step: str, is_done: bool
) -> None:
    """Before the step, and right after it."""
    folder = folder_of(a_drop(demo))
    (folder / "codes.csv").write_text(GOOD.format("once"))
    real = getattr(module, step)

    def dies(*given: Any, **named: Any) -> None:
        if is_done:
            real(*given, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, step, dies)
        with pytest.raises(Killed):
            for _ in range(3):
                visit()
                work_off()
    for _ in range(2):
        dropped_through()
    record = IngestionRecord.objects.get()
    assert (record.status, Code.objects.count(), DroppedFile.objects.get().state) == ("completed", 2, "told")
    assert result_of(folder, "codes.csv")["record_key"] == record.key
    assert names_in(folder / "taken") == [f"{record.key}-codes.csv"]


def test_a_result_that_cannot_be_written_is_written_later(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(a_drop(demo))
    (folder / "codes.csv").write_text(GOOD.format("full"))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        visit(2)
        work_off()
        visit()
    assert names_in(folder) == ["taken"]
    assert Drop.objects.get().problem == "The server's disk is full or broken."
    visit()
    assert (result_of(folder, "codes.csv")["status"], Drop.objects.get().problem) == ("completed", "")


def test_a_folder_that_is_away_is_told_and_used_again_when_it_is_back(demo: Demo, tmp_path: Path) -> None:
    folder = folder_of(a_drop(demo))
    (folder / "codes.csv").write_text(GOOD.format("away"))
    visit(2)
    work_off()
    folder.rename(tmp_path / "unmounted")
    visit(2)
    assert (Drop.objects.get().problem, folder.exists()) == ("The folder is not there.", False)
    (tmp_path / "unmounted").rename(folder)
    visit()
    assert (result_of(folder, "codes.csv")["status"], Drop.objects.get().problem) == ("completed", "")


def test_files_wait_while_the_owner_may_not_upload_and_for_whoever_takes_over(demo: Demo) -> None:
    drop = a_drop(demo)
    (folder_of(drop) / "codes.csv").write_text(GOOD.format("owner"))
    demo.staff.is_active = False
    demo.staff.save()
    visit(3)
    assert not IngestionRecord.objects.exists()
    said = "staff@demo.example may no longer upload codes. Somebody who may has to take over."
    assert Drop.objects.get().problem == said
    assert drop.template
    watch(drop.template, demo.admin)
    dropped_through()
    assert IngestionRecord.objects.get().created_by == demo.admin
    assert result_of(folder_of(drop), "codes.csv")["status"] == "completed"


def test_files_wait_while_the_template_cannot_be_used(demo: Demo) -> None:
    drop = a_drop(demo, parameters={"default_scm_data": {"product": "sku1"}})
    (folder_of(drop) / "codes.csv").write_text("id\nwaits-0001\n")
    demo.company.products.filter(sku="sku1").update(is_archived=True)
    visit(3)
    assert not IngestionRecord.objects.exists()
    assert Drop.objects.get().problem.startswith("The template cannot be used as it is. default_scm_data: product: ")
    demo.company.products.filter(sku="sku1").update(is_archived=False)
    dropped_through()
    assert result_of(folder_of(drop), "codes.csv")["status"] == "completed"


def test_results_are_written_after_the_template_is_gone_and_nothing_more_is_taken(demo: Demo) -> None:
    drop = a_drop(demo)
    folder = folder_of(drop)
    (folder / "codes.csv").write_text(GOOD.format("gone"))
    visit(2)
    assert drop.template
    drop.template.delete()
    (folder / "later.csv").write_text(GOOD.format("later"))
    work_off()
    visit(3)
    assert names_in(folder) == ["codes.csv.result.json", "later.csv", "taken"]


def test_nothing_is_taken_that_is_not_watched_and_a_renamed_template_keeps_its_folder(demo: Demo) -> None:
    drop = a_drop(demo)
    template = drop.template
    assert template
    unwatch(template)
    (folder_of(drop) / "codes.csv").write_text(GOOD.format("again"))
    visit(3)
    assert not IngestionRecord.objects.exists()
    template.name = "Reels"
    template.save()
    assert watch(template, demo.staff).folder == "rolls"
    visit(2)
    assert IngestionRecord.objects.count() == 1
    assert a_drop(demo, "rolls!").folder != "rolls"


def test_of_many_files_some_wait_in_the_folder(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "MOST_WAITING", 3)
    folder = folder_of(a_drop(demo))
    for number in range(8):
        (folder / f"{number}.csv").write_text(GOOD.format(f"many-{number}"))
    visit(3)
    assert IngestionRecord.objects.count() == 3
    for _ in range(4):
        dropped_through()
    assert (IngestionRecord.objects.count(), Code.objects.count()) == (8, 16)
    assert len([name for name in names_in(folder) if name.endswith(".result.json")]) == 8


def test_whoever_reads_the_folder_reads_the_results(demo: Demo) -> None:
    drop = a_drop(demo)
    folder = folder_of(drop)
    folder.chmod(0o2775)
    (folder / "codes.csv").write_text(GOOD.format("mode"))
    dropped_through()
    assert (folder / "codes.csv.result.json").stat().st_mode & 0o777 == 0o664
    assert (folder / "taken").stat().st_mode & 0o777 == 0o775
    assert [entry.name for entry in place_for(drop).entries()] == []


@pytest.mark.parametrize("ending", [".result.json", ".errors.csv"])
def test_a_folder_in_the_place_of_an_answer_hinders_no_other_file(demo: Demo, ending: str) -> None:
    folder = folder_of(a_drop(demo))
    (folder / f"bad.csv{ending}").mkdir()
    (folder / "bad.csv").write_text(BAD.format("bad"))
    dropped_through()
    (folder / "good.csv").write_text(GOOD.format("good"))
    dropped_through()
    assert result_of(folder, "good.csv")["status"] == "completed"
    assert Drop.objects.get().problem == "Results whose names are taken by something else: 1."
    assert not [name for name in names_in(folder) if name.endswith(".part")]
    (folder / f"bad.csv{ending}").rmdir()
    visit()
    assert (result_of(folder, "bad.csv")["status"], Drop.objects.get().problem) == ("error", "")


def test_the_folder_of_a_deleted_template_is_taken_over_by_the_next_of_its_name(demo: Demo) -> None:
    drop = a_drop(demo)
    assert drop.template
    drop.template.delete()
    (folder_of(drop) / "codes.csv").write_text(GOOD.format("over"))
    visit(3)
    assert not IngestionRecord.objects.exists()
    assert a_drop(demo).pk == drop.pk
    dropped_through()
    assert result_of(folder_of(drop), "codes.csv")["status"] == "completed"


def test_no_two_templates_share_a_folder_whatever_their_names(demo: Demo) -> None:
    first = a_drop(demo)
    assert first.template
    a_drop(demo, f"rolls-{first.template.pk + 2}")
    assert a_drop(demo, "Rolls!").folder == f"rolls-{first.template.pk + 3}"
