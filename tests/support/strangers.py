"""A stranger's DNS and web server on this machine, for look-ups that go out."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dns.resolver import Resolver

Records = dict[tuple[str, str], list[str]]
"""The records by name and type, as in ("codes.example.com", "A")."""


@contextmanager
def dns_server(records: Records) -> Iterator[Resolver]:
    """A DNS server that knows `records` as they are when it is asked, and a resolver that asks it alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_answer_all, args=[server, records], daemon=True)
        thread.start()
        asks = Resolver(configure=False)
        asks.nameservers = ["127.0.0.1"]
        asks.port = server.getsockname()[1]
        yield asks
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.getsockname())
        thread.join()


def _answer_all(server: socket.socket, records: Records) -> None:
    while True:
        asked, address = server.recvfrom(4096)
        if not asked:
            return
        query = dns.message.from_wire(asked)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        response = dns.message.make_response(query)
        name = question.name.to_text(omit_final_dot=True)
        for alias in records.get((name, "CNAME"), []):
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{alias}."))
            name = alias
        if found := records.get((name, kind)):
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *found))
        elif not any(known == name for known, _kind in records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(response.to_wire(), address)


@contextmanager
def web_server(folder: Path, host: str, serve: Callable[[ssl.SSLSocket], None]) -> Iterator[tuple[int, ssl.SSLContext]]:
    """An HTTPS server on this machine with a certificate of `host`: its port, and what trusts it.

    `serve` gets each connection whose head was read.
    """
    certificate = _certificate(folder, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def work() -> None:
            while True:
                plain, _address = server.accept()
                with plain:
                    if plain.recv(1, socket.MSG_PEEK) == b"\0":
                        return
                    try:
                        with context.wrap_socket(plain, True, do_handshake_on_connect=False) as secure:
                            secure.do_handshake()
                            head = b""
                            while b"\r\n\r\n" not in head and (more := secure.recv(4096)):
                                head += more
                            serve(secure)
                    except OSError:
                        continue

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield server.getsockname()[1], ssl.create_default_context(cafile=str(certificate))
        with socket.create_connection(server.getsockname()) as last:
            last.sendall(b"\0")
        thread.join()


def _certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    usable = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = usable.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "host.pem"
    path.write_bytes(private + signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path
