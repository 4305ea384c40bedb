"""What calls raise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from codeport_client.core.models.error import Error
from codeport_client.core.models.record import Record
from codeport_client.core.types import UNSET, Unset


class CodeportError(Exception):
    """Anything that Codeport or the way to it did not do."""


class Unavailable(CodeportError):  # noqa: N818  # a state, not a fault
    """The portal cannot be reached, or does not answer calls now; what was asked may be asked again."""


class Refused(CodeportError):  # noqa: N818  # the API's word
    """The portal refused a call.

    `status` is HTTP's, `code` the API's name of the reason, which stays when its words change. `fields` has the
    messages of each field that is at fault, and `request_id` is what to name when you ask for help.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str = "",
        fields: Mapping[str, Any] | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.request_id = status, code, request_id
        self.fields = dict(fields or {})


class FileRefused(Refused):
    """Codeport checked a file and stored nothing of it, or somebody cancelled it.

    `problems` are the rows that are wrong, the first 1,000 of them; `counts` says how many there are of each kind, and
    `code` is the first of these kinds, or `cancelled`.
    """

    def __init__(self, record: Record, problems: Sequence[Error]) -> None:
        found = record.result_data
        counts = UNSET if isinstance(found, Unset) else found.error_counts
        self.record, self.problems = record, list(problems)
        self.counts: dict[str, int] = {} if isinstance(counts, Unset) else counts.to_dict()
        code = next(iter(self.counts), "cancelled")
        number = sum(self.counts.values())
        what = f"{number:,} {'problem' if number == 1 else 'problems'}" if number else "cancelled"
        super().__init__(f"Nothing was stored of {record.key}: {what}.", code=code)


def refusal(answer: httpx.Response) -> CodeportError:
    """Return the error that an answer, which has been read, stands for."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    fields = told if isinstance(told, dict) and "detail" not in told else {}
    if isinstance(told, dict) and "detail" in told:
        message = str(told["detail"])
    elif fields:
        message = " ".join(f"{name}: {_words(messages)}" for name, messages in fields.items())
    else:
        message = _of_storage(answer.text) or answer.reason_phrase
    if answer.status_code >= 500 or answer.status_code == 429:
        return Unavailable(f"{answer.url.host} answers {answer.status_code}: {message}")
    return Refused(
        message,
        status=answer.status_code,
        code=answer.headers.get("Error-Code", ""),
        fields=fields,
        request_id=answer.headers.get("X-Request-Id", ""),
    )


def _words(messages: Any) -> str:
    return " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)


def _of_storage(text: str) -> str:
    """Return the message of S3's XML error."""
    found = re.search(r"<Message>([^<]*)</Message>", text)
    return found[1] if found else ""
