"""The environment variables: how they are read, and what is said of a bad one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

SIMILARITY: Final = 0.85  # of a misspelt name; DATABASE_PORT, which Kubernetes makes, is 0.846 like DATABASE_POOLER
SHORTEST: Final = 6  # characters of a name that a foreign one is compared with: PORTS may be anybody's
OF_LIBRARIES: Final = ("AWS_", "OTEL_")  # which have many names that are like those we read


class Environment(Env):
    """Environs' reader, to which a variable that is empty, like a field of a form not filled in, is not set."""

    def __init__(self) -> None:
        super().__init__()
        self._read: set[str] = set()

    def _get_value(self, env_key: str, default: Any) -> Any:
        self._read.add(env_key)
        value = super()._get_value(env_key, default)
        return default if isinstance(value, str) and not value.strip() else value

    def refuse_misspelt(self) -> None:
        """Refuse a variable that nobody reads while the one that is most like it, which was read, is not set."""
        missing = [name for name in self._read if len(name) >= SHORTEST and not os.environ.get(name, "").strip()]
        spelled = {_bare(name): name for name in sorted(missing)}
        for name, value in os.environ.items():
            if value.strip() and name not in self._read and not name.startswith(OF_LIBRARIES):
                for close in get_close_matches(_bare(name), spelled, 1, SIMILARITY):
                    raise invalid(name, f"There is no such setting; did you mean {spelled[close]}? Rename or unset it.")


def _bare(name: str) -> str:
    """Return `name` without what is forgotten first: underscores, and whether it is one or several."""
    return name.upper().replace("_", "").replace("IES", "Y")


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
