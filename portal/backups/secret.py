"""The secret key of a backup: in a file apart, or in the backup and encrypted with a passphrase."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from portal.backups.archive import BackupError

SCRYPT: Final = {"length": 32, "n": 2**16, "r": 8, "p": 1}  # 64 MiB and a quarter of a second for each guess


def fingerprint(key: str) -> str:
    """Return 16 digits by which a key is known again; they tell nothing of it."""
    return HKDF(SHA256(), 8, salt=None, info=b"fingerprint of a backup's key").derive(key.encode()).hex()


def apart(folder: Path, digits: str) -> Path:
    """Return the file of `folder` for the key with the fingerprint `digits`, where it is kept apart."""
    return folder / f"secret-key-{digits}"


def write_apart(folder: Path, key: str) -> Path:
    """Write the key into a file of `folder` that its owner alone may read."""
    path = apart(folder, fingerprint(key))
    path.touch(mode=0o600)
    path.write_text(key)
    return path


def read_apart(path: Path, digits: str) -> str:
    """Return the key of the file `path`. Raise BackupError where it has not the fingerprint `digits`.

    Spaces and lines around it come from an editor or a safe for passwords.
    """
    written = path.read_text(errors="replace")
    for key in (written, written.strip()):
        if fingerprint(key) == digits:
            return key
    raise BackupError(f"{path} does not hold the secret key of the backup: put that one there, and nothing else.")


def seal(key: str, passphrase: str) -> dict[str, str]:
    """Return the key encrypted with `passphrase`."""
    salt = os.urandom(16)
    return {"salt": salt.hex(), "key": _fernet(passphrase, salt).encrypt(key.encode()).decode()}


def unseal(sealed: dict[str, str], passphrase: str) -> str:
    """Return the key that `seal` encrypted. Raise BackupError where the passphrase is another."""
    try:
        return _fernet(passphrase, bytes.fromhex(sealed["salt"])).decrypt(sealed["key"]).decode()
    except InvalidToken:
        raise BackupError("BACKUP_PASSPHRASE is not that of the backup.") from None


def _fernet(passphrase: str, salt: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(Scrypt(salt=salt, **SCRYPT).derive(passphrase.encode())))
