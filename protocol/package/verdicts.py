"""What each reason weighs: in profile ``axis`` (lenient, as the axis was seen to be) and in profile ``strict``.

The registry of reasons (``schemas/reasons/*.json``) is the one place that says so, beside the broken requirement
and the text that people read. Reader and rules only name the reason. ``None``: the profile has nothing to say
about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from protocol.finding import Finding, Severity, quote
from schemas import registry

Profile = Literal["axis", "strict"]

MOST_OF_ONE_REASON = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """A requirement of the catalogue and how much its breach weighs in each profile."""

    requirement: str
    axis: Severity | None
    strict: Severity | None

    def severity(self, profile: Profile) -> Severity | None:
        """Give the weight in a profile."""
        return self.axis if profile == "axis" else self.strict


@lru_cache(maxsize=1)
def verdicts() -> Mapping[str, Verdict]:
    """Give the weights of every reason that a package can be found to deserve."""
    return MappingProxyType(
        {
            code: Verdict(reason.requirement, _severity(reason.axis), _severity(reason.strict))
            for code, reason in registry.reasons().items()
            if reason.requirement
        }
    )


def _severity(text: str | None) -> Severity | None:
    return Severity(text) if text else None


def few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the first twenty findings of each reason, of a package that breaks one rule a thousand times."""
    said: Counter[str] = Counter()
    kept = []
    for finding in findings:
        said[finding.reason] += 1
        if said[finding.reason] <= MOST_OF_ONE_REASON:
            kept.append(finding)
    return with_rest(kept, said)


def with_rest(kept: Iterable[Finding], said: Mapping[str, int]) -> tuple[Finding, ...]:
    """Write down at the last finding of a reason how many more there were (``details["more"]``)."""
    found = list(kept)
    for reason, times in said.items():
        if times > MOST_OF_ONE_REASON:
            last = max((at for at, finding in enumerate(found) if finding.reason == reason), default=None)
            if last is not None:
                found[last] = replace(found[last], details={"more": str(times - MOST_OF_ONE_REASON)})
    return tuple(found)


def fatal(finding: Finding) -> bool:
    """Whether a finding leaves nothing to read on: one that both profiles refuse."""
    return verdicts()[finding.reason].axis is Severity.FAIL


def find(
    reason: str,
    profile: Profile,
    *,
    where: str = "",
    line: int | None = None,
    expected: str = "",
    got: str | bytes | None = "",
    requirement: str = "",
) -> tuple[Finding, ...]:
    """Make the finding of a reason in a profile: a tuple of one, or of none where that profile has nothing to say.

    ``requirement`` replaces the usual one, for reasons that several fields share (dates, lengths).
    ``KeyError`` for a reason that is not in the registry: a fault of the caller, never of the input.
    """
    verdict = verdicts()[reason]
    severity = verdict.severity(profile)
    if severity is None:
        return ()
    return (Finding(requirement or verdict.requirement, reason, severity, where, line, expected, quote(got)),)
