"""What one example is made of, before it has a sender, a number and bytes.

Hypothesis makes recipes and shrinks them; rendering gives them an identity of their own each time, so that the same
recipe can be tried again and again without being a duplicate of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from conformance.fuzz import damage, variation
from fixtures.files import File
from protocol.package.attachment import attach
from protocol.package.identity import document_id
from protocol.package.model import (
    Business,
    Code,
    DocumentHeader,
    DocumentPackage,
    Organisation,
    Trace,
    TraceHeader,
)
from protocol.package.writer import write_package


@dataclass(frozen=True, slots=True)
class RequestDamage:
    """What is done to the signed request that carries the package; ``kind`` is a name of ``conformance.fuzz.requests``.

    ``where`` is a place in thousandths, ``amount`` a small number: each kind says what it takes them for.
    """

    kind: str
    where: int = 0
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """One example: what the letter says, how it is legally varied and how it is damaged.

    ``header`` has neither sender nor recipients, number nor identifier. A recipe is *valid* when nothing of it is
    damaged: its variations are those that every receiver has to take (H-X02, H-X03, H-X06, H-X07, H-A09).
    """

    header: DocumentHeader
    files: tuple[File, ...]
    business: Business | None = None
    traced: bool = True
    variations: tuple[variation.Variation, ...] = ()
    damages: tuple[damage.Damage, ...] = ()
    request: RequestDamage | None = None

    @property
    def valid(self) -> bool:
        """Whether the axis and the DMS have to take this letter."""
        return not self.damages and self.request is None


@dataclass(frozen=True, slots=True)
class Party:
    """An agency as a package names it."""

    code: str
    name: str

    def organisation(self) -> Organisation:
        """Give the agency as the package's ``From`` or ``To``."""
        return Organisation(organ_id=self.code, organ_name=self.name)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The identity of one rendering; ``number`` is used once in a run and tells the example in every view."""

    number: str
    sender: Party
    recipients: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """One example as it goes over the wire. ``letter`` is what it said before it was damaged."""

    recipe: Recipe
    stamp: Stamp
    letter: DocumentPackage
    raw: bytes = field(repr=False)

    @property
    def document_id(self) -> str:
        """The identifier that the letter was given, whatever the damage made of it."""
        return self.letter.header.document_id or ""


def render(recipe: Recipe, stamp: Stamp) -> Rendered:
    """Give the recipe an identity and write it: official bytes first, then the variations, then the damages."""
    letter = _letter(recipe, stamp)
    raw = write_package(letter)
    raw = variation.vary(raw, recipe.variations)
    raw = damage.break_package(raw, recipe.damages)
    return Rendered(recipe, stamp, letter, raw)


def _letter(recipe: Recipe, stamp: Stamp) -> DocumentPackage:
    parts = [
        attach(file.name, file.data, content_id=f"cid:{stamp.number}-{index}")
        for index, file in enumerate(recipe.files, start=1)
    ]
    header = recipe.header
    date = header.promulgation.date or ""
    code = Code(stamp.number, header.code.notation)
    header = replace(
        header,
        sender=stamp.sender.organisation(),
        to=tuple(recipient.organisation() for recipient in stamp.recipients),
        document_id=document_id(stamp.sender.code, date, code),
        code=code,
    )
    return DocumentPackage(
        header=header,
        trace=_trace(recipe, stamp.sender),
        manifest=tuple(reference for _, reference in parts),
        attachments=tuple(attachment for attachment, _ in parts),
    )


def _trace(recipe: Recipe, sender: Party) -> Trace | None:
    hops: Sequence[TraceHeader] = ()
    if recipe.traced:
        hops = (TraceHeader(sender.code, f"{recipe.header.promulgation.date} 08:00:00"),)
    if not hops and recipe.business is None:
        return None
    return Trace(hops=tuple(hops), business=recipe.business)
