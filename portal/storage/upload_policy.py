"""The check of a signed upload form by its policy, as S3 checks it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime

from portal.storage.base import is_incoming
from portal.storage.disk import SIGNATURE, sign

IGNORED = "x-ignore-"  # fields whose name begins so are the client's own, as with S3


class Refusal(Exception):  # noqa: N818  # the field's word: S3 refuses a form
    """A posted form that may not be stored: HTTP status, S3's error code, and the reason."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Permit:
    """The permission that a signed form gives: a file of `largest` bytes at most, stored as `name`."""

    name: str
    largest: int


def check_policy(fields: QueryDict) -> Permit:
    """Return what the signed form of these `fields` allows. Raise Refusal when the portal gave no such form."""
    posted = each_once(fields)
    encoded, signature = posted.pop("policy", ""), posted.pop(SIGNATURE, "")
    if not encoded or not signature:
        raise Refusal(403, "AccessDenied", "The form lacks its policy or its signature, or they came after the file.")
    if not constant_time_compare(signature, sign(encoded)):
        raise Refusal(403, "SignatureDoesNotMatch", "The policy is not the one that was signed.")
    try:
        policy = json.loads(base64.b64decode(encoded))
    except (binascii.Error, ValueError):
        raise Refusal(400, "InvalidPolicyDocument", "The policy cannot be read.") from None
    expiration = parse_datetime(policy["expiration"])
    if expiration is None or expiration <= timezone.now():
        raise Refusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    *exact, (_range, _smallest, largest) = policy["conditions"]
    expected = {name.lower(): value for condition in exact for name, value in condition.items()}
    for name in expected.keys() | posted.keys():
        if expected.get(name) != posted.get(name):
            raise Refusal(403, "AccessDenied", f"Invalid according to Policy: Policy condition failed: {name}")
    name = expected["key"]
    if not is_incoming(name):
        raise Refusal(403, "AccessDenied", "Invalid according to Policy: Policy condition failed: key")
    return Permit(name, int(largest))


def each_once(fields: QueryDict) -> dict[str, str]:
    """The posted fields by their names in small letters, as S3 tells them apart, without the client's own.

    Refusal when one came twice: who checks must not read another value than who uses it.
    """
    posted: dict[str, str] = {}
    for name, values in fields.lists():
        key = name.lower()
        if key in posted or len(values) > 1:
            raise Refusal(400, "InvalidArgument", f"The form takes each field once, and {name} came several times.")
        posted[key] = str(values[0])
    return {name: value for name, value in posted.items() if not name.startswith(IGNORED)}
