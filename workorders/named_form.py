"""Forms of what a company keeps under names of its own."""

from __future__ import annotations

from django import forms

from portal.constraints import Violation, savepoint
from portal.models import Company
from portal.texts import PRINTABLE


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A row with a `name` that is unique in its company."""

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        PRINTABLE(name)
        return name

    def store(self, company: Company) -> bool:
        """Save it as the company's; False, with the reason at the name, when that is taken."""
        self.instance.company = company
        try:
            with savepoint(*(constraint.name for constraint in self.instance._meta.constraints)):
                self.save()
        except Violation:
            self.add_error("name", "Your company has one of this name already, in use or archived; choose another.")
            return False
        return True
