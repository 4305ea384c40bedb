"""The SECRET_KEY of an installation that was given none."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

NAME: Final = "secret-key"


def kept_key(home: Path) -> str:
    """Return the key kept in `home`. The first call makes it, readable by its owner alone."""
    path = home / NAME
    if not path.exists():
        draft = home / f"secret-key.{secrets.token_hex(4)}"
        try:
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            path.hardlink_to(draft)  # of two simultaneous starts the first wins
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text()


def replace_key(home: Path, key: str) -> None:
    """Keep `key` in `home` instead of the one that is kept there."""
    draft = home / f"{NAME}.{secrets.token_hex(4)}"
    draft.touch(mode=0o600)
    draft.write_text(key)
    draft.replace(home / NAME)
