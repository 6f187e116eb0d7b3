"""Broken letters are told from sound text: every Vietnamese letter, foreign names and odd signs pass."""

from __future__ import annotations

import unicodedata

import pytest

from fixtures.casebook.letters import NOW, letter_of
from fixtures.vietnamese import ALL_LETTERS, PANGRAM
from protocol.rules import judge

_ONSETS = "b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
ONSETS = (*_ONSETS.split(), "")
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê êch êm ên ênh êp êt êu"
    " i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oai oam oan oang oanh oao oat oay oc oe oen oeo"
    " oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt u ua uân uât uây uc uê uêch uênh ui um un ung uôc uôi uôm"
    " uôn uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu y yêm yên yêng yêt yêu"
)
RHYMES = _RHYMES.split()
TONES = ("", "\u0300", "\u0301", "\u0303")
"""Level, falling, rising and broken: the tones that Latin-1 has on some letters; other syllables show themselves."""

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
        "Señor Muñoz Ibáñez",
        "Société Générale, Crédit Agricole",
        "Zürich, Köln, Düsseldorf",
        "Raphaël Noël",
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
        ("COÂNG VAÊN BAÙO CAÙO KEÁT QUAÛ", "text-legacy-encoding"),
        ("Coâng vaên baùo caùo tình hình", "text-legacy-encoding"),
        ("Veà vieäc baùo caùo keát quaû", "text-legacy-encoding"),
        ("GIAÁY MÔØI", "text-legacy-encoding"),
        ("Quyeát ñònh", "text-legacy-encoding"),
        ("QuyÕt ®Þnh", "text-legacy-encoding"),
        ("VÒ viÖc häp", "text-legacy-encoding"),
        ("C«ng v¨n", "text-legacy-encoding"),
        ("C?ng h?a x? h?i", "text-question-marks"),
        ("Sở Th\ufffd nghiệm", "text-letters-lost"),
    ],
)
def test_old_fonts_and_losses_are_seen(text: str, reason: str) -> None:
    assert harm(text) == {reason}


def toned(rhyme: str, tone: str) -> set[str]:
    """Put the tone where the old and the new spelling have it (hòa, hoà)."""
    vowels = [index for index, letter in enumerate(rhyme) if letter in "aâeêioôuy"]
    marked = [index for index in vowels if rhyme[index] in "âêô"]
    if marked or vowels[-1] < len(rhyme) - 1 or len(vowels) == 1:
        places = [marked[-1] if marked else vowels[-1]]
    elif len(vowels) == 2:
        places = vowels if rhyme in {"oa", "oe", "uy"} else vowels[:1]
    else:
        places = vowels[1:2]
    return {unicodedata.normalize("NFC", f"{rhyme[: at + 1]}{tone}{rhyme[at + 1 :]}") for at in places}


def test_no_syllable_of_vietnamese_looks_like_an_old_font() -> None:
    syllables = {
        onset + each
        for onset in ONSETS
        for rhyme in RHYMES
        if onset[1:] not in {"u", "i"} or rhyme[0] != onset[1]  # the end of qu and gi is in the rhyme already
        for tone in TONES
        for each in toned(rhyme, tone)
    }
    plain = [syllable for syllable in sorted(syllables) if all(letter < "\u0100" for letter in syllable)]
    assert len(plain) > 5_000
    for write in (str.lower, str.upper, str.title):
        texts = [" ".join(map(write, plain[start : start + 80])) for start in range(0, len(plain), 80)]
        assert [text for text in texts if harm(text)] == []
