"""What is said of a package's signature, and that it is said of the very bytes that are used."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from lxml import etree
from pybase64 import b64encode

from fixtures.casebook.letters import letter_bytes, letter_of, status_bytes
from fixtures.xmlattacks.stage import between, sealed
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.package.reserialise import reserialise
from protocol.package.writer import write_package
from protocol.signatures.outcome import Question
from protocol.signatures.pki import Pki, Validity
from protocol.signatures.trust import Times, Trust
from protocol.signatures.xml import canonical, methods, payloads
from protocol.signatures.xml.methods import Canonical
from protocol.signatures.xml.sign import Style, sign
from protocol.signatures.xml.verify import verify
from tests.protocol.signatures.moments import DAY, NOW, YEAR
from tests.protocol.signatures.xml.scene import CODE, judged, outcome, pki, reasons, signed, stage, trusted

ASKED: tuple[Question, ...] = (
    "form",
    "coverage",
    "integrity",
    "algorithm",
    "certificate",
    "chain",
    "usage",
    "validity",
    "revocation",
    "party",
)


def test_a_true_signature_is_good_in_every_respect() -> None:
    found = outcome(signed())
    assert found.result == "good"
    assert tuple(check.question for check in found.checks) == ASKED
    assert set(ASKED) <= set(get_args(Question))
    assert reasons(found) == set()


def test_the_outcome_names_signer_and_place() -> None:
    found = outcome(signed())
    assert found.place == "edXML/edXMLEnvelope/edXMLHeader/Signature"
    assert found.signer is not None
    assert (found.signer.role, found.signer.name, found.signer.codes) == ("agency", "Sở Thử nghiệm", (CODE,))


def test_the_time_of_signing_is_the_one_that_somebody_knows() -> None:
    times = Times(NOW, claimed=NOW - DAY)
    assert outcome(signed(), times=times).signed_at == NOW - DAY
    assert outcome(signed()).signed_at is None


@pytest.mark.parametrize("make", [letter_bytes, status_bytes], ids=["letter", "status"])
def test_a_package_without_a_signature_has_no_outcome(make: object) -> None:
    assert callable(make)
    assert judged(make()) is None


def test_what_cannot_be_read_has_no_outcome() -> None:
    assert judged(b"<edXML") is None
    assert judged(b"") is None


def test_a_status_can_be_signed_too() -> None:
    receiver = pki().agency("G98.02", "Cục Mẫu")
    found = outcome(signed(receiver, letter=status_bytes()))
    assert (found.result, found.signer and found.signer.codes) == ("good", ("G98.02",))


@pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384"])
@pytest.mark.parametrize("form", methods.CANONICALS)
def test_all_keys_and_forms_of_the_list_verify(kind: str, form: str) -> None:
    agency = pki().agency(CODE, f"Sở Thử nghiệm {kind}", kind=kind)  # type: ignore[arg-type] # one of the kinds
    assert outcome(signed(agency, Style(canonical=Canonical(form)))).result == "good"


@pytest.mark.parametrize("hashed", ["sha384", "sha512", "sha3_256", "sha3_512"])
def test_the_other_hashes_of_the_list_verify(hashed: str) -> None:
    assert outcome(signed(style=Style(hash=hashed))).result == "good"


def test_rsa_by_pkcs1v15_is_good_and_told_of() -> None:
    agency = pki().agency(CODE, "Sở Thử nghiệm RSA", kind="rsa-2048")
    found = outcome(signed(agency, Style(pss=False)))
    assert (found.result, reasons(found)) == ("good", {"signature-pkcs1v15"})


@pytest.mark.parametrize("kind", ["rsa-1024", "p-192"])
def test_a_short_key_is_bad_though_its_signature_holds(kind: str) -> None:
    agency = pki().agency(CODE, "Sở Thử nghiệm cũ", kind=kind)  # type: ignore[arg-type] # one of the kinds
    found = outcome(signed(agency))
    integrity = found.answer("integrity")
    assert integrity is not None
    assert integrity.result == "good"
    assert "signature-key-too-short" in reasons(found)
    assert found.result == "bad"


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("2001/04/xmldsig-more#ecdsa-sha1", "signature-hash-not-allowed"),
        ("2009/xmldsig11#dsa-sha256", "signature-scheme-not-allowed"),
    ],
)
def test_a_value_that_nothing_here_verifies_is_unknown_and_the_signature_bad(method: str, reason: str) -> None:
    found = outcome(signed().replace(b"2001/04/xmldsig-more#ecdsa-sha256", method.encode()))
    integrity = found.answer("integrity")
    assert integrity is not None
    assert (integrity.result, integrity.reason, found.result) == ("unknown", reason, "bad")


def test_a_weak_digest_is_bad_though_it_is_right() -> None:
    data = signed()
    root = etree.fromstring(data)
    signature = next(root.iter(f"{{{methods.XMLDSIG}}}Signature"))
    pieces = canonical.of_package(root, signature, Canonical(methods.EXCLUSIVE), whole=True)
    weak, _ = payloads.digest(data, pieces, "sha1")
    start, end = between(data, "DigestValue")
    data = data[:start] + b64encode(weak) + data[end:]
    weakened = data.replace(b"http://www.w3.org/2001/04/xmlenc#sha256", f"{methods.XMLDSIG}sha1".encode())
    found = outcome(sealed(weakened, stage().signer))
    integrity, algorithm = found.answer("integrity"), found.answer("algorithm")
    assert integrity is not None
    assert algorithm is not None
    assert (integrity.result, algorithm.result, found.result) == ("good", "bad", "bad")
    assert algorithm.reason == "signature-hash-not-allowed"


def test_a_stranger_to_the_trust_is_bad_and_one_of_whom_nobody_knows_the_issuer_is_unknown() -> None:
    stranger = Pki(NOW, name="khác").agency(CODE, "Sở Thử nghiệm")
    whole = sign(letter_bytes(), stranger.key, [stranger.certificate, *stranger.issuers])
    assert (outcome(whole).result, reasons(outcome(whole))) == ("bad", {"certificate-root-untrusted"})
    alone = outcome(signed(stranger))
    assert (alone.result, reasons(alone)) == ("unknown", {"xml-signature-issuer-unknown"})


def test_revocation_that_nobody_knows_of_is_unknown() -> None:
    trust = replace(trusted(), crls=())
    assert outcome(signed(), trust=trust).result == "unknown"


def test_signing_after_the_revocation_is_bad_and_before_it_is_not() -> None:
    own = Pki(NOW, name="có thu hồi")
    agency = own.agency(CODE, "Sở Thử nghiệm")
    data = signed(agency)
    own.revoke(agency, NOW - DAY)
    after = Times(NOW, claimed=NOW - DAY / 2)
    assert "certificate-revoked" in reasons(outcome(data, trust=trusted(own), times=after))
    before = Times(NOW, claimed=NOW - 2 * DAY, proven=NOW - 2 * DAY)
    assert outcome(data, trust=trusted(own), times=before).result == "good"


def test_an_expired_certificate_is_bad_at_the_time_of_signing() -> None:
    term = Validity(NOW - YEAR, NOW - DAY)
    agency = pki().agency(CODE, "Sở Thử nghiệm hết hạn", validity=term)
    after = Times(NOW, claimed=NOW - DAY / 2)
    assert "certificate-expired" in reasons(outcome(signed(agency), times=after))
    then = Times(NOW, claimed=NOW - 2 * DAY, proven=NOW - 2 * DAY)
    validity = outcome(signed(agency), times=then).answer("validity")
    assert validity is not None
    assert validity.result == "good"


def test_a_certificate_without_a_code_leaves_the_party_open() -> None:
    agency = pki().agency(CODE, "Sở Thử nghiệm không mã", codes=())
    found = outcome(signed(agency))
    assert "xml-signature-party-unknown" in reasons(found)
    assert found.result == "unknown"


def test_intermediate_certificates_may_come_with_the_signature() -> None:
    agency = stage().signer
    data = sign(letter_bytes(), agency.key, [agency.certificate, pki().issuing.identity.certificate])
    alone = replace(trusted(), intermediates=())
    assert outcome(data, trust=alone).result == "good"


def test_an_authority_that_is_not_above_the_signer_does_no_harm_and_a_stranger_does() -> None:
    agency, other = stage().signer, Pki(NOW, name="cạnh đó")
    by = [agency.certificate, pki().issuing.identity.certificate, pki().root.identity.certificate]
    beside = sign(letter_bytes(), agency.key, [*by, other.issuing.identity.certificate])
    assert outcome(beside).result == "good"
    stranger = sign(letter_bytes(), agency.key, [*by, other.agency("H99.09", "Sở Khác").certificate])
    assert "xml-signature-certificate-unrelated" in reasons(outcome(stranger))


def test_a_signature_survives_being_read_and_written() -> None:
    for form in methods.CANONICALS:
        data = signed(style=Style(canonical=Canonical(form)))
        with read_package(data) as reading:
            assert isinstance(reading.package, DocumentPackage)
            again = write_package(reading.package)
        assert outcome(again).result == "good"


def test_the_source_may_be_a_stream() -> None:
    data = signed()
    with read_package(io.BytesIO(data)) as reading:
        found = verify(reading, io.BytesIO(data), trusted=trusted(), times=Times(NOW))
    assert found is not None
    assert found.result == "good"


def test_a_source_with_another_attachment_than_the_reading_is_refused() -> None:
    """The signature is true for the source; what was read, and would be used, is something else."""
    data = signed()
    start = data.index(b">", data.index(b"<edXML:ContentTransferEncoded")) + 1
    other = data[:start] + b"JVBERi0x" + data[data.index(b"<", start) :]
    assert "xml-signature-bytes-differ" in reasons(judged(other, source=data))


@pytest.mark.parametrize(
    "source",
    [b"", b"<edXML", letter_of(files=[])(), letter_bytes() + b"<x>"],
    ids=["empty", "cut", "without-files", "not-xml"],
)
def test_a_source_that_has_not_the_same_payloads_is_refused(source: bytes) -> None:
    assert "xml-signature-bytes-differ" in reasons(judged(signed(), source=source))


def test_a_source_with_more_payloads_is_refused() -> None:
    data = signed()
    start, end = data.index(b"<Attachment>"), data.index(b"</AttachmentEncoded>")
    more = data[:end] + data[start:end] + data[end:]
    assert "xml-signature-bytes-differ" in reasons(judged(data, source=more))


def test_what_is_judged_is_the_header_that_was_read_not_the_one_in_the_source() -> None:
    data = signed()
    forged = data.replace("ban hành".encode(), "bãi bỏ".encode())
    assert "xml-signature-digest-wrong" in reasons(judged(forged, source=data))


def test_the_reading_is_left_as_it_was() -> None:
    data = signed()
    with read_package(data) as reading:
        before = reading.skeleton, reading.package
        trees = []
        for _ in range(2):
            verify(reading, data, trusted=trusted(), times=Times(NOW))
            assert reading.root is not None
            trees.append(len(list(reading.root.iter())))
        assert (reading.skeleton, reading.package) == before
    assert trees[0] == trees[1]


def test_without_roots_nothing_is_good() -> None:
    assert outcome(signed(), trust=Trust()).result != "good"


def test_a_later_look_does_not_say_when_it_was_signed() -> None:
    """Without a time nothing says that it was made while the certificate was valid, nor that it was not."""
    later = Times(NOW + timedelta(days=365 * 5))
    found = outcome(signed(), times=later)
    assert found.result == "unknown"
    assert "signing-time-unproven" in reasons(found)


def test_without_any_time_nothing_is_said_to_have_been_revoked_when_it_signed() -> None:
    own = Pki(NOW, name="có thu hồi sau")
    agency = own.agency(CODE, "Sở Thử nghiệm")
    data = signed(agency)
    own.revoke(agency, NOW - DAY)
    found = outcome(data, trust=trusted(own))
    assert found.result == "unknown"
    assert "certificate-revoked" not in reasons(found)


def test_what_the_axis_makes_of_a_signed_package_is_signed_no_more() -> None:
    """The axis writes packages anew; a signature that was true before it cannot be after it."""
    with read_package(signed()) as reading:
        again = reserialise(reading)
    assert reasons(judged(again)) == {"xml-signature-wrong-namespace"}


def test_a_document_type_is_not_read_so_nothing_of_it_is_good() -> None:
    data = signed().replace(b"<edXML xmlns", b"<!DOCTYPE edXML><edXML xmlns", 1)
    assert judged(data) is None


def test_revocation_data_that_came_along_count() -> None:
    lists = "".join(f"<X509CRL>{b64encode(crl).decode()}</X509CRL>" for crl in pki().crls(NOW))
    data = signed().replace(b"</X509Data>", lists.encode() + b"</X509Data>")
    assert outcome(data, trust=replace(trusted(), crls=())).result == "good"
