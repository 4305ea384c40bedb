"""Words and examples of the calls of webhooks, for the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from workorders.schema_parts import example
from workorders.webhooks import api
from workorders.webhooks.endpoints import MOST_ENDPOINTS, MOST_REPLAYED, MOST_TESTS
from workorders.webhooks.outbox import TEST
from workorders.webhooks.serializers import (
    DeliverySerializer,
    NewSecretSerializer,
    ReplayedSerializer,
    WebhookSerializer,
)

ASKED = {
    "url": "https://hooks.example.com/codeport",
    "description": "Warehouse",
    "events": ["record.completed", "record.refused"],
}
WEBHOOK: dict[str, Any] = {
    "id": 4,
    **ASKED,
    "is_enabled": True,
    "disabled_because": "",
    "failing_since": None,
    "old_secret_until": None,
    "created_at": "2026-11-24T09:30:00.000000Z",
    "created_by": 2,
}
SECRET = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
DELIVERY = {
    "id": 112,
    "message_id": "msg_5f0c3a9e1b7d4c2f8a6e0d91",
    "type": "record.completed",
    "status": "delivered",
    "attempts": 1,
    "created_at": "2026-11-24T09:30:00.000000Z",
    "attempted_at": "2026-11-24T09:30:00.400000Z",
    "next_attempt_at": None,
    "answer_status": 200,
    "answer": "ok",
    "problem": "",
    "body": '{"type": "record.completed", "timestamp": "2026-11-24T09:30:00Z", "data": {"key": "k3v9xq0a1b2c"}}',
}
NOT_SENT = {"status": "waiting", "attempts": 0, "answer_status": None, "answer": "", "attempted_at": None}
NOT_SENT |= {"next_attempt_at": "2026-11-24T09:30:00.000000Z"}
TEST_BODY = '{"type": "webhook.test", "timestamp": "2026-11-24T09:30:00Z", "data": {"webhook": 4}}'
DISABLED = "400 while the endpoint is disabled."

extend_schema_view(
    get=extend_schema(operation_id="list_webhooks", summary="List webhooks", examples=[example(WEBHOOK)]),
    post=extend_schema(
        operation_id="add_webhook",
        summary="Add a webhook",
        description="The answer has the `secret` that verifies what is posted there; it is told this once. At most "
        f"{MOST_ENDPOINTS} a company.",
        responses={201: NewSecretSerializer},
        examples=[
            OpenApiExample("Uploads that end", ASKED, request_only=True),
            example(WEBHOOK | SECRET, "201"),
        ],
    ),
)(api.WebhookList)
extend_schema_view(
    get=extend_schema(operation_id="get_webhook", summary="Look at a webhook", examples=[example(WEBHOOK)]),
    patch=extend_schema(
        operation_id="change_webhook",
        summary="Change a webhook, disable or enable it",
        description="What the body does not name stays as it is. What waits for an endpoint that is disabled goes on "
        "to wait, for four days at most; what happens meanwhile it is never told.",
        responses={200: WebhookSerializer},
        examples=[
            OpenApiExample("Enabled again", {"is_enabled": True}, request_only=True),
            example(WEBHOOK),
        ],
    ),
    delete=extend_schema(
        operation_id="delete_webhook",
        summary="Delete a webhook",
        description="What was sent to it is deleted, too.",
        responses={204: OpenApiResponse(None, "Deleted.")},
    ),
)(api.WebhookDetail)
extend_schema_view(
    post=extend_schema(
        operation_id="renew_webhook_secret",
        summary="Give a webhook another secret",
        description="The one before goes on to sign for 24 hours: each message has both signatures until then.",
        request=None,
        responses={200: NewSecretSerializer},
        examples=[example(WEBHOOK | {"old_secret_until": "2026-11-25T09:30:00.000000Z"} | SECRET)],
    )
)(api.RenewSecret)
extend_schema_view(
    post=extend_schema(
        operation_id="test_webhook",
        summary="Send a test event",
        description=f"Of the type `webhook.test`, whichever events it chose; {MOST_TESTS} an hour at most. {DISABLED}",
        request=None,
        responses={201: DeliverySerializer},
        examples=[
            example(DELIVERY | NOT_SENT | {"type": TEST, "body": TEST_BODY}, "201"),
        ],
    )
)(api.SendTest)
extend_schema_view(
    get=extend_schema(
        operation_id="list_webhook_deliveries",
        summary="List what was sent to a webhook, the latest first",
        description="With the beginning of the last answer, or why there was none.",
        examples=[example(DELIVERY)],
    )
)(api.DeliveryList)
extend_schema_view(
    post=extend_schema(
        operation_id="replay_webhook_delivery",
        summary="Send a delivery once more",
        description=f"With the same `webhook-id`, whatever became of it before. {DISABLED}",
        request=None,
        responses={200: DeliverySerializer},
        examples=[example(DELIVERY | {"status": "waiting", "next_attempt_at": "2026-11-24T10:00:00.000000Z"})],
    )
)(api.Replay)
extend_schema_view(
    post=extend_schema(
        operation_id="replay_failed_webhook_deliveries",
        summary="Send once more what failed since a moment",
        description=f"The oldest first, {MOST_REPLAYED:,} at most in one call. {DISABLED}",
        responses={200: ReplayedSerializer},
        examples=[
            OpenApiExample("Since the morning", {"since": "2026-11-24T06:00:00Z"}, request_only=True),
            example({"replayed": 17, "has_more": False}),
        ],
    )
)(api.ReplayFailed)
