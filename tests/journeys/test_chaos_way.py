"""The way to a server that the rounds of faults go hands on what a network would."""

from __future__ import annotations

import socket
import struct

from tests.chaos.way import way_to

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a close sends a reset


def test_a_reset_of_the_client_is_the_end_for_the_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, way_to(server.getsockname()[1]) as way:
        client = socket.create_connection(("127.0.0.1", way.port))
        end, _ = server.accept()
        with end:
            end.settimeout(30)
            client.sendall(b"asked")
            assert end.recv(5) == b"asked"
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            client.close()
            assert end.recv(1) == b""
