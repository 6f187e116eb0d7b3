"""What people read about a finding, in one language, from the registries."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.finding import Finding
from schemas import messages, registry


@dataclass(frozen=True, slots=True)
class Wording:
    """``message`` says what is wrong, ``cause`` why that happens, ``fix`` what mends it; ``law`` cites the source."""

    message: str
    cause: str
    fix: str
    law: str


def wording(finding: Finding, lang: str) -> Wording:
    """Give the texts of a finding. ``KeyError`` for a language or a reason that is not there."""
    reason = registry.reason(finding.reason)
    return Wording(reason.text[lang], reason.cause[lang], reason.fix[lang], law(finding.requirement))


def compared(finding: Finding, lang: str) -> tuple[str, ...]:
    """Give what was expected and what was got, each with its label; nothing for what is not known."""
    values = (("expected", finding.expected), ("got", finding.got))
    return tuple(f"{messages.text(f'check.{label}', lang)}: {value}" for label, value in values if value)


def law(requirement: str) -> str:
    """Give the id of a requirement with the act and article that it comes from."""
    entry = registry.requirements().get(requirement)
    return f"{requirement}: {entry.cited}" if entry is not None else requirement
