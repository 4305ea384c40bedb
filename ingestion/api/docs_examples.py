"""The examples in the schema of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

KEY = "k3v9xq0a1b2c"
FORM_EXAMPLE = {
    "post_data": {
        "url": "https://codeport.example/storage/",
        "fields": {
            "key": f"incoming/{KEY}",
            "Content-Type": "text/csv",
            "success_action_status": "201",
            "policy": "eyJleHBpcmF0aW9uIjog…",
            "x-codeport-signature": "9f86d081884c7d65…",
        },
    },
    "record_key": KEY,
}
RECORD_EXAMPLE = {
    "id": 17,
    "key": KEY,
    "description": "Code ingestion file upload",
    "status": "completed",
    "type": "code",
    "ingestion_mode": "api",
    "created_at": "2026-11-24T09:30:00.000000Z",
    "created_by": 2,
    "status_updated_at": "2026-11-24T09:30:02.000000Z",
    "parameters": {
        "default_scm_data": {"product": "sku1"},
        "use_serial_number": False,
        "url_prefix": "",
        "allow_posted_duplicates": False,
    },
    "result_data": {"codes_created": 4, "duplicates_ignored": 0},
    "warnings": [],
    "file_facts": {"delimiter": ",", "encoding": "UTF-8"},
    "progress": {"phase": "ended", "rows_done": 4, "rows_total": 4},
    "waits_for": None,
    "workorder": 31,
    "withdrawal": None,
    "file_kept_until": "2027-11-24T09:30:02.000000Z",
    "file_deleted_at": None,
}
ERROR_EXAMPLE = {
    "row": 3,
    "column": "id",
    "value": "bottle-0001",
    "error": "duplicate_id_error",
    "message": "The id was used before. Row 2 has it.",
}


def response_example(value: dict[str, Any], status: str, name: str = "Example") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[status])
