"""Keys of a run: minted once, for the agencies that are asked to sign, and beside the event loop."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from conformance.evidence import Evidence
from conformance.reference_dms.vietnam import host_clock
from conformance.signatures import Signatures, signers_of
from conformance.system import Agency, System
from protocol.signatures.pki import Identity
from tests.conformance.stories import judged, verdict

AGENCIES = tuple(Agency(f"H99.28.{number}", f"Sở Thử nghiệm số {number}") for number in range(10, 40))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Signatures]:
    made = Signatures(Evidence(tmp_path / "out"))
    made.open(host_clock())
    yield made
    made.close()


def test_only_the_agencies_that_are_asked_to_sign_get_keys(world: Signatures) -> None:
    sut = System("SUT", AGENCIES, "QLVB", "1", "", frozenset(), 1.0)
    assert signers_of(sut) == AGENCIES[:2]
    assert list(world.configuration(signers_of(sut))["signing"]) == [agency.code for agency in AGENCIES[:2]]


def test_keys_are_minted_once_and_replaced_where_others_are_given(world: Signatures) -> None:
    first, second = AGENCIES[:2]
    before = world.keys_json((first, second))
    pair: tuple[Identity, Identity] = (world.person(first), world.seal(first))
    replaced = world.keys_json((first, second), {first.code: pair})
    assert replaced[second.code] == before[second.code]
    assert replaced[first.code] != before[first.code]
    assert world.keys_json((first, second)) == before


def test_the_newest_list_of_each_authority_comes_last(world: Signatures) -> None:
    given = world.trust_json(host_clock())
    made: dict[str, list[datetime]] = {}
    for text in given["crls"]:
        crl = x509.load_der_x509_crl(base64.b64decode(text))
        made.setdefault(crl.issuer.rfc4514_string(), []).append(crl.last_update_utc)
    assert any(len(moments) > 1 for moments in made.values())
    assert all(moments == sorted(moments) for moments in made.values())
    assert all(world.now - moments[-1] < timedelta(minutes=1) for moments in made.values())


def test_certificates_stand_in_lines_that_every_tool_takes(world: Signatures) -> None:
    given = world.trust_json(host_clock())
    for text in (*given["roots"], *given["intermediates"]):
        assert x509.load_pem_x509_certificate(text.encode()).version is x509.Version.v3
        assert max(map(len, text.splitlines())) == 64


@pytest.mark.timeout(300)
def test_no_key_is_packed_on_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[str] = []
    kept = Signatures.keys_json

    def noted(self: Signatures, *args: object) -> object:
        packed.append(threading.current_thread().name)
        return kept(self, *args)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(Signatures, "keys_json", noted)
    outcome = judged("SIG-10/certificate-checked-first", tmp_path, grace=4.0)
    assert verdict(outcome)[0].value == "pass", outcome.got
    assert len(packed) > 5
    assert all(name.startswith("signatures") for name in packed), packed
