"""The page that withdraws an upload: what it says before, whom it lets, and what the record says after."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from ingestion import withdrawing
from ingestion.models import IngestionRecord, Withdrawal
from portal.models import User
from tests.support.demo import Demo
from tests.support.pages import a_record, as_, seen
from tests.support.withdrawals import an_upload, make_archive
from workorders.models import Code, Workorder


def path_of(record: IngestionRecord) -> str:
    return f"/ingestions/{record.key}/withdraw/"


def test_an_upload_of_which_nothing_was_downloaded_is_deleted(committed_demo: Demo) -> None:
    demo = committed_demo
    record = an_upload(demo.staff, "abcd-0001", "abcd-0002")
    make_archive(record)
    assert f'href="{path_of(record)}"' in seen(demo.admin, f"/ingestions/{record.key}/")
    page = seen(demo.admin, path_of(record))
    assert "The codes and their workorder are deleted." in page
    assert "Delete 2 codes" in page
    as_(demo.admin).post(path_of(record), {"reason": "The wrong file", "deletes": "yes"})
    page = seen(demo.admin, f"/ingestions/{record.key}/")
    assert "The upload is being withdrawn. Its codes are deleted in a moment." in page
    assert 'hx-trigger="every 1s"' in page
    withdrawing.run(Withdrawal.objects.get().pk)
    assert not Code.objects.exists()
    page = seen(demo.admin, f"/ingestions/{record.key}/")
    assert "by admin@demo.example: The wrong file 2 codes and their workorder were deleted" in page
    assert "hx-trigger" not in page.split("<article", 1)[1]
    assert path_of(record) not in page


def test_an_upload_that_was_downloaded_is_blacklisted(committed_demo: Demo) -> None:
    demo = committed_demo
    record = an_upload(demo.staff, "abcd-0001", "abcd-0002")
    make_archive(record)
    Workorder.objects.update(downloaded_at=timezone.now())
    page = seen(demo.admin, path_of(record))
    assert "The codes are blacklisted and their workorder is cancelled." in page
    assert "Codes of it were first downloaded on" in page
    as_(demo.admin).post(path_of(record), {"reason": "The wrong file", "deletes": "no"})
    withdrawing.run(Withdrawal.objects.get().pk)
    assert set(Code.objects.values_list("activation_status", "blacklist_reason")) == {(2, 9)}
    assert "2 codes were blacklisted, and their workorder is cancelled." in seen(
        demo.admin, f"/ingestions/{record.key}/"
    )
    told = f'by admin@demo.example, see <a href="/ingestions/{record.key}/">the upload</a>: The wrong file</dd>'
    for person in (demo.staff, demo.support):
        assert told in seen(person, f"/workorders/{record.workorder_id}/")
    demo.staff.groups.clear()
    demo.staff.user_permissions.set(Permission.objects.filter(codename="workorder_view"))
    assert "The wrong file" not in seen(User.objects.get(pk=demo.staff.pk), f"/workorders/{record.workorder_id}/")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"deletes": "yes"}, "Say why the upload is withdrawn."),
        ({"reason": "x" * 1001, "deletes": "yes"}, "1,000 characters at most, this has 1,001."),
        ({"reason": "a\u202eb", "deletes": "yes"}, "U+202E"),
        ({"reason": "Wrong", "deletes": "no"}, "What becomes of the codes has changed while this page was open."),
    ],
)
def test_what_cannot_be_taken_is_refused_and_kept(committed_demo: Demo, typed: dict[str, str], said: str) -> None:
    record = an_upload(committed_demo.staff, "abcd-0001")
    page = as_(committed_demo.admin).post(path_of(record), typed).content.decode()
    assert said in page
    assert f">{typed.get('reason', '')}</textarea>" in page
    assert not Withdrawal.objects.exists()


def test_an_upload_that_cannot_be_withdrawn_says_why(demo: Demo) -> None:
    record = a_record(demo.staff, "error")
    response = as_(demo.admin).get(path_of(record), follow=True)
    assert response.redirect_chain == [(f"/ingestions/{record.key}/", 302)]
    assert "only one that is completed can be withdrawn" in response.content.decode()


def test_only_admins_of_the_company_withdraw(committed_demo: Demo) -> None:
    demo = committed_demo
    record = an_upload(demo.staff, "abcd-0001")
    for user, status in (
        (demo.staff, 403),
        (demo.support, 403),
        (demo.printer, 403),
        (demo.other_staff, 403),
        (demo.root, 404),
    ):
        assert as_(user).get(path_of(record)).status_code == status, user
        assert as_(user).post(path_of(record), {"reason": "Wrong", "deletes": "yes"}).status_code == status, user
    for user in (demo.staff, demo.support):
        assert path_of(record) not in seen(user, f"/ingestions/{record.key}/")
    assert not Withdrawal.objects.exists()
