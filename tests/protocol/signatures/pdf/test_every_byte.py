"""No changed byte of a signed PDF is passed over: in samples at every run, byte for byte as a long proof.

The document is the same at every run, to the last bit of its signature values, so that what is found once is found
again. Its last signature covers everything but its own value; of that value nothing covers the frame around the signed
attributes (RFC 5652, 5.4). What may differ there without being refused is listed here, and is all that may.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from random import Random
from typing import Literal

import pytest
from asn1crypto import cms

from fixtures.casebook.letters import NOW, main_pdf
from fixtures.casebook.signedletters import AGENCY_FIELD, LATER, PERSON_FIELD
from fixtures.casebook.trusts import PUBLIC_DUTY, SIGNED, identity, trusted
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.whole import judge_whole
from schemas import registry
from tests.proof import write_proof

SEED = int(os.environ.get("AXIS28_SAMPLE_SEED", "28"))
SAMPLE = 40
RESERVED = 5_000
"""Hexadecimal digits for a signature of 4,300."""
BITS = (0x01, 0x20)
"""Changes a digit, and makes a small letter of a capital."""
LOST = "pdf-signer-certificate-missing"
Fate = Literal["refused", "unknown", "same"]


@lru_cache(maxsize=1)
def paper() -> bytes:
    return made()


def made() -> bytes:
    """Sign a small document as the person and the agency, unseen and with little padding."""
    data = sign(main_pdf(), identity("person"), SIGNED, field=PERSON_FIELD, reserved=RESERVED)
    return sign(data, identity("agency"), SIGNED + LATER, field=AGENCY_FIELD, reserved=RESERVED)


def with_bit(at: int, bit: int) -> bytes:
    return paper()[:at] + bytes([paper()[at] ^ bit]) + paper()[at + 1 :]


def fate(data: bytes) -> Fate:
    """Say what becomes of a changed document; what is unknown has to be so because its certificate is gone."""
    facts = read_signatures(data)
    found = judge(facts, trusted(PUBLIC_DUTY), NOW)
    whole = judge_whole(facts, found)
    results = {each.result for each in found} | {each.result for each in whole}
    if "bad" in results:
        return "refused"
    if results == {"good"}:
        return "same"
    assert LOST in {check.reason for each in found for check in each.checks}
    return "unknown"


@lru_cache(maxsize=1)
def value() -> tuple[int, int]:
    """Give where the digits of the last signature value begin and end, without the padding."""
    found = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", paper()))[-1]
    length = len(cms.ContentInfo.load(bytes.fromhex(found[1].decode())).dump())
    return found.start(1), found.start(1) + 2 * length


@lru_cache(maxsize=1)
def issuer() -> tuple[int, int]:
    """Give where the signature names the issuer of its certificate; names are compared without regard to case."""
    begin, end = value()
    der = bytes.fromhex(paper()[begin:end].decode())
    signer = cms.ContentInfo.load(der)["content"]["signer_infos"][0]
    name = signer["sid"].chosen["issuer"].dump()
    at = der.index(name, der.rindex(signer.dump()))
    return begin + 2 * at, begin + 2 * (at + len(name))


def same_digit(data: bytes, at: int) -> bool:
    """Whether a byte is a hexadecimal digit of a signature value that only changed between ``a`` and ``A``."""
    begin, end = value()
    return begin <= at < end and data[at : at + 1].lower() == paper()[at : at + 1].lower()


def is_excused(at: int, bit: int, found: Fate) -> bool:
    """Whether what became of a changed byte is one of the things that may."""
    begin, end = value()
    if found == "same":
        return same_digit(with_bit(at, bit), at) or issuer()[0] <= at < issuer()[1]
    return found == "refused" or begin <= at < end


def test_the_document_is_good_and_the_same_at_every_run() -> None:
    assert fate(paper()) == "same"
    assert made() == paper()


def test_a_certificate_that_is_gone_refuses_in_strict() -> None:
    assert registry.reason(LOST).strict == "fail"


def places() -> Iterator[int]:
    random = Random(SEED)
    yield from random.sample(range(len(paper())), SAMPLE)
    yield from random.sample(range(*value()), SAMPLE)


def test_no_changed_byte_is_passed_over(record_property: Callable[[str, object], None]) -> None:
    record_property("sample", f"{2 * SAMPLE} of {len(paper())} bytes of a signed PDF, seed {SEED}")
    fates = {at: fate(with_bit(at, BITS[0])) for at in places()}
    assert [at for at, found in fates.items() if not is_excused(at, BITS[0], found)] == []
    assert Counter(fates.values())["refused"] > SAMPLE


def test_a_file_that_is_no_longer_called_a_pdf_was_signed_all_the_same() -> None:
    facts = read_signatures(paper().replace(b"%PDF-", b"%PDX-"))
    assert [each.reason for each in judge_whole(facts, ())] == ["pdf-signed-file-damaged"]
    assert read_signatures(main_pdf().replace(b"%PDF-", b"%PDX-")).unread == "not-pdf"


@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_the_proof_over_every_byte_is_written_down() -> None:
    fates = {(bit, at): fate(with_bit(at, bit)) for bit in BITS for at in range(len(paper()))}
    counted = {f"xor {bit:02x}": Counter(found for (tried, _), found in fates.items() if tried == bit) for bit in BITS}
    write_proof("signed-bytes", {"bytes": len(paper()), **{name: dict(found) for name, found in counted.items()}})
    assert [place for place, found in fates.items() if not is_excused(place[1], place[0], found)] == []
