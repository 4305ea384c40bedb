"""gunicorn's settings in `make run`: those of production, but quick to stop, and quiet on the terminal."""

from __future__ import annotations

from portal.gunicorn_conf import *  # noqa: F403  # all settings that are not named below

graceful_timeout = 3  # seconds
accesslog = None  # type: ignore[assignment]  # its type is that of the production file
loglevel = "warning"
logconfig_dict = {}  # gunicorn's own format
