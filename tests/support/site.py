"""Every page of the portal, once: what screenshots are taken of and what every rule for pages is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import BrowserContext, Page

from ingestion import engine
from ingestion.changes import start_selected
from ingestion.models import IngestionRecord
from ingestion.options.templates import keep_template
from portal.models import User
from tests.support.declared import declare
from tests.support.demo import Demo
from tests.support.drops import some_dropped
from tests.support.equipment import a_paper, a_press
from tests.support.exports import exported, started
from tests.support.identity_providers import a_provider
from tests.support.secure import a_secure_order, a_template, brought_to
from tests.support.tokens import issue
from tests.support.uploads import ingested, queued
from tests.support.webhooks import some_webhooks
from workorders import job_runner
from workorders.changes.values import NewValues
from workorders.codes.filters import CodeFilter
from workorders.deliveries import services as deliveries

CODES = "id,product\n" + "".join(f"abc{number},sku1\n" for number in range(12345, 12350))
MISTAKES = "id,product\nshort,sku1\nabc12345,sku9\nabc12346,sku1\nabc12346,sku1\n"

# Pages of the URL configuration that are not in the list, and why.
LEFT_OUT = {
    "account_confirm_email": "addresses are changed by nobody",
    "account_confirm_login_code": "codes by mail are off",
    "account_email": "leads to one's own account",
    "account_email_verification_sent": "addresses are changed by nobody",
    "account_set_password": "leads to one's own account",
    "account_signup": "people come in by invitation",
    "mfa_activate_totp": "asks for the password once more",
    "mfa_add_webauthn": "asks for the password once more",
    "mfa_authenticate": "asks for a sign-in that is half done",
    "mfa_deactivate_totp": "asks for an app that was set up",
    "mfa_edit_webauthn": "asks for a passkey",
    "mfa_generate_recovery_codes": "asks for a second factor",
    "mfa_index": "leads to one's own account",
    "mfa_reauthenticate": "asks for a second factor",
    "mfa_reauthenticate_webauthn": "asks for a passkey",
    "mfa_remove_webauthn": "asks for a passkey",
    "mfa_view_recovery_codes": "asks for a second factor",
    "person-join": "asks for the link of a mail",
    "workorder-cancel": "asks for codes that are being made",
}

# What answers with a file, a part of a page, JSON, or takes forms alone.
NO_PAGES = {
    *("upload-template", "upload-changes-template"),
    *("healthz", "metrics", "gs1-resolver", "gs1-resolver-company"),
    *("api-schema", "storage-receive", "upload-symbol", "record-errors-csv", "record-rows-with-errors"),
    *("workorder-sample", "workorder-download", "workorder-serial-numbers", "workorder-archive"),
    *("product-bring-back", "workorder-archive-several", "workorder-minting", "images-file", "images-cancel"),
    *("equipment-archive", "substrate-archive", "workorder-template-archive"),
    *("workorder-allow-download", "secure-file", "secure-stop"),
    *("code-export-file", "code-export-cancel", "upload-options"),
    *("upload-preview", "upload-look", "upload-discard", "workorder-labels"),
    *("record-check-again", "code-svg", "code-png", "code-pdf", "person-reactivate", "person-invite-again"),
    *("person-sign-out", "invitation-again", "invitation-withdraw", "session"),
    *("mfa_download_recovery_codes", "mfa_login_webauthn", "webhook-test", "webhook-switch", "webhook-replay"),
    *("openid_connect_callback", "people-second-step", "saml-acs", "saml-finish", "saml-metadata"),
    "ingestion-template-drop",
}


@dataclass(frozen=True)
class Shown:
    """A page: the name of its picture, the name of its URL, and the e-mail of who looks; nobody where it is empty."""

    name: str
    url_name: str
    path: str
    email: str = ""


def named() -> set[str]:
    """The names of all URLs but the API's nameless ones and those of the back office."""

    def walk(resolver: URLResolver) -> Iterator[str]:
        for found in resolver.url_patterns:
            if isinstance(found, URLPattern):
                if found.name and not found.name.startswith(("api-get-", "api-process", "api-templates")):
                    yield found.name
            elif found.namespace != "admin":
                yield from walk(found)

    return set(walk(get_resolver()))


