"""Forms about people: which role, whom to invite, and what an invited person says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils.translation import gettext

from portal.accounts.people import ROLES_OF, people_of
from portal.models import Company, User
from portal.values.texts import PRINTABLE
from portal.values.words import gettext_lazy


class RoleForm(forms.Form):
    """The choice of one of the roles that the company's kind has."""

    role = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, company: Company, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.company = company
        roles = ROLES_OF[company.kind]
        self.fields["role"].choices = list(roles.items())  # type: ignore[attr-defined]  # a choice
        self.fields["role"].initial = self.initial.get("role") or next(iter(roles))


class InvitationForm(RoleForm):
    """The form that invites a person by e-mail address and role."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )

    def clean_email(self) -> str:
        """Only the company's own people are told: who has an account elsewhere is nobody's business."""
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if people_of(self.company).filter(email__iexact=email).exists():
            raise forms.ValidationError(gettext("This is one of your people already."))
        return email


class JoinForm(forms.Form):
    """The form in which an invited person gives a name and a password."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.user = user

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        PRINTABLE(name)
        return name

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password
