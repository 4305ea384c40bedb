"""The e-mail that tells a company that Codeport has disabled one of its endpoints."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from portal.accounts import letters
from portal.models import Letter, User
from portal.pages.languages import written_for
from workorders.models import Webhook


def write_stopped_emails(webhook: Webhook) -> None:
    """Queue the e-mail in the caller's transaction: to the company's addresses, or to its admins if it has none."""
    admins = User.objects.filter(company=webhook.company_id, is_active=True, groups__name="admin")
    for email in webhook.company.upload_mail or admins.values_list("email", flat=True):
        letters.write(Letter.Kind.WEBHOOK_STOPPED, email, webhook=webhook.pk)


def _stopped(letter: Letter) -> list[EmailMessage]:
    """The mail, unless the endpoint is enabled again or gone."""
    found = Webhook.objects.select_related("company").exclude(stopped="")
    webhook = found.filter(pk=letter.detail["webhook"], is_deleted=False).first()
    if webhook is None:
        return []
    reader = User.objects.select_related("company").filter(email__iexact=letter.email).first()
    with written_for(reader, webhook.company):
        context = {"webhook": webhook, "url": settings.PUBLIC_URL + reverse("webhook-detail", args=[webhook.pk])}
        subject = gettext("A webhook is disabled: {url}").format(url=webhook.url[:100])
        return [EmailMessage(subject, render_to_string("workorders/webhook_mail.txt", context), None, [letter.email])]


letters.MAKERS[Letter.Kind.WEBHOOK_STOPPED] = _stopped
