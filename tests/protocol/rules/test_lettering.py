"""Broken letters are told from sound text: every Vietnamese letter, foreign names and odd signs pass."""

from __future__ import annotations

import unicodedata

import pytest

from fixtures.casebook.letters import NOW, letter_of
from fixtures.vietnamese import ALL_LETTERS, PANGRAM
from protocol.rules import judge

TEXTS = {"text-mojibake", "text-letters-lost", "text-question-marks", "text-legacy-encoding"}


def harm(subject: str) -> set[str]:
    with judge(letter_of(subject=subject)(), profile="strict", now=NOW) as reading:
        return {finding.reason for finding in reading.findings} & TEXTS


@pytest.mark.parametrize(
    "text",
    [
        PANGRAM,
        unicodedata.normalize("NFD", PANGRAM),
        ALL_LETTERS,
        "XÃ°, ĐÃ: À Á Â Ã È É Ê Ì Í Ò Ó Ô Õ Ù Ú Ý",
        "À la carte, café, naïve, Zoë",
        "Độ ẩm 5 µg/m³ ± 0,5 °C; §5; ©2026; ½",
        "Windows® và Office®",
        "Có hay không? Bao giờ? Ai?",
        "Hoà giải ở cơ sở, quý II, loã lồ",
        "VV TRIEN KHAI KE HOACH",
    ],
)
def test_sound_text_is_left_alone(text: str) -> None:
    assert harm(text) == set()


@pytest.mark.parametrize("letter", sorted(set(ALL_LETTERS) - set("ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý")))
def test_every_letter_that_was_misread_is_seen(letter: str) -> None:
    misread = f"Thu {letter} nghiem".encode().decode("latin-1")
    seen = harm(misread)
    # The control characters of Latin-1 do not all show; of the letters with three bytes none is missed.
    assert seen == {"text-mojibake"} or len(letter.encode()) < 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "text-legacy-encoding"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "text-legacy-encoding"),
        ("C?ng h?a x? h?i", "text-question-marks"),
        ("Sở Th\ufffd nghiệm", "text-letters-lost"),
    ],
)
def test_old_fonts_and_losses_are_seen(text: str, reason: str) -> None:
    assert harm(text) == {reason}
