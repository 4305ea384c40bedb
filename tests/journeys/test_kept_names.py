"""Names and signatures that an installation has given away: what is in its broker, in mails and in browsers holds on.

They are written here once more on purpose, and not taken from the code: modules move, these may not.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import int_to_base36

from ingestion.models import IngestionRecord
from portal.accounts import guessing, invitations
from portal.models import Invitation
from tests.support.demo import Demo
from tests.support.running import wait_for, worker
from tests.support.tokens import client_of
from tests.support.uploads import SPEC_EXAMPLE, post_file, queued, rows, status_of
from workorders.models import Job, Workorder

TASKS = {
    "ingestion.tasks.run",
    "ingestion.tasks.sweep",
    "ingestion.tasks.expire",
    "ingestion.tasks.withdraw",
    "ingestion.tasks.back_up",
    "ingestion.tasks.visit_drops",
    "workorders.tasks.run_job",
    "workorders.tasks.run_export",
    "workorders.tasks.flush_scans",
    "workorders.tasks.thin_history",
    "workorders.tasks.discard",
    "workorders.tasks.prove_domain",
    "workorders.tasks.deliver_webhooks",
    "workorders.tasks.sweep_webhooks",
    "workorders.tasks.archives_again",
    "workorders.tasks.sweep",
    "portal.tasks.send_letter",
    "portal.tasks.sweep",
    "portal.tasks.seal_events",
}


@pytest.mark.django_db  # whose roles are checked where a worker starts
def test_every_task_that_may_be_in_a_broker_is_known_by_its_name() -> None:
    current_app.loader.import_default_modules()
    ours = {name for name in current_app.tasks if not name.startswith("celery.")}
    assert ours == TASKS


def test_messages_that_were_sent_before_an_upgrade_are_worked_off(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a broker keeps them: a name, and the number of a row. No row is found by a sweep meanwhile."""
    for module in ("ingestion.services", "workorders.jobs"):
        monkeypatch.setattr(f"{module}.wake", lambda *_: None)
    record = queued(committed_demo.staff, rows(10))
    answer = client_of(committed_demo.staff).post(
        "/api/v2/workorders/create-sid/", {"reference": "Bottles", "quantity": 5}, format="json"
    )
    job = Job.objects.get(workorder=answer.json()["id"], what="mint")
    later = timezone.now() + timedelta(hours=1)
    for kind in (IngestionRecord, Job):
        kind.objects.update(lease_until=later)
    for name, *arguments in (
        ("ingestion.tasks.run", record.pk),
        ("workorders.tasks.run_job", job.pk),
        ("ingestion.tasks.sweep",),
        ("ingestion.tasks.expire",),
        ("workorders.tasks.sweep",),
        ("workorders.tasks.archives_again",),
        ("workorders.tasks.discard", job.workorder_id),
        ("portal.tasks.sweep",),
    ):
        current_app.send_task(name, arguments)
    with worker():
        wait_for(lambda: status_of(record) == "completed", "the upload completes")
        wait_for(lambda: Job.objects.get(pk=job.pk).status == "completed", "the ids are minted")
    assert record.result_data == {"codes_created": 10, "duplicates_ignored": 0}
    assert Workorder.objects.get(pk=job.workorder_id).codes_count == 5


def test_an_upload_form_that_was_signed_before_is_taken(demo: Demo) -> None:
    client = client_of(demo.staff)
    answer = client.post("/api/v2/ingestion/codes/upload/get-post-data/", {"filetype": "csv"}, format="json").json()
    fields: dict[str, Any] = answer["post_data"]["fields"]
    signature = salted_hmac("portal.storage", fields["policy"], algorithm="sha256").hexdigest()
    assert fields["x-codeport-signature"] == signature
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert policy["conditions"][0] == {"key": f"incoming/{answer['record_key']}"}
    assert post_file(answer["post_data"], SPEC_EXAMPLE).status_code == 201


def test_a_link_to_join_that_was_mailed_before_is_followed(demo: Demo) -> None:
    class Before(PasswordResetTokenGenerator):
        key_salt = "portal.people.Invitations"

    demo.staff.set_unusable_password()
    demo.staff.save()
    path = f"/people/join/{int_to_base36(demo.staff.pk)}/{Before().make_token(demo.staff)}/"
    assert Client().get(path, follow=True).status_code == 200
    assert Client().get(path.replace("/join/", "/join/1"), follow=True).status_code == 404


def test_an_invitation_of_a_company_that_was_mailed_before_is_followed(demo: Demo) -> None:
    class Before(PasswordResetTokenGenerator):
        key_salt = "portal.people.CompanyInvitations"

        def _make_hash_value(self, user: Any, timestamp: int) -> str:
            return f"{user.pk} {user.company_id} {user.email} {user.sent_at.isoformat()} {timestamp}"

    invitations.invite(demo.company, "new@demo.example", "staff", demo.admin)
    invitation: Any = Invitation.objects.get()
    path = f"/people/join/i-{int_to_base36(invitation.pk)}/{Before().make_token(invitation)}/"
    assert Client().get(path, follow=True).status_code == 200


@pytest.mark.parametrize(("email", "known"), [("Staff@demo.example", "browser-1"), ("other@demo.example", None)])
def test_a_browser_that_knew_an_account_before_is_known(email: str, known: str | None, settings: Any) -> None:
    mine = salted_hmac("portal.guessing", "staff@demo.example", algorithm="sha256").hexdigest()[:32]
    request = RequestFactory().get("/accounts/login/")
    cookie = signing.dumps({"device": "browser-1", "accounts": [mine]}, salt="portal.guessing")
    request.COOKIES[settings.DEVICE_COOKIE_NAME] = cookie
    assert guessing.known_device(request, email) == known
