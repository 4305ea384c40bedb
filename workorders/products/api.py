"""The API of products."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import may, not_a_brands, person
from portal.api.calls import Call, refuse_changes
from portal.api.filters import Filters
from portal.api.idempotency import idempotent
from portal.models import User
from workorders.models import Product
from workorders.products import services as products
from workorders.products.services import matching_products, products_for

ARCHIVING = "workorder_archive"


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product; who archives one, or makes an archived one, needs the permission for that besides."""

    class Meta:
        model = Product
        fields: ClassVar = ["id", "sku", "name", "is_archived", "created_at"]

    def validate_sku(self, value: str) -> str:
        if self.instance is not None and value != self.instance.sku:
            raise serializers.ValidationError(products.SKU_STAYS)
        return value

    def validate_is_archived(self, value: bool) -> bool:
        is_now = self.instance is not None and self.instance.is_archived
        if value != is_now and not may(self.context["request"], ARCHIVING):
            raise PermissionDenied(f"Archiving products and bringing them back needs the permission {ARCHIVING}.")
        return value


class ProductFilters(Filters):
    equal = ("sku__exact",)
    flags = ("is_archived",)
    orderings = ("sku", "name", "created_at")

    def search(self, text: str, user: User) -> Q:
        return matching_products(text)


class _Products(Call, GenericAPIView[Product]):
    serializer_class = takes = ProductSerializer

    @property
    def permission(self) -> str:
        """Return the permission that the call needs: one to look, another to change."""
        return "product_edit" if self.request.method in ("POST", "PATCH") else "product_view"

    def get_queryset(self) -> QuerySet[Product]:
        return products_for(person(self.request))


class ProductList(_Products, ListAPIView[Product]):
    """The company's products."""

    filter_backends = (ProductFilters,)

    @idempotent
    def post(self, request: Request) -> Response:
        """Make a product."""
        company = person(request).brand
        if company is None:
            raise not_a_brands(request, "create products")
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        try:
            product = products.create(
                company, given["sku"], given.get("name", ""), is_archived=given.get("is_archived", False)
            )
        except products.SkuTaken as taken:
            raise serializers.ValidationError({"sku": [str(taken)]}) from None
        return Response(self.get_serializer(product).data, status.HTTP_201_CREATED)


class ProductDetail(_Products, RetrieveAPIView[Product]):
    """One product."""

    def patch(self, request: Request, pk: int) -> Response:
        """Change what is named in the body: the name, or whether the product is archived."""
        product = self.get_object()
        refuse_changes(self.get_serializer(product), request.data)
        form = self.get_serializer(product, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes = {field: value for field, value in form.validated_data.items() if field != "sku"}
        products.change(self.get_queryset().filter(pk=pk), **changes)
        return Response(self.get_serializer(self.get_object()).data)
