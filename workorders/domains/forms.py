"""The form that names a domain."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from portal.values.words import gettext_lazy
from workorders.domains.hosts import HOST, wrong_host


class DomainForm(forms.Form):
    """The host of a URL prefix, alone or as a part of one."""

    host = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=300,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "placeholder": "codes.example.com"}),
        help_text=gettext_lazy("As it stands in the URL prefix."),
    )

    def clean_host(self) -> str:
        """Take the host out of a URL, and refuse one that no prefix could have."""
        typed: str = self.cleaned_data["host"].strip()
        host = typed.partition("://")[2] or typed
        host = host.partition("/")[0].partition(":")[0].casefold()
        if not HOST.fullmatch(host) or "." not in host:
            raise ValidationError(gettext("It is no name of a host, like codes.example.com."))
        if reason := wrong_host(host):
            raise ValidationError(reason)
        return host
