"""gunicorn's settings in production: `gunicorn -c python:portal.gunicorn_conf portal.wsgi`."""

import os
import shutil
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings  # needs the line above

bind = f"127.0.0.1:{settings.PORT}"
worker_class = "portal.http.server.worker.Worker"
workers, threads, worker_connections = 2, 4, 2000
timeout, graceful_timeout, keepalive = 120, 30, 5  # seconds
control_socket_disable = True
worker_tmp_dir = str(settings.CODEPORT_HOME)
accesslog = "-"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(D)s %({x-request-id}o)s'  # no query: it may hold what is secret
_portal: dict[str, Any] = settings.LOGGING
_own = {name: {"level": "INFO", "propagate": True} for name in ("gunicorn.access", "gunicorn.error")}
logconfig_dict = _portal | {"loggers": _portal["loggers"] | _own}

if settings.METRICS_TOKEN:  # the library keeps the counts of each process in files there
    _counts = settings.CODEPORT_HOME / "metrics"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counts)


def on_starting(server: Any) -> None:
    """Begin with counts of nothing."""
    if settings.METRICS_TOKEN:
        shutil.rmtree(_counts, ignore_errors=True)
        _counts.mkdir(mode=0o700)
