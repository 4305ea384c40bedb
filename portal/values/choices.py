"""Choices of calls, which refuse what is none of them with the nearest right one."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.values.suggestions import nearest_of


class ChoiceField(serializers.ChoiceField):
    """One of a few words. What is none of them is refused with the nearest, and with all that there are."""

    def meant(self, said: str) -> str:
        """Return the word to which the nearest is looked for."""
        return said

    def fail(self, key: str, **kwargs: Any) -> Any:
        """Add to the framework's sentence what could be said instead."""
        try:
            super().fail(key, **kwargs)
        except serializers.ValidationError as error:
            if key != "invalid_choice":
                raise
            could_be = nearest_of(self.meant(str(kwargs["input"])), map(str, self.choices))
            reason = f"{error.detail[0]} {could_be}"  # type: ignore[index]  # a list
            raise serializers.ValidationError(reason, code=key) from None
