"""What a rule has to say about a package or a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


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
    ``line`` is 1-based or ``None``. ``expected`` and ``got`` are short: never a whole attachment.
    """

    requirement: str
    reason: str
    severity: Severity
    where: str = ""
    line: int | None = None
    expected: str = ""
    got: str = ""
    details: dict[str, str] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, object]:
        """Give the finding as the JSON object that journals and reports carry."""
        return {
            "requirement": self.requirement,
            "reason": self.reason,
            "severity": self.severity.value,
            "where": self.where,
            "line": self.line,
            "expected": self.expected,
            "got": self.got,
        }


MAX_QUOTED = 200


def quote(text: str | bytes | None) -> str:
    """Cut a value to what a finding may carry: 200 characters, without line breaks, its end marked with an ellipsis."""
    if text is None:
        return ""
    if isinstance(text, bytes):
        text = text[: MAX_QUOTED * 4].decode("utf-8", "backslashreplace")
    text = " ".join(text.split())
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def worst(findings: tuple[Finding, ...] | list[Finding]) -> Severity | None:
    """Give the gravest severity among the findings, or ``None`` where there is none."""
    for severity in (Severity.FAIL, Severity.WARN, Severity.INFO):
        if any(finding.severity is severity for finding in findings):
            return severity
    return None
