"""Whole numbers as people, programs and spreadsheets write them: digits alone, so that none means two things.

`1.000` is one thousand to some and one to others, and so is `1,000`; both are refused rather than guessed at.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from typing import Any

from django import forms
from rest_framework import serializers

NOT_WHOLE = "A valid integer is required. Write it in the digits 0 to 9 alone, without separators, signs or decimals."
DIGITS = re.compile("-?[0-9]{1,18}")  # a minus is let through to be told that the number is too small


def whole_number(text: str) -> int:
    """The number that `text` says in digits alone, with white space around it or not. ValueError for any other text."""
    bare = text.strip()
    if not DIGITS.fullmatch(bare):
        raise ValueError(NOT_WHOLE)
    return int(bare)


def whole_argument(text: str) -> int:
    """The same for an argument of a command."""
    try:
        return whole_number(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: {error}") from None


class WholeNumberField(serializers.IntegerField):
    """A whole number of the API or of a page that keeps its rules: a number of JSON, or a text of digits alone."""

    default_error_messages = {"invalid": NOT_WHOLE}  # as the framework has it

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            try:
                return whole_number(data)
            except ValueError:
                self.fail("invalid")
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class WholeNumberFormField(forms.IntegerField):
    """A whole number in a form, in a field of text: a browser's field for numbers hands on `1.000` as one."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": NOT_WHOLE.replace("A valid integer is required.", "Enter a whole number.")
    }  # as above

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or isinstance(value, int):
            return value if isinstance(value, int) else None
        try:
            return whole_number(str(value))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric", "autocomplete": "off"}
