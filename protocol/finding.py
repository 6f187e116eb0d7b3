"""What a rule has to say about a package or a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from protocol.quoting import MAX_QUOTED, quote
from protocol.signatures.outcome import SignatureOutcome

__all__ = ["MAX_QUOTED", "Finding", "Severity", "quote", "worst"]


class Severity(StrEnum):
    """How much a finding weighs: ``fail`` refuses, ``warn`` is recorded, ``info`` is told."""

    FAIL = "fail"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    ``requirement`` is an id of the requirement catalogue and ``reason`` a code of the registry
    ``schemas/reasons.json``; the text that a person reads comes from there, in Vietnamese and English.
    ``where`` is a path of local names with 1-based indices (``edXML/edXMLEnvelope/.../To[2]/OrganId``),
    ``line`` is 1-based or ``None``. ``expected`` and ``got`` are short: never a whole attachment. ``signature`` is
    everything that was found out about the signature that it is about.
    """

    requirement: str
    reason: str
    severity: Severity
    where: str = ""
    line: int | None = None
    expected: str = ""
    got: str = ""
    details: dict[str, str] = field(default_factory=dict, hash=False)
    signature: SignatureOutcome | None = None

    def to_json(self) -> dict[str, object]:
        """Give the finding as the JSON object that journals and reports carry."""
        said: dict[str, object] = {
            "requirement": self.requirement,
            "reason": self.reason,
            "severity": self.severity.value,
            "where": self.where,
            "line": self.line,
            "expected": self.expected,
            "got": self.got,
        }
        return said if self.signature is None else {**said, "signature": self.signature.to_json()}


def worst(findings: tuple[Finding, ...] | list[Finding]) -> Severity | None:
    """Give the gravest severity among the findings, or ``None`` where there is none."""
    for severity in (Severity.FAIL, Severity.WARN, Severity.INFO):
        if any(finding.severity is severity for finding in findings):
            return severity
    return None
