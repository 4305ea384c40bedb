"""What the calls of links take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.values.choices import ChoiceField
from portal.values.suggestions import none_such
from portal.values.texts import PRINTABLE
from workorders.links.link import ID
from workorders.links.rules import (
    LONGEST_TITLE,
    LONGEST_URL,
    MOST_LANGUAGES,
    MOST_LINKS,
    check_language,
    check_target,
)
from workorders.links.types import LINK_TYPES, MEDIA_TYPES, curie


class LinkSerializer(serializers.Serializer[Any]):
    """One link of a product or a company."""

    link_type = ChoiceField([curie(name) for name in LINK_TYPES], help_text="Of the GS1 Web Vocabulary.")
    url = serializers.CharField(
        max_length=LONGEST_URL,
        validators=[check_target],
        help_text=f"Where it leads, by http or https. `{ID}` in its path or query stands for the code's id, encoded.",
    )
    title = serializers.CharField(max_length=LONGEST_TITLE, validators=[PRINTABLE])
    languages = serializers.ListField(
        child=serializers.CharField(validators=[check_language], max_length=5),
        max_length=MOST_LANGUAGES,
        default=list,
        help_text="Of its target, like `en` or `fr-BE`.",
    )
    media_type = ChoiceField(["", *MEDIA_TYPES], default="", help_text="Of its target; empty where it is not known.")
    is_default = serializers.BooleanField(
        default=False, help_text="Scans of active codes lead there. Of several, that in the best language."
    )

    def to_internal_value(self, data: Any) -> Any:
        """Refuse fields that there are not, too."""
        wrong = [name for name in data if name not in self.fields] if isinstance(data, dict) else []
        if wrong:
            raise serializers.ValidationError({name: [none_such("field", name, self.fields)] for name in wrong})
        return super().to_internal_value(data)


class LinksSerializer(serializers.Serializer[Any]):
    """All links of a product or a company, in their order."""

    links = LinkSerializer(many=True, max_length=MOST_LINKS)  # type: ignore[call-arg]  # the list takes it


def flat_errors(error: serializers.ValidationError) -> dict[str, list[str]]:
    """Return the errors of a body with links as sentences, each with the number of its link and its field."""
    found: Any = error.detail["links"] if isinstance(error.detail, dict) and "links" in error.detail else error.detail
    numbered = {at: each for at, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}
    if not numbered:
        return {"links": _sentences(found)}
    return {
        "links": [
            f"Link {int(at) + 1}, {name}: {reason}"
            for at, fields in numbered.items()
            for name, reasons in fields.items()
            for reason in _sentences(reasons)
        ]
    }


def _sentences(reasons: Any) -> list[str]:
    """Return the sentences of one field, those of its items among them."""
    if isinstance(reasons, dict):
        return [sentence for each in reasons.values() for sentence in _sentences(each)]
    return [str(each) for each in reasons]
