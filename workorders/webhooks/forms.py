"""The form of an endpoint."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from portal.values.texts import PRINTABLE
from portal.values.words import gettext_lazy
from workorders.webhooks.addresses import LONGEST, wrong_url
from workorders.webhooks.outbox import EVENTS


class WebhookForm(forms.Form):
    """Where it is posted, what for, and which events."""

    url = forms.CharField(
        label="URL",
        max_length=LONGEST,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "spellcheck": "false",
                "inputmode": "url",
                "placeholder": "https://hooks.example.com/codeport",
            }
        ),
        help_text=gettext_lazy("Where events are posted as JSON. It answers with a status from 200 to 299."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=200,
        required=False,
        validators=[PRINTABLE],
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[*EVENTS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose one event or more.")},
    )

    def clean_url(self) -> str:
        """Refuse a URL to which nothing can be sent."""
        url: str = self.cleaned_data["url"]
        if reason := wrong_url(url):
            raise ValidationError(reason)
        return url
