"""The query parameters of the call of secure codes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.values.choices import ChoiceField
from workorders.deliveries.delivery import DELIVERY_FORMATS


class SecureCodesSerializer(serializers.Serializer[Any]):
    """The kind of images, all one bit a dot."""

    images = ChoiceField(DELIVERY_FORMATS)
