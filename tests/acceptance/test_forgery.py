"""Signed requests that were changed after signing: only what the signature does not cover can be changed unnoticed.

Each header of a request is altered, removed, doubled and moved, and thousands of variants are made at random. None is
accepted but those whose changes are listed in ``protocol.wire.coverage``; and each of these really is accepted, so that
the list, and the page that explains it, says nothing too much.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.rawhttp import NoAnswerError, RawConnection
from protocol.wire import coverage
from protocol.wire.coverage import UNCOVERED
from protocol.wire.filehash import padded
from tests.acceptance.forging import Request, changed, each, forged, parsed
from tests.axis_process import RunningAxis, running_axis
from tests.proof import ROOT, write_proof
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_transport import request

SEED = 28
SAMPLE, WHOLE = 400, 10_000
_AT_ONCE = 4


@pytest.fixture(scope="module")
def axis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    """One axis for all forgeries."""
    with running_axis(tmp_path_factory.mktemp("forgery")) as running:
        yield running
        assert "Traceback" not in running.errors()


@pytest.fixture(scope="module")
def originals(axis: RunningAxis) -> list[Request]:
    """Signed requests: a question with many parameters, a letter, a list."""
    office = Office(axis)
    sender, receiver = office.participant(), office.participant()
    asking = {"from": sender.code, "to": receiver.code, "note": "x  y", "title": "Đề nghị thử nghiệm", "empty": ""}
    count = parsed(request(sender, "countReceiveEdoc", asking, body=b"{}"))
    letter = parsed(sender.official().send(office.letter(sender, receiver), sender=sender.code).request)
    listing = parsed(receiver.official().received().request)
    # Asked for by itself, and answered before the body: nothing that a signature could cover.
    return [_without_expect(each) for each in (count, letter, listing)]


def _without_expect(original: Request) -> Request:
    headers = tuple(header for header in original.headers if header[0].lower() != b"expect")
    return replace(original, headers=headers)


def accepted(axis: RunningAxis, variant: Request) -> bool:
    """Whether the axis did what a request asks for."""
    try:
        with RawConnection(axis.url, timeout=60) as connection:
            connection.send(variant.wire())
            answer = connection.read_answer()
    except NoAnswerError:
        return False
    if answer.status != 200:
        return False
    content = json.loads(answer.body)
    assert content["status"] in ("OK", "FAIL"), content
    return bool(content["status"] == "OK")


def campaign(axis: RunningAxis, pairs: Iterable[tuple[Request, Request]]) -> dict[str, object]:
    """Send all variants; gives counts, and fails for the first that is accepted though it must not be."""
    made = list(pairs)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        outcomes = list(threads.map(lambda pair: accepted(axis, pair[1]), made))
    why: Counter[str] = Counter()
    untouched = refused = 0
    for (original, variant), was_accepted in zip(made, outcomes, strict=True):
        kinds = changed(original, variant)
        if not was_accepted:
            refused += 1
            continue
        assert kinds is not None, f"accepted, though changed: {variant.did}\n{variant.wire()!r}"
        assert kinds <= set(UNCOVERED)
        untouched += not kinds
        why.update(kind.id for kind in kinds)
    return {
        "variants": len(made),
        "refused": refused,
        "accepted": len(made) - refused,
        "accepted_unchanged": untouched,
        "accepted_by_what_is_not_covered": dict(sorted(why.items())),
    }


def _random(originals: list[Request], count: int) -> Iterator[tuple[Request, Request]]:
    chance = random.Random(SEED)
    for _ in range(count):
        original = chance.choice(originals)
        yield original, forged(chance, original)


def test_no_header_can_be_changed_unnoticed_but_those_that_are_not_covered(
    axis: RunningAxis, originals: list[Request]
) -> None:
    for original in originals:
        assert accepted(axis, original)
        counts = campaign(axis, [(original, variant) for variant in each(original)])
        assert counts["refused"] != 0


def test_of_a_sample_of_random_forgeries_none_is_accepted(axis: RunningAxis, originals: list[Request]) -> None:
    counts = campaign(axis, _random(originals, SAMPLE))
    assert isinstance(counts["refused"], int)
    assert counts["refused"] > SAMPLE / 2


def test_the_judge_calls_a_forgery_what_is_one(originals: list[Request]) -> None:
    """Were the axis to accept everything, the campaign would fail: most of what it sends is a forgery."""
    pairs = [*_random(originals, SAMPLE)]
    forgeries = [variant for original, variant in pairs if changed(original, variant) is None]
    assert len(forgeries) > SAMPLE / 2
    assert changed(originals[0], originals[0]) == set()


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_of_ten_thousand_random_forgeries_none_is_accepted(axis: RunningAxis, originals: list[Request]) -> None:
    systematic = campaign(axis, [(original, variant) for original in originals for variant in each(original)])
    drawn = campaign(axis, _random(originals, WHOLE))
    write_proof(
        "forgery",
        {"seed": SEED, "not_covered": [kind.id for kind in UNCOVERED], "every_header": systematic, "random": drawn},
    )


def test_each_thing_that_is_said_to_be_uncovered_is_indeed(axis: RunningAxis, originals: list[Request]) -> None:
    office = Office(axis)
    sender, receiver = office.participant(), office.participant()
    count = parsed(request(sender, "countReceiveEdoc", {"note": "x  y"}, body=b"{}"))
    entry = json.dumps({"code": f"{sender.code}.1", "name": "Sở Thử nghiệm", "mail": "a@example.vn"}).encode()
    other = json.dumps({"code": f"{sender.code}.2", "name": "Sở Thử nghiệm", "mail": "b@example.vn"}).encode()
    registering = parsed(request(sender, "registerAgency", {}, body=entry))
    letter = office.letter(sender, receiver)
    digest = padded(hashlib.sha256(letter).digest())
    sending = parsed(request(sender, "sendEdoc", _of_letter(sender, digest), body=letter))

    def having(original: Request, **values: str) -> Request:
        wanted = {name.replace("_", "-").lower().encode(): value.encode() for name, value in values.items()}
        headers = tuple((name, wanted.get(name.lower(), value)) for name, value in original.headers)
        return replace(original, headers=headers)

    shown = {
        coverage.OPERATION: replace(count, target="/countReceiveStatus"),
        coverage.BODY: replace(registering, body=other),
        coverage.HASH_FORM: having(replace(sending, body=letter + b"\r\n"), Content_Length=str(len(letter) + 2)),
        coverage.HOST: replace(having(count, Host="another.example"), target="/a/prefix/countReceiveEdoc"),
        coverage.PLAIN: having(count, User_Agent="another/1", XroadVnpt_version="9"),
        coverage.KEY_LIST: having(count, XroadVnpt_sign_header_key="NOTE;systemid"),
        coverage.SPELLING: having(count, XroadVnpt_note=" x y "),
        coverage.OTHERS: replace(count, headers=(*count.headers[::-1], (b"Via", b"1.1 proxy"))),
        coverage.NONCE: count,
    }
    assert set(shown) == set(UNCOVERED)
    for original in (count, registering, sending):
        assert accepted(axis, original)
    for kind, variant in shown.items():
        assert accepted(axis, variant), kind


def _of_letter(sender: Participant, digest: str) -> dict[str, str]:
    return {"from": sender.code, "servicetype": "eDoc", "messagetype": "edoc", "hash-file": digest}


def test_the_threat_model_names_all_that_is_not_covered() -> None:
    for name in ("threat-model.md",):
        page = Path(ROOT / "docs" / "explanation" / name)
        if not page.exists():
            pytest.skip("the page is not written yet")
        text = page.read_text(encoding="utf-8")
        assert not [kind.id for kind in UNCOVERED if kind.what not in text]
