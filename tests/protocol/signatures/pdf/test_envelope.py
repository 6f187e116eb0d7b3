"""A CMS structure is taken for what it is: one signer, nothing embedded, its own certificate, all attributes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from asn1crypto import cms, x509

from fixtures.pdfforgeries import certificate_renumbered, digit_changed, signed_bytes, value_is
from protocol.signatures.pdf.envelope import Malformed, digest_of, open_envelope
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.structures import Manner, envelope
from protocol.signatures.pki.forgery import altered_der
from tests.protocol.signatures.moments import DAY, NOW
from tests.protocol.signatures.pdf.parties import agency, asked, facts_of, judged, paper, pki, told


def with_value(change: Callable[[Any], None]) -> bytes:
    """Sign a paper, and change the structure before it is put into the file."""
    data = sign(paper(), agency(), NOW, field="F")
    info = envelope(hashlib.sha256(signed_bytes(data)).digest(), agency(), NOW, Manner())
    change(info["content"])
    return value_is(info.dump())(data)


def test_an_unchanged_structure_is_good() -> None:
    assert judged(with_value(lambda _: None))["F"].result == "good"


def second_signer(data: Any) -> None:
    data["signer_infos"] = [data["signer_infos"][0].copy(), data["signer_infos"][0].copy()]


def no_signer(data: Any) -> None:
    data["signer_infos"] = []


def content_inside(data: Any) -> None:
    data["encap_content_info"] = {"content_type": "data", "content": b"something else"}


def attribute_dropped(name: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        signer = data["signer_infos"][0]
        kept = [each for each in signer["signed_attrs"] if each["type"].native != name]
        signer["signed_attrs"] = cms.CMSAttributes(kept)

    return change


def other_certificate(data: Any) -> None:
    """Put in a certificate of the same issuer, number and key, for somebody else."""

    def rename(inner: Any) -> None:
        inner["subject"] = x509.Name.build({"country_name": "VN", "common_name": "TEST Kẻ khác"})

    der = altered_der(agency(), pki().issuing.identity.key, rename)
    data["certificates"] = [x509.Certificate.load(der)]


@pytest.mark.parametrize(
    ("change", "trouble", "reason"),
    [
        (second_signer, "signer-count", "pdf-signature-malformed"),
        (no_signer, "signer-count", "pdf-signature-malformed"),
        (content_inside, "content-embedded", "pdf-signature-malformed"),
        (attribute_dropped("message_digest"), "attributes-malformed", "pdf-signature-malformed"),
        (attribute_dropped("content_type"), "attributes-malformed", "pdf-signature-malformed"),
        (other_certificate, "certificate-mismatch", "pdf-signer-certificate-exchanged"),
    ],
)
def test_a_structure_that_is_none_is_named(change: Callable[[Any], None], trouble: str, reason: str) -> None:
    data = with_value(change)
    assert facts_of(data, "F").trouble == trouble
    assert told(judged(data)["F"]) == {("form", "bad", reason)}


def test_a_structure_without_its_certificate_cannot_be_checked() -> None:
    def change(data: Any) -> None:
        data["certificates"] = []

    outcome = judged(with_value(change))["F"]
    assert ("integrity", "unknown", "pdf-signer-certificate-missing") in told(outcome)
    assert outcome.signer is None
    assert "chain" not in asked(outcome)


def test_attributes_that_were_changed_break_the_value() -> None:
    def change(data: Any) -> None:
        for each in data["signer_infos"][0]["signed_attrs"]:
            if each["type"].native == "signing_time":
                each["values"] = [cms.Time({"utc_time": NOW - DAY})]

    integrity = asked(judged(with_value(change))["F"])["integrity"]
    assert (integrity.result, integrity.reason) == ("bad", "pdf-signature-value-wrong")


@pytest.mark.parametrize(
    ("contents", "trouble"),
    [
        (b"", "contents-empty"),
        (bytes(100), "contents-empty"),
        (b"\x30", "contents-malformed"),
        (b"\x30\x03\x02\x01\x05", "contents-malformed"),
        (b"\x30\x80\x00\x00", "contents-malformed"),
        (b"nothing of the kind", "contents-malformed"),
    ],
)
def test_bytes_that_are_no_structure_are_named(contents: bytes, trouble: str) -> None:
    with pytest.raises(Malformed) as refused:
        open_envelope(contents)
    assert refused.value.trouble == trouble


def test_hash_functions_are_known_by_their_names() -> None:
    assert digest_of("sha256", b"a") == hashlib.sha256(b"a").digest()
    assert digest_of("sha512_256", b"a") == hashlib.new("sha512_256", b"a").digest()
    assert digest_of("shake128", b"a") is None
    assert digest_of("", b"a") is None


def version(value: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["version"] = value

    return change


def signer_version(data: Any) -> None:
    data["signer_infos"][0]["version"] = "v3"


def listed(*names: str) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["digest_algorithms"] = [{"algorithm": name} for name in names]

    return change


@pytest.mark.parametrize("change", [version("v0"), signer_version, listed("sha512")])
def test_a_frame_that_belongs_to_another_structure_is_refused(change: Callable[[Any], None]) -> None:
    outcome = judged(with_value(change))["F"]
    assert told(outcome) == {("form", "bad", "pdf-signature-malformed")}


@pytest.mark.parametrize("which", [0, 1])
def test_an_algorithm_with_parameters_that_it_cannot_have_is_refused(which: int) -> None:
    data = sign(paper(), agency(), NOW, field="F")
    at = [found.end() for found in re.finditer(rb"(?i)608648016503040201(?=0500)", data)][which]
    changed = data[:at] + b"0400" + data[at + 4 :]
    assert told(judged(changed)["F"]) == {("form", "bad", "pdf-signature-malformed")}


@pytest.mark.parametrize("change", [version("v3"), listed(), listed("sha512", "sha256")])
def test_a_frame_that_signers_write_in_their_own_way_is_good(change: Callable[[Any], None]) -> None:
    assert judged(with_value(change))["F"].result == "good"


def test_a_structure_without_lengths_is_good() -> None:
    """Some libraries write the outermost elements so that two zero bytes end them (X.690, 8.1.3.6)."""
    data = sign(paper(), agency(), NOW, field="F")
    info = envelope(hashlib.sha256(signed_bytes(data)).digest(), agency(), NOW, Manner())
    inner = info["content"].dump()
    begins = inner.index(b"\x30")  # behind the explicit tag
    made = b"\x30\x80" + info["content_type"].dump() + b"\xa0\x80" + inner[begins:] + b"\x00\x00" * 2
    assert judged(value_is(made)(data))["F"].result == "good"


def test_a_digest_that_differs_is_told_though_nobody_can_check_the_value() -> None:
    data = digit_changed(sign(paper(), agency(), NOW, field="F"))
    lost = certificate_renumbered(data)
    integrity = asked(judged(lost)["F"])["integrity"]
    assert (integrity.result, integrity.reason) == ("bad", "pdf-digest-differs")
    assert [part.reason for part in integrity.parts] == ["pdf-digest-differs", "pdf-signer-certificate-missing"]
    whole = asked(judged(certificate_renumbered(sign(paper(), agency(), NOW, field="F")))["F"])["integrity"]
    assert (whole.result, whole.reason) == ("unknown", "pdf-signer-certificate-missing")


def test_an_attribute_that_cannot_be_read_leaves_nothing_open() -> None:
    data = digit_changed(sign(paper(), agency(), NOW, field="F"))
    unreadable = re.sub(rb"(?i)06092a864886f70d010905", b"04092a864886f70d010905", data)  # the time of signing
    assert unreadable != data
    assert told(judged(unreadable)["F"]) == {("form", "bad", "pdf-signature-malformed")}
