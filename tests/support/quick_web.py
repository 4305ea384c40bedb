"""gunicorn's settings for tests: as in production, but slow clients are cut off after a second.

Used as `gunicorn -c python:tests.support.quick_web portal.wsgi`.
"""

from portal.gunicorn_conf import *  # noqa: F403
from portal.http.server import places as web_places

web_places.HEAD_SECONDS = web_places.LEAST_SECONDS = 1.0
