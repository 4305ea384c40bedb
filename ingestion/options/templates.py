"""Ingestion templates: options of uploads that a company keeps under names, checked by the rules of an upload.

They are checked when they are kept and again when they are used, since products, fields and prefixes come and go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop
from rest_framework import serializers

from ingestion.models import IngestionTemplate
from ingestion.options.code_serializer import OptionsSerializer
from ingestion.options.file_serializer import READING, ReadingSerializer
from portal.database.constraints import Violation, savepoint
from portal.models import Company, User
from portal.values.suggestions import none_such
from portal.values.texts import PRINTABLE
from workorders.codes.fields import OWN_COLUMNS

OPTIONS = ("default_scm_data", "url_prefix", "allow_posted_duplicates", "id_format", *READING)
MOST_TEMPLATES = 200  # of a company
TAKEN = gettext_noop("Your company has a template of this name already; choose another, or delete that one.")
OF_WORKBOOKS = {"sheet", "shown_digits"}
READ_OF = {"csv": {*READING} - OF_WORKBOOKS, "json": {"columns"}, "xlsx": {"header_row", "columns", *OF_WORKBOOKS}}


class NotKept(Exception):  # noqa: N818  # an event, not a fault
    """The company has a template of this name, or as many as it can. The message says so."""


class IngestionTemplateSerializer(ReadingSerializer, OptionsSerializer):
    """The name and options of a template. The context holds the company."""

    name = serializers.CharField(max_length=100, validators=[PRINTABLE])

    def parameters(self) -> dict[str, Any]:
        """Return the options that are set, as records have them."""
        said = super().parameters() | self.file_parameters()
        return {name: value for name, value in said.items() if value}


def templates_of(company: Company) -> QuerySet[IngestionTemplate]:
    """Return the templates of the company by name."""
    return IngestionTemplate.objects.filter(company=company)


def keep_template(company: Company, name: str, parameters: Mapping[str, Any], by: User) -> IngestionTemplate:
    """Keep checked `parameters` under a name. Raises NotKept."""
    if templates_of(company).count() >= MOST_TEMPLATES:
        said = gettext("Your company has {number} templates, which is the most; delete one first.")
        raise NotKept(said.format(number=f"{MOST_TEMPLATES:,}"))
    template = IngestionTemplate(company=company, created_by=by)
    change_template(template, name, parameters)
    return template


def rename_template(template: IngestionTemplate, name: str) -> None:
    """Give a template another name. Raises NotKept."""
    template.name = name
    _store(template)


def change_template(template: IngestionTemplate, name: str, parameters: Mapping[str, Any]) -> None:
    """Give a template this name and these checked `parameters`. Raises NotKept."""
    named = template.company.declared_fields.filter(key__in=_scm_fields(parameters))
    template.name, template.parameters = name, parameters
    template.declared = [*named.values_list("key", flat=True)]
    _store(template)


def _store(template: IngestionTemplate) -> None:
    try:
        with savepoint("ingestion_template_name_of_company"):
            template.save()
    except Violation:
        raise NotKept(gettext(TAKEN)) from None


def template_named(name: str, company: Company) -> IngestionTemplate:
    """Return the company's template of this name.

    Raises ValidationError where there is none, with the nearest name, or where it can no longer be used.
    """
    template = templates_of(company).filter(name=name).first()
    if template is None:
        names = templates_of(company).values_list("name", flat=True)
        reason = none_such("template", name, names) if names else "The company has no templates."
        raise serializers.ValidationError({"template": [reason]})
    if faults := faults_of(template):
        raise serializers.ValidationError({"template": ["It cannot be used as it is.", *faults]})
    return template


def faults_of(template: IngestionTemplate) -> list[str]:
    """Say why the options of a template are no longer those of an upload, each with its name; or nothing."""
    form = IngestionTemplateSerializer(
        data={**template.parameters, "name": template.name}, context={"company": template.company}
    )
    form.is_valid()
    faults = [f"{name}: {message}" for name, messages in form.errors.items() for message in messages]
    declared = {*template.company.declared_fields.values_list("key", flat=True)}
    gone = [f"`{key}`" for key in template.declared if key not in declared]
    if gone:
        said = gettext("SCM fields that are declared no more: {names}. Keep another template without them.")
        faults.append(said.format(names=", ".join(gone)))
    return faults


def fill_in(template: IngestionTemplate, given: Mapping[str, Any], filetype: str) -> dict[str, Any]:
    """Return the options `given` and, where they say nothing, those of the template that a file of this type has.

    Default values are filled in one by one, so that a call may say one of them anew.
    """
    kept = {
        name: value
        for name, value in template.parameters.items()
        if name not in READING or name in READ_OF.get(filetype, READING)
    }
    defaults = given.get("default_scm_data", {})
    if isinstance(defaults, dict):
        defaults = kept.get("default_scm_data", {}) | defaults
    return {**kept, **given, "default_scm_data": defaults}


def _scm_fields(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Yield the SCM fields that options name."""
    named = {*parameters.get("default_scm_data", {}), *parameters.get("columns", {}).values()}
    yield from sorted(named - {"", *OWN_COLUMNS})