def pages(demo: Demo) -> list[Shown]:
    """All pages with something on them, which is made here in the database of `demo`."""
    completed = ingested(demo.staff, CODES)
    refused = ingested(demo.staff, MISTAKES)
    waiting = queued(demo.staff, "id\nabc99999\n")
    issue(demo.admin, "product_view")
    token = demo.admin.tokens.get().pk
    workorder = completed.workorder_id
    product = demo.company.products.earliest("pk").pk
    admin, staff, printer = demo.admin.email, demo.staff.email, demo.printer.email
    template = a_template(demo).pk
    secure = brought_to(a_secure_order(demo, "Vintage"), "printed", demo)
    ingested(demo.staff, "id\nsecure001\nsecure002\nsecure003\n", workorder=secure.pk)
    job_runner.run(secure.jobs.get().pk)
    ready = brought_to(a_secure_order(demo, "Spring", download_once=True), "ready_to_print", demo)
    ingested(demo.staff, "id\nsecure004\nsecure005\n", workorder=ready.pk)
    ready.refresh_from_db()
    job_runner.run(deliveries.prepare_delivery(ready, "tiff", demo.printer, None).pk)
    for key, kind, choices in (("best_before", "date", []), ("line", "choice", ["North", "South"])):
        declare(demo.company, key, kind, label=key.replace("_", " ").capitalize(), choices=choices)
    press, paper = a_press(demo), a_paper(demo, calibrated_until=date(2026, 1, 31))

    options = {
        "default_scm_data": {"product": "sku1"},
        "columns": {"Serial No": "id"},
        "url_prefix": "https://q.example/",
    }
    kept = keep_template(demo.company, "Rolls of line 2", options, demo.staff)
    watched = some_dropped(demo, completed, refused).template_id
    exported(demo.staff, "xlsx", {"workorder": workorder})
    exported(demo.staff, "csv", {"activation_status": 0, "search": "abc"}, gzip=True)
    refused_export = exported(demo.staff, "csv", {"workorder": workorder})
    refused_export.__class__.objects.filter(pk=refused_export.pk).update(status="error")
    started(demo.staff, "jsonl")

    changed = start_selected(
        demo.staff, demo.company, CodeFilter(workorder=workorder), NewValues(status=1), IngestionRecord.Mode.PORTAL
    )
    engine.run(changed.pk)

    webhook, disabled = some_webhooks(demo)

    def shown(url_name: str, email: str = "", name: str = "", query: str = "", **arguments: Any) -> Shown:
        name = name or url_name.replace("_", "-")
        return Shown(name, url_name, reverse(url_name, kwargs=arguments) + query, email)

    a_provider(demo.company, "https://login.demo.example", "acme.example")
    return [
        *(shown(name) for name in ("account_login", "account_reset_password", "account_reset_password_done")),
        *(shown(name) for name in ("account_inactive", "account_reset_password_from_key_done", "sign-on")),
        shown("account_reset_password_from_key", uidb36="1", key="x"),
        shown("public-page", slug="demo", identifier="abc12345"),
        *(shown(name, staff) for name in ("overview", "upload", "record-list", "workorder-list", "code-list")),
        shown("search", staff, query="?q=abc12345"),
        shown("search", demo.printer.email, "search-empty"),
        shown("overview", demo.other_staff.email, "overview-empty"),
        shown("record-list", demo.other_staff.email, "record-list-empty"),
        shown("record-list", demo.support.email, "record-list-support"),
        shown("record-detail", staff, "record-completed", key=completed.key),
        shown("record-detail", staff, "record-refused", key=refused.key),
        shown("record-detail", staff, "record-waiting", key=waiting.key),
        shown("record-cancel", admin, key=waiting.key),
        shown("record-detail", admin, "record-changed", key=changed.key),
        shown("record-undo", admin, key=changed.key),
        shown("record-withdraw", admin, key=completed.key),
        shown("upload-changes", staff),
        shown("ingestion-template-list", staff),
        shown("ingestion-template-list", demo.other_staff.email, "ingestion-template-list-empty"),
        shown("ingestion-template-create", staff, query=f"?record={completed.key}"),
        *(shown(f"ingestion-template-{name}", staff, pk=kept.pk) for name in ("detail", "delete")),
        shown("ingestion-template-detail", staff, "ingestion-template-watched", pk=watched),
        shown("upload", staff, "upload-template", query=f"?template={kept.pk}"),
        shown("code-change", staff, query=f"?workorder={workorder}"),
        *(shown(name, admin) for name in ("product-list", "product-create", "product-import", "workorder-create")),
        shown("product-detail", admin, pk=product),
        shown("product-links", admin, pk=product),
        shown("company-links", admin),
        shown("product-archive", admin, query=f"?product={product}&product={product + 1}"),
        shown("workorder-detail", admin, pk=workorder),
        shown("workorder-images", admin, pk=workorder),
        shown("workorder-detail", admin, "workorder-detail-secure", pk=secure.pk),
        shown("workorder-cancel-secure", admin, pk=secure.pk),
        *(shown(f"workorder-{name}", staff, pk=secure.pk) for name in ("complete", "reject")),
        shown("workorder-detail", printer, "workorder-detail-printer", pk=ready.pk),
        *(shown(f"workorder-{name}", printer, pk=ready.pk) for name in ("secure-codes", "printed")),
        shown("workorder-confirm", printer, pk=a_secure_order(demo, "Autumn").pk),
        shown("workorder-create-secure", staff, query=f"?template={template}"),
        shown("workorder-template-list", staff),
        shown("workorder-template-list", demo.other_staff.email, "workorder-template-list-empty"),
        shown("workorder-template-create", staff),
        shown("workorder-template-detail", admin, pk=template),
        shown("upload", staff, "upload-secure", query=f"?workorder={secure.pk}"),
        *(shown(name, printer) for name in ("equipment-list", "equipment-create", "substrate-create")),
        shown("equipment-detail", printer, pk=press.pk),
        shown("substrate-list", printer),
        shown("substrate-detail", printer, pk=paper.pk),
        *(shown(name, admin) for name in ("code-scans", "code-scan-limit", "company-settings", "domain-list")),
        shown("company-settings", demo.support.email, "company-settings-support", "?company=demo"),
        *(shown(name, admin) for name in ("declared-field-list", "declared-field-create")),
        shown("declared-field-list", demo.other_staff.email, "declared-field-list-empty"),
        *(shown(f"declared-field-{name}", admin, key="best_before") for name in ("detail", "remove")),
        shown("webhook-list", admin),
        shown("webhook-create", admin),
        *(shown(f"webhook-{name}", admin, pk=webhook.pk) for name in ("detail", "change", "renew-secret", "remove")),
        shown("webhook-detail", admin, "webhook-detail-disabled", pk=disabled.pk),
        shown("code-detail", admin, identifier="abc12345", pk=workorder),
        shown("code-export", staff, query=f"?workorder={workorder}"),
        shown("code-export-list", staff),
        shown("code-export-list", demo.other_staff.email, "code-export-list-empty"),
        *(shown(name, admin) for name in ("token-list", "token-create", "person-list", "person-invite")),
        shown("token-revoke", admin, pk=token),
        shown("person-detail", admin, pk=demo.staff.pk),
        shown("person-deactivate", admin, pk=demo.staff.pk),
        *(shown(name, admin) for name in ("account", "api-docs", "account_logout", "account_change_password")),
        shown("style", demo.root.email),
        *(shown(name, admin) for name in ("account_reauthenticate", "usersessions_list", "mfa_list_webauthn")),
    ]


def visit(page: Page, address: str, shown: Shown) -> int:
    """Open a page as who looks at it; its HTTP status. Fails where that led to another page, as that of sign-in."""
    page.goto(
        "about:blank"
    )  # the page before asks for news, and would load anew when it is told that nobody is signed in
    sign_in_as(page.context, address, shown.email)
    answer = page.goto(address + shown.path)
    assert answer is not None
    # A reset link hides its key by a redirect.
    arrived = page.url == address + shown.path or shown.url_name == "account_reset_password_from_key"
    assert arrived, f"{shown.name} led to {page.url}"
    return answer.status


def sign_in_as(context: BrowserContext, address: str, email: str) -> None:
    """Have `context` be the person's; nobody's where `email` is empty."""
    context.clear_cookies()
    if not email:
        return
    client = Client()
    client.force_login(User.objects.get(email=email))
    session = client.session
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": address}])
