"""Mail at each hand-over: the next side hears of it, with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from portal.celery import app
from portal.models import User
from portal.timeline import note
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.printing import of_company
from tests.support.secure import a_secure_order, brought_to
from tests.support.uploads import ingested
from workorders.deliveries import services as deliveries
from workorders.models import Workorder
from workorders.secure import workflow


@pytest.fixture(autouse=True)
def _tasks_run_at_once() -> Iterator[None]:
    """What is sent to a worker is done here and now, retries too."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


STAFF, PRINTER = "staff@demo.example", "printer@printco.example"


def sent() -> list[tuple[list[str], str]]:
    """Who was told what since the last time."""
    found = [(message.to, str(message.subject)) for message in mail.outbox]
    mail.outbox.clear()
    return found


def test_each_side_hears_what_the_other_did(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = a_secure_order(demo, "Spring", quantity=3)
    assert sent() == []
    ingested(demo.staff, "id\nb-00000001\nb-00000002\n", workorder=workorder.pk)
    assert sent() == [([PRINTER], "Spring: codes uploaded: 2")]
    ingested(demo.staff, "id\nbad\n", workorder=workorder.pk)
    assert sent() == [], "an upload that failed is not told"
    brought_to(workorder, "ready_to_print", demo)
    assert sent() == [([STAFF], "Spring: confirmed by PrintCo")]
    workflow.mark_printed(workorder, demo.printer, 2, 1)
    assert sent() == [([STAFF], "Spring: 2 printed, 1 wasted")]
    workflow.reject(workorder, demo.staff, "Pale & <b>smeared")
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    url = f"http://127.0.0.1:8000/workorders/{workorder.pk}/"
    assert f"It is ready to print again. What Demo Brands says: Pale & <b>smeared\n{url}\n" in str(message.body)
    assert "Pale &amp; &lt;b&gt;smeared" in str(html)
    assert f'<a href="{url}">Open the workorder</a>' in str(html)
    assert "because you print for PrintCo" in re.sub(r"\s+", " ", str(html))
    assert sent() == [([PRINTER], "Spring: rejected")]
    workflow.mark_printed(workorder, demo.printer, 3, 0)
    workflow.complete(workorder, demo.admin)
    assert sent() == [([STAFF], "Spring: 3 printed, 0 wasted"), ([PRINTER], "Spring: completed")]
    workflow.cancel(a_secure_order(demo, "Autumn"), demo.admin)
    assert sent() == [([PRINTER], "Autumn: cancelled")]


@pytest.mark.parametrize(
    ("state", "next_step"),
    [
        ("new", "Confirm equipment and substrate, then generate the codes."),
        ("ready_to_print", "Unless they are printed already, generate the codes again: earlier zips lack these."),
        ("printed", "Nothing is left to do: they count as printed."),
        ("completed", "Nothing is left to do: they count as printed."),
    ],
)
def test_what_to_do_with_codes_that_arrived_depends_on_the_state(
    committed_demo: Demo, state: str, next_step: str
) -> None:
    workorder = brought_to(a_secure_order(committed_demo), state, committed_demo)
    sent()
    ingested(committed_demo.staff, "id\nb-00000001\n", workorder=workorder.pk)
    (message,) = mail.outbox
    assert message.to == [PRINTER]
    assert str(message.body).splitlines()[2] == next_step


def test_only_printers_who_can_sign_in_and_want_mail_are_told(committed_demo: Demo) -> None:
    colleague = of_company(committed_demo, "printco", "printer")
    unwilling, gone = (_printer(committed_demo, name, **state) for name, state in OTHERS.items())
    of_company(committed_demo, "printco", "admin")
    workorder = brought_to(a_secure_order(committed_demo), "printed", committed_demo)
    sent()
    workflow.complete(workorder, committed_demo.staff)
    assert sorted(to for to, _subject in sent()) == [[colleague.email], [PRINTER]]
    assert {unwilling.email, gone.email}.isdisjoint({PRINTER, colleague.email})


OTHERS: dict[str, dict[str, Any]] = {"unwilling": {"wants_mail": False}, "gone": {"is_active": False}}


def _printer(demo: Demo, name: str, **state: Any) -> User:
    user = User.objects.create_user(f"{name}@printco.example", company=demo.printco, **state)
    user.groups.set(demo.printer.groups.all())
    return user


def test_a_reference_cannot_break_out_of_the_subject(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo)
    Workorder.objects.filter(pk=workorder.pk).update(reference="a {owner}\nBcc: x@y.example")
    workflow.cancel(workorder, committed_demo.admin)
    assert sent() == [([PRINTER], "a {owner} Bcc: x@y.example: cancelled")]


def test_one_more_download_is_told(committed_demo: Demo) -> None:
    workorder = brought_to(a_secure_order(committed_demo, download_once=True), "ready_to_print", committed_demo)
    note(workorder, "downloaded", committed_demo.printer, delivery=1, format="tiff", resumed=False)
    sent()
    assert deliveries.allow_download(workorder, committed_demo.staff)
    assert sent() == [([PRINTER], "Secure: one more download")]


def test_the_mail_is_switched_off_at_ones_account(committed_demo: Demo) -> None:
    assert 'name="wants_mail"' in seen(committed_demo.printer, "/account/")
    as_(committed_demo.printer).post("/account/", {})
    workflow.cancel(a_secure_order(committed_demo), committed_demo.admin)
    assert sent() == []
