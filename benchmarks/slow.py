"""Pages beside slow clients: 500 that say nothing, 200 that hardly read and 200 that hardly send, for two minutes.

On the portal as `make run` serves it, and where nginx is installed, behind it as docs/operations.md has it.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import connections
from django.utils import timezone

from benchmarks.crowd import Crowd, Site, watch, watch_crowded
from ingestion import engine, services
from portal.embedded.stack import web_server
from portal.embedded.start_checks import HOST
from portal.embedded.supervisor import end
from portal.models import User, UserAuthorizationToken
from portal.storage.base import storage
from workorders.archives.names import archive_name

SECONDS = float(os.environ.get("SECONDS", "120"))
ARCHIVE = 64 * 1024**2  # bytes that nobody reads to their end at 20 KB a second
NGINX = os.environ.get("NGINX_BINARY") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # of nginx's temporary files
REACH = 3  # times the idle server's


def measure() -> None:
    """Print how long pages take, idle, beside the crowd, and idle again."""
    site = make_site()
    connections.close_all()
    server = web_server(settings.CODEPORT_HOME)
    server.start()
    try:
        wait_for(settings.PORT)
        compare("As make run serves it", site)
        if NGINX:
            with nginx() as port:
                site.port = port
                compare("Behind nginx", site)
    finally:
        end(server)


def compare(title: str, site: Site) -> None:
    """Print one table."""

    async def all_three() -> list[dict[str, list[float]]]:
        await watch(site, 0, least=20)  # until everything is warm
        before = await watch(site, SECONDS / 4)
        beside = await watch_crowded(site, Crowd(), SECONDS)
        return [before, beside, await watch(site, SECONDS / 4)]

    before, beside, after = asyncio.run(all_three())
    print(f"\n{title}: {sum(map(len, beside.values()))} looks beside the crowd, not answered by 200: {dict(site.bad)}")
    for page in site.pages:
        idle = before[page] + after[page]
        ratio = p99(beside[page]) / p99(idle)
        print(
            f"  {page}: idle {told(idle)}; beside the crowd {told(beside[page])}, {ratio:.1f} times (at most {REACH})"
        )


def p99(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=100)[98]


def told(waits: list[float]) -> str:
    return f"p50 {statistics.median(waits):.1f} ms, p99 {p99(waits):.1f} ms, worst {max(waits):.1f} ms"


def make_site() -> Site:
    """A record, a large archive, and who may have both."""
    user = User.objects.select_related("company").get(email="staff@demo.example")
    if user.company is None:
        raise SystemExit("The demo data has no company.")
    record = services.start_upload(user, user.company, filetype="csv", mode="api")
    storage().save(record.incoming_path, ContentFile(b"id\nabc12345\n"))
    options = {"default_scm_data": {}, "use_serial_number": False, "url_prefix": "", "allow_posted_duplicates": False}
    services.queue(record, options, user)
    engine.run(record.pk)
    record.refresh_from_db()
    if record.workorder is None:
        raise SystemExit("The upload has no workorder.")
    storage().save(archive_name(record.workorder, "archive"), ContentFile(os.urandom(ARCHIVE)))
    tomorrow = timezone.now() + timedelta(days=1)
    permissions = list(Permission.objects.all())
    _, token = UserAuthorizationToken.issue(user, permissions=permissions, expires_at=tomorrow, name="benchmark")
    pages = ("/healthz", f"/api/v2/ingestion/{record.key}/")
    path = f"/api/v2/workorders/{record.workorder.pk}/download/"
    return Site(settings.PORT, pages, path, f"Authorization: UAT {token}\r\n")


def wait_for(port: int) -> None:
    """Return when something listens."""
    while True:
        try:
            socket.create_connection((HOST, port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return


@contextmanager
def nginx() -> Iterator[int]:
    """nginx with the block of docs/operations.md, without TLS; gives its port."""
    page = (settings.BASE_DIR / "docs/operations.md").read_text()
    block = "".join(re.findall(r"^    (limit_conn_zone.*?^    \})$", page, re.M | re.S)[0])
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    block = re.sub(r"ssl_certificate.*", "", block.replace("443 ssl", f"{HOST}:{port}")).replace("$scheme", "https")
    block = block.replace("127.0.0.1:8000", f"{HOST}:{settings.PORT}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in KINDS)
        events = "worker_processes 2; worker_rlimit_nofile 10000; events { worker_connections 4096; }"
        user = "user root;" if os.geteuid() == 0 else ""
        config = (
            f"{user} pid {folder}/pid; error_log {folder}/log; {events} http {{ access_log off; {places}\n{block}\n}}"
        )
        (folder / "conf").write_text(config)
        command = [str(NGINX), "-p", name, "-c", str(folder / "conf"), "-g", "daemon off;"]
        server = subprocess.Popen(command)
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait()
