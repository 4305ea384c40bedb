"""Files below CODEPORT_HOME."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.storage.base import FORM_LIFETIME, INCOMING, Unusable, is_incoming

SIGNATURE = "x-codeport-signature"


def sign(policy: str) -> str:
    return salted_hmac("portal.storage", policy, algorithm="sha256").hexdigest()


class EmbeddedStorage(FileSystemStorage):
    """Files below CODEPORT_HOME. A name is written whole or not at all, and written again it is replaced."""

    def signed_form(self, site: str, name: str, content_type: str) -> dict[str, Any]:
        """The `url` and `fields` by which anyone may post one file as `name` within FORM_LIFETIME.

        `name` is one below INCOMING; `site` is the portal's own address as the client sees it, ending in a slash.
        """
        if not is_incoming(name):
            raise ValueError(f"A form is for a file below {INCOMING}/, not for {name!r}.")
        fields = {"key": name, "Content-Type": content_type, "success_action_status": "201"}
        policy = {
            "expiration": (timezone.now() + FORM_LIFETIME).isoformat(),
            "conditions": [
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 0, settings.MAX_UPLOAD_BYTES],
            ],
        }
        encoded = base64.b64encode(json.dumps(policy).encode()).decode()
        return {"url": f"{site}storage/", "fields": {**fields, "policy": encoded, SIGNATURE: sign(encoded)}}

    def direct_url(self, method: str, name: str, filename: str, content_type: str) -> None:
        """Nowhere but at the portal."""

    def content_type(self, name: str) -> None:
        """Not known: the form's was checked, and nothing else writes here."""

    def move(self, name: str, new_name: str) -> None:
        """Rename a file, replacing what was there; FileNotFoundError when there is none."""
        target = Path(self.path(new_name))
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(self.path(name)).replace(target)

    def adopt(self, path: Path, name: str) -> None:
        """Publish the finished file at `path`, which lies on the storage's own disk, as `name`."""
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o600)
        path.replace(target)

    def listed(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """The names of the files in `folder`, and when each was written by the clock of its disk."""
        with suppress(FileNotFoundError), os.scandir(self.path(folder)) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # gone meanwhile
                    yield f"{folder}/{entry.name}", datetime.fromtimestamp(entry.stat().st_mtime, UTC)

    def any_file(self) -> str | None:
        """Return the path of a file that is stored, or None where there is none."""
        return next((f"{folder}/{names[0]}" for folder, _folders, names in os.walk(self.location) if names), None)

    def check(self) -> None:
        """Raise Unusable when nothing can be kept here now."""
        home = Path(self.location).parent
        if not os.access(home, os.W_OK):
            raise Unusable("CODEPORT_HOME cannot be written.")
