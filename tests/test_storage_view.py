"""The portal's own place for posted forms, which S3 clients find to be like S3."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nv\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ],
)
def test_a_body_that_is_no_form_is_refused(body: bytes, content_type: str) -> None:
    answer = Client().post("/storage/", body, content_type=content_type)
    assert answer.status_code == 400
    assert answer.content.startswith(b'<?xml version="1.0"')


def test_only_posts_are_taken() -> None:
    assert Client().get("/storage/").status_code == 405
