"""The call that shows the caller, and what the token may do."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from portal.models import LONGEST_NAME, LONGEST_SLUG, Company, UserAuthorizationToken
from portal.roles import CODENAMES

WHO = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "email": {"type": "string", "format": "email"},
        "name": {"type": "string", "maxLength": LONGEST_NAME},
        "company": {
            "type": "object",
            "nullable": True,
            "properties": {
                "slug": {"type": "string", "maxLength": LONGEST_SLUG},
                "name": {"type": "string", "maxLength": LONGEST_NAME},
                "kind": {"enum": Company.Kind.values},
            },
            "required": ["slug", "name", "kind"],
        },
        "permissions": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["id", "email", "name", "company", "permissions"],
    "example": {
        "id": 2,
        "email": "staff@demo.example",
        "name": "Stella Staff",
        "company": {"slug": "demo", "name": "Demo Brands", "kind": "brand_owner"},
        "permissions": ["ingestion_code_create", "ingestion_view"],
    },
}


class Me(Call):
    permission = None

    def get(self, request: Request) -> Response:
        """The caller, the company and the permissions in force."""
        user, token = person(request), request.auth
        held = {codename for codename in CODENAMES if user.may(codename)}
        if isinstance(token, UserAuthorizationToken):
            held &= token.allowed
        company = user.company
        return Response(
            {
                "id": user.pk,
                "email": user.email,
                "name": user.name,
                "company": company and {"slug": company.slug, "name": company.name, "kind": company.kind},
                "permissions": sorted(held),
            }
        )
