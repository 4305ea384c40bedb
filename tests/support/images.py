"""Archives with images."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import Any

from django.core.files.storage import storages

from tests.support.demo import Demo
from tests.support.tokens import client_of
from workorders import job_runner
from workorders.models import Workorder


def drawn(demo: Demo, workorder: Workorder, **look: Any) -> zipfile.ZipFile:
    """The archive in that look, after the worker was there."""
    client = client_of(demo.staff, "workorder_view", "workorder_download")
    answer = client.get(url_of(workorder, **look))
    assert answer.status_code == 202, answer.content
    job_runner.run(workorder.jobs.get(what="images", status="queued").pk)
    answer = client.get(url_of(workorder, **look))
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.getvalue()))


def names_of(workorder: Workorder) -> list[str]:
    """The workorder's files in the storage."""
    folder = f"workorders/{workorder.company_id}/{workorder.pk}"
    with suppress(FileNotFoundError):
        return [f"{folder}/{name}" for name in storages["default"].listdir(folder)[1]]
    return []


def url_of(workorder: Workorder, **look: Any) -> str:
    query = "&".join(f"{name}={value}" for name, value in look.items())
    return f"/api/v2/workorders/{workorder.pk}/download/?{query}"
