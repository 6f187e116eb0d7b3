"""What Hypothesis draws: letters in all the letters of Vietnamese, their legal variations and their damages.

Everything drawn is a frozen value with a short, readable representation, because a person reads the shrunk one.
"""

from __future__ import annotations

import io
import random
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.fuzz import damage, variation
from conformance.fuzz.recipe import Recipe, RequestDamage
from fixtures.files import File
from protocol.package.model import (
    Business,
    Code,
    DocumentHeader,
    DocumentType,
    Organisation,
    OtherInfo,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
)

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VIETNAMESE = "".join(
    unicodedata.normalize("NFC", case(vowel + tone))
    for vowel in _VOWELS
    for tone in _TONES
    for case in (str.lower, str.upper)
)
_MARKUP = "<>&\"'];/#"
_ASTRAL = "𠀀𝕍🏛🇻"
_OTHER = "đĐ \u00a0\u200d“”–…№₫漢字"
_ALPHABET = "abcXYZ0189" + VIETNAMESE + _OTHER + _MARKUP + _ASTRAL
_FIRST, _LAST = date(2020, 1, 1), date(2025, 12, 31)


def texts(longest: int) -> SearchStrategy[str]:
    """Texts of 1 to ``longest`` code points, beginning and ending with something visible; some decomposed (NFD)."""
    short = st.text(_ALPHABET, min_size=1, max_size=min(longest, 20))
    rich = st.integers(0, 2**32 - 1).map(lambda seed: _rich_text(seed, longest))
    tidy = st.one_of(short, rich).map(lambda text: text[:longest].strip()).filter(_worded)
    return st.one_of(tidy, tidy.map(lambda text: unicodedata.normalize("NFD", text)[:longest].strip()).filter(_worded))


def _rich_text(seed: int, longest: int) -> str:
    """Fill a text of some length from the whole alphabet, or the longest one from the Vietnamese letters alone.

    Hypothesis itself draws long texts slowly and with few different letters; it shrinks to its own short ones.
    """
    source = random.Random(seed)  # noqa: S311 - contents of fictitious letters
    if source.random() < 0.15:
        return "".join(source.choices(VIETNAMESE, k=longest))
    return "".join(source.choices(_ALPHABET, k=source.randint(1, min(longest, 80))))


def _worded(text: str) -> bool:
    return any(character.isalnum() for character in text)


def dates() -> SearchStrategy[str]:
    """Dates as the wire writes them, ``yyyy/MM/dd``, none in the future."""
    return st.dates(_FIRST, _LAST).map(lambda day: day.strftime("%Y/%m/%d"))


def files() -> SearchStrategy[File]:
    """One file: kinds that the official builder sends raw, kinds that it zips and a genuine zip."""
    stems = st.one_of(st.just("van ban"), texts(40).map(_file_stem))
    pdf = st.binary(max_size=64).map(lambda rest: b"%PDF-1.7\n" + rest)
    content = st.binary(min_size=1, max_size=64)
    return st.one_of(
        st.builds(File, stems.map(lambda stem: f"{stem}.pdf"), pdf),
        st.builds(File, stems.map(lambda stem: f"{stem}.xlsx"), content),
        st.builds(File, stems.map(lambda stem: f"{stem}.txt"), content),
        st.builds(File, stems.map(lambda stem: f"{stem}.docx"), content),
        st.builds(File, stems.map(lambda stem: f"{stem}.zip"), content.map(_zipped)),
    )


def _file_stem(text: str) -> str:
    return "".join(character for character in text if character.isalnum() or character == " ").strip() or "a"


def _zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("ben-trong.txt", (2025, 1, 1, 0, 0, 0)), content)
    return target.getvalue()


def headers() -> SearchStrategy[DocumentHeader]:
    """Message headers within the limits of QCVN 102, without the parts that are the example's identity."""
    return st.builds(
        DocumentHeader,
        sender=st.just(Organisation()),
        to=st.just(()),
        code=st.builds(Code, number=st.none(), notation=st.sampled_from(("CV-STN", "QĐ-UBND", "TB-STN", "KH-ĐƯ"))),
        promulgation=st.builds(PromulgationInfo, place=st.none() | texts(50), date=dates()),
        document_type=_types(),
        subject=texts(500),
        content=st.none() | texts(500),
        signer=st.none() | st.builds(SignerInfo, st.none() | st.sampled_from(("TM.", "KT.")), texts(100), texts(100)),
        due_date=st.none() | dates(),
        other=st.none() | _other(),
        response_for=st.lists(_answered(), max_size=1).map(tuple),
        steering_type=st.sampled_from(("0", "1", "2")),
        to_places=st.lists(texts(150), max_size=2).map(tuple),
    )


