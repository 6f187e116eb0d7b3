"""The folder of trust: read whatever the coding, and what does not belong into it is named."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.signatures import anchors, trust
from protocol.signatures.pki import Pki
from protocol.signatures.trust import TrustError
from schemas import messages
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.words import agency, judged, told


def laid_out(folder: Path, pki: Pki) -> Path:
    for name in anchors.FOLDERS:
        (folder / name).mkdir()
    (folder / "roots" / "root.pem").write_bytes(pki.root.identity.pem)
    (folder / "intermediates" / "issuing.cer").write_bytes(pki.issuing.identity.der)
    for name, der in zip(("root", "issuing"), pki.crls(NOW), strict=True):
        (folder / "crls" / f"{name}.crl").write_bytes(der)
    (folder / "ocsp" / "seal.der").write_bytes(pki.ocsp(agency(pki), NOW))
    (folder / "roots" / "README.md").write_text("passed over")
    (folder / "roots" / ".hidden").write_text("passed over")
    return folder


def test_a_folder_is_read_whatever_the_coding(tmp_path: Path) -> None:
    pki = Pki(NOW)
    loaded = trust.load(laid_out(tmp_path, pki))
    assert loaded.roots == (pki.root.identity.der,)
    assert loaded.intermediates == (pki.issuing.identity.der,)
    assert (len(loaded.crls), len(loaded.ocsps), loaded.tsa_roots) == (2, 1, ())
    assert told(judged(agency(pki), loaded)) == set()


def test_a_bundle_holds_several_roots(tmp_path: Path) -> None:
    first, second = Pki(NOW), Pki(NOW, name="công cộng")
    (tmp_path / "roots").mkdir()
    bundle = b"first\n" + first.root.identity.pem + b"second\n" + second.root.identity.pem
    (tmp_path / "roots" / "all.pem").write_bytes(bundle)
    assert trust.load(tmp_path).roots == (first.root.identity.der, second.root.identity.der)


@pytest.mark.parametrize(
    ("place", "content", "problem"),
    [
        ("roots/key.pem", Pki(NOW).root.identity.key_pem, "private-key"),
        ("roots/both.pem", Pki(NOW).root.identity.pem + Pki(NOW).root.identity.key_pem, "private-key"),
        ("roots/seal.pem", agency(Pki(NOW)).pem, "no-authority"),
        ("roots/text.pem", b"nothing", "no-certificate"),
        ("intermediates/cut.der", Pki(NOW).root.identity.der[:-1], "no-certificate"),
        ("tsa/tsa.pem", Pki(NOW).timestamp.pem, "no-authority"),
        ("roots/open.pem", b"-----BEGIN CERTIFICATE-----\nMIIB", "unreadable"),
        ("roots/bad.pem", b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "unreadable"),
        ("crls/root.pem", Pki(NOW).root.identity.pem, "no-crl"),
        ("ocsp/crl.der", Pki(NOW).crls(NOW)[0], "no-ocsp"),
        ("ocsp/refused.der", bytes.fromhex("30030a0106"), "no-ocsp"),
    ],
)
def test_what_does_not_belong_into_the_folder_is_named(
    place: str, content: bytes, problem: str, tmp_path: Path
) -> None:
    folder = laid_out(tmp_path, Pki(NOW))
    (folder / place).write_bytes(content)
    with pytest.raises(TrustError) as refused:
        trust.load(folder)
    assert refused.value.problem == problem
    assert refused.value.path == folder / place
    for lang in messages.LANGUAGES:
        assert refused.value.text(lang).startswith(f"{folder / place}: ")
        assert "\n" not in refused.value.text(lang)


@pytest.mark.parametrize("kept", [slice(None, -40), slice(-200), slice(20, None), slice(40, None), slice(-3)])
@pytest.mark.parametrize("torn", [0, 1])
def test_of_two_lists_in_a_file_none_is_passed_over_because_it_is_torn(torn: int, kept: slice, tmp_path: Path) -> None:
    pki = Pki(NOW)
    folder = laid_out(tmp_path, pki)
    lists = [x509.load_der_x509_crl(der).public_bytes(Encoding.PEM).rstrip() for der in pki.crls(NOW)]
    both = folder / "crls" / "both.pem"
    both.write_bytes(b"\n".join(lists))
    assert len(trust.load(folder).crls) == 4
    lists[torn] = lists[torn][kept]
    both.write_bytes(b"\n".join(lists))
    with pytest.raises(TrustError) as refused:
        trust.load(folder)
    assert (refused.value.problem, refused.value.path) == ("unreadable", both)


def test_a_folder_without_roots_or_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    for folder, problem in ((tmp_path, "no-roots"), (tmp_path / "gone", "no-folder")):
        with pytest.raises(TrustError) as refused:
            trust.load(folder)
        assert refused.value.problem == problem


def test_a_folder_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = laid_out(tmp_path, Pki(NOW))
    monkeypatch.setattr(anchors, "MOST_FILES", 1)
    with pytest.raises(TrustError, match="too many files"):
        trust.load(folder)
    monkeypatch.setattr(anchors, "LARGEST", 10)
    with pytest.raises(TrustError, match="too large"):
        trust.load(folder)


def test_a_subfolder_where_a_file_belongs_is_named(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, Pki(NOW))
    (folder / "roots" / "more").mkdir()
    with pytest.raises(TrustError) as refused:
        trust.load(folder)
    assert refused.value.problem == "unreadable"


def test_every_problem_has_its_sentence() -> None:
    told_of = {key.removeprefix("trust.") for key in messages.catalogue("en") if key.startswith("trust.")}
    assert told_of == set(get_args(anchors.Problem))
