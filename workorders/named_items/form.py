"""Forms of what a company keeps under names of its own."""

from __future__ import annotations

from django import forms

from portal.models import Company
from portal.values.texts import PRINTABLE
from workorders.named_items.services import TAKEN, NameTaken, store


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
            store(self.instance)
        except NameTaken:
            self.add_error("name", TAKEN)
            return False
        return True
