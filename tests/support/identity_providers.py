"""Identity providers on this machine: a real one in a process of its own, and one that says what a test wants."""

from __future__ import annotations

import html
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import requests
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from portal.accounts.sign_on.providers import seal
from portal.models import Company, IdentityProvider
from tests.support.http_servers import serving

CLIENT_ID, CLIENT_SECRET, PASSWORD = "codeport", "a secret of the client", "password at the provider"
START = "/accounts/sign-on/"
CALLBACK = "/accounts/oidc/acme/login/callback/"


def a_provider(company: Company, issuer: str, *domains: str, **fields: Any) -> IdentityProvider:
    """An identity provider of the company, by OpenID Connect, whose claim `roles` says who is what."""
    usual = {
        "name": "Acme Login",
        "slug": "acme",
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret": seal(CLIENT_SECRET),
        "is_private": True,
        "role_claim": "roles",
        "roles": "code-admins = admin\ncode-users = staff",
    }
    provider = IdentityProvider.objects.create(company=company, **(usual | fields))
    for domain in domains:
        provider.domains.create(domain=domain)
    return provider


def led_to(client: Client, email: str, **more: str) -> str:
    """The URL at the provider that the browser is led to for an address."""
    response = client.post(START, {"login": email} | more)
    assert response.status_code == 200, response.content.decode()
    (found,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', response.content.decode())
    return html.unescape(found)


def a_key_and_certificate() -> tuple[str, str]:
    """A new key, and a certificate of it, in PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "evil")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


# A real one


@dataclass
class Real:
    """nanoidp, which speaks both protocols, and its people."""

    url: str
    folder: Path

    def have(self, *people: dict[str, Any]) -> None:
        """Let these be the people that it knows."""
        users = {person["username"]: {"password": PASSWORD} | person for person in people}
        for person in users.values():
            person.pop("username", None)
        (self.folder / "users.yaml").write_text(yaml.safe_dump({"config_version": 1, "users": users}))
        assert requests.post(f"{self.url}/api/config/reload", timeout=10).status_code == 200

    def signed_in(self, url: str, username: str) -> requests.Response:
        """What the provider answers to somebody who was led to `url` and signs in there."""
        browser = requests.Session()
        form = browser.get(url, timeout=10)
        assert form.status_code == 200, form.text
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text)
        data = {name: html.unescape(value) for name, value in hidden}
        data |= {"username": username, "password": PASSWORD}
        return browser.post(form.url, data, allow_redirects=False, timeout=10)


@contextmanager
def real_provider(folder: Path, host: str = "localhost") -> Iterator[Real]:
    """Run nanoidp in a process of its own, for the portal at PUBLIC_URL. By another `host` it is another site."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://{host}:{port}"
    uris = [settings.PUBLIC_URL + CALLBACK]
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": uris}
    config = {
        "config_version": 1,
        "server": {"host": "127.0.0.1", "port": port},
        "oauth": {"issuer": url, "audience": "elsewhere", "clients": [client]},
        "saml": {"export_roles": True},
        "jwt": {"keys_dir": str(folder / "keys")},
    }
    (folder / "settings.yaml").write_text(yaml.safe_dump(config))
    (folder / "users.yaml").write_text(yaml.safe_dump({"config_version": 1, "users": {}}))
    command = [sys.executable, "-m", "tests.support.nanoidp_process", "--config", str(folder)]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _wait_for(f"{url}/api/health", folder / "log")
            yield Real(url, folder)
        finally:
            process.terminate()


def _wait_for(url: str, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if requests.get(url, timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


# One that says what a test wants


@cache
def own_key() -> rsa.RSAPrivateKey:
    """The key that a scripted one signs with unless told another: a new one for each test takes as long as the test."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Scripted:
    """A provider of OpenID Connect that signs the claims it is told to, with a key that it is told to use."""

    port: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    page: dict[str, Any] | None = None  # what its page of the person says
    token: str | None = None  # in place of one that is signed as it ought to be
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)  # by path, in place of its own
    config: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    is_slow: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)
    key: rsa.RSAPrivateKey = field(default_factory=own_key)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def id_token(self, key: Any = None, algorithm: str = "RS256") -> str:
        """A token with the claims of now."""
        with_key: Any = None if algorithm == "none" else key or self.key
        return jwt.encode(self.claims, with_key, algorithm, headers={"kid": "first"} | self.header)

    def answer(self, path: str) -> tuple[int, str]:
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
            found = {name: f"{self.url}/{name}" for name in names} | {"issuer": self.url}
            return 200, json.dumps(found | self.config)
        if path == "/jwks_uri":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, json.dumps({"keys": [public | {"kid": "first", "use": "sig", "alg": "RS256"}]})
        if path == "/userinfo_endpoint":
            return 200, json.dumps(self.page or {"sub": self.claims.get("sub")})
        return 200, json.dumps({"access_token": "access", "id_token": self.token or self.id_token()})

    def says(self, url: str, **claims: Any) -> dict[str, str]:
        """Let it name somebody for the sign-in that led to `url`; return what the browser comes back with."""
        asked = dict(parse_qsl(urlsplit(url).query))
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT_ID, "sub": "s-1", "iat": now, "exp": now + 300}
        usual |= {"nonce": asked["nonce"], "email": "new@acme.example", "email_verified": True, "roles": ["code-users"]}
        self.claims = {name: value for name, value in (usual | claims).items() if value is not None}
        return {"code": "a-code", "state": asked["state"]}

    def came_back(self, client: Client, *, via: str = "new@acme.example", **claims: Any) -> HttpResponse:
        """The answer to a browser that was led there for an address, and came back with these claims."""
        back = self.says(led_to(client, via), **claims)
        return client.get(CALLBACK, back)  # type: ignore[return-value]  # of a test client


@contextmanager
def scripted_provider() -> Iterator[Scripted]:
    """Run one in a thread."""
    found = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path = urlsplit(self.path).path
            found.asked.append((path, {name: values[0] for name, values in parse_qs(body).items()}))
            if found.is_slow:
                found.is_over.wait()
                return
            status, said = found.answer(path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(said.encode())

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with serving(Handler) as found.port:
        try:
            yield found
        finally:
            found.is_over.set()
