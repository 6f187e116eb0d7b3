"""The axis over TLS, by real handshakes with certificates of the test PKI."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from axis28.command import run
from protocol.signatures.pki.authority import Validity
from protocol.signatures.pki.hierarchy import Pki
from protocol.signatures.pki.identity import Identity
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisUnreachable
from protocol.wire.tls import ClientCertificate
from tests.axis_process import RunningAxis, start_axis

SYSTEM, SECRET = "TEST.TLS.01", "not-a-real-secret-over-tls"


@dataclass(frozen=True)
class Files:
    """The files of one test PKI."""

    folder: Path
    pki: Pki

    def write(self, name: str, identity: Identity) -> tuple[str, str]:
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(identity.chain_pem)
        key.write_bytes(identity.key_pem)
        return str(certificate), str(key)

    @property
    def root(self) -> str:
        path = self.folder / "root.pem"
        path.write_bytes(self.pki.root.identity.pem)
        return str(path)

    def server(self) -> list[str]:
        certificate, key = self.write("server", self.pki.server())
        return ["--tls-cert", certificate, "--tls-key", key]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path, Pki(datetime.now(UTC), name="TLS"))


@contextlib.contextmanager
def _axis(files: Files, *extra: str) -> Iterator[RunningAxis]:
    systems = files.folder / "systems.toml"
    systems.write_text(
        f'[[system]]\nid = "{SYSTEM}"\nsecret = "{SECRET}"\n'
        'agencies = [{ code = "H99.77", name = "Sở Thử nghiệm" }]\n',
        encoding="utf-8",
    )
    axis = start_axis(files.folder, *files.server(), "--systems", str(systems), *extra)
    try:
        yield axis
        assert "Traceback" not in axis.errors()
    finally:
        axis.stop()


def _count(axis: RunningAxis, ca: str | None, shown: ClientCertificate | None = None) -> int:
    async def count() -> int:
        async with AxisClient(axis.url, SYSTEM, SECRET, ca=ca, shown=shown) as client:
            return await client.count_received()

    return asyncio.run(count())


def test_an_axis_over_tls_answers_who_trusts_its_authority(files: Files) -> None:
    with _axis(files) as axis:
        assert axis.url.startswith("https://")
        assert axis.control == axis.url + "/_axis/v1"
        assert _count(axis, files.root) == 0
        clock = httpx.get(axis.control + "/clock", verify=ssl.create_default_context(cafile=files.root))
        assert clock.status_code == 200
        with pytest.raises(AxisUnreachable) as refused:
            _count(axis, None)
        assert refused.value.reason == "axis-not-trusted"


def test_another_authority_is_not_believed(files: Files) -> None:
    other = files.folder / "other.pem"
    other.write_bytes(Pki(datetime.now(UTC), name="TLS of somebody else").root.identity.pem)
    with _axis(files) as axis:
        with pytest.raises(AxisUnreachable) as refused:
            _count(axis, str(other))
        assert refused.value.reason == "axis-not-trusted"


def test_tls_older_than_1_2_is_not_spoken(files: Files) -> None:
    with _axis(files) as axis:
        assert _handshake(axis, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert _handshake(axis, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
        with pytest.raises((ssl.SSLError, ConnectionError)):
            _handshake(axis, ssl.TLSVersion.TLSv1_1)


def _handshake(axis: RunningAxis, version: ssl.TLSVersion) -> str | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # so that it is the axis that refuses, not our own library
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", axis.port), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return secured.version()


def test_with_an_authority_for_clients_each_must_show_its_certificate(files: Files) -> None:
    good = ClientCertificate(*files.write("client", files.pki.client()))
    stranger = Pki(datetime.now(UTC), name="TLS of a stranger").client()
    other = ClientCertificate(*files.write("stranger", stranger))
    with _axis(files, "--client-ca", files.root) as axis:
        assert _count(axis, files.root, good) == 0
        for shown in (None, other):
            with pytest.raises(AxisUnreachable):
                _count(axis, files.root, shown)
        # Who is turned away in the handshake never was a request: nothing of it is told as one.
        verify = ssl.create_default_context(cafile=files.root)
        verify.load_cert_chain(good.certificate, good.key)
        headers = {"Authorization": f"Bearer {axis.token}"}
        rows = httpx.get(axis.control + "/exchanges", headers=headers, verify=verify).json()["exchanges"]
        assert [row["operation"] for row in rows] == ["countReceiveEdoc"]


def test_a_body_announced_by_expect_and_a_refused_head_work_over_tls(files: Files) -> None:
    """The axis's own handling of connections stands under TLS too."""
    context = ssl.create_default_context(cafile=files.root)
    with _axis(files) as axis:
        for head, word in (
            (
                b"POST /countReceiveEdoc HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
                b'"15"',
            ),
            (b"GET /getEdoc HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", b"folded"),
            (b"GET /getAgenciesList HTTP/1.0\r\n\r\n", b'"15"'),
        ):
            with (
                socket.create_connection(("127.0.0.1", axis.port), timeout=30) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                secured.sendall(head)
                answer = b""
                while word not in answer and (piece := secured.recv(65536)):
                    answer += piece
                assert word in answer


def test_a_reset_fault_ends_a_tls_connection_without_an_answer(files: Files) -> None:
    context = ssl.create_default_context(cafile=files.root)
    with _axis(files) as axis, httpx.Client(verify=context, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {axis.token}"}
        rule = {"fault": "reset-before", "match": {"operation": "getAgenciesList"}}
        assert client.put(axis.control + "/faults/cut", json=rule, headers=headers).status_code == 201
        with pytest.raises(httpx.TransportError):
            client.get(axis.url + "/getAgenciesList")


@pytest.mark.parametrize(
    ("case", "lang"),
    [
        ("missing", "vi"),
        ("not-pem", "en"),
        ("expired", "vi"),
        ("not-yet-valid", "en"),
        ("other-key", "vi"),
        ("half", "en"),
        ("ca-alone", "vi"),
        ("bad-ca", "en"),
        ("passphrase", "vi"),
    ],
)
def test_files_that_are_no_use_are_told_in_one_line(files: Files, case: str, lang: str) -> None:
    certificate, key = files.write("server", files.pki.server())
    arguments = ["--tls-cert", certificate, "--tls-key", key]
    now = datetime.now(UTC)
    word = certificate
    if case == "missing":
        arguments[1] = word = str(files.folder / "nothing.pem")
    elif case == "not-pem":
        Path(certificate).write_text("no certificate")
    elif case == "expired":
        past = Validity(now - timedelta(days=20), now - timedelta(days=2))
        files.write("server", files.pki.server(validity=past))
    elif case == "not-yet-valid":
        future = Validity(now + timedelta(days=2), now + timedelta(days=20))
        files.write("server", files.pki.server(validity=future))
    elif case == "other-key":
        arguments[3] = word = files.write("client", files.pki.client())[1]
    elif case == "half":
        arguments, word = arguments[:2], "--tls-key"
    elif case == "ca-alone":
        arguments, word = ["--client-ca", files.root], "--tls-cert"
    elif case == "bad-ca":
        empty = files.folder / "empty.pem"
        empty.write_text("")
        arguments += ["--client-ca", str(empty)]
        word = str(empty)
    else:
        Path(key).write_bytes(_under_a_passphrase(files.pki.server()))
        word = key
    environment = {**os.environ, "LC_ALL": f"{lang}_VN.UTF-8", "AXIS28_CONTROL_TOKEN": "a-token"}
    done = subprocess.run(
        [sys.executable, "-m", "axis28", "simulate", "--port", "0", "--data", str(files.folder / "axis"), *arguments],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "PRIVATE" not in done.stderr


def _under_a_passphrase(identity: Identity) -> bytes:
    return identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"not a passphrase"))


def test_a_pki_is_issued_by_the_clock_of_an_axis_that_asks_for_a_certificate(files: Files, tmp_path: Path) -> None:
    certificate, key = files.write("client", files.pki.client("TEST.TLS.01"))
    with _axis(files, "--client-ca", files.root) as axis:
        asked = ["pki", "init", str(tmp_path / "pki"), "--clock", axis.url, "--ca", files.root]
        assert run(asked) == 2
        assert run([*asked, "--client-cert", certificate, "--client-key", key]) == 0
