"""SCM fields that a company declares."""

from __future__ import annotations

from typing import Any

from portal.models import Company
from workorders.models import DeclaredField

Type = DeclaredField.Type


def declare(company: Company, key: str, type: str = Type.TEXT, **fields: Any) -> DeclaredField:  # noqa: A002
    """Have the company declare an SCM field."""
    return DeclaredField.objects.create(company=company, key=key, type=type, **fields)
