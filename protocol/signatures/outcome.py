"""What is said of one signature: a tree of answers, each good, bad or unknown; never one boolean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from protocol.quoting import quote

Result = Literal["good", "bad", "unknown"]
Question = Literal[
    "form",
    "integrity",
    "coverage",
    "changes",
    "algorithm",
    "certificate",
    "chain",
    "usage",
    "validity",
    "revocation",
    "time",
    "timestamp",
    "embedded",
    "party",
    "order",
    "appearance",
]
"""What can be asked of a signature.

``form``: is it built as its standard says. ``integrity``: do digest and signature value hold. ``coverage``: does it
cover the whole file or element. ``changes``: what was changed after it. ``algorithm``, ``certificate``, ``chain``,
``usage``, ``validity``, ``revocation``: of the signer's certificate, at the time of signing. ``time``: can the time of
signing be true. ``timestamp``: of the RFC 3161 token. ``embedded``: is everything in the file that a later verification
needs. ``party``: is the signer who it has to be. ``order``: person before agency. ``appearance``: what a reader sees.
"""
Role = Literal["agency", "person", "timestamp", "authority", "unknown"]


@dataclass(frozen=True, slots=True)
class Check:
    """One question about a signature and its answer.

    ``reason`` is a code of the reason registry where there is something to say (always when ``bad`` or ``unknown``);
    ``expected`` and ``got`` are short values in no language. ``parts`` are the checks from which this one follows.
    """

    question: Question
    result: Result
    reason: str = ""
    expected: str = ""
    got: str = ""
    parts: tuple[Check, ...] = ()

    def walk(self) -> Iterator[Check]:
        """Yield this check and all below it, parents first."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def to_json(self) -> dict[str, object]:
        """Give the check as a JSON object: ``question, result, reason, expected, got, parts``."""
        return {
            "question": self.question,
            "result": self.result,
            "reason": self.reason,
            "expected": quote(self.expected),
            "got": quote(self.got),
            "parts": [part.to_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, as the certificate says; organisation ``codes`` are those that it is bound to, in upper case."""

    role: Role
    name: str
    organisation: str = ""
    codes: tuple[str, ...] = ()
    issuer: str = ""
    serial: str = ""
    fingerprint: str = ""

    def to_json(self) -> dict[str, object]:
        """Give the signer as a JSON object."""
        return {
            "role": self.role,
            "name": quote(self.name),
            "organisation": quote(self.organisation),
            "codes": [quote(code) for code in self.codes],
            "issuer": quote(self.issuer),
            "serial": self.serial,
            "fingerprint": self.fingerprint,
        }


@dataclass(frozen=True, slots=True)
class SignatureOutcome:
    """Everything that was found out about one signature.

    ``place`` names it: the field of a PDF (``Signature1``) or the path of an XML element. ``signed_at`` is what the
    signer claims, ``proven_at`` by when the signature is proven to have existed: by a trusted timestamp, or because it
    had been received. Both are aware. ``kind`` tells the timestamps of whole documents, by which nobody signs.
    """

    place: str
    signer: Signer | None = None
    signed_at: datetime | None = None
    proven_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    kind: Literal["signature", "timestamp"] = "signature"

    @property
    def result(self) -> Result:
        """Give the worst answer: one bad makes it bad, else one unknown makes it unknown; nothing asked is unknown."""
        results = {check.result for check in self.checks}
        if "bad" in results:
            return "bad"
        return "good" if results == {"good"} else "unknown"

    @property
    def judged(self) -> bool:
        """Whether it was asked whom to trust; without that a good signature says only that nothing was altered."""
        return self.answer("chain") is not None

    @property
    def trusted(self) -> Result:
        """Give the worst answer as far as it can be relied on: nothing is good of which nobody knows who signed."""
        return "unknown" if self.result == "good" and not self.judged else self.result

    def is_of(self, role: Role) -> bool:
        """Whether somebody of this role signed, by the certificate; whoever gives a timestamp signs nothing."""
        return self.kind == "signature" and self.signer is not None and self.signer.role == role

    def may_be_of(self, role: Role) -> bool:
        """Whether somebody of this role may have signed: not every certificate shows what its holder is."""
        return self.is_of(role) or self.is_of("unknown")

    def answer(self, question: Question) -> Check | None:
        """Give the first check that answers a question, or ``None`` where it was not asked."""
        return next((each for check in self.checks for each in check.walk() if each.question == question), None)

    def to_json(self) -> dict[str, object]:
        """Give the outcome as the JSON object that findings and reports carry; times are ISO 8601 with offset."""
        return {
            "place": quote(self.place),
            "signer": self.signer.to_json() if self.signer else None,
            "signed_at": self.signed_at.isoformat() if self.signed_at else None,
            "proven_at": self.proven_at.isoformat() if self.proven_at else None,
            "result": self.trusted,
            "checks": [check.to_json() for check in self.checks],
        }

    def only(self, keep: Callable[[Check], bool]) -> SignatureOutcome:
        """Give the outcome with some of its checks."""
        return replace(self, checks=tuple(check for check in self.checks if keep(check)))


SignatureKey: TypeAlias = tuple[str, SignatureOutcome]
"""Where a signature stands, and what was found out about it by itself."""


def signature_key(where: str, outcome: SignatureOutcome) -> SignatureKey:
    """Tell signatures of one package apart by what findings about them carry.

    Files in one archive stand at one place, and their fields may have one name: then the answers tell them apart, but
    for those that rules add to one of the two.
    """
    return where, outcome.only(lambda check: check.question not in {"party", "appearance"})


@dataclass(frozen=True, slots=True)
class PlacedSignature:
    """A signature and where in a package it stands: ``where`` and ``line`` are those of the findings about it.

    ``attachment`` is the name of the attached file that it is in, with that of the file in it where it is an archive;
    ``None`` where it is the package's own.
    """

    where: str
    line: int | None
    attachment: str | None
    outcome: SignatureOutcome

    @property
    def result(self) -> Result:
        """Give the worst answer about the signature."""
        return self.outcome.result

    @property
    def judged(self) -> bool:
        """Whether it was asked whom to trust."""
        return self.outcome.judged

    @property
    def key(self) -> SignatureKey:
        """Give what findings about this signature have in common with it."""
        return signature_key(self.where, self.outcome)

    def to_json(self) -> dict[str, object]:
        """Give the outcome as a JSON object, its place first."""
        attachment = None if self.attachment is None else quote(self.attachment)
        here = {"where": self.where, "line": self.line, "attachment": attachment}
        return {**here, **self.outcome.to_json()}