def _types() -> SearchStrategy[DocumentType]:
    named = st.sampled_from((("2", "Công văn"), ("1", "Quyết định"), ("18", "Thông báo"), ("71", "Thư công")))
    return st.builds(
        lambda pair, detail: DocumentType(pair[0], detail, pair[1]), named, st.none() | st.sampled_from("02")
    )


def _other() -> SearchStrategy[OtherInfo]:
    return st.builds(
        OtherInfo,
        priority=st.sampled_from("01234"),
        sphere_of_promulgation=st.none() | texts(100),
        promulgation_amount=st.none() | st.integers(1, 9999).map(str),
        page_amount=st.none() | st.integers(1, 9999).map(str),
        appendixes=st.lists(texts(60), max_size=2).map(tuple),
    )


def _answered() -> SearchStrategy[ResponseFor]:
    return st.builds(ResponseFor, st.just("H99.99"), st.just("12/CV-STN"), st.none(), dates())


def _business() -> SearchStrategy[Business]:
    staff = st.builds(StaffInfo, department=texts(60), staff=texts(60))
    return st.builds(Business, doc_type=st.just("0"), reason=st.none() | texts(100), staff=st.none() | staff)


def valid_letters() -> SearchStrategy[Recipe]:
    """Letters that every axis and every DMS has to take, legally varied."""
    kinds = _evenly(sorted({**variation.TREE, **variation.BYTES}))
    variations = st.lists(
        st.builds(variation.Variation, kinds, st.integers(0, 20)), max_size=3, unique_by=lambda one: one.kind
    )
    return st.builds(
        Recipe,
        header=headers(),
        files=st.lists(files(), min_size=1, max_size=3).map(tuple),
        business=st.none() | _business(),
        traced=st.booleans(),
        variations=variations.map(tuple),
    )


def damages() -> SearchStrategy[damage.Damage]:
    """One damage of any kind; bytes and markup come about equally often."""
    where, amount = st.integers(0, damage.THOUSAND - 1), st.integers(0, 60)
    markup = st.builds(damage.Damage, _evenly(sorted(damage.MARKUP)), _evenly(damage.ELEMENTS), where, amount)
    in_bytes = st.builds(damage.Damage, _evenly(sorted(damage.BYTES)), st.just(""), where, amount)
    return st.one_of(markup, in_bytes)


def evenly_of(*kinds: SearchStrategy[Recipe]) -> SearchStrategy[Recipe]:
    """Draw each kind of recipe about equally often, which ``one_of`` does not; it shrinks to the first."""
    return st.integers(0, 2**20 - 1).flatmap(lambda drawn: kinds[drawn % len(kinds)])


def _evenly(names: Sequence[str]) -> SearchStrategy[str]:
    """Draw names more evenly than ``sampled_from``, which likes the first ones; it shrinks to the first."""
    return st.integers(0, 2**20 - 1).map(lambda drawn: names[drawn % len(names)])


def damaged_letters() -> SearchStrategy[Recipe]:
    """Letters with one to three damages."""
    return st.builds(
        Recipe,
        header=headers(),
        files=st.lists(files(), min_size=1, max_size=2).map(tuple),
        business=st.none() | _business(),
        traced=st.booleans(),
        damages=st.lists(damages(), min_size=1, max_size=3).map(tuple),
    )


def damaged_requests(kinds: tuple[str, ...]) -> SearchStrategy[Recipe]:
    """Sound letters in damaged requests; ``kinds`` are the names of the damages that the sender can make."""
    request = st.builds(RequestDamage, _evenly(kinds), st.integers(0, damage.THOUSAND - 1), st.integers(0, 60))
    return st.builds(
        Recipe, header=headers(), files=st.lists(files(), min_size=1, max_size=1).map(tuple), request=request
    )
