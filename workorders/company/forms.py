"""Forms of a company's settings and of the SCM fields that it declares."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from portal.models import Company
from portal.pages.languages import time_zones
from portal.values.texts import unseen
from portal.values.words import format_lazy, gettext_lazy, number, number_lazy
from workorders.archives.sheets import SHEETS
from workorders.codes.fields import LONGEST_SCM_VALUE, OWN_COLUMNS, SCM_KEY, as_sentence, scm_key_rule
from workorders.codes.scm_fields import known_fields
from workorders.codes.texts import text_choices
from workorders.codes.url_prefixes import check_url_prefix
from workorders.models import DeclaredField

MOST_ADDRESSES = 10
MOST_CHOICES = 500  # values of one list
LONGEST_LIST = 20_000  # characters of all of them together


class SettingsForm(forms.Form):
    """What holds for the uploads and orders of a company unless they say otherwise."""

    custom_url_prefix = forms.CharField(
        label=gettext_lazy("URL prefix"),
        max_length=200,
        required=False,
        widget=forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "What stands before the id in every QR code. It becomes yours with the first codes that have it."
        ),
    )
    label_sheet = forms.ChoiceField(
        label=gettext_lazy("Label sheet"),
        required=False,
        choices=[("", gettext_lazy("The one used last")), *((name, sheet.label) for name, sheet in SHEETS.items())],
        help_text=gettext_lazy("What <em>Labels (PDF)</em> of a record or workorder makes."),
    )
    label_text = forms.ChoiceField(
        label=gettext_lazy("Text on labels"),
        required=False,
        help_text=gettext_lazy(
            "What <em>Labels (PDF)</em> prints below each code. A text that is too long is made smaller, then"
            " shortened."
        ),
    )
    upload_mail = forms.CharField(
        label=gettext_lazy("Mail when an upload ends"),
        required=False,
        max_length=255 * MOST_ADDRESSES,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=format_lazy(
            gettext_lazy("One address a line, {most} at most, besides the person who uploads by page."),
            most=MOST_ADDRESSES,
        ),
    )

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("What the browser asks for")), *settings.LANGUAGES],
        help_text=gettext_lazy("Of pages and e-mails for people who chose none, and of what is printed for them."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), required=False, choices=[("", "UTC"), *((name, name) for name in time_zones())]
    )

    def __init__(self, company: Company, data: Any = None) -> None:
        initial = {
            "language": company.language,
            "time_zone": company.time_zone,
            "custom_url_prefix": company.custom_url_prefix,
            "label_sheet": company.label_sheet,
            "label_text": company.label_text,
            "upload_mail": "\n".join(company.upload_mail),
        }
        super().__init__(data, initial=initial)
        self.company = company
        choices = [("", gettext("None")), *text_choices(known_fields(company), company.label_text)]
        self.fields["label_text"].choices = choices  # type: ignore[attr-defined]  # a choice
        self.fields["custom_url_prefix"].widget.attrs["placeholder"] = company.url_prefix

    def clean_custom_url_prefix(self) -> str:
        """Take the portal's own prefix as none, and refuse one that no upload could have now."""
        prefix: str = self.cleaned_data["custom_url_prefix"]
        if prefix in ("", self.company.url_prefix):
            return ""
        check_url_prefix(self.company, prefix)
        return prefix

    def clean_upload_mail(self) -> list[str]:
        addresses = [*dict.fromkeys(self.cleaned_data["upload_mail"].split())]
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(
                gettext("These are {number} addresses; {most} at most.").format(
                    number=len(addresses), most=MOST_ADDRESSES
                )
            )
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(gettext("{address} is no e-mail address.").format(address=address)) from None
        return addresses


class FieldForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a declared SCM field takes. Its name stays: files and codes have it."""

    choices = forms.CharField(
        label=gettext_lazy("Values of the list"),
        required=False,
        widget=forms.Textarea({"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=format_lazy(
            gettext_lazy("One a line, {most} at most. For the type <em>One of a list</em> alone."),
            most=number_lazy(MOST_CHOICES),
        ),
    )

    class Meta:
        model = DeclaredField
        fields: ClassVar = ["label", "type", "choices", "is_required"]
        labels: ClassVar = {
            "label": gettext_lazy("Label"),
            "type": gettext_lazy("Type"),
            "is_required": gettext_lazy("Every new code needs it"),
        }
        help_texts: ClassVar = {
            "label": gettext_lazy("What people call it. It may stay empty."),
            "type": gettext_lazy("Numbers are written as -1200 or 12.5, dates as 2026-12-31."),
            "is_required": gettext_lazy(
                "A file of new codes in which it is missing or empty is refused, unless it has a default."
            ),
        }
        widgets: ClassVar = {"label": forms.TextInput({"autocomplete": "off"})}

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.initial["choices"] = "\n".join(self.instance.choices)

    def clean_choices(self) -> list[str]:
        lines = self.cleaned_data["choices"].splitlines()
        values = [*dict.fromkeys(value for line in lines if (value := line.strip()))]
        if len(values) > MOST_CHOICES or sum(map(len, values)) > LONGEST_LIST:
            raise ValidationError(
                gettext("A list has {most} values and {longest} characters at most.").format(
                    most=number(MOST_CHOICES), longest=number(LONGEST_LIST)
                )
            )
        for value in values:
            if len(value) > LONGEST_SCM_VALUE:
                raise ValidationError(
                    gettext("A value has {most} characters at most.").format(most=number(LONGEST_SCM_VALUE))
                )
            if found := unseen(value):
                raise ValidationError(f"{value[:40]}: {found}")
        return values

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        is_list = data.get("type") == DeclaredField.Type.CHOICE
        if is_list and not data.get("choices") and "choices" not in self.errors:
            self.add_error("choices", gettext("Give the values of the list, one a line."))
        elif not is_list and data.get("choices"):
            self.add_error(
                "choices", gettext("Values go with the type One of a list alone. Choose that, or empty this.")
            )
        return data


class NewFieldForm(FieldForm):
    """A field that is declared anew."""

    class Meta(FieldForm.Meta):
        fields: ClassVar = ["key", *FieldForm.Meta.fields]
        labels: ClassVar = {"key": gettext_lazy("Name"), **FieldForm.Meta.labels}
        help_texts: ClassVar = {
            "key": gettext_lazy(
                "As the columns of files have it: small letters, digits and _, like <code>best_before</code>. It"
                " cannot be changed later."
            ),
            **FieldForm.Meta.help_texts,
        }
        widgets: ClassVar = {
            "key": forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
            **FieldForm.Meta.widgets,
        }

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not SCM_KEY.fullmatch(key):
            raise ValidationError(as_sentence(scm_key_rule()))
        if key in OWN_COLUMNS:
            raise ValidationError(gettext("`{key}` is a field that every code has.").format(key=key))
        return key
