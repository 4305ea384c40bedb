"""The values that a change gives to codes, and how they meet those that the codes have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workorders.codes.fields import MOST_SCM_FIELDS, OF_CODEPORT
from workorders.models import ActivationStatus, BlacklistReason

BLACKLISTED, CANCELLED = int(ActivationStatus.BLACKLISTED), int(BlacklistReason.WORKORDER_CANCELLED)
BYTES_A_FIELD = 9  # of JSONB at least: two entries of a name and its value, and a letter of the name
MOST_COMPRESSED = 300  # times that PostgreSQL makes a value shorter; 255 by LZ4, less by its own method


@dataclass(frozen=True)
class ScmFields:
    """The SCM fields that a change may change, and whether it may remove one of them."""

    names: tuple[str, ...] = ()
    removes: bool = False


@dataclass(frozen=True)
class NewValues:
    """The values that a change gives to every code it selects.

    None leaves a value alone. An SCM field whose value is None is removed, one that is not named stays.
    """

    status: int | None = None
    reason: int | None = None
    product_id: int | None = None
    scm: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Say whether it changes nothing at all."""
        return self.status is None and self.reason is None and self.product_id is None and not self.scm

    @property
    def scm_fields(self) -> ScmFields:
        """The SCM fields among them."""
        return ScmFields((*self.scm,), None in self.scm.values())


# Expressions of SQL over `code`, a row of workorders_code, and `wanted`, which has status, reason, product_id and scm.
STATUS = "coalesce(wanted.status, code.activation_status)"
REASON = f"CASE WHEN {STATUS} = {BLACKLISTED} THEN coalesce(wanted.reason, code.blacklist_reason) ELSE 0 END"
PRODUCT = "coalesce(wanted.product_id, code.product_id)"

IS_CONTRADICTION = f"(coalesce(wanted.reason, 0) > 0 AND {STATUS} <> {BLACKLISTED})"
IS_RESERVED = f"(coalesce(wanted.reason IN {OF_CODEPORT}, false) AND wanted.reason <> code.blacklist_reason)"
"""It would give the code a reason that Codeport alone gives."""
IS_FINAL = f"""(code.activation_status = {BLACKLISTED} AND code.blacklist_reason = {CANCELLED}
    AND ({STATUS} <> {BLACKLISTED} OR {REASON} <> {CANCELLED}) AND code.workorder_id = ANY(%(cancelled)s))"""
"""A cancelled workorder blacklisted the code, which is not brought back. `cancelled` are the ids of such workorders."""
IS_ARCHIVED = "(wanted.product_id <> coalesce(code.product_id, 0) AND wanted.product_id = ANY(%(archived)s))"
"""It would give the code a product that is archived. `archived` are the ids of such products."""
_HAS_ATTRIBUTES = f"""{STATUS} = code.activation_status AND {REASON} = code.blacklist_reason
    AND {PRODUCT} IS NOT DISTINCT FROM code.product_id"""


def merged_scm(fields: ScmFields) -> str:
    """Return the expression of a code's SCM fields after a change of `fields`."""
    if not fields.names:
        return "code.scm_data"
    merged = "code.scm_data || wanted.scm"
    merged = f"jsonb_strip_nulls({merged})" if fields.removes else merged  # as expensive as all the rest
    return f"CASE WHEN wanted.scm IS NULL THEN code.scm_data ELSE {merged} END"


def is_same(fields: ScmFields) -> str:
    """Return the condition that a code has all values already which a change of `fields` gives it."""
    if not fields.names:
        return f"({_HAS_ATTRIBUTES})"
    if fields.removes:
        return f"({_HAS_ATTRIBUTES} AND {merged_scm(fields)} = code.scm_data)"
    return f"({_HAS_ATTRIBUTES} AND coalesce(code.scm_data @> wanted.scm, true))"


def is_too_full(fields: ScmFields) -> str:
    """Return the condition that a change of `fields` gives a code more SCM fields than it may have, and than it had.

    What is stored of a code tells without a look inside that it has few, so that fields of few codes are counted.
    """
    if not fields.names:
        return "false"
    least = max(0, MOST_SCM_FIELDS + 1 - len(fields.names)) * BYTES_A_FIELD // MOST_COMPRESSED
    after = f"(SELECT count(*) FROM jsonb_object_keys({merged_scm(fields)}))"  # noqa: S608  # our own names
    before = "(SELECT count(*) FROM jsonb_object_keys(code.scm_data))"
    has_many = f"pg_column_size(code.scm_data) >= {least}"
    return f"coalesce(wanted.scm IS NOT NULL AND {has_many} AND {after} > greatest({MOST_SCM_FIELDS}, {before}), false)"
