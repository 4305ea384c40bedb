"""The form of one link."""

from __future__ import annotations

from django import forms

from portal.values.texts import PRINTABLE
from portal.values.words import format_lazy, gettext_lazy
from workorders.links.link import ID, Link
from workorders.links.rules import LONGEST_TITLE, LONGEST_URL, check_language, check_target
from workorders.links.types import LINK_TYPES, MEDIA_TYPES, curie


class LinkForm(forms.Form):
    """A new link of a product or a company."""

    link_type = forms.ChoiceField(
        label=gettext_lazy("Link type"),
        choices=[(curie(name), f"{said} ({curie(name)})") for name, said in LINK_TYPES.items()],
        initial=curie("pip"),
        help_text=gettext_lazy("Of the GS1 Web Vocabulary, in the words of GS1. Apps ask for a link by it."),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=LONGEST_URL,
        validators=[check_target],
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        help_text=format_lazy(
            gettext_lazy(
                "Where it leads, like <code>https://www.example.com/tea?code={id}</code>; {id} becomes the id."
            ),
            id=ID,
        ),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=LONGEST_TITLE,
        validators=[PRINTABLE],
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    languages = forms.CharField(
        label=gettext_lazy("Languages"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Of what it leads to, like <code>en fr-BE</code>. Empty: any."),
    )
    media_type = forms.ChoiceField(
        label=gettext_lazy("Media type"),
        required=False,
        choices=[("", gettext_lazy("unknown")), *((each, each) for each in MEDIA_TYPES)],
        initial="text/html",
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Scans of active codes lead there"),
        required=False,
        help_text=gettext_lazy("Of several such links, the one in the reader's language."),
    )

    def clean_languages(self) -> list[str]:
        """Take the tags apart."""
        languages = [*dict.fromkeys(self.cleaned_data["languages"].replace(",", " ").split())]
        for language in languages:
            check_language(language)
        return languages

    def link(self) -> Link:
        """Return the link of a form that is valid."""
        return Link.of(self.cleaned_data)
