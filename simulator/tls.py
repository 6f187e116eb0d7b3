"""The axis over TLS: certificate and key of the server, and whose clients may connect.

TLS 1.2 is the oldest version spoken. With an authority for clients, each must show a certificate which that authority
issued: who has none is turned away before anything of HTTP is read. Which *system* a request comes from is proven by
its MAC alone (decision 0024).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key


class TlsUnusable(Exception):  # noqa: N818 - said to the user as it is
    """A file cannot be used: ``rule`` is the message that says why, ``path`` the file, ``problem`` the detail."""

    def __init__(self, rule: str, path: Path, problem: object = "") -> None:
        super().__init__(f"{rule}: {path}: {problem}")
        self.rule = rule
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of an axis over TLS.

    The server's certificate (and what stands above it), its key without a passphrase, and the authorities one of which
    must have issued the certificate of each client, if clients must show one.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def context(self, now: datetime | None = None) -> ssl.SSLContext:
        """Make the context of a server. Raises ``TlsUnusable`` for a file that is no use, at the host's time."""
        moment = datetime.now(UTC) if now is None else now
        self._check_pair(moment)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (ssl.SSLError, OSError) as error:
            raise TlsUnusable("tls-unusable", self.certificate, error) from error
        if self.client_ca is not None:
            for authority in _certificates(self.client_ca):
                _check_dates(authority, self.client_ca, moment)
            context.load_verify_locations(cafile=self.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _check_pair(self, now: datetime) -> None:
        leaf = _certificates(self.certificate)[0]
        _check_dates(leaf, self.certificate, now)
        try:
            key = load_pem_private_key(_read(self.key), password=None)
        except (ValueError, TypeError) as error:
            raise TlsUnusable("tls-key-unusable", self.key, error) from error
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if key.public_key().public_bytes(*form) != leaf.public_key().public_bytes(*form):
            raise TlsUnusable("tls-key-other", self.key, self.certificate)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError as error:
        raise TlsUnusable("tls-certificate-unusable", path, error) from error


def _check_dates(certificate: x509.Certificate, path: Path, now: datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= now <= last:
        raise TlsUnusable("tls-certificate-not-valid", path, f"{first:%d/%m/%Y} – {last:%d/%m/%Y}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsUnusable("tls-unreadable", path, error.strerror or error) from error
