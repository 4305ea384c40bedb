"""Writing decoded JSON values back as text."""

from __future__ import annotations

import json
from typing import Any

from ingestion.readers.cells import Number
from ingestion.readers.json_values import Repeated


class _Piece(str):
    """JSON text that is written as it stands."""

    __slots__ = ()


def json_text(value: Any) -> str:
    """Write decoded values as JSON text, numbers digit by digit. It does not recurse, so any depth will do."""
    written: list[str] = []
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, (_Piece, Number)):
            written.append(value)
        elif isinstance(value, (dict, list)):
            pending += reversed(_pieces(value))
        else:
            written.append(json.dumps(value))
    return "".join(written)


def _pieces(value: dict[str, Any] | list[Any]) -> list[Any]:
    """The members of an object or array, and the text around them."""
    if isinstance(value, list):
        inner = [piece for member in value for piece in (_Piece(", "), member)]
        return [_Piece("["), *inner[1:], _Piece("]")]
    pairs = value.pairs if isinstance(value, Repeated) else value.items()
    inner = [piece for key, member in pairs for piece in (_Piece(", "), _Piece(f"{json.dumps(key)}: "), member)]
    return [_Piece("{"), *inner[1:], _Piece("}")]
