"""Characters named in words, and choices and bodies that are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.serializers import ValidationError

from portal.values.bodies import FORM_BYTES, UPLOADS, body_limits, largest
from portal.values.characters import beyond_ascii, named
from portal.values.choices import ChoiceField


@pytest.mark.parametrize(
    ("character", "said"),
    [
        ("a", "“a”"),
        ("~", "“~”"),
        (" ", "space"),
        ("\0", "null (U+0000)"),
        ("\t", "tab (U+0009)"),
        ("\x7f", "delete (U+007F)"),
        ("é", "latin small letter e with acute (U+00E9)"),
        ("\u200b", "zero width space (U+200B)"),
        ("\U0001f600", "grinning face (U+1F600)"),
        ("\ue000", "U+E000"),
    ],
)
def test_a_character_is_named_so_that_it_can_be_looked_for(character: str, said: str) -> None:
    assert named(character) == said


def test_the_first_character_beyond_ascii_is_told() -> None:
    assert beyond_ascii("abc") == ""
    assert beyond_ascii("abcdé fé") == "Character 5 is latin small letter e with acute (U+00E9)."
    assert beyond_ascii("x" * 1999 + "ß").startswith("Character 2,000 is latin small letter sharp s")


def refused(caught: pytest.ExceptionInfo[ValidationError]) -> list[Any]:
    """The reasons of a refusal."""
    assert isinstance(caught.value.detail, list)
    return caught.value.detail


def test_what_is_no_choice_is_told_which_there_are() -> None:
    field = ChoiceField(choices=["sid", "ssc"])
    assert field.run_validation("sid") == "sid"
    with pytest.raises(ValidationError) as caught:
        field.run_validation("sidd")
    (said,) = refused(caught)
    assert str(said) == '"sidd" is not a valid choice. It must be one of `sid` and `ssc`. The nearest is `sid`.'
    assert said.code == "invalid_choice"
    with pytest.raises(ValidationError) as caught:
        field.run_validation(None)
    assert [str(said) for said in refused(caught)] == ["This field may not be null."]


def test_uploads_alone_may_be_large(settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES, settings.MAX_FORM_BYTES = 10_000_000, 1000
    assert largest("/api/v2/products/") == 1000
    assert largest(UPLOADS) == 10_000_000 + 2 * FORM_BYTES
    assert largest(f"{UPLOADS}x") == 1000


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/v2/products/", {"CONTENT_LENGTH": "1000"}, 200),
        ("/api/v2/products/", {"CONTENT_LENGTH": "1001"}, 413),
        ("/api/v2/products/", {"CONTENT_LENGTH": ""}, 200),
        ("/api/v2/products/", {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        (UPLOADS, {"CONTENT_LENGTH": "1001"}, 200),
        (UPLOADS, {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}, 411),
    ],
)
def test_bodies_are_bounded_by_their_address(
    settings: Settings, path: str, headers: dict[str, str], status: int
) -> None:
    settings.MAX_FORM_BYTES = 1000
    request = RequestFactory().post(path)
    request.META |= headers
    assert body_limits(lambda _: HttpResponse())(request).status_code == status
