"""A 404 that says why."""

from __future__ import annotations

from django.http import Http404


class NoMore(Http404):
    """What is asked for was there and is not any more. The message says why, in a sentence that calls pass on."""
