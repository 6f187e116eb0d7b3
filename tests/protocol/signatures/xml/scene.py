"""What the tests of package signatures share: a letter, its signer, an attacker, and whom to trust."""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

from fixtures.casebook.letters import SENDER, letter_bytes
from fixtures.xmlattacks import Stage
from protocol.package.model import NAMESPACE
from protocol.package.reader import read_package
from protocol.signatures.outcome import SignatureOutcome
from protocol.signatures.pki import Identity, Pki
from protocol.signatures.pki.authority import SIGNER
from protocol.signatures.trust import Times, Trust
from protocol.signatures.xml.sign import Style, sign
from protocol.signatures.xml.verify import verify
from tests.protocol.signatures.moments import NOW

CODE = SENDER.organ_id or ""
XMLSEC = shutil.which("xmlsec1")
xmlsec_needed = pytest.mark.skipif(XMLSEC is None, reason="the xmlsec1 tool is not installed")


@lru_cache(maxsize=1)
def pki() -> Pki:
    """Mint the PKI of these tests, once for the process."""
    return Pki(NOW, name="của chữ ký gói tin")


@lru_cache(maxsize=1)
def stage() -> Stage:
    """Set the stage that attacks are made on."""
    agency, other = pki().agency(CODE, "Sở Thử nghiệm"), pki().agency("H99.09", "Sở Khác")
    twin = pki().issuing.issue(other.certificate.subject, agency.key, SIGNER, pki().validity)
    return Stage(letter_bytes(), agency, other, twin.certificate)


def trusted(of: Pki | None = None) -> Trust:
    """Trust a PKI, with its revocation lists of the instant of the tests."""
    known = of or pki()
    return Trust((known.root.identity.der,), (known.issuing.identity.der,), known.crls(NOW))


def signed(identity: Identity | None = None, style: Style | None = None, letter: bytes | None = None) -> bytes:
    """Sign the clean letter."""
    by = identity or stage().signer
    return sign(letter or letter_bytes(), by.key, [by.certificate], style or Style())


def judged(
    data: bytes, *, trust: Trust | None = None, times: Times | None = None, source: bytes | None = None
) -> SignatureOutcome | None:
    """Read a package and judge its signature."""
    with read_package(data) as reading:
        return verify(
            reading, data if source is None else source, trusted=trust or trusted(), times=times or Times(NOW)
        )


def outcome(data: bytes, *, trust: Trust | None = None, times: Times | None = None) -> SignatureOutcome:
    """Read a package, which has a signature, and judge it."""
    found = judged(data, trust=trust, times=times)
    assert found is not None
    return found


def reasons(found: SignatureOutcome | None) -> set[str]:
    """Give all reasons in an outcome."""
    assert found is not None
    return {each.reason for check in found.checks for each in check.walk() if each.reason}


def xmlsec(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the ``xmlsec1`` tool, which nobody here wrote, in a folder."""
    assert XMLSEC is not None
    return subprocess.run(
        [XMLSEC, *map(str, arguments)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def xmlsec_accepts(folder: Path, data: bytes, root: bytes | None = None, id_of: str = "edXML") -> bool:
    """Ask ``xmlsec1`` about a signature; without a ``root`` (PEM) the certificate itself is not asked about."""
    (folder / "package.xml").write_bytes(data)
    trust: tuple[object, ...] = ("--insecure",)
    if root is not None:
        (folder / "root.pem").write_bytes(root)
        (folder / "issuing.pem").write_bytes(pki().issuing.identity.pem)
        trust = ("--trusted-pem", "root.pem", "--untrusted-pem", "issuing.pem")
        trust += ("--verification-time", f"{NOW:%Y-%m-%d %H:%M:%S}")
    named = f"--id-attr:Id {NAMESPACE}:{id_of}".split()
    return xmlsec(folder, "--verify", "--enabled-key-data", "x509", *named, *trust, "package.xml").returncode == 0
