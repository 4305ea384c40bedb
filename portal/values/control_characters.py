"""Control characters in addresses and forms, which nothing here means: refused before anything else reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
PUBLIC = "/c/"  # says of whatever a scanner read whether it is a code, in the language of who scanned it
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class ControlCharacters:
    """Answer 400 to a path or query with a control character, and to a form of a page with a NUL character.

    PostgreSQL stores no NUL, and whoever reads a list or a log cannot see the others.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(PUBLIC):
            return self.get_response(request)
        if found := CONTROL.search(request.path):
            return _refused(request, "", found[0])
        if request.META.get("QUERY_STRING"):
            for name, values in request.GET.lists():
                if found := CONTROL.search("".join([name, *values])):
                    return _refused(request, name, found[0])
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Look at the fields of a form, which the check of the CSRF token reads anyway."""
        if getattr(view, "csrf_exempt", False) or request.content_type not in FORMS:
            return None
        for name, values in request.POST.lists():
            if "\0" in name or any("\0" in value for value in values):
                return _refused(request, name, "\0")
        return None


def _refused(request: HttpRequest, name: str, character: str) -> HttpResponse:
    """400: JSON for calls of the API, which names the parameter, and otherwise a plain page."""
    reason = f"A control character (U+{ord(character):04X}) means nothing here."
    if not request.path.startswith("/api/"):
        return render(request, "400.html", {"reason": reason}, status=400)
    named = name and not CONTROL.search(name)
    return JsonResponse({name: [reason]} if named else {"detail": reason}, status=400)
