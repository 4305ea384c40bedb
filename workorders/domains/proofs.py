"""Proofs that the host of a URL prefix is the company's, and what asks for them.

A company's token for a host follows from the secret key, so it can be told before anything is stored. It stands in a
text record of the DNS or in a file at the host. A worker looks for it, soon after somebody asked.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.accounts.security_log import tell
from portal.background.broker import wake
from portal.http.cache import count
from portal.models import Company
from portal.values.problems import say_problem
from workorders.domains.lookup import PATH, NotFound, read_file, read_records
from workorders.models import DomainProof, UrlPrefix

LABEL = "codeport-proof="
MOST_AN_HOUR = 30  # look-ups that a company may ask for
MOST_DOMAINS = 100  # of a company
TASK = "workorders.tasks.prove_domain"


class TooOften(Exception):  # noqa: N818  # an event, not a fault
    """The company asked for as many look-ups as it may. The message says so."""


def record_name(host: str) -> str:
    """Return the name of the text record that proves the host."""
    return f"_codeport.{host}"


def file_url(host: str) -> str:
    """Return the address of the file that proves the host."""
    return f"https://{host}{PATH}"


def proof_text(company: Company, host: str, key: str | None = None) -> str:
    """Return what the record or the file has to say."""
    digest = salted_hmac("codeport.domains", f"{company.pk}:{host}", secret=key, algorithm="sha256").hexdigest()
    return f"{LABEL}{digest[:32]}"


def how_to_prove(company: Company, host: str) -> str:
    """Say in words how the company proves that the host is its own."""
    text = proof_text(company, host)
    return say_problem(
        "That {host} is yours is not proven yet. Put {text} into a DNS text record at {record}, "
        "or into the file {file}; then have it checked under Company settings, Domains.",
        host=host,
        text=text,
        record=record_name(host),
        file=file_url(host),
    )


def refuse_unproven(company: Company, prefix: str) -> None:
    """Raise ValidationError, which says how to prove it, for a prefix at a host that may be somebody else's.

    What the company has claimed before is its own, proven or not.
    """
    bare = prefix.partition("://")[2]
    host = urlsplit(prefix).hostname or ""
    if not settings.PROVE_DOMAINS or prefix.startswith(company.url_prefix):
        return
    if DomainProof.objects.filter(company=company, host=host, proven_at__isnull=False).exists():
        return
    if not UrlPrefix.objects.filter(company=company, prefix=bare).exists():
        raise ValidationError(how_to_prove(company, host))


def ask_for_check(company: Company, host: str) -> DomainProof:
    """Have a worker look for the proof. Raise TooOften."""
    if count(f"domain-checks-{company.pk}", 3600) > MOST_AN_HOUR:
        raise TooOften(
            say_problem("A company may have {most} domains checked in an hour. Try it again later.", most=MOST_AN_HOUR)
        )
    if not company.domains.filter(host=host).exists() and company.domains.count() >= MOST_DOMAINS:
        raise TooOften(say_problem("A company has {most} domains at most.", most=MOST_DOMAINS))
    with transaction.atomic():
        asked, _is_new = DomainProof.objects.update_or_create(company=company, host=host, defaults={"asked_at": Now()})
        transaction.on_commit(lambda: wake(TASK, asked.pk))
    return asked


def look_for_proof(proof_id: int) -> None:
    """Look for a proof, and store whether it was found, or why not. A proof once found stays."""
    waiting = DomainProof.objects.filter(pk=proof_id, asked_at__isnull=False).select_related("company")
    proof = waiting.first()
    if proof is None:
        return
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    right = [proof_text(proof.company, proof.host, key) for key in keys]
    way, problem = _find(proof.host, right)
    found = {"way": way, "proven_at": Now()} if way else {}
    with transaction.atomic():
        DomainProof.objects.filter(pk=proof_id).update(asked_at=None, checked_at=Now(), problem=problem, **found)
        if way and not proof.proven_at:
            company = proof.company
            tell("company_changed", of=company, company_name=company.name, changed=["domain_proven"], host=proof.host)


def _find(host: str, right: list[str]) -> tuple[str, str]:
    """Return by which way the host is proven, or why it is not."""
    try:
        records = read_records(record_name(host))
        if any(constant_time_compare(record, text) for record in records for text in right):
            return DomainProof.Way.DNS, ""
        problem = say_problem("The text record at {name} says something else.", name=record_name(host))
    except NotFound as reason:
        problem = str(reason)
    try:
        content = read_file(host)
        if any(constant_time_compare(content, text) for text in right):
            return DomainProof.Way.FILE, ""
        return "", f"{problem} {say_problem('The file {url} says something else.', url=file_url(host))}"
    except NotFound as reason:
        return "", f"{problem} {reason}"
