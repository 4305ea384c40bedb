"""Settings of a portal whose leases, sweeps and pauses are a third of what they are, or less.

What they are stands in `tests.chaos.paces`; nothing else differs from `portal.settings`.
"""

from portal.settings import *  # noqa: F403
from portal.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.paces.Quick"]
SECONDS = {5.0: 1.0, 15.0: 3.0, 60.0: 10.0, 600.0: 10.0}  # between two sweeps, instead
CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": SECONDS[float(str(entry["schedule"]))]} for name, entry in CELERY_BEAT_SCHEDULE.items()
}
