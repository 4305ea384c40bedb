"""The values that a change gives to codes, and how they meet those that the codes have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workorders.models import ActivationStatus, BlacklistReason

BLACKLISTED, CANCELLED = int(ActivationStatus.BLACKLISTED), int(BlacklistReason.WORKORDER_CANCELLED)


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


# Expressions of SQL over `code`, a row of workorders_code, and `wanted`, which has status, reason, product_id and scm.
STATUS = "coalesce(wanted.status, code.activation_status)"
REASON = f"CASE WHEN {STATUS} = {BLACKLISTED} THEN coalesce(wanted.reason, code.blacklist_reason) ELSE 0 END"
PRODUCT = "coalesce(wanted.product_id, code.product_id)"
SCM = "CASE WHEN wanted.scm IS NULL THEN code.scm_data ELSE jsonb_strip_nulls(code.scm_data || wanted.scm) END"

IS_CONTRADICTION = f"(coalesce(wanted.reason, 0) > 0 AND {STATUS} <> {BLACKLISTED})"
IS_FINAL = f"""(code.activation_status = {BLACKLISTED} AND code.blacklist_reason = {CANCELLED}
    AND ({STATUS} <> {BLACKLISTED} OR {REASON} <> {CANCELLED}) AND code.workorder_id = ANY(%(cancelled)s))"""
"""A cancelled workorder blacklisted the code, which is not brought back. `cancelled` are the ids of such workorders."""
IS_SAME = f"""({STATUS} = code.activation_status AND {REASON} = code.blacklist_reason
    AND {PRODUCT} IS NOT DISTINCT FROM code.product_id AND {SCM} = code.scm_data)"""
