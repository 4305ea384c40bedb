"""`python -m tests.support.nanoidp_process`: nanoidp, with signatures of SAML where the schema has them.

nanoidp 3.4 puts the signature of an assertion last, and python3-saml refuses what the schema of SAML does not know:
there it comes behind the issuer. signxml puts it where a placeholder stands.
"""

from __future__ import annotations

import runpy
from typing import Any

from lxml import etree
from nanoidp.routes import saml

build = saml.build_assertion_core


def build_with_a_place(*arguments: Any, **options: Any) -> tuple[Any, Any]:
    """Return nanoidp's assertion, with a place for the signature behind the issuer."""
    assertion, subject = build(*arguments, **options)
    issuer = assertion.find("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")
    issuer.addnext(etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature", Id="placeholder"))
    return assertion, subject


if __name__ == "__main__":
    saml.build_assertion_core = build_with_a_place
    runpy.run_module("nanoidp", run_name="__main__")
