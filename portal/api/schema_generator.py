"""The schema of the whole API. What describes calls for it is imported with it alone, and not with every process."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import autodiscover_modules
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema, extend_schema_view

from portal.api.me import WHO, Me

extend_schema_view(get=extend_schema(operation_id="get_me", summary="See whose token it is", responses={200: WHO}))(Me)


class Generator(SchemaGenerator):
    """Has each app describe its calls first, in its module `api_docs`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        autodiscover_modules("api_docs")
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # no stubs
