"""A URL prefix of one's own needs a proof of its domain, where the portal asks for one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as ours
from django.core.exceptions import ValidationError
from django.test import override_settings

from ingestion import engine
from portal.models import Event
from tests.support.back_office import do
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.tokens import client_of
from tests.support.uploads import SPEC_EXAMPLE, queued, uploaded
from workorders.codes.url_prefixes import check_url_prefix, claim_url_prefix
from workorders.domains import proofs
from workorders.domains.lookup import NotFound
from workorders.models import DomainProof, UrlPrefix

HOST = "codes.example.com"
PREFIX = f"https://{HOST}/q/"

pytestmark = pytest.mark.usefixtures("asked_for")


@pytest.fixture
def asked_for(settings: Any) -> None:
    settings.PROVE_DOMAINS = True


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What text records and files say, by their names; the worker is there at once."""
    said: dict[str, list[str]] = {}

    def find(name: str) -> list[str]:
        if name not in said:
            raise NotFound(f"Nothing is at {name}.")
        return said[name]

    monkeypatch.setattr(proofs, "read_records", find)
    monkeypatch.setattr(proofs, "read_file", lambda host: find(host)[0])
    monkeypatch.setattr(proofs, "wake", lambda name, pk: proofs.look_for_proof(pk))
    return said


def proof_of(demo: Demo) -> DomainProof:
    return DomainProof.objects.get(company=demo.company)


def test_the_answer_without_a_proof_says_how_to_prove(demo: Demo) -> None:
    client = client_of(demo.staff, "ingestion_code_create", "workorder_create")
    text = proofs.proof_text(demo.company, HOST)
    assert re.fullmatch(r"codeport-proof=[0-9a-f]{32}", text)
    said = (
        f"That {HOST} is yours is not proven yet. Put {text} into a DNS text record at _codeport.{HOST}, or into the"
        f" file https://{HOST}/.well-known/codeport-proof.txt; then have it checked under Company settings, Domains."
    )
    upload = client.post(
        "/api/v2/ingestion/codes/upload/process/", {"record": uploaded(client), "url_prefix": PREFIX}, format="json"
    )
    order = client.post(
        "/api/v2/workorders/create-sid/", {"reference": "a", "quantity": 1, "url_prefix": PREFIX}, format="json"
    )
    for answer in (upload, order):
        assert (answer.status_code, answer.json()) == (400, {"url_prefix": [said]})
    page = as_(demo.admin).post("/company/", {"custom_url_prefix": PREFIX}).content.decode()
    assert text in page
    assert proofs.proof_text(demo.other_staff.company, HOST) != text  # type: ignore[arg-type]  # has one
    assert not UrlPrefix.objects.exists()


def test_a_text_record_proves_it(
    demo: Demo, strangers: dict[str, list[str]], django_capture_on_commit_callbacks: Any
) -> None:
    strangers[f"_codeport.{HOST}"] = ["v=spf1 -all", proofs.proof_text(demo.company, HOST)]
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_(demo.admin).post("/company/domains/", {"host": PREFIX})
    assert (answer.status_code, answer["Location"]) == (302, "/company/domains/")
    assert (proof_of(demo).host, proof_of(demo).way, proof_of(demo).problem) == (HOST, "dns", "")
    check_url_prefix(demo.company, PREFIX)
    claim_url_prefix(demo.company, PREFIX)
    assert "Proven by DNS" in seen(demo.admin, "/company/domains/")
    assert Event.objects.filter(what="company_changed", detail__host=HOST).exists()
    with pytest.raises(ValidationError, match="is not proven yet"):
        check_url_prefix(demo.other_staff.company, "https://codes.example.com/x/")  # type: ignore[arg-type]  # has one
    with pytest.raises(ValidationError, match="is not proven yet"):
        check_url_prefix(demo.company, "https://www.example.com/q/")


def test_a_file_proves_it(demo: Demo, strangers: dict[str, list[str]]) -> None:
    strangers[HOST] = [proofs.proof_text(demo.company, HOST)]
    proofs.look_for_proof(DomainProof.objects.create(company=demo.company, host=HOST, asked_at="2026-01-01T00:00Z").pk)
    assert (proof_of(demo).way, proof_of(demo).asked_at) == ("file", None)


