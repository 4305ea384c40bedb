"""The lengths of texts: what the schema says of each is what its call refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from django.conf import settings

from tests.support.api_calls import ALIKE, GUARDED, address, keeps, one_of_each
from tests.support.demo import Demo
from tests.support.tokens import client_of

WRITTEN: dict[str, Any] = yaml.load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text(), yaml.CSafeLoader)
BOUNDED = ("date", "date-time", "uuid", "binary")  # formats that say themselves how long a text may be
NOT_BOUNDED = ("Range", "If-Range")  # what HTTP does not understand of them it ignores; the server bounds all headers
OF_STEPS = ("/confirm/", "/printed/", "/complete/", "/reject/", "/cancel/")  # ask first what state a workorder is in
Path = tuple[str, ...]


def texts_in(shape: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every text that may stand in a value of this shape, with the way there: names, `*` any, `[]` an item."""
    if "$ref" in shape:
        shape = WRITTEN["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    if shape.get("type") == "string" and "enum" not in shape and shape.get("format") not in BOUNDED:
        yield path, shape
    for inner in (each for kind in ("oneOf", "anyOf", "allOf") for each in shape.get(kind, [])):
        yield from texts_in(inner, path)
    for name, inner in shape.get("properties", {}).items():
        yield from texts_in(inner, (*path, name))
    for token, kind in (("[]", "items"), ("*", "additionalProperties")):
        if isinstance(shape.get(kind), dict):
            yield from texts_in(shape[kind], (*path, token))


def value_at(path: Path, text: str) -> Any:
    """Return the value that has the text at the end of this way."""
    if not path:
        return text
    inner = value_at(path[1:], text)
    return [inner] if path[0] == "[]" else {path[0].replace("*", "lot"): inner}


def described(call: str) -> dict[str, Any]:
    """Return the operation that describes the call."""
    method, path = call.split(" ")
    plain = "/".join(f"{{{each[1:-1].split(':')[-1]}}}" if each[:1] == "<" else each for each in path.split("/"))
    operation: dict[str, Any] = WRITTEN["paths"][f"/{plain.replace('{pk}', '{id}')}"][method.lower()]
    return operation


def parameters_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in operation.get("parameters", []) if "schema" in each]


def body_of(operation: dict[str, Any]) -> list[tuple[Path, dict[str, Any]]]:
    contents = operation.get("requestBody", {}).get("content", {}).values()
    return [found for content in contents for found in texts_in(content["schema"])]


def test_every_text_that_a_call_takes_says_how_long_it_may_be() -> None:
    operations = {f"{method} {path}": each for path, item in WRITTEN["paths"].items() for method, each in item.items()}
    lacking, seen = [], 0
    for name, operation in operations.items():
        texts = [((each["name"],), each["schema"]) for each in parameters_of(operation)]
        found = [*body_of(operation), *((path, shape) for path, text in texts for _path, shape in texts_in(text, path))]
        seen += len(found)
        lacking += [(name, path) for path, shape in found if "maxLength" not in shape and path[0] not in NOT_BOUNDED]
    assert lacking == []
    assert seen > 120


NEEDED = {"add-sids/": {"mode": "api"}, "create-from-template/": {"mode": "api", "template": "Rolls"}}
CALLS = [call for call in GUARDED if call not in ALIKE and not ("workorders" in call and call.endswith(OF_STEPS))]


def test_one_character_more_in_an_address_is_refused(demo: Demo) -> None:
    """A parameter is refused by its name; what is a part of the address names nothing then."""
    there, tried = one_of_each(demo), 0
    for call in CALLS:
        (method, path), client = address(call, there), client_of(keeps(demo, call))
        for each in parameters_of(described(call)):
            if each["in"] == "header" or "maxLength" not in each["schema"]:
                continue
            name, long = each["name"], "x" * (each["schema"]["maxLength"] + 1)
            if each["in"] == "query":
                answer: Any = client.generic(method, f"{path}?{name}={long}")
                assert (answer.status_code, name in answer.json()) == (400, True), (call, name)
            else:
                answer = client.generic(method, "/" + re.sub("<[^>]*>", long, call.split(" ")[1]))
                assert answer.status_code == 404, (call, name)
            tried += 1
    assert tried > 40


def test_one_character_more_in_a_body_is_refused_by_the_name_of_its_field(demo: Demo) -> None:
    there, tried = one_of_each(demo), 0
    for call in CALLS:
        (method, path), client = address(call, there), client_of(keeps(demo, call))
        for way, shape in body_of(described(call)):
            body = NEEDED.get(f"{path.split('/')[-2]}/", {}) | value_at(way, "x" * (shape["maxLength"] + 1))
            answer: Any = client.generic(method, path, json.dumps(body), "application/json")
            said = {"detail": "Invalid record"} if way == ("record",) else answer.json()
            assert (answer.status_code, answer.json()) == (400, said), (call, way)
            assert way[0] in said or "detail" in said, (call, way, said)
            tried += 1
    assert tried > 30
