"""What the call of an export takes."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from rest_framework import serializers

from portal.values.choices import ChoiceField
from portal.values.formulas import GUARDED_COLUMN
from workorders.codes.filters import PARSERS, SCM, parse_filter
from workorders.models import Export
from workorders.rendering.batch import option_refusal

ONLY_FOR: dict[str, tuple[str, ...]] = {
    "gzip": (Export.Format.CSV, Export.Format.JSONL, Export.Format.EPCIS),
    "neutralise_formulas": (Export.Format.CSV,),
}

FILTER_NAME: Final = re.compile("|".join([*PARSERS, f"(?i:{SCM}).*"]))


class ExportSerializer(serializers.Serializer[Any]):
    """Which codes, and as what file."""

    other_names: ClassVar = FILTER_NAME

    filters = serializers.DictField(
        default=dict,
        error_messages={"not_a_dict": 'It must be an object, like {{"scm_lot": "B7"}}.'},
        help_text="The filters of the list of codes, such as `workorder` or `scm_lot`; none means all. They may also "
        "stand beside it, as they do in the list's address.",
    )
    format = ChoiceField(Export.Format.values)
    gzip = serializers.BooleanField(default=False, help_text="Compress the file; of csv, jsonl and epcis.")
    neutralise_formulas = serializers.BooleanField(
        default=False,
        help_text="Put an apostrophe before what a spreadsheet would run, a byte order mark before all, and at the end "
        f"an empty column `{GUARDED_COLUMN}`, for which an upload of the file takes the apostrophes off again; of csv.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Parse the filters, whose errors bear their own names, and refuse options that the format does not have."""
        form = attrs["format"]
        wrong = {name: [option_refusal(form)] for name, forms in ONLY_FOR.items() if attrs[name] and form not in forms}
        beside = {name: value for name, value in self.initial_data.items() if FILTER_NAME.fullmatch(name)}
        if twice := beside.keys() & attrs["filters"].keys():
            raise serializers.ValidationError({name: ["It stands in `filters`, too; give it once."] for name in twice})
        try:
            attrs["filters"] = parse_filter(attrs["filters"] | beside)
        except ValidationError as error:
            wrong |= error.message_dict
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs
