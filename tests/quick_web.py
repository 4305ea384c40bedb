"""gunicorn's settings for tests: as in production, but slow clients are cut off after a second, and room is little.

Used as `gunicorn -c python:tests.quick_web portal.wsgi`.
"""

from portal import web_worker
from portal.web import *  # noqa: F403

web_worker.HEAD_SECONDS = web_worker.LEAST_SECONDS = 1.0
worker_connections = 60
