"""How a client trusts the axis and shows who it is: authority, own certificate and key, as PEM files."""

from __future__ import annotations

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The certificate that a client shows where the axis asks for one, and its key (``None``: in the same file)."""

    certificate: str
    key: str | None = None


def client_context(ca: str | None, shown: ClientCertificate | None) -> ssl.SSLContext:
    """Make the context of a client: TLS 1.2 or later, the server's name and chain checked.

    Without ``ca`` the machine's own authorities are trusted. Raises ``ValueError`` naming the file that is no use.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"ca {ca!r}: cannot be read as a PEM file of authorities ({error})") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if shown is not None:
        try:
            context.load_cert_chain(shown.certificate, shown.key, password=_no_passphrase)
        except (OSError, ssl.SSLError, ValueError) as error:
            files = shown.certificate if shown.key is None else f"{shown.certificate} / {shown.key}"
            raise ValueError(f"client-cert {files!r}: no certificate with its key in PEM ({error})") from error
    return context


def _no_passphrase() -> str:
    """Refuse a key under a passphrase: OpenSSL would ask for it on the terminal, and a server would stand still."""
    raise ValueError("the key is under a passphrase: take it off")
