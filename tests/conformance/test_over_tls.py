"""Everything that talks to an axis, over TLS with a certificate of its own: load, fuzz, reference DMS."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from conformance.load import session
from conformance.load.connection import LoadSettings, connected
from conformance.load.measurement import Measurement
from conformance.options import client_certificate
from conformance.settings import SetupFailure
from protocol.signatures.pki.hierarchy import Pki
from protocol.wire.tls import ClientCertificate
from tests.axis_process import RunningAxis, start_axis
from tests.conformance.load.profiles import profile

SYSTEM, SECRET = "TEST.TLS.DMS", "not-a-real-secret-over-tls"
SYSTEMS = (
    f'[[system]]\nid = "{SYSTEM}"\nsecret = "{SECRET}"\nagencies = [{{ code = "H99.78", name = "Sở Thử nghiệm" }}]\n'
)
PATIENT = {"send_p95_ms": 10_000.0, "acknowledged_p95_s": 60.0}
SOBER = {"lateness_p99_ms": 60_000.0}


@dataclass(frozen=True)
class Secured:
    """An axis that asks every client for a certificate, and the files of one that has it."""

    axis: RunningAxis
    ca: str
    shown: ClientCertificate
    systems: str

    @property
    def options(self) -> list[str]:
        assert self.shown.key is not None
        return ["--ca", self.ca, "--client-cert", self.shown.certificate, "--client-key", self.shown.key]

    def operations(self) -> set[str]:
        context = ssl.create_default_context(cafile=self.ca)
        context.load_cert_chain(self.shown.certificate, self.shown.key)
        headers = {"Authorization": f"Bearer {self.axis.token}"}
        with httpx.Client(verify=context, trust_env=False, timeout=60) as client:
            rows = client.get(self.axis.control + "/exchanges?limit=1000", headers=headers).json()["exchanges"]
        return {row["operation"] for row in rows if row["system"] == SYSTEM and row["verified"]}


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    pki = Pki(datetime.now(UTC), name="TLS")
    paths = {}
    for name, content in (
        ("root.pem", pki.root.identity.pem),
        ("server.pem", pki.server().chain_pem),
        ("server.key", pki.server().key_pem),
        ("client.pem", pki.client().chain_pem),
        ("client.key", pki.client().key_pem),
        ("systems.toml", SYSTEMS.encode()),
    ):
        (folder / name).write_bytes(content)
        paths[name] = str(folder / name)
    axis = start_axis(
        folder, "--tls-cert", paths["server.pem"], "--tls-key", paths["server.key"], "--client-ca", paths["root.pem"],
        "--systems", paths["systems.toml"],
    )  # fmt: skip
    try:
        shown = ClientCertificate(paths["client.pem"], paths["client.key"])
        yield Secured(axis, paths["root.pem"], shown, paths["systems.toml"])
    finally:
        axis.stop()


def _load(secured: Secured, *, believed: str | None) -> Measurement:
    """Run a short profile; ``believed`` is the authority that the generator trusts."""
    settings = LoadSettings(
        driver=None, axis=secured.axis.url, token=secured.axis.token, ca=secured.ca, shown=secured.shown
    )

    async def run() -> Measurement:
        async with connected(settings) as target:
            chosen = profile(thresholds=PATIENT, health=SOBER, arrivals={"drain_s": 20.0 if believed else 1.0})
            return await session.run(chosen, target.axis, target.recipient, ca=believed, shown=secured.shown)

    return asyncio.run(run())


def test_the_load_generator_believes_the_authority_that_it_was_given(secured: Secured) -> None:
    measured = _load(secured, believed=secured.ca)
    assert measured.acknowledged_s.count == measured.offered


def test_the_load_generator_does_not_believe_just_anybody(secured: Secured) -> None:
    measured = _load(secured, believed=None)
    assert measured.offered > 0
    assert measured.acknowledged_s.count == 0


def test_the_fuzzer_works_over_tls(secured: Secured, tmp_path: Path) -> None:
    environment = {**os.environ, "AXIS28_CONTROL_TOKEN": secured.axis.token, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "axis28", "fuzz", "--axis", secured.axis.url, "--examples", "2", "--seed", "1",
         "--out", str(tmp_path), *secured.options],
        capture_output=True, text=True, env=environment, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_reference_dms_polls_over_tls_with_its_certificate(secured: Secured) -> None:
    command = [
        sys.executable, "-m", "axis28", "reference-dms", "--axis", secured.axis.url, "--systems", secured.systems,
        "--poll", "0.2", *secured.options,
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["event"] == "ready"
        deadline = time.monotonic() + 120
        while "getReceivedEdocList" not in secured.operations():
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@pytest.mark.parametrize("case", ["missing", "key-alone", "no-certificate"])
def test_a_certificate_that_cannot_be_shown_is_told_at_once(secured: Secured, case: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    certificate, key = {
        "missing": (str(tmp_path / "absent.pem"), None),
        "key-alone": (None, secured.shown.key),
        "no-certificate": (str(bad), None),
    }[case]
    with pytest.raises(SetupFailure) as told:
        client_certificate(certificate, key, Path.cwd())
    assert told.value.text.startswith("--client-")
    assert "\n" not in told.value.text
    given = [*(["--client-cert", certificate] if certificate else []), *(["--client-key", key] if key else [])]
    done = subprocess.run(
        [sys.executable, "-m", "axis28", "reference-dms", "--axis", secured.axis.url, "--systems", secured.systems,
         "--ca", secured.ca, *given],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
