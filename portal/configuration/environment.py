"""The environment variables: how they are read, and what is said of a bad one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError


class Environment(Env):
    """Environs' reader, to which a variable that is empty, like a field of a form not filled in, is not set."""

    def _get_value(self, env_key: str, default: Any) -> Any:
        value = super()._get_value(env_key, default)
        return default if isinstance(value, str) and not value.strip() else value


env = Environment()


def forget_empty(prefix: str) -> None:
    """Delete the empty variables that begin with `prefix`, for a library that takes an empty one for a value."""
    for name in [name for name, value in os.environ.items() if name.startswith(prefix) and not value.strip()]:
        del os.environ[name]


def invalid(name: str, reason: str) -> EnvError:
    """Return the error that says why the value of the variable `name` cannot be used."""
    return EnvError(f'Environment variable "{name}" invalid: {reason}')


@contextmanager
def stops_at_bad_values(home: str) -> Iterator[None]:
    """Turn what is wrong with a variable into ImproperlyConfigured, in one sentence that names it.

    An error of the file system is that of the variable `home`.
    """
    try:
        yield
    except EnvError as error:
        named, _, told = str(error).partition(" invalid: ")
        reasons = " ".join(getattr(error, "error_messages", [])) or told
        raise ImproperlyConfigured(f"{named} invalid: {reasons}") from None
    except OSError as error:
        told = f"{error.strerror}: {error.filename or os.environ.get(home, '')}"
        raise ImproperlyConfigured(f'Environment variable "{home}" invalid: {told}') from None
