"""The OpenAPI schema: in step with the code, with the file in docs/, and with what the API really answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
import yaml
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils.html import escape
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck
from hypothesis import settings as limits
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from schemathesis.specs.openapi import checks as openapi

from ingestion import services
from ingestion.models import IngestionError
from portal.api.schema_generator import Generator
from portal.roles import CODENAMES
from tests.support.api_calls import ALIKE, ANY_TOKEN, GUARDED, NEEDS, OPEN, address, keeps, one_of_each
from tests.support.demo import Demo
from tests.support.tokens import client_of, issue

FILE = settings.BASE_DIR / "docs" / "openapi.yaml"
WRITTEN: dict[str, Any] = yaml.load(FILE.read_text(), yaml.CSafeLoader)
OPERATIONS = [
    (path, method, operation) for path, item in WRITTEN["paths"].items() for method, operation in item.items()
]

CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
]

schema = schemathesis.openapi.from_dict(WRITTEN)


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The portal, whose answers are read to their end and closed, which a server would see to."""
    answer = WSGIHandler()(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


schema.app = app
schema.config.phases.coverage.enabled = False  # a minute for every boundary of the images alone


@pytest.mark.parametrize("path", [path for path, method, _operation in OPERATIONS if method == "delete"])
def test_a_call_that_deletes_says_that_its_body_may_be_refused(demo: Demo, path: str) -> None:
    """It says nothing, so one that is no JSON is refused as one that says something is."""
    client = client_of(demo.printer if path.split("/")[3] in ("equipment", "substrates") else demo.admin)
    answer = client.generic("DELETE", re.sub("{.*?}", "1", path), "no JSON", content_type="text/plain")
    assert answer.status_code == 415
    assert "415" in WRITTEN["paths"][path]["delete"]["responses"]


def test_the_file_is_what_the_code_makes() -> None:
    made = Generator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # no stubs
    assert made == WRITTEN, (
        "Run `.venv/bin/python manage.py spectacular --file docs/openapi.yaml`, then `make client`; look at the change."
    )
    validate_schema(made)  # type: ignore[no-untyped-call]  # no stubs
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_every_example_is_what_its_call_takes_or_answers() -> None:
    found = [*_examples()]
    assert len(found) > 50
    for place, shape, example in found:
        kind = OAS30WriteValidator if "request" in place else OAS30ReadValidator
        validator = kind({**shape, "components": WRITTEN["components"]}, format_checker=oas30_format_checker)
        assert [error.message for error in validator.iter_errors(example)] == [], place


def _examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield every example of a body, as where it stands, its schema and its value."""
    for path, method, operation in OPERATIONS:
        for which, part in {"request": operation.get("requestBody", {}), **operation["responses"]}.items():
            for kind, media in part.get("content", {}).items():
                for name, example in media.get("examples", {}).items():
                    yield f"{method} {path}, {which}, {kind}, {name}", media["schema"], example["value"]


def as_described(call: str) -> str:
    """The call as the schema writes its address."""
    return re.sub(r"<\w+:(\w+)>", r"{\1}", call.replace("int:pk", "int:id"))


def defaults_of(call: str) -> dict[str, Any]:
    """What the schema names as defaults of the parameters and of the body's fields."""
    method, path = as_described(call).split(" ")
    operation = WRITTEN["paths"][f"/{path}"][method.lower()]
    fields = {each["name"]: each["schema"] for each in operation.get("parameters", []) if "schema" in each}
    for media in operation.get("requestBody", {}).get("content", {}).values():
        fields |= WRITTEN["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]["properties"]
    return {name: schema["default"] for name, schema in fields.items() if "default" in schema}


def test_what_equals_its_default_is_taken(demo: Demo) -> None:
    calls = {call: defaults_of(call) for call in GUARDED if call not in ALIKE and defaults_of(call)}
    assert len(calls) > 15
    there = one_of_each(demo)
    for call, defaults in calls.items():
        method, path = address(call, there)
        client = client_of(keeps(demo, call))
        if method in ("GET", "DELETE"):
            asked = urlencode(
                {name: str(value).lower() if value is False else value for name, value in defaults.items()}
            )
            answer: Any = client.generic(method, f"{path}?{asked}")
        else:
            answer = client.generic(method, path, json.dumps(defaults), "application/json")
        if answer.streaming:
            b"".join(answer)  # to its end, which closes the file
        refused = answer.json() if answer.status_code == 400 else {}
        assert not refused.keys() & defaults.keys(), call


def test_every_call_is_described_with_what_it_needs() -> None:
    needs = {as_described(call): NEEDS[call] for call in NEEDS}
    described = {f"{method.upper()} {path[1:]}": operation for path, method, operation in OPERATIONS}
    assert {call for call in needs if needs[call] != OPEN and call not in ALIKE} | {"POST storage/"} == set(described)
    for call, operation in described.items():
        if call != "POST storage/":
            need = needs[call]
            said = "any valid token" if need == ANY_TOKEN else f"the permission `{need.replace(' or ', '` or `')}`"
            assert operation["description"].endswith(f"Needs {said}."), call
            assert {"401", "403", "429", "500", "503"} <= set(operation["responses"]), call
        assert operation["summary"][0].isupper(), call
        parameters = [each.get("$ref", "") for each in operation.get("parameters", [])]
        repeats = call.startswith("POST api/")
        assert ("#/components/parameters/Idempotency-Key" in parameters) is repeats, call


def test_the_schema_is_served_to_everybody(db: None) -> None:
    answer = Client().get("/api/schema/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == WRITTEN


def test_the_page_shows_every_call(db: None) -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for path, method, operation in OPERATIONS:
        call = page.split(f'id="{operation["operationId"]}"')[1].split("</article>")[0]
        assert f'<span class="method">{method.upper()}</span> {path}' in call
        assert escape(operation["summary"]) in call
        assert all(f'<b class="id">{status}</b>' in call for status in operation["responses"])
    assert (
        "curl -H &quot;Authorization: UAT $TOKEN&quot; \\\n  --json &#x27;{&quot;filetype&quot;: &quot;csv&quot;}&#x27;"
        in page
    )
    assert "<script>" not in page
    assert " style=" not in page


@pytest.fixture
def caller(demo: Demo, settings: Any) -> Iterator[Callable[[str], dict[str, str]]]:
    """Gives the headers of one who may call that path, while requests leave the test's connection open."""
    settings.API_RATE = "999999/day"
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    for user in (demo.admin, demo.printer):
        user.user_permissions.set(Permission.objects.filter(codename__in=CODENAMES))
    tokens = {user: issue(user) for user in (demo.admin, demo.printer)}
    yield lambda path: {"Authorization": f"UAT {tokens[keeps(demo, f' {path[1:]}')]}"}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def there(demo: Demo) -> dict[str, Any]:
    """One of everything that an address can name, by its part of the API."""
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    IngestionError.objects.create(record=record, row=2, column="id", value="x", error="invalid_id_error")
    return one_of_each(demo) | {"ingestion": record.key}


@schema.parametrize()
@limits(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_documented(case: Any, caller: Callable[[str], dict[str, str]], there: dict[str, Any]) -> None:
    """With arguments that fit the schema and with such as do not; addresses of nothing, and of what is there."""
    case.call_and_validate(headers=caller(case.path), checks=CHECKS)
    if case.path_parameters:
        route = case.path.removeprefix("/api/v2/").partition("/{")[0]
        named = there.get(route, there[route.partition("/")[0]])
        case.path_parameters = dict.fromkeys(case.path_parameters, named)
        case.call_and_validate(headers=caller(case.path), checks=CHECKS)
