"""`Idempotency-Key`: a call that is sent again is done once and answered alike.

What the call does and the answer that is kept commit together, so a crash leaves both or neither. A repeat that comes
while the first still runs waits at the unique constraint for its end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import caller
from portal.api.parsers import TextJSONParser
from portal.http.error_codes import CODES
from portal.http.error_codes import HEADER as ERROR_CODE
from portal.models import KeptAnswer

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"  # `true` in an answer that is given again
KEY = re.compile(r"[\x20-\x7e]{1,255}")
KEPT_HEADERS = ("Location", "Retry-After", ERROR_CODE)
LIFETIME = timedelta(hours=24)

Handler = Callable[..., HttpResponseBase]


class KeyUsed(APIException):
    """The key belongs to another call."""

    status_code = 422
    default_code = CODES[status_code]
    default_detail = f"This {HEADER} was used with another body; a new call needs a new key."


def idempotent(handler: Handler) -> Handler:
    """Let a view's method, which answers JSON, be called again with the same key without doing anything again.

    Every answer below 500 is kept for LIFETIME; after a failure of ours nothing is, and the call may be repeated.
    """

    @wraps(handler)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise ValidationError({HEADER: ["It takes 1 to 255 printable ASCII characters."]})
        digest = _digest(_body(request))
        with transaction.atomic():
            kept, is_new = _claim(_digest([caller(request), key, request.path]), digest)
            if not is_new:
                return _again(kept, digest)
            try:
                response = handler(view, request, *args, **kwargs)
            except Exception as error:
                response = view.handle_exception(error)  # which raises again what is no answer
            if response.status_code >= 500:
                transaction.set_rollback(True)
            else:
                _keep(kept, response)
        return response

    once.is_idempotent = True  # type: ignore[attr-defined]  # the schema asks for it
    return once


def _body(request: Request) -> str:
    (parser,) = request.parsers or ()
    assert isinstance(parser, TextJSONParser)  # noqa: S101  # tells the type checker
    return parser.dump(request.data)


def _digest(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _claim(call: str, digest: str) -> tuple[KeptAnswer, bool]:
    """Return the row of this call and whether it is new. Wait while another request is about to make it."""
    KeptAnswer.objects.filter(call=call, created_at__lt=Now() - LIFETIME).delete()
    return KeptAnswer.objects.get_or_create(call=call, defaults={"digest": digest})


def _keep(kept: KeptAnswer, response: HttpResponseBase) -> None:
    assert isinstance(response, Response)  # noqa: S101  # tells the type checker
    kept.status, kept.body = response.status_code, JSONRenderer().render(response.data).decode()
    kept.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    kept.save(update_fields=["status", "body", "headers"])


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.digest != digest:
        raise KeyUsed
    return HttpResponse(kept.body, "application/json", kept.status, headers=kept.headers | {REPEATED: "true"})


def sweep() -> None:
    """Forget the answers that were kept for long enough."""
    KeptAnswer.objects.filter(created_at__lt=Now() - LIFETIME).delete()