def test_what_was_found_instead_is_told(
    demo: Demo, strangers: dict[str, list[str]], django_capture_on_commit_callbacks: Any
) -> None:
    strangers[f"_codeport.{HOST}"] = ["codeport-proof=of-somebody-else"]
    with django_capture_on_commit_callbacks(execute=True):
        as_(demo.admin).post("/company/domains/", {"host": HOST})
    page = re.sub(r"\s+", " ", seen(demo.admin, "/company/domains/"))
    assert f"The text record at _codeport.{HOST} says something else. Nothing is at {HOST}." in page
    assert proofs.proof_text(demo.company, HOST) in page
    assert proof_of(demo).proven_at is None
    strangers[HOST] = ["codeport-proof=of-somebody-else"]
    with django_capture_on_commit_callbacks(execute=True):
        as_(demo.admin).post("/company/domains/", {"host": HOST})
    assert proof_of(demo).problem.endswith("/.well-known/codeport-proof.txt says something else.")


def test_a_proof_once_found_stays(demo: Demo, strangers: dict[str, list[str]]) -> None:
    asked = {"company": demo.company, "host": HOST, "asked_at": "2026-01-01T00:00Z"}
    proof = DomainProof.objects.create(**asked, way="dns", proven_at="2026-01-01T00:00Z")
    proofs.look_for_proof(proof.pk)
    assert (proof_of(demo).way, proof_of(demo).problem) == (
        "dns",
        f"Nothing is at _codeport.{HOST}. Nothing is at {HOST}.",
    )
    check_url_prefix(demo.company, PREFIX)
    proofs.look_for_proof(proof.pk)  # the message came twice: nothing is asked
    proofs.look_for_proof(0)


def test_a_token_of_an_earlier_secret_key_still_proves(demo: Demo, strangers: dict[str, list[str]]) -> None:
    strangers[HOST] = [proofs.proof_text(demo.company, HOST)]
    proof = DomainProof.objects.create(company=demo.company, host=HOST, asked_at="2026-01-01T00:00Z")
    with override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[ours.SECRET_KEY]):
        proofs.look_for_proof(proof.pk)
    assert proof_of(demo).way == "file"


def test_what_is_claimed_already_needs_no_proof(demo: Demo) -> None:
    UrlPrefix.objects.create(prefix="codes.example.com/q/", company=demo.company)
    check_url_prefix(demo.company, PREFIX)
    with pytest.raises(ValidationError, match="is not proven yet"):
        check_url_prefix(demo.company, "https://codes.example.com/r/")
    check_url_prefix(demo.company, demo.company.url_prefix)


def test_an_upload_whose_proof_is_gone_ends_and_says_so(committed_demo: Demo, settings: Any) -> None:
    settings.PROVE_DOMAINS = False
    record = queued(committed_demo.staff, SPEC_EXAMPLE, url_prefix=PREFIX)
    settings.PROVE_DOMAINS = True
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.error_counts == {"url_prefix_error": 1}
    assert not UrlPrefix.objects.exists()


def test_the_back_office_forgets_a_proof(demo: Demo) -> None:
    proof = DomainProof.objects.create(company=demo.company, host=HOST, way="dns", proven_at="2026-01-01T00:00Z")
    assert do(demo, "forget", proof).startswith("Forgotten")
    with pytest.raises(ValidationError, match="is not proven yet"):
        check_url_prefix(demo.company, PREFIX)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "This field is required."),
        ("10.0.0.1", "is an IP address"),
        ("printer.local", "leads nowhere outside one network"),
        ("intranet", "It is no name of a host"),
        ("a b.example.com", "It is no name of a host"),
        ("https://user@codes.example.com/", "It is no name of a host"),
    ],
)
def test_what_is_no_public_host_is_never_looked_up(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(proofs, "wake", lambda *what: woken.append(what))
    assert said in as_(demo.admin).post("/company/domains/", {"host": typed}).content.decode()
    assert (woken, DomainProof.objects.count()) == ([], 0)


def test_look_ups_are_limited(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "MOST_AN_HOUR", 2)
    client = as_(demo.admin)
    for number in range(3):
        page = client.post("/company/domains/", {"host": f"c{number}.example.com"}, follow=True).content.decode()
    assert "A company may have 2 domains checked in an hour." in page
    assert DomainProof.objects.count() == 2


def test_only_who_changes_settings_has_domains(demo: Demo, settings: Any) -> None:
    for user in (demo.staff, demo.printer, demo.support):
        assert as_(user).get("/company/domains/").status_code == 403
        assert as_(user).post("/company/domains/", {"host": HOST}).status_code == 403
    assert 'href="/company/domains/"' in seen(demo.admin, "/company/")
    settings.PROVE_DOMAINS = False
    assert 'href="/company/domains/"' not in seen(demo.admin, "/company/")
    check_url_prefix(demo.company, PREFIX)
