"""The page that shows all components, for those who build pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.models import Event
from portal.pages.access import PersonRequest, page
from portal.values.whole_numbers import WholeNumberFormField

STATUSES = (
    *("uploading", "queued", "processing", "completed", "error", "cancelled"),
    *("new", "ready_to_print", "printed", "archived"),
    *("active", "invited", "deactivated", "expired", "revoked"),
)
ICONS = ("upload", "download", "file", "plus", "close", "person")
CHOICES = (("sid", "serialized identifiers"), ("ssc", "secure codes"))


class Example(forms.Form):
    """A form with a field of each kind. It shows what was posted again, with its errors."""

    text = forms.CharField(help_text="What stands here is described below the field.")
    number = WholeNumberFormField(label="A number", min_value=1)
    choice = forms.ChoiceField(choices=CHOICES)
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    agreed = forms.BooleanField(label="To be ticked", required=False)


class Line:
    """A stand-in for an object whose status a template shows."""

    percent: ClassVar[int] = 40

    def __init__(self, status: str) -> None:
        self.status = status

    def get_status_display(self) -> str:
        return self.status.replace("_", " ")


@page()
def style(request: PersonRequest) -> HttpResponse:
    """Show every component with its name to those who run the portal."""
    if not request.user.is_staff:
        raise PermissionDenied
    an_hour_ago = timezone.now() - timedelta(hours=1)
    context: dict[str, Any] = {
        "lines": [Line(status) for status in STATUSES],
        "icons": [f"icons/{name}.svg" for name in ICONS],
        "form": Example({"text": "as typed", "number": "0", "choice": "sid"}),
        "page": Paginator(range(1, 60), 25).get_page(2),
        "an_hour_ago": an_hour_ago,
        "choices": CHOICES,
        "history": [("Upload begun", Event(by=request.user, at=an_hour_ago)), ("Completed", Event(at=an_hour_ago))],
        "company": request.user.company,
    }
    return render(request, "portal/style.html", context)
