"""All processes of a portal on one machine, from its servers to its pages."""

from __future__ import annotations

import os
import secrets
import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from signal import Signals
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection as Broker
from kombu.exceptions import OperationalError as BrokerError

from portal.database.connections import OldServerError
from portal.embedded import demo
from portal.embedded.postgres import Postgres
from portal.embedded.server import Server, disk_full, tells_disk_full
from portal.embedded.signals import Signaled
from portal.embedded.start_checks import HOST
from portal.embedded.supervisor import Process, Service, ServiceError, Watch, end, say
from portal.embedded.valkey import Valkey
from portal.models import Company
from portal.storage.base import Unusable, storage

PAGE_SECONDS = 60.0
BROKER_SECONDS = 5.0


class Portal:
    """All that `up` runs: the embedded servers in use, the web server, the worker and its clock."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.servers: list[Server] = []
        if settings.EMBEDDED_DATABASE:
            self.servers.append(Postgres(home))
        if settings.EMBEDDED_BROKER:
            self.servers.append(Valkey(home))
        self.web = web_server(home)
        self.behind = [worker(home), clock(home)]  # started behind the web server

    def start(self) -> None:
        """Start everything in order; returns when the page answers.

        Worker and clock come behind it: they take as long to import what they need, and nobody waits for them yet. At a
        first start, when nobody can know the page, the web server imports its part while the tables are made.
        """
        is_first = any(server.is_new for server in self.servers if isinstance(server, Postgres))
        for server in self.servers:
            server.start()
        if is_first:
            self.web.start()
        self._set_up_database()
        self._ask_broker()
        self._ask_storage()
        if not is_first:
            self.web.start()
        self._wait_for_page()
        for program in self.behind:
            program.start()

    def watch(self, signals: Signaled) -> NoReturn:
        """Start again what dies, for ever; ends by the Stop of a signal."""
        services: list[Service] = [*self.servers, self.web, *self.behind]
        watches = [Watch(service) for service in services]
        while True:
            signals.check()
            for watch in watches:
                watch.look()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop everything, what others depend on last."""
        end(self.web, *self.behind)
        connections.close_all()
        for server in reversed(self.servers):
            server.stop()

    def greeting(self) -> str:
        """Return the text to show once the page answers."""
        lines = [f"Codeport is ready at http://{HOST}:{settings.PORT}/"]
        if self._all_embedded and self._demo_password_file.exists():
            lines.append(f"Sign in with the password {self._demo_password_file.read_text()} as one of")
            lines += [f"  {email:24} {role}" for email, _name, _company, role in demo.PEOPLE]
            lines.append(f"  {demo.ROOT:24} back office")
        return "\n".join([*lines, "Press Ctrl-C to stop it."])

    @property
    def _all_embedded(self) -> bool:
        return len(self.servers) == 2

    @property
    def _demo_password_file(self) -> Path:
        return self.home / "demo-password"

    def _set_up_database(self) -> None:
        """Migrate, and on the first start of everything embedded create the demo data."""
        try:
            migrate()
            if self._all_embedded and not Company.objects.exists():
                self._demo_password_file.touch(mode=0o600)
                self._demo_password_file.write_text(secrets.token_urlsafe(16))
                demo.create_demo_data(self._demo_password_file.read_text())
        except OldServerError as error:
            raise ServiceError(str(error)) from error
        except OperationalError as error:
            if tells_disk_full(str(error)):
                raise disk_full(self.home) from error
            where = "" if settings.EMBEDDED_DATABASE else " at DATABASE_URL"
            raise ServiceError(f"The database{where} does not answer: {str(error).splitlines()[0]}.") from error

    def _ask_broker(self) -> None:
        """Refuse to start on a broker that does not answer."""
        try:
            options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
            with Broker(
                settings.CELERY_BROKER_URL, connect_timeout=BROKER_SECONDS, transport_options=options
            ) as broker:
                broker.ensure_connection(max_retries=1)
        except BrokerError as error:
            raise ServiceError(f"The broker at CELERY_BROKER_URL does not answer: {str(error).rstrip('.')}.") from error

    def _ask_storage(self) -> None:
        """Refuse to start on a storage that keeps nothing."""
        try:
            storage().check()
        except Unusable as error:
            raise ServiceError(f"Files cannot be stored. {error}") from error

    def _wait_for_page(self) -> None:
        """Wait until the web server answers, and pass on what it does not find well."""
        deadline = time.monotonic() + PAGE_SECONDS
        while True:
            connection = HTTPConnection(HOST, settings.PORT, timeout=PAGE_SECONDS)
            try:
                connection.request("GET", "/healthz", headers={"Host": urlsplit(settings.PUBLIC_URL).netloc})
                response = connection.getresponse()
                if response.status != HTTPStatus.OK:
                    say(f"/healthz answers {response.status}: {response.read(500).decode(errors='replace')}")
                return
            except (OSError, HTTPException):
                if not self.web.running or time.monotonic() > deadline:
                    raise ServiceError("The web server did not start; what it wrote above tells why.") from None
                time.sleep(0.05)
            finally:
                connection.close()


def migrate() -> None:
    """Bring the tables to this version, say so where they are those of an earlier one, and pass on what is doubted."""
    executor = MigrationExecutor(connection)
    ahead = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    is_upgrade = bool(ahead and executor.loader.applied_migrations)
    if is_upgrade:
        say(f"Migrating the database from an earlier version, {len(ahead)} migrations.", sys.stdout)
    call_command("migrate", verbosity=0, interactive=False)
    if is_upgrade:
        say(f"Migrated: {', '.join(f'{each.app_label}.{each.name}' for each in ahead)}.", sys.stdout)
    for doubt in checks.run_checks(tags=[checks.Tags.database], databases=["default"]):
        say(f"{doubt.msg} {doubt.hint}", sys.stdout)


def web_server(home: Path) -> Process:
    """Return the process of gunicorn."""
    command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.embedded.gunicorn_conf", "portal.wsgi"]
    stops = ((0, Signals.SIGTERM), (4, Signals.SIGQUIT), (6, Signals.SIGKILL))
    return Process("The web server", command, stops, Signals.SIGQUIT, options=surroundings(home))


def worker(home: Path) -> Process:
    """Return the Celery worker. The next start takes up again what the worker's end cuts off."""
    return celery("The worker", "worker --concurrency 3 --without-gossip --without-mingle --without-heartbeat", home)


def clock(home: Path) -> Process:
    """Celery's beat, apart from the worker, which would not notice its death."""
    beat = celery("The clock", "beat", home)  # without Django's checks, which would import all pages
    beat.options["env"] |= {"CELERY_SKIP_CHECKS": "1"}
    return beat


def celery(name: str, words: str, home: Path) -> Process:
    """A process of Celery, without its banner and its warning of root."""
    warning = "ignore:You're running the worker with superuser privileges"
    command = [sys.executable, "-W", warning, "-m", "celery", "--quiet", "-A", "portal", *words.split()]
    stops = ((0, Signals.SIGTERM), (4, Signals.SIGQUIT), (7, Signals.SIGKILL))
    return Process(name, command, stops, Signals.SIGKILL, options=surroundings(home))


def surroundings(home: Path) -> dict[str, Any]:
    """Options of Popen for our own Python processes, which may be started from any folder."""
    return {"cwd": settings.BASE_DIR, "env": os.environ | {"CODEPORT_HOME": str(home)}}
