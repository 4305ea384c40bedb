"""A change of selected codes in one sentence: what it does, to which codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from portal.models import Company
from portal.values.words import gettext_lazy, number
from workorders.changes.history_lines import Field
from workorders.changes.values import NewValues
from workorders.codes.filters import CodeFilter
from workorders.models import ActivationStatus, BlacklistReason, Code

VERBS = {
    ActivationStatus.INACTIVE: gettext_lazy("Deactivate {codes}"),
    ActivationStatus.ACTIVE: gettext_lazy("Activate {codes}"),
    ActivationStatus.BLACKLISTED: gettext_lazy("Blacklist {codes}"),
}
AS = {
    BlacklistReason.COUNTERFEITS_DETECTED: gettext_lazy("as counterfeited"),
    BlacklistReason.LOW_QUALITY: gettext_lazy("for low quality"),
    BlacklistReason.OVERPRINT: gettext_lazy("as overprint"),
    BlacklistReason.STOLEN: gettext_lazy("as stolen"),
    BlacklistReason.DAMAGE: gettext_lazy("as damaged"),
    BlacklistReason.LOST: gettext_lazy("as lost"),
    BlacklistReason.MISPRINT: gettext_lazy("as misprint"),
    BlacklistReason.NOT_SOLD: gettext_lazy("as not sold"),
    BlacklistReason.WORKORDER_CANCELLED: gettext_lazy("as of a cancelled workorder"),
    BlacklistReason.MAXIMUM_SCAN_COUNT_EXCEEDED: gettext_lazy("for too many scans"),
}


def describe_change(reference: str, meant: CodeFilter, values: NewValues, sku: str, codes: str) -> str:
    """Return the change as a sentence without its full stop.

    `reference` is that of the workorder, `codes` says how many, `sku` is that of the new product.

    Such as: Blacklist 20,000 codes of workorder Roll 3, sequences 40,001 to 60,000, as stolen; set lot to B7
    """
    subject = describe_selection(reference, meant, codes)
    if values.status is not None and values.reason:
        subject += f"{',' if any(_conditions(meant)) else ''} {AS[BlacklistReason(values.reason)]}"
    if values.status is not None:
        return "; ".join([VERBS[ActivationStatus(values.status)].format(codes=subject), *_sets(values, sku)])
    return gettext("Change {codes}: {changes}").format(codes=subject, changes="; ".join(_sets(values, sku)))


def describe_selection(reference: str, meant: CodeFilter, codes: str) -> str:
    """Return the codes that are meant, such as: 20,000 codes of workorder Roll 3, sequences 40,001 to 60,000."""
    return ", ".join([_of_workorder(reference, meant, codes), *_conditions(meant)])


def workorder_of(company: Company, meant: CodeFilter) -> str:
    """Return the reference of the workorder whose codes are meant, or nothing."""
    if meant.workorder is None:
        return ""
    return company.workorders.filter(pk=meant.workorder).values_list("reference", flat=True).first() or ""


def describe_replaced(code: Code, values: NewValues, sku: str) -> list[Field]:
    """Return what the change would replace in a code, in words; `sku` is that of its new product, if it gets one."""
    status = code.activation_status if values.status is None else values.status
    reason = code.blacklist_reason if values.reason is None else values.reason
    names = gettext("Activation status"), gettext("Blacklisted for"), gettext("Product")
    after = {
        names[0]: _status(status),
        names[1]: _reason(reason) if status == ActivationStatus.BLACKLISTED else "",
        names[2]: sku or _sku(code),
        **{name: value or "" for name, value in values.scm.items()},
    }
    before = {
        names[0]: _status(code.activation_status),
        names[1]: _reason(code.blacklist_reason),
        names[2]: _sku(code),
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


def _of_workorder(reference: str, meant: CodeFilter, codes: str) -> str:
    if meant.workorder is None:
        return codes
    return gettext("{codes} of workorder {reference}").format(codes=codes, reference=reference or meant.workorder)


def _sets(values: NewValues, sku: str) -> Iterator[str]:
    """Yield what becomes of the reason alone, of the product and of the SCM fields."""
    if values.status is None and values.reason is not None:
        reason = BlacklistReason(values.reason).label
        yield gettext("set the reason of blacklisting to {reason}").format(reason=reason)
    if sku:
        yield gettext("set the product to {sku}").format(sku=sku)
    for name, value in values.scm.items():
        says = gettext("remove {name}") if value is None else gettext("set {name} to {value}")
        yield says.format(name=name, value=value)


def _conditions(meant: CodeFilter) -> Iterator[str]:
    """Yield the conditions of the filter but the workorder, each as the part of a sentence."""
    first, last = meant.sequence_from, meant.sequence_to
    if first is not None and last is not None:
        yield gettext("sequences {first} to {last}").format(first=number(first), last=number(last))
    elif first is not None:
        yield gettext("from sequence {first} on").format(first=number(first))
    elif last is not None:
        yield gettext("up to sequence {last}").format(last=number(last))
    if meant.batch is not None:
        yield gettext("batch {number}").format(number=number(meant.batch))
    if meant.ids is not None:
        yield gettext("chosen one by one")
    if meant.activation_status is not None:
        yield gettext("that are {status}").format(status=ActivationStatus(meant.activation_status).label)
    if meant.blacklist_reason:
        yield gettext("blacklisted {as_what}").format(as_what=AS[BlacklistReason(meant.blacklist_reason)])
    for said, value in (
        (gettext("whose ids begin with {value}"), meant.search),
        (gettext("with the id {value}"), meant.extended_id),
        (gettext("with the serial number {value}"), meant.serial_number),
        (gettext("with the product {value}"), meant.product),
        (gettext("made from {value}"), meant.created_after),
        (gettext("made before {value}"), meant.created_before),
        (gettext("changed from {value}"), meant.updated_after),
        (gettext("changed before {value}"), meant.updated_before),
    ):
        if value is not None:
            yield said.format(value=_moment(value) if isinstance(value, datetime) else value)
    for name, text in meant.scm.items():
        yield gettext("with {name} {value}").format(name=name, value=text)


def _moment(moment: datetime) -> str:
    value = timezone.localtime(moment)
    return (
        f"{value:%Y-%m-%d}" if (value.hour, value.minute, value.second) == (0, 0, 0) else f"{value:%Y-%m-%d %H:%M:%S}"
    )
