"""The WSGI application for a server, as in `gunicorn portal.wsgi`."""

import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
    from portal import traces  # which imports what costs time, and adds itself to the middleware

    traces.begin()
application = get_wsgi_application()

# Short pages in several threads: one that computes lets the others on after 0.5 ms, where Python's own 5 ms add up.
sys.setswitchinterval(0.0005)
