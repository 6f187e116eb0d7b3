"""Tools that nobody here wrote agree: poppler verifies what is signed here, and what ``openssl cms`` signs verifies."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.letterhead import DECISION
from fixtures.pdfforgeries import digit_changed, signed_bytes, value_is
from fixtures.signedpaper import AGENCY_FIELD, PERSON_FIELD, signed_appendix, signed_paper
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.structures import Manner
from protocol.signatures.pki import keys
from tests.protocol.signatures import openssl
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.pdf.parties import agency, asked, judged, paper, person, pki, signed, told

PDFSIG = shutil.which("pdfsig")
poppler = pytest.mark.skipif(PDFSIG is None, reason="pdfsig (poppler-utils) is not installed")


def pdfsig(folder: Path, data: bytes) -> list[dict[str, str]]:
    """Give what poppler says of each signature."""
    assert PDFSIG is not None
    (folder / "paper.pdf").write_bytes(data)
    answer = subprocess.run(
        [PDFSIG, "-nocert", "paper.pdf"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    found: list[dict[str, str]] = []
    for line in answer.stdout.splitlines():
        if line.startswith("Signature #"):
            found.append({})
        elif found and line.startswith("  - "):
            name, _, value = line[4:].partition(": ")
            found[-1][name] = value
    return found


@poppler
def test_poppler_verifies_both_signatures_of_a_paper(tmp_path: Path) -> None:
    said = pdfsig(tmp_path, signed())
    assert [each["Signature Field Name"] for each in said] == [PERSON_FIELD, AGENCY_FIELD]
    assert [each["Signer Certificate Common Name"] for each in said] == ["Trần Thị Mẫu", "Sở Thử nghiệm"]
    assert {each["Signature Validation"] for each in said} == {"Signature is Valid."}
    assert "Total document signed" in said[1]


@poppler
@pytest.mark.parametrize("kind", keys.ALLOWED)
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_poppler_verifies_every_key_and_hash_function(tmp_path: Path, kind: keys.Kind, digest: str) -> None:
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    manner = Manner("sha256" if digest == "sha256" else "sha384" if digest == "sha384" else "sha512")
    said = pdfsig(tmp_path, sign(paper(), seal, NOW, field="F", manner=manner))
    assert said[0]["Signature Validation"] == "Signature is Valid."
    assert said[0]["Signing Hash Algorithm"].replace("-", "").lower() == digest


@poppler
def test_poppler_verifies_a_signed_appendix(tmp_path: Path) -> None:
    data = signed_appendix(paper(), agency(), "05/QĐ-STN", NOW)
    assert pdfsig(tmp_path, data)[0]["Signature Validation"] == "Signature is Valid."


@poppler
def test_poppler_and_we_refuse_the_same_damaged_file(tmp_path: Path) -> None:
    damaged = digit_changed(signed())
    assert {each["Signature Validation"] for each in pdfsig(tmp_path, damaged)} == {"Digest Mismatch."}
    assert {each.result for each in judged(damaged).values()} == {"bad"}


@openssl.needed
@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("p-256", (), ""),
        ("p-384", (), ""),
        ("rsa-2048", (), "signature-pkcs1v15"),
        ("p-256", ("-noattr",), ""),
        ("p-256", ("-cades",), ""),
        ("rsa-3072", ("-keyopt", "rsa_padding_mode:pss"), ""),
    ],
)
def test_what_openssl_signs_verifies_here(
    tmp_path: Path, kind: keys.Kind, options: tuple[str, ...], reason: str
) -> None:
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    data = sign(paper(), seal, NOW, field="F")
    openssl.stored(tmp_path, signed_bin=signed_bytes(data), seal_pem=seal.pem, key_pem=seal.key_pem)
    openssl.stored(tmp_path, chain_pem=pki().issuing.identity.pem)
    openssl.made(
        tmp_path, "cms", "-sign", "-binary", "-md", "sha256", "-in", "signed.bin", "-signer", "seal.pem",
        "-inkey", "key.pem", "-certfile", "chain.pem", "-outform", "DER", "-out", "value.der", *options,
    )  # fmt: skip
    # The tool writes the time of its clock into the signature, which is not that of this test.
    embedded = value_is((tmp_path / "value.der").read_bytes())(data)
    facts = read_signatures(embedded).signatures[0]
    assert (facts.trouble, facts.coverage) == ("", "file")
    outcome = judged(embedded)["F"]
    checks = asked(outcome)
    assert {checks[each].result for each in ("form", "integrity", "coverage", "changes", "chain", "embedded")} == {
        "good"
    }
    assert checks["algorithm"].reason == reason
    assert outcome.signer is not None
    assert outcome.signer.role == "agency"


@openssl.needed
def test_openssl_verifies_the_structure_that_is_made_here(tmp_path: Path) -> None:
    data = signed_paper(DECISION, person(), agency(), NOW)
    facts = read_signatures(data).signatures[1]
    assert told(judged(data)[AGENCY_FIELD]) == set()
    contents = bytes.fromhex(data[data.rindex(b"/Contents <") + 11 :].partition(b">")[0].decode())
    openssl.stored(tmp_path, value_der=contents, signed_bin=signed_bytes(data), root_pem=pki().root.identity.pem)
    openssl.made(
        tmp_path, "cms", "-verify", "-binary", "-inform", "DER", "-in", "value.der", "-content", "signed.bin",
        "-CAfile", "root.pem", "-purpose", "any", "-out", "out.bin", *openssl.at(NOW),
    )  # fmt: skip
    assert (tmp_path / "out.bin").read_bytes() == signed_bytes(data)
    assert facts.envelope.value_holds
