"""Validators of single environment variables. Each raises ValidationError with a sentence for the operator."""

from __future__ import annotations

import os
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from environs import ValidationError, validate
from kombu import Connection

_HOST = r"([^/?#@]+@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
_BROKER = rf"rediss?://{_HOST}(/[0-9]*)?(\?.*)?|amqps?://{_HOST}(/[^/?#]*|//)?(\?.*)?|redis\+socket:///.+|"
_HOST_NAME = r"\*|\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\]"
_SYSLOG = r"syslog(://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?)?"
_BASE_URL = r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?"
SHORTEST_KEY = 32

is_port = validate.Range(1, 65535)
is_log_format = validate.OneOf(["lines", "json"])
is_pooler = validate.OneOf(["", "transaction"], error="Must be transaction, or empty.")
is_passphrase = validate.Regexp(r"^(.{16,})?$", error="Needs 16 characters.")
is_secret_key = validate.Regexp(r"^(.{32,})?$", error="Needs 32 characters.")


def is_address(pattern: str, text: str) -> bool:
    """Say whether `text` is of this pattern, and its port, if it names one, is one."""
    try:
        return re.fullmatch(pattern, text) is not None and urlsplit(text).port != 0
    except ValueError:  # a port beyond the last
        return False


def is_base_url(value: str) -> None:
    """Refuse what cannot stand before `/c/company/id`."""
    if not is_address(_BASE_URL, value) or not urlsplit(value).hostname:
        raise ValidationError("Must look like https://codes.example.com.")


def are_base_urls(values: list[str]) -> None:
    """Refuse a list with what cannot stand before `/c/company/id`."""
    for value in values:
        is_base_url(value)


def is_collector(value: str) -> None:
    """Refuse what is no base URL, and any where the packages for traces are not installed."""
    is_base_url(value)
    try:
        version("opentelemetry-sdk")
    except PackageNotFoundError:
        raise ValidationError("Traces need the packages of requirements-traces.txt.") from None


def is_audit_log(value: str) -> None:
    """Refuse what is neither an absolute path nor syslog."""
    if value and not value.startswith("/") and not is_address(_SYSLOG, value):
        raise ValidationError("Must be an absolute path, syslog or syslog://host:port.")


def are_host_names(names: list[str]) -> None:
    """Refuse what is no host name."""
    for name in names:
        if not re.fullmatch(_HOST_NAME, name):
            raise ValidationError(f"{name!r} is no host name; give names separated by commas.")


def are_single_hosts(names: list[str]) -> None:
    """Refuse what is no host name, or the pattern of several."""
    are_host_names(names)
    for name in names:
        if name.startswith(("*", ".")):
            raise ValidationError(f"{name!r} stands for several hosts; name each.")


def are_secret_keys(keys: list[str]) -> None:
    """Refuse what cannot have been SECRET_KEY."""
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ValidationError("Each needs 32 characters; separate them by commas.")


def is_broker_url(url: str) -> None:
    """Refuse what is no broker's address. Celery would notice a bad port or number at the first task, not before."""
    if not is_address(_BROKER, url):
        raise ValidationError("Must look like redis://host:6379/0 or amqp://user:password@host:5672//.")
    try:
        Connection(url)  # which reads the address and connects later
    except (KeyError, TypeError, ValueError):
        raise ValidationError("Behind the ? stands what cannot be, unlike ssl_cert_reqs=CERT_REQUIRED.") from None


def is_rate(example: str, digits: int) -> validate.Regexp:
    """Return a validator of rates like `example`, whose number has at most so many digits."""
    return validate.Regexp(rf"^[1-9][0-9]{{0,{digits - 1}}}/(s|min|hour|day)\Z", error=f"Must look like {example}.")


def is_folder(path: str) -> None:
    """Refuse what depends on where a process was started. That it is there is not asked: it may be mounted later."""
    if path and not path.startswith("/"):
        raise ValidationError("Must be an absolute path, like /srv/drop.")


def is_file(path: str) -> None:
    """Refuse what is no file that can be read."""
    if path and not (path.startswith("/") and Path(path).is_file() and os.access(path, os.R_OK)):
        raise ValidationError("Must be the absolute path of a file that can be read.")
