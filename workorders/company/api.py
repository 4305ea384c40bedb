"""The API of links: those of a product, and those of the company."""

from __future__ import annotations

from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from portal.api.authentication import not_a_brands, person
from portal.api.calls import Call
from workorders.links.link import Link
from workorders.links.serializers import LinksSerializer, flat_errors
from workorders.links.services import Owner, change_links, links_of
from workorders.products.services import products_for


class CompanyLinks(Call):
    """The links of the caller's company."""

    permission = "company_settings"
    takes = LinksSerializer

    def owner(self, request: Request) -> Owner:
        """Return whose links they are."""
        company = person(request).brand
        if company is None:
            raise not_a_brands(request, "keep links")
        return company

    def get(self, request: Request, pk: int = 0) -> Response:
        """List the links."""
        return _shown(self.owner(request))

    def put(self, request: Request, pk: int = 0) -> Response:
        """Keep these links in place of those that there are."""
        owner = self.owner(request)
        form = LinksSerializer(data=request.data)
        try:
            form.is_valid(raise_exception=True)
        except ValidationError as error:
            raise ValidationError(flat_errors(error)) from None
        links = [*map(Link.of, form.validated_data["links"])]
        change_links(owner, lambda _before: links)
        return _shown(owner)


class ProductLinks(CompanyLinks):
    """The links of a product."""

    def owner(self, request: Request) -> Owner:
        return get_object_or_404(products_for(person(request)).select_related("company"), pk=self.kwargs["pk"])


def _shown(owner: Owner) -> Response:
    return Response({"links": [link.as_json() for link in links_of(owner)]})
