"""``axis28 pki init`` as a user meets it: a folder that works, secrets that stay so, nothing overwritten."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from axis28.command import run
from protocol.signatures import trust
from tests import interrupts
from tests.axis_process import running_axis
from tests.command.packages import AXIS28, ENGLISH
from tests.protocol.signatures import openssl

NOW = "2026-11-20T09:30:00+07:00"
_NO_YEAR = "no certificate can be issued for that year; give one from 1971 to 8999"


def init(folder: Path, *options: str) -> int:
    return run(["pki", "init", str(folder), "--now", NOW, "--lang", "en", *options])


def test_it_writes_agencies_authorities_and_a_trust_store(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pki"
    assert init(folder, "--codes", "H99.01=Sở Thử nghiệm,H99.02") == 0
    output, errors = capfd.readouterr()
    assert output == (
        f"{folder}: test PKI for H99.01, H99.02, valid from 2026-10-21 to 2029-11-19; trust store: {folder}/trust\n"
    )
    assert errors == ""
    assert len(trust.load(folder / "trust").roots) == 1
    names = []
    for code in ("H99.01", "H99.02"):
        for holder in ("seal", "person"):
            place = folder / "agencies" / code / holder
            certificate = x509.load_pem_x509_certificate(place.with_suffix(".pem").read_bytes())
            key = load_pem_private_key(place.with_suffix(".key").read_bytes(), password=None)
            assert key.public_key() == certificate.public_key()
            names.append(certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
    assert names == ["Sở Thử nghiệm", "Nguyễn Văn Thử", "Cơ quan Thử nghiệm H99.02", "Nguyễn Văn Thử"]
    assert [file.name for file in tmp_path.iterdir()] == ["pki"]


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    assert init(tmp_path / "pki") == 0
    keys = list((tmp_path / "pki").rglob("*.key"))
    assert len(keys) == 8
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_the_readme_says_test_in_both_languages(tmp_path: Path) -> None:
    assert init(tmp_path / "pki") == 0
    readme = (tmp_path / "pki" / "README.md").read_text("utf-8")
    assert "# Hạ tầng khóa THỬ NGHIỆM (TEST): không có giá trị pháp lý" in readme
    assert "# TEST PKI: of no legal value" in readme
    assert "2026-10-21" in readme


@openssl.needed
@pytest.mark.parametrize("key", ["p-256", "rsa-2048"])
def test_the_command_in_the_readme_works(key: str, tmp_path: Path) -> None:
    assert init(tmp_path / "pki", "--key", key) == 0
    folder = tmp_path / "pki"
    certificates = [path.relative_to(folder) for path in (folder / "agencies").rglob("*.pem")]
    options = ("-CAfile", "trust/roots/root.pem", "-untrusted", "trust/intermediates/issuing.pem")
    attime = ("-attime", "1795142000")
    told = openssl.made(folder, "verify", *attime, *options, *certificates)
    assert told.count(": OK") == len(certificates) == 4


def test_two_runs_share_no_key(tmp_path: Path) -> None:
    assert init(tmp_path / "one") == init(tmp_path / "two") == 0
    first, second = ((tmp_path / name / "authorities" / "root.key").read_bytes() for name in ("one", "two"))
    assert first != second


def test_an_empty_folder_is_filled_and_a_full_one_left_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pki"
    folder.mkdir()
    assert init(folder) == 0
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    capfd.readouterr()
    assert init(folder) == 2
    assert capfd.readouterr().err == (
        f"axis28: {folder}: holds something already; choose another folder, or empty this one\n"
    )
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_stands_in_the_way_is_left_alone(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pki"
    if kind == "file":
        folder.write_text("mine")
    else:
        folder.symlink_to(tmp_path / "nowhere")
    assert init(folder) == 2
    assert "holds something already" in capfd.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["pki"]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert init(tmp_path / "file" / "pki") == 2
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert "choose another folder" in error


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--codes", "nothing"), "'nothing' begins with no organisation code"),
        (("--codes", "H99.01,"), "'' begins with no organisation code"),
        (("--codes", "vxp.saas.03"), "'vxp.saas.03' begins with no organisation code"),
        (("--codes", "../../etc"), "'../../etc' begins with no organisation code"),
        (("--codes", ",".join(f"H99.{number}" for number in range(201))), "201 codes; 200 at most"),
        (("--years", "0"), "'0': give a number from 1 to 20"),
        (("--years", "21"), "'21': give a number from 1 to 20"),
        (("--years", "²"), "'²': give a number from 1 to 20"),
        *(
            (("--now", f"{year}-06-01T00:00:00Z"), f"{year}-06-01T00:00:00+00:00: {_NO_YEAR}")
            for year in (1945, 1955, 1969, 1970, 9000)
        ),
        (("--now", "1970-12-31T23:59:59+07:00"), _NO_YEAR),
        (("--now", "9000-01-01T00:00:00Z"), _NO_YEAR),
        (("--now", "0003-01-01T00:00:00Z"), "is no date and time in ISO 8601"),
        (("--key", "rsa-1024"), "rsa-1024"),
    ],
)
def test_a_wrong_option_is_one_line_and_writes_nothing(
    options: tuple[str, ...], told: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path / "pki", *options) == 2
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert told in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("now", ["1971-01-01T00:00:00+14:00", "8999-12-31T23:59:59-12:00"])
def test_the_first_and_the_last_year_give_a_pki_that_holds(now: str, tmp_path: Path) -> None:
    folder = tmp_path / "pki"
    assert init(folder, "--now", now, "--years", "20") == 0
    trusted, then = trust.load(folder / "trust"), datetime.fromisoformat(now)
    seal = x509.load_pem_x509_certificate((folder / "agencies" / "H99.01" / "seal.pem").read_bytes())
    checks = trust.judge(seal.public_bytes(Encoding.DER), (), trusted, trust.Times(then, claimed=then))
    assert {check.result for check in checks} == {"good"}


def test_no_key_is_left_where_a_signal_ends_it(tmp_path: Path) -> None:
    codes = ",".join(f"H99.{number}" for number in range(1, 201))
    made = ("pki", "init", str(tmp_path / "pki"), "--codes", codes, "--key", "rsa-2048")
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            (*interrupts.IN_FORCE, *AXIS28[1:], *made),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | ENGLISH,
        ) as process:
            end = time.monotonic() + 60
            while not [*tmp_path.glob(".axis28-pki-*/**/*.key")] and time.monotonic() < end:
                time.sleep(0.01)
            assert process.poll() is None, "there are keys, and more to come"
            process.send_signal(number)
            output, errors = process.communicate(timeout=60)
        assert (process.returncode, output, errors) == (128 + number, b"", b"")
        assert list(tmp_path.iterdir()) == []


def test_it_speaks_vietnamese(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path / "pki", "--lang", "vi") == 0
    assert "hạ tầng khóa thử nghiệm cho H99.01" in capfd.readouterr().out
    assert init(tmp_path / "other", "--lang", "vi", "--now", "1945-09-02T14:00:00+07:00") == 2
    assert "hãy chọn năm từ 1971 đến 8999" in capfd.readouterr().err


def test_a_pki_can_be_issued_by_the_clock_of_an_axis(tmp_path: Path) -> None:
    """Its certificates hold at the time that the axis shows, which may be years from ours."""
    with running_axis(tmp_path) as axis:
        axis.call("PUT", "/clock", json={"now": "2041-03-04T05:06:07+07:00", "frozen": True})
        for number, url in enumerate((axis.url, f"{axis.url}/", axis.control)):
            folder = tmp_path / f"pki-{number}"
            assert run(["pki", "init", str(folder), "--clock", url, "--lang", "en"]) == 0
            seal = x509.load_pem_x509_certificate((folder / "agencies/H99.01/seal.pem").read_bytes())
            assert seal.not_valid_before_utc <= datetime(2041, 3, 4, tzinfo=UTC) < seal.not_valid_after_utc
            assert seal.not_valid_before_utc.year >= 2040


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "no address", "http://[::1", "ftp://example.org"])
def test_a_clock_that_nobody_shows_is_one_line(url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["pki", "init", str(tmp_path / "pki"), "--clock", url, "--lang", "en"]) == 2
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert f"--clock: {url} does not tell the time of an axis" in error
    assert list(tmp_path.iterdir()) == []
