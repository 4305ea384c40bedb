"""The schema of the API, and the page on which people read it."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from portal.api.docs_reference import calls, marked, openapi


@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """Return the schema as JSON, which is YAML too, to everybody."""
    return JsonResponse(openapi(), json_dumps_params={"ensure_ascii": False})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the schema as a page to everybody."""
    return render(request, "portal/api_docs.html", {"reference": _reference()})


@cache
def _reference() -> SafeString:
    """Return the HTML of the page, which is the same for everybody."""
    made = openapi()
    groups = [(tag, [call for call in calls() if call.tag == tag["name"]]) for tag in made["tags"]]
    about = [marked(text) for text in made["info"]["description"].split("\n\n")]
    return render_to_string("portal/_api_reference.html", {"groups": groups, "about": about})
