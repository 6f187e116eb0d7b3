"""Whom to trust: roots and what is known about revocation, from a folder or made in memory; never from the network.

A folder holds subfolders of PEM or DER files: ``roots`` (at least one), and as far as wanted ``intermediates``,
``tsa`` (roots of timestamp authorities; without it ``roots`` serve), ``crls`` and ``ocsp``. Files called ``README…``
and hidden ones are passed over.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from asn1crypto import crl, ocsp
from cryptography.x509 import load_der_x509_crl

from protocol.signatures import certificate
from schemas import messages

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that is read: revocation lists of large authorities have some megabytes."""
MOST_FILES = 1000
FOLDERS = ("roots", "intermediates", "tsa", "crls", "ocsp")
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)

Problem = Literal[
    "no-folder",
    "no-roots",
    "too-many",
    "too-large",
    "unreadable",
    "private-key",
    "no-certificate",
    "no-authority",
    "no-crl",
    "no-ocsp",
]


class TrustError(Exception):
    """A trust folder cannot be used: ``problem`` says by which rule, ``path`` because of which file or folder."""

    def __init__(self, problem: Problem, path: Path, detail: str = "") -> None:
        super().__init__(messages.text(f"trust.{problem}", "en", path=path, detail=_bracketed(detail)))
        self.problem = problem
        self.path = path
        self.detail = detail

    def text(self, lang: str) -> str:
        """Give one sentence in a reader's language that names the file, the rule and what mends it."""
        return messages.text(f"trust.{self.problem}", lang, path=self.path, detail=_bracketed(self.detail))


def _bracketed(detail: str) -> str:
    return f" ({detail})" if detail else ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Revocation data in DER that came with a signature; used as far as they prove to be genuine."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates, lists and OCSP responses in DER; without ``tsa_roots`` the ``roots`` hold for timestamps too."""

    roots: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    tsa_roots: tuple[bytes, ...] = ()


def load(folder: Path) -> Trust:
    """Read a trust folder; ``TrustError`` for whatever in it cannot be used."""
    if not folder.is_dir():
        raise TrustError("no-folder", folder)
    found = {name: tuple(_folder(folder / name, _READERS[name])) for name in FOLDERS}
    if not found["roots"]:
        raise TrustError("no-roots", folder / "roots")
    return Trust(found["roots"], found["intermediates"], found["crls"], found["ocsp"], found["tsa"])


def _folder(folder: Path, reader: Callable[[Path, bytes], bytes]) -> Iterator[bytes]:
    if not folder.is_dir():
        return
    try:
        files = sorted(each for each in folder.iterdir() if not each.name.startswith((".", "README")))
    except OSError as error:
        raise TrustError("unreadable", folder, error.strerror or "") from error
    if len(files) > MOST_FILES:
        raise TrustError("too-many", folder, f"{len(files)} > {MOST_FILES}")
    for file in files:
        for der in _parts(file):
            yield reader(file, der)


def _parts(file: Path) -> Iterator[bytes]:
    """Give what a file holds, in DER: the parts of a PEM file, or the whole of any other."""
    try:
        if not file.is_file():
            raise TrustError("unreadable", file)
        size = file.stat().st_size
        if size > LARGEST:
            raise TrustError("too-large", file, f"{size} B > {LARGEST} B")
        content = file.read_bytes()
    except OSError as error:
        raise TrustError("unreadable", file, error.strerror or "") from error
    if b"-----BEGIN" not in content:
        yield content
        return
    parts = _PEM.findall(content)
    if {content.count(b"-----BEGIN"), content.count(b"-----END")} != {len(parts)}:  # a part is torn
        raise TrustError("unreadable", file, "PEM")
    for label, text in parts:
        if b"PRIVATE KEY" in label:
            raise TrustError("private-key", file)
        try:
            yield base64.b64decode(b"".join(text.split()), validate=True)
        except binascii.Error as error:
            raise TrustError("unreadable", file, "PEM") from error


def _authority(file: Path, der: bytes) -> bytes:
    read, _ = certificate.read(der)
    if read is None:
        raise TrustError("no-certificate", file)
    if not read.ca:
        raise TrustError("no-authority", file, read.name)
    return der


def _crl(file: Path, der: bytes) -> bytes:
    try:
        _ = crl.CertificateList.load(der, strict=True)["tbs_cert_list"]["this_update"].native
        load_der_x509_crl(der)  # a list is read by both libraries when it is asked
    except certificate.BROKEN as error:
        raise TrustError("no-crl", file) from error
    return der


def _ocsp(file: Path, der: bytes) -> bytes:
    try:
        status = ocsp.OCSPResponse.load(der, strict=True)["response_status"].native
    except certificate.BROKEN as error:
        raise TrustError("no-ocsp", file) from error
    if status != "successful":
        raise TrustError("no-ocsp", file, str(status))
    return der


_READERS: dict[str, Callable[[Path, bytes], bytes]] = {
    "roots": _authority,
    "intermediates": _authority,
    "tsa": _authority,
    "crls": _crl,
    "ocsp": _ocsp,
}
