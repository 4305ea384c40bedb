"""Compression of pages."""

from __future__ import annotations

import gzip

import pytest

from portal.http.compression import LEAST
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.tokens import client_of

GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_a_browser_that_takes_it(demo: Demo) -> None:
    plain, packed = as_(demo.staff).get("/upload/"), as_(demo.staff).get("/upload/", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    assert b"Upload" in gzip.decompress(packed.content)
    head = as_(demo.staff).head("/upload/", headers=GZIP)
    assert (head.content, head.headers["Content-Encoding"]) == (b"", "gzip")


def test_its_length_tells_nothing_exactly(demo: Demo) -> None:
    client = as_(demo.staff)
    assert len({client.get("/upload/", headers=GZIP).headers["Content-Length"] for _ in range(20)}) > 1


@pytest.mark.parametrize("path", ["/account/session/", "/c/demo/abc12345"])
def test_what_is_short_or_no_page_stays_as_it_is(demo: Demo, path: str) -> None:
    some_codes(demo.staff, "abc12345")
    answer = as_(demo.staff).get(path, headers=GZIP)
    assert (answer.status_code, "Content-Encoding" in answer.headers) == (200, False)
    assert len(answer.content) < LEAST


def test_answers_of_the_api_and_files_stay_as_they_are(demo: Demo) -> None:
    workorder = some_codes(demo.staff, *(f"abc{number:05}" for number in range(100)))
    listed = client_of(demo.staff).get("/api/v2/codes/?limit=100", headers=GZIP)
    assert len(listed.content) > LEAST
    assert "Content-Encoding" not in listed.headers
    image = as_(demo.staff).get(f"/workorders/{workorder.pk}/codes/abc00001/qr.svg", headers=GZIP)
    assert "Content-Encoding" not in image.headers
