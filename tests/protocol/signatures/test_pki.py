"""The test PKI, by the word of the ``openssl`` tool: each reads what the other made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from protocol.signatures import trust
from protocol.signatures.pki import Identity, Pki, authority, defects, keys, names
from protocol.signatures.pki.folder import files
from protocol.signatures.trust import Evidence, Times, Trust
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
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


@pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
def test_a_response_is_produced_at_its_instant_and_not_at_the_hosts(kind: keys.Kind) -> None:
    pki = Pki(NOW, kind=kind)
    for moment in (NOW - 400 * DAY, NOW + 4000 * DAY):
        response = ocsp.load_der_ocsp_response(pki.ocsp(agency(pki), moment))
        assert (response.produced_at_utc, response.this_update_utc) == (moment, moment)


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


@pytest.mark.parametrize("year", [1971, 2016, 2049, 2050, 2110, 9000])
def test_it_is_minted_for_any_clock(year: int) -> None:
    now = datetime(year, 7, 1, tzinfo=UTC)
    pki = Pki(now)
    seal = agency(pki)
    checks = trust.judge(seal.der, seal.issuer_ders, pki.trust(now), Times(now, claimed=now))
    assert {check.result for check in checks} == {"good"}
    assert pki.root.identity.certificate.not_valid_before_utc == now - 2 * YEAR


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Pki(datetime(2026, 11, 20))  # noqa: DTZ001 - that is what is refused


def test_keys_are_made_once_a_process_and_anew_where_wanted() -> None:
    once, again, fresh = Pki(NOW), Pki(NOW + DAY), Pki(NOW, fresh=True)
    assert agency(once).key is agency(again).key
    assert agency(once).der != agency(again).der
    assert agency(fresh).key.public_key() != agency(once).key.public_key()
    assert agency(once).key is not once.agency("H99.02", "Sở Thử nghiệm").key


def test_keys_that_nobody_asked_for_lately_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_KEPT", 2)
    monkeypatch.setattr(keys, "_KEPT", type(keys._KEPT)())
    first = keys.kept("p-256", "a")
    keys.kept("p-256", "b")
    assert keys.kept("p-256", "a") is first
    keys.kept("p-256", "c")
    assert keys.kept("p-256", "a") is first
    assert len(keys._KEPT) == 2


def test_every_subject_says_test() -> None:
    pki = Pki(NOW)
    person = pki.person("Nguyễn Văn Thử", "H99.01", "Sở Thử nghiệm")
    for identity in (pki.root.identity, pki.issuing.identity, pki.timestamp, pki.responder, agency(pki), person):
        assert names.MARK.startswith("TEST")
        assert names.MARK in identity.certificate.subject.rfc4514_string()


def test_a_long_name_is_cut_to_what_certificates_hold() -> None:
    long = "Ủy ban nhân dân thành phố Đối Chứng – Ban Quản lý Thử nghiệm các khu Mẫu và Giả định"
    seal = Pki(NOW).agency("H99.01", long)
    held = seal.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    assert held == "Ủy ban nhân dân thành phố Đối Chứng – Ban Quản l"
    assert len(held.encode()) <= names.LONGEST


def test_a_place_to_ask_stands_in_certificates_only_where_wanted() -> None:
    def places(pki: Pki) -> list[str]:
        try:
            found = agency(pki).certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        except x509.ExtensionNotFound:
            return []
        return [name.value for point in found for name in point.full_name or ()]

    assert places(Pki(NOW)) == []
    asked = Pki(NOW, url="http://pki.axis28.test")
    assert places(asked) == ["http://pki.axis28.test/issuing.crl"]
    checks = trust.judge(agency(asked).der, (), asked.trust(NOW), Times(NOW, claimed=NOW))
    assert {check.result for check in checks} == {"good"}


def test_the_folder_is_a_trust_folder_and_marks_its_secrets(tmp_path: Path) -> None:
    pki = Pki(NOW)
    made_files = list(files(pki, {"H99.01": "Sở Thử nghiệm", "H99.02": "Ban Mẫu"}, YEAR))
    assert {file.name for file in made_files if file.secret} == {
        file.name for file in made_files if b"PRIVATE KEY" in file.content
    }
    for file in made_files:
        (tmp_path / file.name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.name).write_bytes(file.content)
    loaded = trust.load(tmp_path / "trust")
    for code in ("H99.01", "H99.02"):
        for holder in ("seal", "person"):
            pem = (tmp_path / "agencies" / code / f"{holder}.pem").read_bytes()
            der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
            checks = trust.judge(der, (), loaded, Times(NOW + 300 * DAY, claimed=NOW))
            assert {check.result for check in checks} == {"good"}


def test_a_bad_certificate_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        defects.bad(Pki(NOW), "no-such-thing")


def test_a_profile_can_be_asked_for() -> None:
    odd = Pki(NOW).agency("H99.01", "Sở Thử nghiệm", profile=authority.Profile(usages=("content_commitment",)))
    usage = odd.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.digital_signature
