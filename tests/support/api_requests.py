"""Requests of the API made at random from its schema, most of them wrong somewhere."""

from __future__ import annotations

import json
import random
import string
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import yaml
from django.conf import settings

from tests.support.mutations import STRANGE_TEXTS, mutated, strange

SCHEMA: dict[str, Any] = yaml.load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text(), yaml.CSafeLoader)
OPERATIONS = [(path, method, each) for path, item in SCHEMA["paths"].items() for method, each in item.items()]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"]
JSON = "application/json"
TYPES = [JSON, "application/json; charset=utf-16", "application/json; charset=nonsense", "text/plain", "", "x", "a/b;c"]
TYPES += ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "image/png"]
HEADERS = {
    "Accept": ["*/*", "text/html", "", "application/json;q=x", "a" * 300],
    "Accept-Language": ["de", "xx", "*", "en;q=nan", "de,fr;q=0.5," * 50],
    "Idempotency-Key": ["a", "same", "", "é", "x" * 256, "a\tb", "{}"],
    "X-Request-Id": ["r-1", "", "x" * 65, "a\nb"],
    "Range": ["bytes=0-", "bytes=9-1", "bytes=-0", "bytes=x", "bytes=0-1,2-3", "bytes=" + "9" * 40 + "-"],
    "If-Range": ['"x"', "yesterday", ""],
    "If-None-Match": ["*", "x", 'W/"x"'],
    "If-Modified-Since": ["Mon, 30 Nov 2026 00:00:00 GMT", "never"],
    "Host": ["testserver", "testserver:99999", "[::1", "a b"],
    "X-Forwarded-For": ["127.0.0.1", "::1", "x", "1.2.3.4, 5.6.7.8"],
    "X-Forwarded-Proto": ["https", "gopher"],
    "X-HTTP-Method-Override": ["DELETE"],
    "Content-Encoding": ["gzip", "nonsense"],
    "Origin": ["https://evil.example", "null"],
    "Cookie": ["sessionid=x", "csrftoken=\x7f", "="],
    "Authorization": ["", "UAT", "UAT x", "Basic Og==", "Bearer x", "UAT " + "x" * 3000, "UAT é"],
}


