"""Single sign-on in a real browser, whose provider is another site, as it is in life."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from portal.accounts.sign_on import asking
from tests.support.demo import Demo
from tests.support.identity_providers import PASSWORD, a_provider, real_provider


@pytest.mark.parametrize("has_scripts", [True, False])
@pytest.mark.parametrize("protocol", ["openid_connect", "saml"])
def test_somebody_signs_in_with_the_company(
    browser: Browser,
    committed_demo: Demo,
    live_server: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    protocol: str,
    has_scripts: bool,
) -> None:
    monkeypatch.setattr(asking, "SECONDS", 60)
    settings.PUBLIC_URL = live_server.url
    context = browser.new_context(base_url=live_server.url, java_script_enabled=has_scripts)
    page = context.new_page()
    with real_provider(tmp_path, host="127.0.0.1") as real:
        real.have({"username": "nora", "email": "nora@acme.example", "roles": ["code-users"]})
        fields = {"issuer": real.url}
        if protocol == "saml":
            certificate = requests.get(f"{real.url}/saml/cert.pem", timeout=10).text
            fields = {"issuer": f"{real.url}/saml", "sign_in_url": f"{real.url}/saml/sso", "certificate": certificate}
        a_provider(committed_demo.company, fields.pop("issuer"), "acme.example", protocol=protocol, **fields)
        page.goto("/accounts/login/?next=/products/")
        page.get_by_label("E-mail").fill("nora@acme.example")
        page.get_by_role("button", name="Sign in with your company").press("Enter")
        page.wait_for_url(re.compile(re.escape(real.url)))
        page.locator("#username").fill("nora")
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        if protocol == "saml" and not has_scripts:
            page.get_by_role("button").click()
        expect(page).to_have_url(f"{live_server.url}/products/")
        expect(page.get_by_role("heading", name="Products")).to_be_visible()
    context.close()
