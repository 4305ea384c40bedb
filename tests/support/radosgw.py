"""An S3 service for tests: Ceph's radosgw with all it needs, in memory, on ports of this machine, gone with the run.

Its Debian packages (radosgw, ceph-mon, ceph-osd) may be installed, or lie unpacked in the folder CODEPORT_CEPH.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import Signals
from typing import Any

import boto3
import requests
from botocore.config import Config

from portal.embedded.supervisor import Process, end

ACCESS_KEY, SECRET_KEY, REGION = "codeport-tests", "not-a-secret", "default"
START_SECONDS = 90.0
KEY = "[{name}]\n\tkey = {key}\n{caps}"
CAPS = {
    "mon.": '\tcaps mon = "allow *"\n',
    "client.admin": '\tcaps mon = "allow *"\n\tcaps osd = "allow *"\n',
    "osd.0": '\tcaps mon = "allow profile osd"\n\tcaps osd = "allow *"\n',
}
CONFIG = """
[global]
fsid = {fsid}
run dir = {home}
admin socket = {home}/$name.$pid.asok
pid file = {home}/$name.pid
log file = {home}/$name.log
keyring = {home}/keyring
mon data = {home}/mon
osd data = {home}/osd
osd journal = {home}/osd/journal
mon host = [v2:127.0.0.1:{mon}/0,v1:127.0.0.1:{old_mon}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth allow insecure global id reclaim = false
mon warn on insecure global id reclaim = false
mon warn on pool no redundancy = false
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
osd class load list = *
osd class default list = *
memstore device bytes = 2147483648
plugin dir = {library}/ceph
erasure code dir = {library}/ceph/erasure-code
osd class dir = {library}/rados-classes

[client.admin]
rgw frontends = beast endpoint={host}:{port}
rgw data = {home}/rgw
rgw dns name = localhost
rgw run sync thread = false
rgw enable usage log = false
rgw enable ops log = false
rgw thread pool size = 16
debug rgw = 0
"""


class Ceph:
    """A cluster in `home`, run by the programs of the packages that are unpacked in `root`."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.library = next((root / "usr/lib").glob("*/ceph")).parent  # is named after the machine's architecture

    @property
    def options(self) -> dict[str, Any]:
        """Options of Popen for every program."""
        folders = (self.library, self.library / "ceph", self.root / "lib" / self.library.name)
        environment = {
            "CEPH_CONF": str(self.home / "ceph.conf"),
            "LD_LIBRARY_PATH": ":".join(map(str, folders)),
            "PYTHONPATH": str(self.root / "usr/lib/python3/dist-packages"),
        }
        return {"env": os.environ | environment, "cwd": self.home, "stderr": subprocess.STDOUT}

    def run(self, program: str, *words: str | Path) -> None:
        """Run a program to its end; `ceph` is a script for the system's own Python."""
        command = [self.root / "usr/bin" / program, *words]
        if program == "ceph":
            command.insert(0, Path("/usr/bin/python3"))
        done = subprocess.run(command, check=False, timeout=60, stdout=subprocess.PIPE, text=True, **self.options)
        if done.returncode:
            raise RuntimeError(f"{program} {words}: {done.stdout}")

    def serve(self, program: str, *words: str) -> Process:
        """Start a program that keeps running."""
        stops = ((0.0, Signals.SIGTERM), (2.0, Signals.SIGKILL))
        with (self.home / "output").open("ab") as output:
            options = self.options | {"stdout": output}
            command: list[str | Path] = [self.root / "usr/bin" / program, "-f", *words]
            process = Process(program, command, stops, Signals.SIGKILL, options=options)
            process.start()
        return process


def found(home: Path) -> Ceph | None:
    """The Ceph that CODEPORT_CEPH names or that is installed, if there is one."""
    named = os.environ.get("CODEPORT_CEPH")
    if not named and not all(map(shutil.which, ("ceph", "ceph-mon", "ceph-osd", "radosgw"))):
        return None
    return Ceph(Path(named or "/").resolve(), home)


def make_bucket(address: str, name: str) -> None:
    """Make a bucket of the service at `address`."""
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket=name)
    client.close()


@contextmanager
def radosgw(ceph: Ceph, host: str = "127.0.0.1") -> Iterator[str]:
    """The address of a fresh radosgw with one user, whose keys are ACCESS_KEY and SECRET_KEY."""
    home = ceph.home
    port, *monitor = free_ports(3)
    fsid, osd = str(uuid.uuid4()), str(uuid.uuid4())
    for folder in ("mon", "osd", "rgw"):
        (home / folder).mkdir(parents=True)
    (home / "ceph.conf").write_text(
        CONFIG.format(
            home=home, fsid=fsid, library=ceph.library, host=host, port=port, mon=monitor[0], old_mon=monitor[1]
        )
    )
    (home / "keyring").write_text(
        "".join(KEY.format(name=name, key=new_key(), caps=caps) for name, caps in CAPS.items())
    )
    addresses = f"[v2:127.0.0.1:{monitor[0]}/0,v1:127.0.0.1:{monitor[1]}/0]"
    ceph.run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", addresses, home / "monmap")
    ceph.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", home / "monmap", "--keyring", home / "keyring")
    services = [ceph.serve("ceph-mon", "-i", "a")]
    try:
        ceph.run("ceph", "--connect-timeout", "30", "osd", "new", osd)
        ceph.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        services.append(ceph.serve("ceph-osd", "-i", "0"))
        services.append(ceph.serve("radosgw", "-n", "client.admin"))
        address = f"http://{host}:{port}"
        wait_for_answer(address, services)
        keys = ("--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY)
        ceph.run("radosgw-admin", "-n", "client.admin", "user", "create", "--uid=tests", "--display-name=tests", *keys)
        yield address
    finally:
        end(*services)


def new_key() -> str:
    """A key as cephx has it: type, time, length and the secret."""
    return base64.b64encode(struct.pack("<HIIH", 1, int(time.time()), 0, 16) + os.urandom(16)).decode()


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nothing listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def wait_for_answer(address: str, services: list[Process]) -> None:
    """Return when an HTTP server answers at `address`; RuntimeError when it never will."""
    deadline = time.monotonic() + START_SECONDS
    pause = time.sleep  # between two looks
    while True:
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            dead = [service.name for service in services if not service.running]
            if dead or time.monotonic() > deadline:
                raise RuntimeError(f"radosgw does not answer; ended: {dead}") from None
            pause(0.1)
        else:
            return
