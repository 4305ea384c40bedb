"""Who calls the API, and what the token may do."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import person
from portal.models import UserAuthorizationToken
from portal.roles import CODENAMES


class Me(APIView):
    permission = None

    def get(self, request: Request) -> Response:
        """The caller, the company and the permissions in force."""
        user, token = person(request), request.auth
        held = {codename for codename in CODENAMES if user.may(codename)}
        if isinstance(token, UserAuthorizationToken):
            held &= set(token.permissions.values_list("codename", flat=True))
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
