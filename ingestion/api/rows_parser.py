"""Parsing a call that carries rows."""

from __future__ import annotations

import json
from typing import Any

from ingestion.readers.json_values import Repeated, decoder
from ingestion.readers.json_writer import json_text
from portal.api.parsers import TextJSONParser


class RowsParser(TextJSONParser):
    """JSON as files of rows are read: numbers keep their digits, and a key that stands twice is noticed."""

    def load(self, text: str) -> Any:
        data = decoder().decode(text)
        if isinstance(data, Repeated):
            raise ValueError(f"an object has the key {json.dumps(data.key[:100])} more than once.")
        return data

    def dump(self, data: Any) -> str:
        return json_text(data)
