"""One requirement of the catalogue (``schemas/requirements/*.json``): what is demanded, by what, how it is verified.

A requirement is never weighed here: the reasons say what the breach of one weighs in a profile, and the plans which
check is scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.fields import Fields

GROUPS = ("GEN", "ID", "PKG", "HDR", "ATT", "SIG", "SND", "RCV", "STS", "RCL", "TIM", "SEC", "REC", "AXS", "OPS")
"""The groups in catalogue order, each a file of ``schemas/requirements/``."""
LEVELS = ("L1", "L2", "L3", "L4")
"""L1 law, L2 technical regulation or guidance, L3 protocol as observed, L4 derived from a higher level."""
PARTIES = ("S", "R", "A", "org")
"""Sender, receiver, axis; ``org`` is a duty of the agency itself, which no package and no behaviour shows."""
KINDS = ("rule", "scenario", "load", "fuzz", "declaration", "excluded")
UNEXECUTED = ("declaration", "excluded")
"""Kinds that nothing is run for."""
PARTS = ("signing", "suite", "load", "fuzz", "axis")
"""Parts of the project that bring the verification of a requirement that nothing verifies yet."""
CERTIFICATES = ("connect", "exchange", "business", "signing", "load", "axis", "none")
PROFILES = ("both", "axis", "strict")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a requirement comes from. ``verified``: the text itself was read, not only quoted by others."""

    act: str
    article: str
    verified: bool

    def __str__(self) -> str:
        return f"{self.act}, {self.article}" if self.article else self.act


@dataclass(frozen=True, slots=True)
class Later:
    """What a later ``part`` of the project adds to a verification that exists: ``what`` nothing verifies yet."""

    part: str
    what: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verification:
    """How a requirement is verified.

    ``rule``: a package and its surroundings decide; ``scenario``: the behaviour of a system; ``load`` and ``fuzz``: a
    campaign; ``declaration``: the ``evidence`` that is handed in; ``excluded``: not at all. ``reason`` says why nothing
    is executed: of every exclusion, and of a declaration where the law binds a system.

    ``pending`` names the part of the project that brings the whole verification: until then ``how`` is a plan. Where
    something exists already, ``how`` says no more than that does and ``later`` what is still to come.
    """

    kind: str
    how: Mapping[str, str]
    evidence: Mapping[str, str]
    reason: Mapping[str, str]
    pending: str | None
    later: Later | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A question that the sources leave open (``Q4``), and the policy until it is answered."""

    question: str
    policy: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement; texts are ``{"vi", "en"}``.

    ``core`` requirements can never be waived. ``binds`` holds members of ``PARTIES``. ``certificate`` is the lowest
    level of certificate that needs it (``none``: no certificate rests on it), ``profile`` the profile that demands it.
    """

    id: str
    level: str
    sources: tuple[Source, ...]
    core: bool
    binds: tuple[str, ...]
    text: Mapping[str, str]
    why: Mapping[str, str]
    verification: Verification
    certificate: str
    profile: str
    open: Open | None = None

    @property
    def group(self) -> str:
        """Give the letters of the id, such as ``HDR``."""
        return self.id.partition("-")[0]

    @property
    def cited(self) -> str:
        """Give the sources as one line, in the language of the law."""
        return "; ".join(map(str, self.sources))

    @property
    def verified(self) -> bool:
        """Whether the text of every source was read."""
        return all(source.verified for source in self.sources)


def read(fields: Fields) -> Requirement:
    """Read one raw entry; ``schemas.DataError`` naming file, entry, field and rule where it breaks its shape."""
    return Requirement(
        id=fields.key,
        level=fields.chosen("level", LEVELS),
        sources=tuple(
            Source(source.string("act"), source.entry.get("article") or "", source.flag("verified", default=False))
            for source in fields.each("source")
        ),
        core=fields.flag("core", default=False),
        binds=_parties(fields),
        text=fields.bilingual("text"),
        why=fields.bilingual("why"),
        verification=_verification(fields.nested("verification")),
        certificate=fields.chosen("certificate", CERTIFICATES),
        profile=fields.chosen("profile", PROFILES),
        open=_open(fields.nested("open")) if "open" in fields.entry else None,
    )


def _parties(fields: Fields) -> tuple[str, ...]:
    binds = fields.strings("binds")
    if not binds or not set(binds) <= set(PARTIES):
        raise fields.wrong("binds", f"must name at least one of {', '.join(PARTIES)} and nothing else")
    return binds


def _verification(fields: Fields) -> Verification:
    kind = fields.chosen("kind", KINDS)
    if ("evidence" in fields.entry) != (kind == "declaration"):
        raise fields.wrong("evidence", "stands exactly where the kind is 'declaration'")
    reasoned = "reason" in fields.entry
    if (reasoned and kind not in UNEXECUTED) or (kind == "excluded" and not reasoned):
        raise fields.wrong("reason", "stands where the kind is 'excluded', and may where it is 'declaration'")
    if "later" in fields.entry and (kind in UNEXECUTED or "pending" in fields.entry):
        raise fields.wrong("later", "adds to something that exists: neither to paper nor to what is pending")
    return Verification(
        kind=kind,
        how=fields.bilingual("how"),
        evidence=fields.bilingual("evidence", optional=True),
        reason=fields.bilingual("reason", optional=True),
        pending=fields.choice("pending", PARTS),
        later=_later(fields.nested("later")) if "later" in fields.entry else None,
    )


def _later(fields: Fields) -> Later:
    return Later(fields.chosen("part", PARTS), fields.bilingual("what"))


def _open(fields: Fields) -> Open:
    return Open(fields.string("question"), fields.bilingual("policy"))
