"""The client trusts the authority that it was given, for the host that it calls, and nobody else."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from protocol.wire.client import AxisClient, AxisUnreachable

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed: no certificates can be made")
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 57\r\n\r\n{"status":"OK","ErrorCode":"0","ErrorDesc":"x","data":[]}'


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    for name, subject in (("right", "IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.example")):
        assert OPENSSL is not None
        command = [
            *(OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-subj", f"/CN={name}", "-addext", f"subjectAltName={subject}"),
            *("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")),
        ]
        subprocess.run(command, check=True, capture_output=True)
    return folder


async def call(certificates: Path, *, serve: str, trust: str | None) -> int:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client did not like the certificate
        finally:
            writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / f"{serve}.pem", certificates / f"{serve}.key")
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ca = None if trust is None else str(certificates / f"{trust}.pem")
        async with AxisClient(url, "TEST.SYS.01", "dummy-test-key", ca=ca, timeout=60) as client:
            return len((await client.received("edoc")).items)


def test_the_given_authority_is_trusted(certificates: Path) -> None:
    assert asyncio.run(call(certificates, serve="right", trust="right")) == 0


@pytest.mark.parametrize(("serve", "trust"), [("right", None), ("right", "elsewhere"), ("elsewhere", "elsewhere")])
def test_another_authority_and_another_host_are_not(certificates: Path, serve: str, trust: str | None) -> None:
    with pytest.raises(AxisUnreachable) as caught:
        asyncio.run(call(certificates, serve=serve, trust=trust))
    assert (caught.value.reason, caught.value.maybe_done) == ("axis-not-trusted", False)
