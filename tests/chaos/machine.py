"""A machine of one's own: mounts and a loopback that no other program sees, and that are gone with the process.

Only root may have one. Without it, faults that fill disks or lose packets are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from portal.embedded.supervisor import libc

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
FILLER = "filler"


def separate() -> bool:
    """Leave the mounts and networks of all others, and say whether that was possible."""
    if os.geteuid() or libc.unshare(CLONE_NEWNS | CLONE_NEWNET):
        return False
    _run("mount", "--make-rprivate", "/")
    _run("ip", "link", "set", "lo", "up")
    return True


def mount(folder: Path, megabytes: int) -> None:
    """Let `folder`, with what stands in it, be on a small disk of its own."""
    before = folder.with_name(f"{folder.name}-before")
    if folder.exists():
        folder.rename(before)
    folder.mkdir(mode=0o700)
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "codeport-chaos", str(folder))
    if before.exists():
        found = before.stat()
        os.chown(folder, found.st_uid, found.st_gid)
        _run("cp", "-a", f"{before}/.", str(folder))
        _run("rm", "-r", str(before))


def fill(folder: Path) -> None:
    """Fill the disk of `folder` to the last byte."""
    with (folder / FILLER).open("ab", buffering=0) as filler:
        for size in (2**20, 2**12, 1):
            try:
                while filler.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


def empty(folder: Path) -> None:
    """Give the space back."""
    (folder / FILLER).unlink(missing_ok=True)


def can_lose_packets() -> bool:
    """Say whether this machine has what `lose_packets` needs."""
    return shutil.which("iptables") is not None


def lose_packets(port: int, *, begin: bool) -> None:
    """Begin or end to lose, without a word, each packet from and to a port of this machine."""
    for side in ("--dport", "--sport"):
        _run("iptables", "-A" if begin else "-D", "INPUT", "-p", "tcp", side, str(port), "-j", "DROP")


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
