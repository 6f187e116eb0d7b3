"""What is drawn: valid letters really are valid, damage is deterministic and covers what it promises."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from conformance.fuzz import campaign, damage, requests, session, strategies, variation
from conformance.fuzz.oracle import Expectation, judge
from conformance.fuzz.recipe import Recipe, render
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from tests.conformance.fuzz.examples import PLAIN, rendered, stamp

DRAWN = 250


@pytest.fixture(scope="module")
def letters() -> list[Recipe]:
    return campaign.draw(strategies.valid_letters(), examples=DRAWN, seed=28)


def test_every_valid_letter_is_sound_to_the_strict_reader_and_says_what_was_written(letters: list[Recipe]) -> None:
    for recipe in letters:
        example = render(recipe, stamp())
        with read_package(example.raw, profile="strict") as reading:
            assert not reading.refused, (recipe.variations, reading.findings)
            assert isinstance(reading.package, DocumentPackage)
            header = reading.package.header
            assert header.subject == example.letter.header.subject
            assert header.document_id == example.document_id
            assert [one.sha256 for one in reading.package.attachments] == [
                one.sha256 for one in example.letter.attachments
            ]


def test_valid_letters_use_the_letters_that_break_programs(letters: list[Recipe]) -> None:
    subjects = "".join(recipe.header.subject or "" for recipe in letters)
    assert any(ord(character) > 0xFFFF for character in subjects)
    assert subjects != unicodedata.normalize("NFC", subjects)
    assert {"<", "&", "]"} <= set(subjects)
    assert len(set(subjects) & set(strategies.VIETNAMESE)) > 100
    assert max(len(recipe.header.subject or "") for recipe in letters) == 500


def test_all_134_marked_and_plain_vietnamese_vowels_and_d_are_in_the_alphabet() -> None:
    letters = set(strategies.VIETNAMESE) | {"đ", "Đ"}
    assert len([letter for letter in letters if not letter.isascii()]) == 134


def test_every_variation_comes_up_and_changes_the_bytes(letters: list[Recipe]) -> None:
    kinds = Counter(one.kind for recipe in letters for one in recipe.variations)
    assert set(kinds) == {*variation.TREE, *variation.BYTES}
    plain = rendered()
    for kind in kinds:
        assert variation.vary(plain.raw, [variation.Variation(kind, 1)]) != plain.raw, kind


def test_the_same_seed_draws_the_same_examples_and_another_one_others() -> None:
    drawn = [campaign.draw(session.axis_strategy(), examples=60, seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert len(drawn[0]) == 60


def test_damage_of_every_kind_comes_up_without_a_crash_and_is_deterministic() -> None:
    recipes = campaign.draw(strategies.damaged_letters(), examples=400, seed=28)
    assert {one.kind for recipe in recipes for one in recipe.damages} == {*damage.MARKUP, *damage.BYTES}
    for recipe in recipes:
        example = render(recipe, stamp())
        assert render(recipe, example.stamp).raw == example.raw


@pytest.mark.parametrize("kind", [*damage.MARKUP, *damage.BYTES])
def test_each_damage_really_damages_a_plain_letter(kind: str) -> None:
    plain = rendered(PLAIN)
    one = damage.Damage(kind, "Subject", where=500, amount=2)
    assert damage.break_package(plain.raw, [one]) != plain.raw


def test_damaged_requests_use_every_kind_that_the_sender_can_make() -> None:
    recipes = campaign.draw(strategies.damaged_requests(requests.KINDS), examples=300, seed=28)
    assert {recipe.request.kind for recipe in recipes if recipe.request} == set(requests.KINDS)
    assert not any(recipe.valid for recipe in recipes)


def test_a_campaign_asks_for_all_three_expectations() -> None:
    recipes = campaign.draw(session.dms_strategy(), examples=100, seed=28)
    wanted = Counter(judge(render(one, stamp()).raw, valid=one.valid, by_axis=False).expectation for one in recipes)
    assert min(wanted[expectation] for expectation in Expectation) >= 10, wanted
