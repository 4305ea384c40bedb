"""Whole numbers: as people type them on pages, and in digits alone as programs and commands send them.

On a page `1,000`, `1.000`, `1 000` and `1'000` are one thousand, and full-width digits are digits: the button repeats
the number, and `1.5`, `1,00` and `0.500`, which may be decimals, are refused. Elsewhere nobody looks at the number
again, so anything but digits is refused.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from typing import Any

from django import forms
from rest_framework import serializers

from portal.values.words import gettext_lazy

NOT_WHOLE = gettext_lazy(
    "A valid integer is required. Write it in the digits 0 to 9 alone, without separators, signs or decimals."
)
NOT_TYPED = gettext_lazy("Enter a whole number in digits, such as 1000 or 1,000.")
MAY_BE_DECIMAL = gettext_lazy(
    "A whole number has no decimals, and a separator only before each group of three digits, such as 1000 or 1,000."
)
DIGITS = re.compile("-?[0-9]{1,18}")  # a minus is let through to be told that the number is too small
GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:([ ,.'])[0-9]{3})(?:\1[0-9]{3}){0,4}")
SEPARATED = re.compile(r"[0-9]+(?:[ ,.'][0-9]+)+")
AS_TYPED = {
    **{0xFF10 + digit: str(digit) for digit in range(10)},  # full-width
    **dict.fromkeys((0x00A0, 0x2009, 0x202F, 0x3000), " "),  # no-break, thin, narrow no-break and ideographic space
    0xFF0C: ",",
    0xFF0E: ".",
    0x2019: "'",
}


def whole_number(text: str) -> int:
    """The number that `text` says in digits alone, with white space around it or not. ValueError for any other text."""
    bare = text.strip()
    if not DIGITS.fullmatch(bare):
        raise ValueError(NOT_WHOLE)
    return int(bare)


def typed_number(text: str) -> int:
    """The number that a person typed, with or without separators of thousands. ValueError with what is wrong."""
    bare = text.strip().translate(AS_TYPED)
    if DIGITS.fullmatch(bare):
        return int(bare)
    if GROUPS.fullmatch(bare):
        return int(re.sub("[^0-9]", "", bare))
    raise ValueError(MAY_BE_DECIMAL if SEPARATED.fullmatch(bare) else NOT_TYPED)


def whole_argument(text: str) -> int:
    """The same for an argument of a command."""
    try:
        return whole_number(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: {error}") from None


class WholeNumberField(serializers.IntegerField):
    """A whole number of the API or of a page that keeps its rules: a number of JSON, or a text of digits alone.

    Where the serializer's context says `typed`, a person typed the text, and separators of thousands are understood.
    """

    default_error_messages = {"invalid": NOT_WHOLE}  # as the framework has it

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            try:
                return typed_number(data) if self.context.get("typed") else whole_number(data)
            except ValueError as error:
                raise serializers.ValidationError(str(error), code="invalid") from None
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class WholeNumberFormField(forms.IntegerField):
    """A whole number in a form, in a field of text: a browser's field for numbers hands on `1.000` as one."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or isinstance(value, int):
            return value if isinstance(value, int) else None
        try:
            return typed_number(str(value))
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "numeric"}
