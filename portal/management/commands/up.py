"""`manage.py up`: the portal with everything it needs, in the foreground, until SIGINT or SIGTERM."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.embedded.server import plain_error
from portal.embedded.signals import Signaled, Stop
from portal.embedded.stack import Portal
from portal.embedded.start_checks import CRASH_SECONDS, alone, check_port
from portal.embedded.supervisor import say
from portal.management.own_command import OwnCommand


class Command(OwnCommand):
    help = "Serves the portal with everything it needs, until SIGINT or SIGTERM."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        home: Path = settings.CODEPORT_HOME
        portal = Portal(home)
        signals = Signaled()
        try:
            with alone(home) as crashed:
                check_port(settings.PORT, CRASH_SECONDS if crashed else 0)
                try:
                    portal.start()
                    say(portal.greeting(), sys.stdout)
                    portal.watch(signals)
                finally:
                    signals.ignore()
                    portal.stop()
        except Stop:
            say("Stopped.", sys.stdout)
        except OSError as error:
            raise plain_error(error, home) from error
