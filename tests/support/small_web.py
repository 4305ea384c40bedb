"""gunicorn's settings for tests: as in production, but one process with room for 60 connections.

Used as `gunicorn -c python:tests.support.small_web portal.wsgi`.
"""

from portal.gunicorn_conf import *  # noqa: F403

workers = 1
worker_connections = 60
