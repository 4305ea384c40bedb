"""`python -m tests.mutants.ask SECONDS COMMAND...`: whether the tests notice what is wrong, by the exit status.

The server says it quickly; where it cannot tell, `COMMAND` does, which loads everything anew.
"""

from __future__ import annotations

import os
import socket
import sys

SOCKET = "MUTANTS_SOCKET"  # the variable that says where the server listens
PASSED, FAILED, LATE, UNKNOWN = b"0", b"1", b"2", b"3"
END = b"end"


def ask(words: bytes) -> bytes:
    """Return the server's answer."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(os.environ[SOCKET])
        server.sendall(words)
        return server.recv(1)


def main() -> None:
    seconds, *command = sys.argv[1:]
    answer = ask(seconds.encode())
    if answer != UNKNOWN:
        sys.stdout.write({PASSED: "passed", FAILED: "failed", LATE: "timeout"}[answer])
        sys.exit(answer != PASSED)
    del os.environ[SOCKET]
    os.execv(command[0], command)  # noqa: S606  # our own words


if __name__ == "__main__":
    main()
