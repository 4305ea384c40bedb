"""A change of selected codes in one sentence: what it does, to which codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from portal.models import Company
from workorders.changes.history_lines import Field
from workorders.changes.values import NewValues
from workorders.codes.filters import CodeFilter
from workorders.models import ActivationStatus, BlacklistReason, Code

VERBS = {
    ActivationStatus.INACTIVE: "Deactivate",
    ActivationStatus.ACTIVE: "Activate",
    ActivationStatus.BLACKLISTED: "Blacklist",
}
AS = {
    BlacklistReason.COUNTERFEITS_DETECTED: "as counterfeited",
    BlacklistReason.LOW_QUALITY: "for low quality",
    BlacklistReason.OVERPRINT: "as overprint",
    BlacklistReason.STOLEN: "as stolen",
    BlacklistReason.DAMAGE: "as damaged",
    BlacklistReason.LOST: "as lost",
    BlacklistReason.MISPRINT: "as misprint",
    BlacklistReason.NOT_SOLD: "as not sold",
    BlacklistReason.WORKORDER_CANCELLED: "as of a cancelled workorder",
    BlacklistReason.MAXIMUM_SCAN_COUNT_EXCEEDED: "for too many scans",
}


def describe_change(company: Company, meant: CodeFilter, values: NewValues, sku: str, codes: str) -> str:
    """Return the change as a sentence without its full stop; `codes` says how many, `sku` is that of the new product.

    Such as: Blacklist 20,000 codes of workorder Roll 3, sequences 40,001 to 60,000, as stolen; set lot to B7
    """
    subject = describe_selection(company, meant, codes)
    if values.status is not None and values.reason:
        subject += f"{',' if any(_conditions(meant)) else ''} {AS[BlacklistReason(values.reason)]}"
    if values.status is not None:
        return "; ".join([f"{VERBS[ActivationStatus(values.status)]} {subject}", *_sets(values, sku)])
    return f"Change {subject}: {'; '.join(_sets(values, sku))}"


def describe_selection(company: Company, meant: CodeFilter, codes: str) -> str:
    """Return the codes that are meant, such as: 20,000 codes of workorder Roll 3, sequences 40,001 to 60,000."""
    return ", ".join([codes + _whose(company, meant), *_conditions(meant)])


def describe_replaced(code: Code, values: NewValues, sku: str) -> list[Field]:
    """Return what the change would replace in a code, in words; `sku` is that of its new product, if it gets one."""
    status = code.activation_status if values.status is None else values.status
    reason = code.blacklist_reason if values.reason is None else values.reason
    after = {
        "Activation status": _status(status),
        "Blacklisted for": _reason(reason) if status == ActivationStatus.BLACKLISTED else "",
        "Product": sku or _sku(code),
        **{name: value or "" for name, value in values.scm.items()},
    }
    before = {
        "Activation status": _status(code.activation_status),
        "Blacklisted for": _reason(code.blacklist_reason),
        "Product": _sku(code),
    }
    before |= {name: str(code.scm_data.get(name, "")) for name in values.scm}
    fields = [Field(name, before[name], after[name], name in values.scm) for name in before]
    return [field for field in fields if field.old != field.new]


def _status(value: int) -> str:
    return str(ActivationStatus(value).label)


def _reason(value: int) -> str:
    return str(BlacklistReason(value).label) if value else ""


def _sku(code: Code) -> str:
    return code.product.sku if code.product else ""


def _whose(company: Company, meant: CodeFilter) -> str:
    if meant.workorder is None:
        return ""
    reference = company.workorders.filter(pk=meant.workorder).values_list("reference", flat=True).first()
    return f" of workorder {reference or meant.workorder}"


def _sets(values: NewValues, sku: str) -> Iterator[str]:
    """Yield what becomes of the reason alone, of the product and of the SCM fields."""
    if values.status is None and values.reason is not None:
        yield f"set the reason of blacklisting to {BlacklistReason(values.reason).label}"
    if sku:
        yield f"set the product to {sku}"
    for name, value in values.scm.items():
        yield f"remove {name}" if value is None else f"set {name} to {value}"


def _conditions(meant: CodeFilter) -> Iterator[str]:
    """Yield the conditions of the filter but the workorder, each as the part of a sentence."""
    first, last = meant.sequence_from, meant.sequence_to
    if first is not None and last is not None:
        yield f"sequences {first:,} to {last:,}"
    elif first is not None or last is not None:
        yield f"from sequence {first:,} on" if first is not None else f"up to sequence {last:,}"
    if meant.batch is not None:
        yield f"batch {meant.batch:,}"
    if meant.ids is not None:
        yield "chosen one by one"
    if meant.activation_status is not None:
        yield f"that are {ActivationStatus(meant.activation_status).label}"
    if meant.blacklist_reason:
        yield f"blacklisted {AS[BlacklistReason(meant.blacklist_reason)]}"
    for said, value in (
        ("whose ids begin with", meant.search),
        ("with the id", meant.extended_id),
        ("with the serial number", meant.serial_number),
        ("with the product", meant.product),
        ("made from", meant.created_after),
        ("made before", meant.created_before),
        ("changed from", meant.updated_after),
        ("changed before", meant.updated_before),
        *((f"with {name}", value) for name, value in meant.scm.items()),
    ):
        if value is not None:
            yield f"{said} {_moment(value) if isinstance(value, datetime) else value}"


def _moment(value: datetime) -> str:
    return (
        f"{value:%Y-%m-%d}" if (value.hour, value.minute, value.second) == (0, 0, 0) else f"{value:%Y-%m-%d %H:%M:%S}"
    )
