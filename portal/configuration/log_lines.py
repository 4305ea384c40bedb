"""LOGGING: one console for all lines, in the format that LOG_FORMAT names, and JSON for the security log."""

from __future__ import annotations

from typing import Any


def logging_settings(log_format: str) -> dict[str, Any]:
    """Return LOGGING with the formatter `log_format`, a name of the formatters below."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {"()": "portal.logs.Lines"},
            "json": {"()": "portal.logs.JsonLines"},  # the security log's in any case
        },
        "filters": {
            "request_id": {"()": "portal.http.request_ids.RequestIdFilter"},
            "work": {"()": "portal.logs.WorkFilter"},
            "access": {"()": "portal.logs.AccessFilter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": log_format,
                "filters": ["request_id", "work", "access"],
            },
            "security": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id", "work"]},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            **{name: {"level": "INFO"} for name in ("portal", "workorders", "ingestion")},
            "django.request": {"level": "ERROR"},  # anyone can ask for what is not there
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # anyone can ask for any host
            "codeport.security": {"level": "INFO", "handlers": ["security"], "propagate": False},
            # Django gives these handlers of their own, which would write what they get.
            "django": {"handlers": [], "level": "WARNING"},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        },
    }
