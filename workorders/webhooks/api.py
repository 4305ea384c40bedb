"""The API of webhooks: endpoints of the caller's company, and what was sent to each."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import not_a_brands, person
from portal.api.calls import Call, refuse_changes
from portal.api.filters import Filters
from portal.api.idempotency import idempotent
from portal.models import Company
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks import endpoints
from workorders.webhooks.outbox import EVENTS, TEST
from workorders.webhooks.serializers import DeliverySerializer, NewSecretSerializer, ReplaySerializer, WebhookSerializer

Handler = Callable[..., Any]


def tells_secret(handler: Handler) -> Handler:
    """Let the answer tell the secret that the handler made; the answer that is kept for repeats has none."""

    @wraps(handler)
    def telling(view: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        view.secret = None
        response = handler(view, request, *args, **kwargs)
        if view.secret is not None:
            response.data = response.data | {"secret": view.secret}
        return response

    return telling


class _Webhooks(Call, GenericAPIView[Any]):
    """The base of calls on endpoints of the caller's company."""

    permission = "company_settings"
    serializer_class: Any = WebhookSerializer
    secret: str | None

    def company(self) -> Company:
        """The caller's company; PermissionDenied where that is no brand owner."""
        company = person(self.request).brand
        if company is None:
            raise not_a_brands(self.request, "have webhooks")
        return company

    def get_queryset(self) -> Any:
        return endpoints.endpoints_of(self.company())

    def handle_exception(self, exc: Exception) -> Response:
        """Answer 400 to what cannot be done now."""
        said = serializers.ValidationError({"detail": str(exc)}) if isinstance(exc, endpoints.Refused) else exc
        return super().handle_exception(said)

    def checked(self, webhook: Webhook | None = None) -> dict[str, Any]:
        """Return what the body says; of a `webhook`, only what it names."""
        form = WebhookSerializer(webhook, data=self.request.data, partial=webhook is not None)
        form.is_valid(raise_exception=True)
        said: dict[str, Any] = form.validated_data
        return said


class WebhookList(_Webhooks, ListAPIView[Any]):
    takes = WebhookSerializer

    @tells_secret
    @idempotent
    def post(self, request: Request) -> Response:
        """Add an endpoint."""
        company, said = self.company(), self.checked()
        is_enabled = said.pop("is_enabled", True)
        webhook, self.secret = endpoints.add(company, said, person(request))
        if not is_enabled:
            endpoints.disable(webhook)
        webhook.refresh_from_db()
        return Response(NewSecretSerializer(webhook).data, status.HTTP_201_CREATED)


class WebhookDetail(_Webhooks, RetrieveAPIView[Any]):
    takes = WebhookSerializer

    def patch(self, request: Request, pk: int) -> Response:
        """Change what is named in the body."""
        webhook = self.get_object()
        refuse_changes(self.get_serializer(webhook), request.data)
        said = self.checked(webhook)
        endpoints.change(webhook, said)
        if "is_enabled" in said:
            (endpoints.enable if said["is_enabled"] else endpoints.disable)(webhook)
        return Response(self.get_serializer(webhook).data)

    def delete(self, request: Request, pk: int) -> Response:
        """Delete the endpoint and what was sent to it."""
        endpoints.remove(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class RenewSecret(_Webhooks):
    serializer_class = NewSecretSerializer

    @tells_secret
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Give the endpoint another secret."""
        webhook = self.get_object()
        self.secret = endpoints.renew_secret(webhook)
        return Response(NewSecretSerializer(webhook).data)


class _Sent(_Webhooks):
    """The base of calls on what was sent to one endpoint."""

    serializer_class = DeliverySerializer

    def get_queryset(self) -> Any:
        return self.webhook().deliveries.select_related("webhook__company")

    def webhook(self) -> Webhook:
        """The endpoint that the address names; Http404 where the company has none such."""
        return get_object_or_404(endpoints.endpoints_of(self.company()), pk=self.kwargs["webhook"])


class SendTest(_Sent):
    @idempotent
    def post(self, request: Request, webhook: int) -> Response:
        """Send a test event."""
        return Response(DeliverySerializer(endpoints.send_test(self.webhook())).data, status.HTTP_201_CREATED)


class DeliveryFilters(Filters):
    equal = ("message_id",)
    choices: ClassVar = {"status": WebhookDelivery.Status.values, "type": [*EVENTS, TEST]}
    ranges = ("created_at",)


class DeliveryList(_Sent, ListAPIView[Any]):
    filter_backends = (DeliveryFilters,)


class Replay(_Sent):
    @idempotent
    def post(self, request: Request, webhook: int, pk: int) -> Response:
        """Send a delivery once more."""
        delivery = self.get_object()
        endpoints.replay(delivery)
        return Response(DeliverySerializer(delivery).data)


class ReplayFailed(_Sent):
    takes = ReplaySerializer

    @idempotent
    def post(self, request: Request, webhook: int) -> Response:
        """Send once more what failed since a moment."""
        to, form = self.webhook(), ReplaySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        replayed, has_more = endpoints.replay_failed(to, form.validated_data["since"])
        return Response({"replayed": replayed, "has_more": has_more})
