"""The health check, which says whether database, broker and storage answer."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from portal.background import broker
from portal.storage.base import Unusable, storage


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    broker.check(settings.CELERY_BROKER_URL)


def _storage() -> None:
    storage().check()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "broker": _broker, "storage": _storage}


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part answers, else 503; each part with `ok`, what is the matter, or the kind of its failure."""
    states = {}
    for part, check in CHECKS.items():
        try:
            check()
            states[part] = "ok"
        except Unusable as error:
            states[part] = str(error)
        except Exception as error:  # whatever a client library raises, the part does not answer
            states[part] = type(error).__name__
    return JsonResponse(states, status=200 if set(states.values()) == {"ok"} else 503)