@dataclass(frozen=True)
class Request:
    """One request: what it is sent as, and the operation of the schema that it was made from."""

    path: str  # of the schema
    method: str
    url: str
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class RandomRequests:
    """Makes requests about what is `there`, by the part of the API that names it."""

    def __init__(self, chance: random.Random, there: dict[str, Any]) -> None:
        self.chance, self.there = chance, there

    def one(self) -> Request:
        """A request, wrong in none, one or several places."""
        chance = self.chance
        path, method, operation = chance.choice(OPERATIONS)
        parameters = [each for each in operation.get("parameters", []) if "schema" in each]
        url = self._address(path) + self._query([each for each in parameters if each["in"] == "query"])
        headers = {"Idempotency-Key": f"{chance.random()}"} if chance.random() < 0.1 else {}
        for _header in range(chance.choice([0, 0, 0, 0, 0, 1, 3])):
            name = chance.choice([*HEADERS])
            headers[name] = chance.choice(HEADERS[name])
        if chance.random() < 0.03:
            method = chance.choice(METHODS)
        content = operation.get("requestBody", {}).get("content", {})
        body, content_type = self._body(content) if content else (b"", JSON)
        if not content and chance.random() < 0.1:
            body = self._bytes(strange(chance))
        return Request(path, method.upper(), url, body, content_type, headers)

    def value(self, shape: dict[str, Any], depth: int = 0) -> Any:
        """A value of this shape, or one that is not."""
        chance = self.chance
        if chance.random() < 0.08 or depth > 6:
            return strange(chance)
        if "$ref" in shape:
            return self.value(SCHEMA["components"]["schemas"][shape["$ref"].rpartition("/")[2]], depth)
        if inner := shape.get("oneOf") or shape.get("anyOf") or shape.get("allOf"):
            return self.value(chance.choice(inner), depth)
        if "enum" in shape:
            return chance.choice(shape["enum"])
        if "default" in shape and chance.random() < 0.3:
            return shape["default"]
        match shape.get("type"):
            case "object":
                return self._object(shape, depth)
            case "array":
                return [self.value(shape.get("items", {}), depth + 1) for _ in range(chance.choice([0, 1, 1, 2, 5]))]
            case "integer":
                return chance.choice([self._there(), shape.get("minimum", 0), shape.get("maximum", 9), 1, 2, 3, 50])
            case "number":
                return chance.choice([0.5, 1, 2.25, shape.get("minimum", 0)])
            case "boolean":
                return chance.random() < 0.5
            case "string":
                return self._text(shape)
        return strange(chance)

    def _object(self, shape: dict[str, Any], depth: int) -> dict[str, Any]:
        chance, found = self.chance, {}
        required = shape.get("required", [])
        for name, inner in shape.get("properties", {}).items():
            if chance.random() < (0.95 if name in required else 0.3) and not inner.get("readOnly"):
                found[name] = self.value(inner, depth + 1)
        if (more := shape.get("additionalProperties")) or chance.random() < 0.03:
            for _member in range(chance.choice([0, 1, 2])):
                name = chance.choice(["lot", "id", "product", "sku1", "note", *STRANGE_TEXTS])
                found[name] = self.value(more if isinstance(more, dict) else {}, depth + 1)
        return found

    def _text(self, shape: dict[str, Any]) -> Any:
        chance = self.chance
        match shape.get("format"):
            case "date":
                return chance.choice(["2026-11-30", "1999-01-01", "9999-12-31"])
            case "date-time":
                return chance.choice(["2026-11-30T10:00:00Z", "2026-11-30 10:00", "9999-12-31T23:59:59-12:00"])
            case "uri":
                return chance.choice(
                    ["https://example.org/x", "http://localhost:1/", "https://example.org/{sku}?a=%zz"]
                )
        words = ["abc12345", "sku1", "Spring", "csv", str(self._there()), '{"lot": "A"}', '[{"id": "abc12345"}]', "[]"]
        return chance.choice([*words, "x" * shape.get("maxLength", 1), "x" * (shape.get("maxLength", 0) + 1)])

    def _there(self) -> Any:
        return self.chance.choice([*self.there.values()])

    def _address(self, path: str) -> str:
        chance = self.chance
        parts = path.split("/")[3:]
        named = self.there.get("/".join(parts[:2]), self.there.get(parts[0] if parts else "", ""))
        while "{" in path:
            before, _, rest = path.partition("{")
            given = named if chance.random() < 0.85 else chance.choice([strange(chance), self._there(), 2**31, 2**64])
            path = before + quote(str(given), safe="", errors="surrogatepass") + rest.partition("}")[2]
        if chance.random() < 0.01:
            path = path.rstrip("/")
        return path

    def _query(self, parameters: list[dict[str, Any]]) -> str:
        chance, asked = self.chance, list[tuple[str, Any]]()
        for each in parameters:
            if chance.random() < min(0.5, 3 / len(parameters)):
                asked += [(each["name"], self.value(each["schema"]))] * chance.choice([1] * 20 + [2])
        if chance.random() < 0.03:
            asked.append((str(strange(chance)), strange(chance)))
        if not asked:
            return ""
        texts = [(name, str(value).lower() if isinstance(value, bool) else value) for name, value in asked]
        encoded = urlencode(texts, doseq=True, errors="surrogatepass")
        if chance.random() < 0.03:
            at = chance.randint(0, len(encoded))
            encoded = encoded[:at] + chance.choice(["%", "&", "=", ";", "%ff", "%00", "+", "[]"]) + encoded[at:]
        return f"?{encoded}"

    def _body(self, content: dict[str, Any]) -> tuple[bytes, str]:
        chance = self.chance
        if JSON not in content:
            return self._form(next(iter(content.values())))
        media = content[JSON]
        examples = [each["value"] for each in media.get("examples", {}).values()]
        data = chance.choice(examples) if examples and chance.random() < 0.3 else self.value(media["schema"])
        if chance.random() < 0.2:
            data = self._changed(data)
        body = self._bytes(data)
        match chance.randrange(40):
            case 0 | 1:
                body = mutated(body, chance)
            case 2:
                body = body.replace(b"{", b'{"a": 1, "a": 2, ', 1)
            case 3:
                body = b"[" * chance.choice([99, 101, 2000]) + body
            case 4:
                numbers = [b"NaN", b"-Infinity", b"1e999", b"1" * 5000, b"-0", b"01", b"1E400", b"0." + b"3" * 900]
                body = body.replace(b": ", b": " + chance.choice(numbers) + b', "b": ', 1)
            case 5:
                wide = body.decode(errors="replace").encode("utf-16")
                body = chance.choice([b"\xef\xbb\xbf" + body, wide, b"", b" ", b"\0" + body])
        return body, JSON if chance.random() < 0.97 else chance.choice(TYPES)

    def _changed(self, data: Any) -> Any:
        """Change one of the values of an object, however deep."""
        chance = self.chance
        if isinstance(data, dict) and data:
            key = chance.choice([*data])
            inner = data[key]
            return data | {key: self._changed(inner) if chance.random() < 0.5 else strange(chance)}
        if isinstance(data, list) and data:
            return [self._changed(data[0]), *data[1:]] * chance.choice([1, 1, 2])
        return strange(chance)

    def _bytes(self, data: Any) -> bytes:
        """JSON, in which half a surrogate pair stands as an escape or as the bytes that nobody may write."""
        return json.dumps(data, ensure_ascii=self.chance.random() < 0.7).encode("utf-8", "surrogatepass")

    def _form(self, media: dict[str, Any]) -> tuple[bytes, str]:
        """The upload of a file by a form, whose fields are those that a call gave or are changed."""
        chance = self.chance
        fields = [*self.there["storage"].items()]
        if chance.random() < 0.5:
            at = chance.randrange(len(fields))
            fields[at] = (fields[at][0], chance.choice([str(strange(chance)), fields[at][1] + "x"]))
        if chance.random() < 0.2:
            fields.append(chance.choice([*fields, ("x", "y"), (str(strange(chance)), "")]))
        if chance.random() < 0.2:
            del fields[chance.randrange(len(fields))]
        boundary = "".join(chance.choices(string.ascii_letters, k=12))
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields
        ]
        name = chance.choice(["codes.csv", "", "../x", "\0", "é.csv", "a" * 400, "\u202e"])
        file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        file += chance.choice(["", "Content-Type: text/csv\r\n", "Content-Transfer-Encoding: base64\r\n"])
        parts.insert(len(parts) if chance.random() < 0.9 else 0, file + "\r\nid\nabc12345\n\r\n")
        body = ("".join(parts) + f"--{boundary}--\r\n").encode("utf-8", "surrogatepass")
        if chance.random() < 0.3:
            body = mutated(body, chance)
        return body, f"multipart/form-data; boundary={boundary if chance.random() < 0.95 else chance.choice(TYPES)}"
