"""The columns of an export, and the query that fills them.

Workorders, products, changes and people are looked up row by row in subqueries whose answers the database keeps
(Memoize), never joined by hashing: so the codes come in the order of their key, which an index gives, and are sorted at
most by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.models import OPERATORS, Company
from portal.values.formulas import GUARDED_COLUMN, RUN
from workorders.changes.apply import condition_over_code
from workorders.codes.filters import CodeFilter
from workorders.models import ActivationStatus

ACTIVE: Final = int(ActivationStatus.ACTIVE)

COLUMNS: Final[dict[str, str]] = {
    "extended_id": "code.identifier",
    "serial_number": "CASE WHEN workorder.use_serial_number THEN lpad(code.sequence::text, 10, '0') END",
    "product": "product.name",
    "sku": "product.sku",
    "activation_status": "code.activation_status",
    "blacklist_reason": "code.blacklist_reason",
    "updated_by": "CASE WHEN code.last_change_id IS NULL THEN workorder.by ELSE updated.by END",
    "updated_at": "CASE WHEN code.last_change_id IS NULL THEN workorder.at ELSE updated.at END",
    "activated_by": "CASE activation.change WHEN 0 THEN workorder.by ELSE activated.by END",
    "activated_at": "CASE activation.change WHEN 0 THEN workorder.at ELSE activated.at END",
    "scan_count": "coalesce(scans.count, 0)",
    "first_scan_at": "scans.first_at",
    "last_scan_at": "scans.last_at",
    "workorder": "code.workorder_id",
    "reference": "workorder.reference",
    "url": "workorder.url_prefix || code.identifier",
}
"""The columns that every export has, and their expressions. Those of SCM fields follow."""
OTHER_FIELDS: Final = "other_scm_data"
"""The column behind those of SCM fields that has the others as JSON, where there are too many for a column each."""
UNCHANGED: Final = {
    "updated_by": "workorder.by",
    "updated_at": "workorder.at",
    "activated_by": f"CASE WHEN code.activation_status = {ACTIVE} THEN workorder.by END",
    "activated_at": f"CASE WHEN code.activation_status = {ACTIVE} THEN workorder.at END",
}
"""The same where no code was ever changed, which spares most of the look-ups."""
UNSCANNED: Final = {"scan_count": "0", "first_scan_at": "NULL", "last_scan_at": "NULL"}
"""The same where no code of the company was ever scanned."""
NUMBERS: Final = ("activation_status", "blacklist_reason", "scan_count", "workorder")
FREE_TEXTS: Final = (
    "extended_id",
    "product",
    "sku",
    "updated_by",
    "activated_by",
    "reference",
)  # as somebody typed them

ISO: Final = "to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
MADE_BY: Final = f"""
    CASE WHEN person.company_id = %(company)s THEN person.email WHEN person.id IS NOT NULL
        THEN coalesce((SELECT name FROM portal_company WHERE id = person.company_id), '{OPERATORS}') END AS by,
    {ISO.format(moment="made.created_at")} AS at"""  # noqa: S608  # our own names
"""People of other companies are called by their company, as in timelines."""

SOURCE: Final = f"""
    FROM (
        SELECT * FROM workorders_code AS code WHERE {{condition}} ORDER BY code.identifier OFFSET 0
    ) AS code
    JOIN LATERAL (
        SELECT made.use_serial_number, made.url_prefix, made.reference, {MADE_BY}
        FROM workorders_workorder AS made LEFT JOIN portal_user AS person ON person.id = made.created_by_id
        WHERE made.id = code.workorder_id OFFSET 0
    ) AS workorder ON true
    LEFT JOIN LATERAL (
        SELECT name, sku FROM workorders_product WHERE id = code.product_id OFFSET 0
    ) AS product ON true"""  # noqa: S608

CHANGE: Final = f"""
    LEFT JOIN LATERAL (
        SELECT {MADE_BY} FROM workorders_change AS made
        LEFT JOIN portal_user AS person ON person.id = made.created_by_id
        WHERE made.id = {{change}} OFFSET 0
    ) AS {{name}} ON true"""  # noqa: S608

EARLIER: Final = f"""
    (WITH RECURSIVE chain AS (
        SELECT latest.change_id, latest.previous, latest.old_status, latest.new_status
        UNION ALL
        SELECT earlier.change_id, earlier.previous, earlier.old_status, earlier.new_status
        FROM chain CROSS JOIN LATERAL (
            SELECT * FROM workorders_codechange
            WHERE change_id = chain.previous AND identifier = code.identifier OFFSET 0
        ) AS earlier
        WHERE chain.new_status IS DISTINCT FROM {ACTIVE}
    )
    SELECT coalesce(max(change_id) FILTER (WHERE new_status = {ACTIVE}),
        CASE WHEN bool_or(previous IS NULL) AND (code.activation_status = {ACTIVE} OR bool_or(old_status = {ACTIVE}))
            THEN 0 END)
    FROM chain)"""  # noqa: S608
"""The latest change that made a code active, or 0 where it was active from the start, by its chain of changes."""

HISTORY: Final = f"""
    LEFT JOIN LATERAL (
        SELECT change_id, previous, old_status, new_status FROM workorders_codechange
        WHERE change_id = code.last_change_id AND identifier = code.identifier OFFSET 0
    ) AS latest ON true
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN code.last_change_id IS NULL THEN CASE WHEN code.activation_status = {ACTIVE} THEN 0 END
            WHEN latest.new_status = {ACTIVE} THEN code.last_change_id
            WHEN latest.previous IS NOT NULL THEN {EARLIER}
            WHEN latest.change_id IS NOT NULL AND coalesce(latest.old_status, code.activation_status) = {ACTIVE} THEN 0
        END AS change OFFSET 0
    ) AS activation
    {CHANGE.format(change="code.last_change_id", name="updated")}
    {CHANGE.format(change="activation.change", name="activated")}"""  # noqa: S608

SCANS: Final = f"""
    LEFT JOIN LATERAL (
        SELECT count, {ISO.format(moment="first_at")} AS first_at, {ISO.format(moment="last_at")} AS last_at
        FROM workorders_codescans WHERE company_id = %(company)s AND identifier = code.identifier OFFSET 0
    ) AS scans ON true"""  # noqa: S608


@dataclass(frozen=True)
class Lookups:
    """What has to be looked up for each code: its changes, if any of the codes was changed, and its scans likewise."""

    changes: bool
    scans: bool

    @property
    def columns(self) -> dict[str, str]:
        """Return the columns and their expressions."""
        return COLUMNS | ({} if self.changes else UNCHANGED) | ({} if self.scans else UNSCANNED)

    @property
    def joins(self) -> str:
        """Return the joins behind those of SOURCE."""
        return (HISTORY if self.changes else "") + (SCANS if self.scans else "")


@dataclass(frozen=True)
class Selection:
    """The codes of a company that a filter finds, as a condition on rows `code`; `values` are its parameters."""

    condition: str
    values: dict[str, Any]

    @classmethod
    def of(cls, company: Company, codes: CodeFilter) -> Selection:
        """Return the selection that the filter means now."""
        return cls(condition_over_code(codes.codes(company)), {"company": company.pk, "formula": f"^(?={RUN})"})


def column_names(keys: Sequence[str], *, has_others: bool = False, guarded: bool = False) -> list[str]:
    """Return the header. An SCM field whose name is that of another column gets `scm_` in front, once or more.

    Columns of other SCM fields, if it `has_others`, and the one that says that it is `guarded`, stand at its end.
    """
    names = list(COLUMNS)
    added = [OTHER_FIELDS] * has_others + [GUARDED_COLUMN] * guarded
    own = {*COLUMNS, *added}
    taken = own | {*keys}
    for key in keys:
        name = key
        if name in own:
            while name in taken:
                name = f"scm_{name}"
            taken.add(name)
        names.append(name)
    return names + added


def cells_query(
    codes: Selection, keys: Sequence[str], lookups: Lookups, *, has_others: bool = False, guarded: bool = False
) -> str:
    """Return the query of all cells, a column for each of `keys`, and one for the SCM fields beside them, if any.

    `guarded`, none of them runs as a formula, and an empty one stands behind them.
    """
    own = lookups.columns.items()
    cells = [_guarded(cell) if guarded and name in FREE_TEXTS else cell for name, cell in own]
    fields = [f"code.scm_data ->> '{key}'" for key in keys]
    cells += map(_guarded, fields) if guarded else fields
    cells += [f"nullif(code.scm_data - '{{{','.join(keys)}}}'::text[], '{{}}')"] * has_others + ["NULL"] * guarded
    return f"SELECT {', '.join(cells)}{_source(codes, lookups)}"


def objects_query(codes: Selection, lookups: Lookups) -> str:
    """Return the query of the codes as JSON objects, whose `scm_data` has the SCM fields."""
    fields = ", ".join(f"{cell} AS {name}" for name, cell in lookups.columns.items())
    return f"""SELECT row_to_json(line) FROM (
        SELECT {fields}, code.scm_data{_source(codes, lookups)}) AS line"""  # noqa: S608


def _source(codes: Selection, lookups: Lookups) -> str:
    return SOURCE.format(condition=codes.condition) + lookups.joins


def _guarded(cell: str) -> str:
    return f"regexp_replace({cell}, %(formula)s, '''')"
