"""What a package or a PDF costs without a server: streaming 50 MB, and judging the signatures of a small PDF."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from random import Random

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from benchmarks import check
from benchmarks.axis.accepting import Plan
from benchmarks.axis.rounds import Row, alternating, compared
from benchmarks.signatures import NOW
from fixtures.letterhead import DECISION
from fixtures.signedpaper import signed_paper
from protocol.package.reader import read_package
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pki import Pki

_GROWTH_MB = 16.0
_REPEATS = 5


def streaming(plan: Plan) -> Iterator[Row]:
    """50 MB parsed, limited, decoded and digested, against SHA-256 alone."""
    import hashlib  # noqa: PLC0415 - used here only

    random = Random(28)
    raw = check.package(random, check.LARGE)

    def read() -> None:
        with read_package(BytesIO(raw)) as reading:
            if reading.refused:
                raise SystemExit(f"the benchmark's package was refused: {reading.findings}")

    competitors = {
        "check": _rate(read, len(raw) / 1e6),
        "SHA-256": _rate(lambda: _discard(hashlib.sha256(raw).digest()), len(raw) / 1e6),
    }
    found = alternating(competitors, plan.rounds)
    grown = round(check.growth(random, raw), 1)
    notes: dict[str, object] = {"growth_mb": grown, "limit_mb": _GROWTH_MB, "within": grown <= _GROWTH_MB}
    yield compared("check, streaming 50 MB", "MB/s", found, "check", "SHA-256", goal=0.4, notes=notes)


def paper(plan: Plan) -> Iterator[Row]:
    """Read and judge a small PDF with two signatures, against what pyHanko alone takes to validate both."""
    pki = Pki(NOW)
    person = pki.person("Trần Thị Mẫu", "H99.01", "Sở Thử nghiệm", position="Phó Giám đốc")
    data = signed_paper(DECISION, person, pki.agency("H99.01", "Sở Thử nghiệm"), NOW)
    trusted, later = pki.trust(NOW), NOW + timedelta(hours=1)
    roots = [x509.Certificate.load(each) for each in trusted.roots]

    def alone() -> None:
        context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=later)
        for signature in PdfFileReader(BytesIO(data)).embedded_signatures:
            validate_pdf_signature(signature, context)

    competitors = {
        "axis28": _rate(lambda: _discard(judge(read_signatures(data), trusted, later)), 1),
        "pyHanko": _rate(alone, 1),
    }
    found = alternating(competitors, plan.rounds)
    yield compared(
        "validate a PDF", "files/s", found, "axis28", "pyHanko", goal=0.8, notes={"bytes": len(data), "signatures": 2}
    )


def _rate(work: Callable[[], None], amount: float) -> Callable[[int], float]:
    def measure(_: int) -> float:
        began = time.perf_counter()
        for _ in range(_REPEATS):
            work()
        return amount * _REPEATS / (time.perf_counter() - began)

    return measure


def _discard(_: object) -> None:
    """Let go of a result."""
