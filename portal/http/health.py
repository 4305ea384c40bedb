"""The health check, which says whether database, broker and storage answer, and soon even if one of them hangs."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from portal.background import broker
from portal.background.figures import queue_ages
from portal.storage.base import Unusable, storage

WORKER_SECONDS = 1.0  # for which answers of workers are waited for
PART_SECONDS: Final = 0.8  # for which all parts together are waited for
NO_ANSWER: Final = "no answer"

_looks: dict[str, Future[str]] = {}
"""The latest look at each part. One that has not ended is waited for again: a part that hangs holds one thread."""
_beginning = Lock()


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    broker.check(settings.CELERY_BROKER_URL)


def _storage() -> None:
    storage().check()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "broker": _broker, "storage": _storage}


def states() -> dict[str, str]:
    """Return within PART_SECONDS what each part answers: `ok`, what is the matter, kind of failure, or NO_ANSWER."""
    until = time.monotonic() + PART_SECONDS
    found = {}
    for part, look in {part: _look_at(part) for part in CHECKS}.items():
        try:
            found[part] = look.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            found[part] = NO_ANSWER
    return found


def _look_at(part: str) -> Future[str]:
    with _beginning:
        look = _looks.get(part)
        if look is None or look.done():
            look = Future()
            Thread(target=_look, args=(part, look), name=f"health-{part}", daemon=True).start()
            _looks[part] = look
        return look


def _look(part: str, look: Future[str]) -> None:
    """Ask the part, and say by `look` what it answers."""
    try:
        CHECKS[part]()
        answer = "ok"
    except Unusable as error:
        answer = str(error)
    except Exception as error:  # whatever a client library raises, the part does not answer
        answer = type(error).__name__
    with suppress(Error):  # else this look, for which all wait, would never end
        connection.close()  # of this thread
    look.set_result(answer)


def require_token(request: HttpRequest) -> HttpResponse | None:
    """Return 401 for who does not bring METRICS_TOKEN. Http404 where none is set."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if constant_time_compare(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return None
    refusal = HttpResponse("Send METRICS_TOKEN as a bearer token.\n", "text/plain; charset=utf-8", 401)
    refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when every part answers, else 503, with the state of each.

    With `deep=1` and METRICS_TOKEN also how many workers answer, 503 if none does, and for how many seconds the oldest
    work of each kind has been queued.
    """
    deep = request.GET.get("deep") == "1"
    if deep and (refusal := require_token(request)):
        return refusal
    found: dict[str, object] = {**states()}
    is_well = set(found.values()) == {"ok"}
    if deep and is_well:
        found["workers"] = len(current_app.control.ping(timeout=WORKER_SECONDS) or [])
        found["queue_oldest_seconds"] = {kind: round(age, 1) for kind, age in queue_ages().items()}
        is_well = bool(found["workers"])
    return JsonResponse(found, status=200 if is_well else 503)
