"""Pages of a company's webhooks: its endpoints, and what was sent to each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of, picked, say_what_is_left_out, searched
from portal.values.words import gettext_lazy, number
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks import endpoints
from workorders.webhooks.forms import WebhookForm
from workorders.webhooks.outbox import EVENTS, TEST

Status = WebhookDelivery.Status
SINCE: Final = {
    "hour": (gettext_lazy("the last hour"), timedelta(hours=1)),
    "day": (gettext_lazy("the last 24 hours"), timedelta(days=1)),
    "week": (gettext_lazy("the last 7 days"), timedelta(days=7)),
    "all": (gettext_lazy("all that is kept"), None),
}
CLASSES: Final = {Status.WAITING: "queued", Status.DELIVERED: "completed", Status.FAILED: "error"}
SOON: Final = timedelta(seconds=15)  # within which a page waits for what comes of a delivery


def _own(request: PersonRequest) -> Company:
    if request.user.brand is None:
        raise PermissionDenied(gettext_lazy("Codes belong to a brand owner; only its people have such settings."))
    return request.user.brand


def _endpoint(request: PersonRequest, pk: int) -> Webhook:
    return get_object_or_404(endpoints.endpoints_of(_own(request)), pk=pk)


@page("company_settings")
def webhook_list(request: PersonRequest) -> HttpResponse:
    """Show the endpoints of the own company."""
    company = _own(request)
    say_what_is_left_out(request)
    found = [(webhook, _named(webhook.events)) for webhook in endpoints.endpoints_of(company)]
    return render(request, "workorders/webhook_list.html", {"company": company, "webhooks": found})


@page("company_settings")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_create(request: PersonRequest) -> HttpResponse:
    """The form of a new endpoint. What it answers shows the secret."""
    company = _own(request)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            webhook, secret = endpoints.add(company, form.cleaned_data, request.user)
        except endpoints.Refused as reason:
            form.add_error(None, str(reason))
        else:
            return render(request, "workorders/webhook_secret.html", {"webhook": webhook, "secret": secret})
    return render(request, "workorders/webhook_form.html", {"form": form, "company": company})


@page("company_settings")
def webhook_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """Show an endpoint, and what was sent to it, the latest first."""
    webhook = _endpoint(request, pk)
    query, sent = searched(request), webhook.deliveries.all()
    kinds = {TEST: gettext("Test event"), **EVENTS}
    status, kind = picked(request, "status", Status.values), picked(request, "type", kinds)
    if query:
        sent = sent.filter(message_id=query)
    if status:
        sent = sent.filter(status=status)
    if kind:
        sent = sent.filter(type=kind)
    shown = page_of(request, sent)
    soon = timezone.now() + SOON
    waits = [each.status == Status.WAITING and each.due_at < soon and not webhook.stopped for each in shown]
    context = {
        "webhook": webhook,
        "events": _named(webhook.events),
        "page": shown,
        "lines": [(each, kinds.get(each.type, each.type), CLASSES[Status(each.status)]) for each in shown],
        "is_moving": any(waits),
        "query": query,
        "is_filtered": bool(query or status or kind),
        "more_choices": [
            ("status", gettext("Status"), gettext("All"), Status.choices, status),
            ("type", gettext("Event"), gettext("All events"), [*kinds.items()], kind),
        ],
        "since": [(name, said) for name, (said, _length) in SINCE.items()],
    }
    return render(request, "workorders/webhook_detail.html", context)


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_change(request: PersonRequest, pk: int) -> HttpResponse:
    """The form of an endpoint that is there."""
    webhook = _endpoint(request, pk)
    initial = {name: getattr(webhook, name) for name in endpoints.SETTABLE}
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        endpoints.change(webhook, form.cleaned_data)
        messages.success(request, gettext("Saved."))
        return redirect("webhook-detail", pk)
    return render(request, "workorders/webhook_form.html", {"form": form, "webhook": webhook})


@page("company_settings")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_renew_secret(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then give the endpoint another secret and show it."""
    webhook = _endpoint(request, pk)
    if request.method == "POST":
        secret = endpoints.renew_secret(webhook)
        return render(request, "workorders/webhook_secret.html", {"webhook": webhook, "secret": secret})
    return render(request, "workorders/webhook_renew_secret.html", {"webhook": webhook})


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_remove(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then delete the endpoint."""
    webhook = _endpoint(request, pk)
    if request.method == "POST":
        endpoints.remove(webhook)
        messages.success(request, gettext("The webhook is deleted."))
        return redirect("webhook-list")
    return render(request, "workorders/webhook_remove.html", {"webhook": webhook})


@page("company_settings")
@require_POST
def webhook_test(request: PersonRequest, pk: int) -> HttpResponse:
    """Send a test event."""
    try:
        endpoints.send_test(_endpoint(request, pk))
        messages.success(request, gettext("A test event is on its way."))
    except endpoints.Refused as reason:
        messages.error(request, str(reason))
    return redirect("webhook-detail", pk)


@page("company_settings")
@require_POST
def webhook_switch(request: PersonRequest, pk: int) -> HttpResponse:
    """Enable the endpoint if it is disabled, as the form says, or disable it."""
    webhook = _endpoint(request, pk)
    (endpoints.enable if request.POST.get("to") == "enabled" else endpoints.disable)(webhook)
    messages.success(request, gettext("It is disabled.") if webhook.stopped else gettext("It is enabled."))
    return redirect("webhook-detail", pk)


@page("company_settings")
@require_POST
def webhook_replay(request: PersonRequest, pk: int) -> HttpResponse:
    """Send one delivery once more, or all that failed since then."""
    webhook = _endpoint(request, pk)
    one, since = request.POST.get("delivery", ""), request.POST.get("since", "")
    if not ((one.isdecimal() and len(one) < 19) or since in SINCE):
        raise BadRequest(gettext("There is no such choice."))
    try:
        if one:
            endpoints.replay(get_object_or_404(webhook.deliveries.select_related("webhook__company"), pk=one))
            messages.success(request, gettext("It is sent again."))
        else:
            length = SINCE[since][1]
            begin = timezone.now() - length if length else datetime(1970, 1, 1, tzinfo=UTC)
            messages.success(request, _replayed(*endpoints.replay_failed(webhook, begin)))
    except endpoints.Refused as reason:
        messages.error(request, str(reason))
    return redirect("webhook-detail", pk)


def _replayed(count: int, has_more: bool) -> str:
    said = ngettext("{number} delivery is sent again.", "{number} deliveries are sent again.", count)
    more = " " + gettext("More failed; send those again afterwards.") if has_more else ""
    return said.format(number=number(count)) + more


def _named(events: list[str]) -> list[str]:
    """Return events in words, also one that there is no more."""
    return [str(EVENTS.get(event, event)) for event in events]
