"""The test PKI, by the word of the ``openssl`` tool: each reads what the other made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.signatures import trust
from protocol.signatures.pki import Identity, Pki, defects, keys
from protocol.signatures.trust import Evidence, Times, Trust
from tests.protocol.signatures.moments import DAY, HOUR, NOW
from tests.protocol.signatures.openssl import at, made, needed, openssl, stored


def agency(pki: Pki) -> Identity:
    return pki.agency("H99.01", "Sở Thử nghiệm")


def lay_out(folder: Path, pki: Pki, identity: Identity, moment: datetime) -> None:
    """Write a certificate as ``it.pem`` beside everything that OpenSSL needs to verify it."""
    lists = [x509.load_der_x509_crl(der).public_bytes(Encoding.PEM) for der in pki.crls(moment)]
    stored(
        folder,
        root_pem=pki.root.identity.pem,
        issuing_pem=pki.issuing.identity.pem,
        it_pem=identity.pem,
        lists_pem=b"".join(lists),
    )


def verified(folder: Path, moment: datetime, *options: str) -> tuple[int, str]:
    answer = openssl(
        folder, "verify", *at(moment), *options,
        "-CAfile", "root.pem", "-untrusted", "issuing.pem", "-CRLfile", "lists.pem", "-crl_check_all", "it.pem",
    )  # fmt: skip
    return answer.returncode, answer.stdout + answer.stderr


@needed
@pytest.mark.parametrize("kind", keys.ALLOWED)
@pytest.mark.parametrize("pss", [False, True])
def test_openssl_accepts_agency_person_and_services(kind: keys.Kind, pss: bool, tmp_path: Path) -> None:
    pki = Pki(NOW, kind=kind, pss=pss)
    person = pki.person("Nguyễn Văn Thử", "H99.01", "Sở Thử nghiệm", position="Giám đốc")
    for number, (identity, purpose) in enumerate(
        (
            (agency(pki), "smimesign"),
            (person, "smimesign"),
            (pki.timestamp, "timestampsign"),
            (pki.responder, "ocsphelper"),
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        lay_out(folder, pki, identity, NOW)
        code, told = verified(folder, NOW, "-x509_strict", "-purpose", purpose)
        assert (code, told) == (0, "it.pem: OK\n")


@needed
@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("expired", (), "certificate has expired"),
        ("not-yet-valid", (), "certificate is not yet valid"),
        ("revoked-before", (), "certificate revoked"),
        ("wrong-usage", ("-purpose", "smimesign"), "unsuitable certificate purpose"),
        ("encipherment-only", ("-purpose", "smimesign"), "unsuitable certificate purpose"),
        ("self-signed", (), "self-signed certificate"),
        ("public-ca", (), "unable to get local issuer certificate"),
        ("impostor", (), "unable to get local issuer certificate"),
        ("rsa-1024", ("-auth_level", "2"), "EE certificate key too weak"),
        ("sha-1", ("-auth_level", "2"), "CA signature digest algorithm too weak"),
        ("tampered", (), "certificate signature failure"),
    ],
)
def test_openssl_refuses_the_bad_ones_for_the_same_reason(
    name: str, options: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    pki = Pki(NOW)
    lay_out(tmp_path, pki, defects.bad(pki, name), NOW)
    code, said = verified(tmp_path, NOW, *options)
    assert code == 2
    assert told in said


@needed
def test_openssl_agrees_on_when_a_certificate_is_revoked(tmp_path: Path) -> None:
    pki = Pki(NOW)
    it = defects.bad(pki, "revoked-after")
    lay_out(tmp_path, pki, it, NOW)
    assert verified(tmp_path, NOW)[0] == 0
    lay_out(tmp_path, pki, it, NOW + 2 * HOUR)
    assert verified(tmp_path, NOW + 2 * HOUR)[0] == 2


@needed
def test_openssl_reads_our_lists(tmp_path: Path) -> None:
    pki = Pki(NOW)
    gone = agency(pki)
    pki.revoke(gone, NOW - DAY, x509.ReasonFlags.key_compromise)
    stored(tmp_path, issuing_crl=pki.crls(NOW)[1], issuing_pem=pki.issuing.identity.pem)
    text = made(tmp_path, "crl", "-inform", "DER", "-in", "issuing.crl", "-noout", "-text")
    assert "Last Update: Nov 20 02:30:00 2026 GMT" in text
    assert "Next Update: Nov 27 02:30:00 2026 GMT" in text
    assert f"{gone.certificate.serial_number:X}".zfill(40) in text
    assert "Revocation Date: Nov 19 02:30:00 2026 GMT" in text
    assert "Key Compromise" in text
    answer = openssl(tmp_path, "crl", "-inform", "DER", "-in", "issuing.crl", "-noout", "-CAfile", "issuing.pem")
    assert "verify OK" in answer.stderr


@needed
def test_openssl_reads_our_responses(tmp_path: Path) -> None:
    pki = Pki(NOW)
    good, gone = agency(pki), pki.agency("H99.02", "Ban Mẫu")
    pki.revoke(gone, NOW - DAY)
    for name, identity, told in (("good", good, "it.pem: good"), ("gone", gone, "it.pem: revoked")):
        folder = tmp_path / name
        folder.mkdir()
        lay_out(folder, pki, identity, NOW)
        stored(folder, it_ocsp=pki.ocsp(identity, NOW))
        answer = openssl(
            folder, "ocsp", "-respin", "it.ocsp", "-issuer", "issuing.pem", "-sha256", "-cert", "it.pem",
            "-CAfile", "root.pem", "-validity_period", 10**9, *at(NOW),
        )  # fmt: skip
        assert "Response verify OK" in answer.stderr
        assert told in answer.stdout


CONFIG = """
[ca]
default_ca = test
[test]
database = index.txt
crlnumber = number
default_md = sha256
default_crl_days = 7
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
"""


def revoked_by_openssl(folder: Path, pki: Pki, identity: Identity, since: datetime | None) -> None:
    """Write the data base that ``openssl ca`` and ``openssl ocsp`` keep, with one certificate."""
    lay_out(folder, pki, identity, NOW)
    stored(folder, issuing_key=pki.issuing.identity.key_pem, ca_cnf=CONFIG.encode(), number_txt=b"01\n")
    (folder / "number").write_text("01\n")
    end = f"{identity.certificate.not_valid_after_utc:%y%m%d%H%M%SZ}"
    state = ("V", "") if since is None else ("R", f"{since:%y%m%d%H%M%SZ},keyCompromise")
    serial = f"{identity.certificate.serial_number:X}"
    serial = serial.zfill(len(serial) + len(serial) % 2)
    (folder / "index.txt").write_text("\t".join([state[0], end, state[1], serial, "unknown", "/CN=x"]) + "\n")


def revocation(identity: Identity, pki: Pki, evidence: Evidence, times: Times) -> tuple[str, str]:
    checks = trust.judge(
        identity.der, identity.issuer_ders, Trust((pki.root.identity.der,), (), (pki.root.crl(NOW),)), times,
        evidence=evidence,
    )  # fmt: skip
    check = checks[-1]
    assert check.question == "revocation"
    return check.result, check.reason


UNKNOWN = ("unknown", "revocation-unknown")


@needed
@pytest.mark.parametrize(
    ("since", "hashed", "told"),
    [
        (None, "sha256", ("good", "")),
        (NOW - DAY, "sha256", ("bad", "certificate-revoked")),
        (None, "sha1", UNKNOWN),
        (NOW - DAY, "sha1", UNKNOWN),
    ],
)
def test_a_list_made_by_openssl_is_read_here_unless_its_hash_is_weak(
    since: datetime | None, hashed: str, told: tuple[str, str], tmp_path: Path
) -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    revoked_by_openssl(tmp_path, pki, seal, since)
    made(
        tmp_path, "ca", "-gencrl", "-md", hashed, "-config", "ca.cnf", "-cert", "issuing.pem",
        "-keyfile", "issuing.key",
        "-crl_lastupdate", f"{NOW:%Y%m%d%H%M%SZ}", "-crl_nextupdate", f"{NOW + DAY:%Y%m%d%H%M%SZ}", "-out", "made.pem",
    )  # fmt: skip
    made(tmp_path, "crl", "-in", "made.pem", "-outform", "DER", "-out", "made.crl")
    evidence = Evidence(crls=((tmp_path / "made.crl").read_bytes(),))
    assert revocation(seal, pki, evidence, Times(NOW + HOUR, claimed=NOW)) == told


@needed
@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("hashed", ["sha256", "sha1"])
def test_a_response_made_by_openssl_is_read_here_unless_its_hash_is_weak(
    revoked: bool, hashed: str, tmp_path: Path
) -> None:
    # The tool takes its instants from the clock, so that here the PKI has to follow.
    now = datetime.now(UTC)
    pki = Pki(now)
    seal = agency(pki)
    revoked_by_openssl(tmp_path, pki, seal, now - DAY if revoked else None)
    stored(tmp_path, responder_pem=pki.responder.pem, responder_key=pki.responder.key_pem)
    made(
        tmp_path, "ocsp", "-index", "index.txt", "-CA", "issuing.pem", "-rsigner", "responder.pem",
        "-rkey", "responder.key", "-issuer", "issuing.pem", "-cert", "it.pem", "-ndays", 1, "-rmd", hashed,
        "-respout", "made.ocsp", "-noverify",
    )  # fmt: skip
    evidence = Evidence(ocsps=((tmp_path / "made.ocsp").read_bytes(),))
    moment = now + timedelta(minutes=10)
    trusted = Trust((pki.root.identity.der,), (), (pki.root.crl(now),))
    checks = trust.judge(seal.der, seal.issuer_ders, trusted, Times(moment, claimed=moment), evidence=evidence)
    told = (checks[-1].result, checks[-1].reason)
    said = ("bad", "certificate-revoked") if revoked else ("good", "")
    assert told == (said if hashed == "sha256" else UNKNOWN)


@needed
def test_a_chain_made_by_openssl_is_good_here(tmp_path: Path) -> None:
    """Openssl makes root and signer itself, with its own names, keys and extensions."""
    now = datetime.now(UTC)
    (tmp_path / "x.cnf").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
        "subjectKeyIdentifier=hash\n[seal]\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    new = (
        "req",
        "-x509",
        "-config",
        "x.cnf",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-utf8",
    )
    made(tmp_path, *new, "-extensions", "root", "-subj", "/CN=TEST gốc", "-keyout", "root.key", "-out", "root.pem")
    made(
        tmp_path, *new, "-extensions", "seal", "-CA", "root.pem", "-CAkey", "root.key", "-keyout", "seal.key",
        "-subj", "/O=Sở Thử nghiệm/organizationIdentifier=H99.01/CN=Sở Thử nghiệm", "-out", "seal.pem",
    )  # fmt: skip
    for name in ("root", "seal"):
        made(tmp_path, "x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
    seal, root = (tmp_path / "seal.der").read_bytes(), (tmp_path / "root.der").read_bytes()
    checks = trust.judge(seal, (), Trust((root,)), Times(now + HOUR, claimed=now + HOUR))
    told = {check.question: (check.result, check.reason) for check in checks}
    good = ("good", "")
    assert told == dict.fromkeys(("certificate", "chain", "usage", "validity"), good) | {
        "revocation": ("unknown", "revocation-unknown")
    }
