"""Damaged requests: those that must be refused are refused by the verifier that the protocol library has."""

from __future__ import annotations

import pytest

from conformance.fuzz import requests
from conformance.fuzz.recipe import RequestDamage
from protocol.wire.filehash import BodyDigest
from protocol.wire.signing import SignatureRefused, verify

SENDER = requests.Sender("TEST.SYS.01", "bi-mat-thu-nghiem", "H99.01", "H98.02")
RAW = "<a>văn bản thử</a>".encode()


def accepted(request: requests.Request) -> bool:
    """What a correct axis checks before it looks at the package."""
    try:
        signed = verify(request.headers, {SENDER.system_id: SENDER.secret}.get)
    except SignatureRefused:
        return False
    digest = BodyDigest()
    digest.update(request.body)
    return digest.matches(signed.parameters["hash-file"]) is not None and signed.parameters["from"] == SENDER.agency


def test_a_sound_request_is_accepted() -> None:
    assert accepted(requests.sound(RAW, SENDER))


@pytest.mark.parametrize("kind", sorted(requests.REFUSED))
def test_no_request_of_a_kind_that_must_be_refused_is_accepted(kind: str) -> None:
    for where in range(0, 1000, 37):
        for amount in range(0, 61, 5):
            damage = RequestDamage(kind, where, amount)
            assert not accepted(requests.damaged(RAW, SENDER, damage)), damage


@pytest.mark.parametrize("kind", requests.KINDS)
def test_every_damage_changes_the_request(kind: str) -> None:
    sound = requests.sound(RAW, SENDER)
    damaged = requests.damaged(RAW, SENDER, RequestDamage(kind, 500, 3))
    assert (damaged.headers, damaged.body) != (sound.headers, sound.body)
