"""What signatures cost, against limits and peers of the same machine in the same run.

Packages of four sizes are signed and verified (RSA of 2,048 bits) beside what nobody can do without: one RSA
verification and SHA-256 over the same bytes. To verify is to read, to make the canonical form and the digests, and to
check the value; to judge is to ask whom to trust as well. The peer, python-xmlsec where it can be imported, parses,
signs and verifies the same package in this process. It verifies whatever element it is handed, without asking what a
receiver reads (so it has no part in a verdict). How far the memory of a fresh process grows is measured for the
largest.

A small PDF that a person and an agency signed is read and judged, in this process and in the confined child that
``axis28 check`` asks, beside ``pdfsig`` of poppler where it is installed. That starts anew for each file; what its
start costs is told, measured with a file that is signed by nobody.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from fixtures.agencies import new_agencies
from fixtures.documents import new_document
from fixtures.files import new_file
from fixtures.letterhead import DECISION
from fixtures.paper import new_pdf_document
from fixtures.signedpaper import signed_paper
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reader import SignatureReader
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign as sign_paper
from protocol.signatures.pki import Identity, Pki
from protocol.signatures.trust import Times, Trust
from protocol.signatures.xml.sign import Style, sign
from protocol.signatures.xml.verify import verify

SIZES = {"letter, 12 kB": 6_000, "report, 400 kB": 300_000, "annex, 5 MB": 3_700_000, "book, 50 MB": 37_000_000}
"""Bytes of the attached file."""
ROUNDS, BUDGET = 5, 2_000_000
"""A small package is repeated in each round until so many bytes are through."""
SLOWER_GOAL, MEMORY_GOAL_MB = 2.0, 16.0
"""Verifying a large package: at most so many times the peer's time, and so much memory above a small one."""
JUDGE_GOAL_MS, SIGN_GOAL_MS = 100.0, 20.0
"""A small PDF with two signatures; one signature on it."""
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=7)))
_GROWTH = """
import sys
from datetime import datetime
from pathlib import Path
from protocol.package.reader import read_package
from protocol.signatures.trust import Times, Trust
from protocol.signatures.xml.verify import verify

def memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

def judged(name):
    with open(name, "rb") as stream, read_package(stream) as reading:
        stream.seek(0)
        outcome = verify(reading, stream, trusted=Trust(), times=Times(datetime.fromisoformat(sys.argv[3])))
        assert outcome.answer("integrity").result == "good", outcome

judged(sys.argv[1])
Path("/proc/self/clear_refs").write_text("5")  # begin the peak anew
before = memory("VmRSS")
judged(sys.argv[2])
print((memory("VmHWM") - before) / 1024)
"""
Figures = dict[str, float]
Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Parties:
    """Who signs here, and whom to trust."""

    seal: Identity
    person: Identity
    agency: Identity
    trusted: Trust


def parties() -> Parties:
    """Mint a test PKI: an RSA seal for packages, a person and an agency for papers."""
    pki = Pki(NOW)
    seal = pki.agency("H99.01", "Sở Thử nghiệm", kind="rsa-2048")
    person = pki.person("Trần Thị Mẫu", "H99.01", "Sở Thử nghiệm", position="Phó Giám đốc")
    return Parties(seal, person, pki.agency("H99.01", "Sở Thử nghiệm"), pki.trust(NOW))


def letter(random: Random, size: int) -> bytes:
    """Invent a package with one file of about ``size`` bytes, not signed yet."""
    sender, recipient = new_agencies(random, 2)
    return write_package(new_document(random, sender, [recipient], files=[new_file(random, size=size)], now=NOW))


