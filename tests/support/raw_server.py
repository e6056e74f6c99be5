"""Servers that answer with bytes as a test wants them, over TLS with certificates as a test wants them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = bytes | Callable[[socket.socket], None]

_NOW = dt.datetime.now(dt.UTC)
_DAY = dt.timedelta(days=1)


@contextmanager
def serve_raw(answer: Answer, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[str]:
    """Answer every connection with the same bytes, or by a function; yield the address."""
    with socket.create_server((host, 0)) as server:
        thread = threading.Thread(target=_accept, args=(server, answer, tls), daemon=True)
        thread.start()
        yield f"{'https' if tls else 'http'}://{host}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def refused_address() -> Iterator[str]:
    """Yield an address on which nobody listens: the port is bound and never opened."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def _accept(server: socket.socket, answer: Answer, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, answer, tls), daemon=True).start()


def _answer(connection: socket.socket, answer: Answer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        connection.recv(65_536)
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
    connection.close()


class Authority:
    """A certificate authority of one test."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        authority = self._draw(self._name, self._key, -_DAY, 10 * _DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(_pem(authority.sign(self._key, hashes.SHA256())))

    def context(
        self,
        *names: str,
        begins: dt.timedelta = -_DAY,
        ends: dt.timedelta = _DAY,
        version: ssl.TLSVersion | None = None,
    ) -> ssl.SSLContext:
        """Return a server's side of TLS, with a certificate for hosts or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        draft = self._draw(subject, key, begins, ends)
        if names:
            draft = draft.add_extension(
                x509.SubjectAlternativeName([_name(one) for one in names]), critical=False
            )
        file = self.folder / f"{key.private_numbers().private_value}.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(_pem(draft.sign(self._key, hashes.SHA256())) + secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if version is not None:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                context.minimum_version = context.maximum_version = version
        context.load_cert_chain(file)
        return context

    def _draw(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begins: dt.timedelta, ends: dt.timedelta
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_NOW + begins)
            .not_valid_after(_NOW + ends)
        )


def _name(text: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(text))
    return x509.DNSName(text)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
