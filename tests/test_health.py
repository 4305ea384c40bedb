"""`/healthz`: whether every part answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings


@pytest.mark.django_db
def test_all_parts_answer(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "ok", "storage": "ok"})


@pytest.mark.django_db
def test_a_broker_that_is_gone_is_named(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/nobody.sock"
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() | {"broker": ""} == {"database": "ok", "broker": "", "storage": "ok"}
    assert answer.json()["broker"] != "ok"