def packages(random: Random, size: int, known: Parties) -> Figures:
    """Give milliseconds of signing and verifying a package, of the primitives, and of the peer."""
    unsigned = letter(random, size)
    style, chain = Style(pss=False), [known.seal.certificate]
    data = sign(unsigned, known.seal.key, chain, style)
    key = known.seal.key
    assert isinstance(key, rsa.RSAPrivateKey)
    public, value = key.public_key(), key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    for trusted in (Trust(), known.trusted):
        if read_and_verify(data, trusted) != "good":
            raise SystemExit("the benchmark's package does not verify")
    figures = best(
        {
            "sha256": lambda: hashlib.sha256(data).digest(),
            "RSA": lambda: public.verify(value, data, padding.PKCS1v15(), hashes.SHA256()),
            "read": lambda: read_package(data).close(),
            "RSA, to sign": lambda: key.sign(data, padding.PKCS1v15(), hashes.SHA256()),
            "sign": lambda: sign(unsigned, key, chain, style),
            "verify": lambda: read_and_verify(data, Trust()),
            "judge": lambda: read_and_verify(data, known.trusted),
            **peer(unsigned, data, known),
        },
        max(1, BUDGET // len(data)),
    )
    return {"bytes": len(data), **figures}


def read_and_verify(data: bytes, trusted: Trust) -> str:
    """Read a package and judge its signature, as a receiver does; without trust only whether it holds."""
    with read_package(data) as reading:
        outcome = verify(reading, data, trusted=trusted, times=Times(NOW))
    check = outcome.answer("integrity") if outcome else None
    return check.result if check else "unread"


def peer(unsigned: bytes, data: bytes, known: Parties) -> dict[str, Work]:
    """Give what python-xmlsec does with the same package; nothing, said aloud, where it does not work here."""
    try:
        import xmlsec  # noqa: PLC0415 (here and not above: it fails where its libxml2 is not that of lxml)
    except Exception as error:  # noqa: BLE001 (that failure has a class of the very module that is not there)
        print(f"no figures of python-xmlsec: {error}", file=sys.stderr)
        return {}
    own = xmlsec.Key.from_memory(known.seal.key_pem, xmlsec.constants.KeyDataFormatPem)
    own.load_cert_from_memory(known.seal.certificate.public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatPem)

    def context() -> xmlsec.SignatureContext:
        made = xmlsec.SignatureContext()
        made.key = own
        return made

    def sign_again() -> bytes:
        root = etree.fromstring(unsigned, _parser())
        template = xmlsec.template.create(root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256)
        reference = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha256, uri="")
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
        header = root.find("{*}edXMLEnvelope/{*}edXMLHeader")
        assert header is not None
        header.append(template)
        context().sign(template)
        return etree.tostring(root, encoding="UTF-8")

    def verify_again() -> None:
        root = etree.fromstring(data, _parser())
        context().verify(next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")))

    if read_and_verify(sign_again(), Trust()) != "good":
        raise SystemExit("what the peer signs does not verify here")
    return {"xmlsec sign": sign_again, "xmlsec verify": verify_again}


def _parser() -> etree.XMLParser[etree._Element]:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def papers(known: Parties, folder: Path) -> Figures:
    """Give milliseconds of signing, reading and judging a small PDF, here, in the child, and by ``pdfsig``."""
    drawn = new_pdf_document(DECISION)
    data = signed_paper(DECISION, known.person, known.agency, NOW)
    works: dict[str, Work] = {
        "sha256": lambda: hashlib.sha256(data).digest(),
        "sign": lambda: sign_paper(drawn, known.agency, NOW, field="CoQuan"),
        "judge": lambda: judge(read_signatures(data), known.trusted, NOW + timedelta(hours=1)),
    }
    tool = shutil.which("pdfsig")
    if tool is not None:
        for name, content in (("pdfsig", data), ("pdfsig, nothing signed", drawn)):
            (folder / f"{name}.pdf").write_bytes(content)
            works[name] = _started(tool, folder, f"{name}.pdf")
    with SignatureReader() as reader:
        works["judge, confined"] = lambda: judge(reader.read_bytes(data), known.trusted, NOW + timedelta(hours=1))
        for work in works.values():
            work()  # imports, and the start of the child
        return {"bytes": len(data), **best(works, 10)}


def _started(tool: str, folder: Path, name: str) -> Work:
    # It answers 1 or 2 for what nobody signed and for whom it does not trust.
    return lambda: subprocess.run([tool, "-nocert", name], cwd=folder, check=False, capture_output=True)


def growth(random: Random, known: Parties) -> float:
    """Give by how many MB a fresh process (on Linux) that verified a package of 2.7 MB grows for one of 50 MB."""
    with tempfile.TemporaryDirectory(prefix="axis28-") as folder:
        files = [Path(folder) / "small.edxml", Path(folder) / "large.edxml"]
        for file, size in zip(files, (2_000_000, 37_000_000), strict=True):
            file.write_bytes(sign(letter(random, size), known.seal.key, [known.seal.certificate], Style(pss=False)))
        command = [sys.executable, "-c", _GROWTH, *map(str, files), NOW.isoformat()]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def best(works: Mapping[str, Work], repeats: int) -> Figures:
    """Give the least milliseconds of each; rounds alternate, so that a busy moment of the machine strikes all."""
    least = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, work in works.items():
            begun = time.perf_counter()
            for _ in range(repeats):
                work()
            least[name] = min(least[name], (time.perf_counter() - begun) / repeats * 1000)
    return least


def _print(name: str, found: Figures) -> None:
    """Print what one size of package costs: ms, and in units of the primitive and of the peer."""
    print(f"A package: {name}, {found['bytes'] / 1000:,.0f} kB; SHA-256 alone {found['sha256']:.3f} ms; ", end="")
    print(f"reading it {found['read']:.3f} ms")
    for work, primitive in (("sign", "RSA, to sign"), ("verify", "RSA"), ("judge", "RSA")):
        least, by_peer = found[work], found.get(f"xmlsec {'sign' if work == 'sign' else 'verify'}")
        beside = f" = {least / by_peer:5.2f} of python-xmlsec" if by_peer else ""
        units = f"{least / found[primitive]:6.1f} of RSA + SHA-256{beside}"
        print(f"  {work:<7}{least:10.3f} ms {1000 / least:8.1f}/s = {units}")


def _beside(figure: float | None, goal: float) -> str:
    """Tell a figure beside the most that it is to be."""
    if figure is None:
        return f"not measured (goal {goal:.0f})"
    return f"{figure:8.1f}   (goal {goal:.0f}{'' if figure <= goal else ', MISSED'})"


def main() -> int:
    """Print the figures, or with ``--json`` the numbers."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead of the text")
    arguments.add_argument("--seed", type=int, default=28)
    args = arguments.parse_args()
    known = parties()
    sealed = {name: packages(Random(args.seed), size, known) for name, size in SIZES.items()}
    with tempfile.TemporaryDirectory(prefix="axis28-") as folder:
        signed = papers(known, Path(folder))
    grown = growth(Random(args.seed), known)
    if args.json:
        json.dump({"packages": sealed, "paper": signed, "growth_mb": grown}, sys.stdout, indent=2)
        print()
        return 0
    for name, found in sealed.items():
        _print(name, found)
    largest = next(reversed(sealed.values()))
    slower = largest["verify"] / largest["xmlsec verify"] if "xmlsec verify" in largest else None
    print(f"Verifying the largest, of python-xmlsec: {_beside(slower, SLOWER_GOAL)}")
    print(f"Verifying the largest, MB of memory above a small one: {_beside(grown, MEMORY_GOAL_MB)}")
    print(f"A PDF of {signed['bytes'] / 1000:.0f} kB, signed by a person and an agency; ms")
    print(f"  sign once:        {_beside(signed['sign'], SIGN_GOAL_MS)}")
    print(f"  judge both:       {_beside(signed['judge'], JUDGE_GOAL_MS)}")
    print(f"  … by a child:     {signed['judge, confined']:8.1f}")
    if "pdfsig" in signed:
        alone = signed["pdfsig, nothing signed"]
        print(f"  pdfsig:           {signed['pdfsig']:8.1f}   ({alone:.1f} with nothing signed)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
