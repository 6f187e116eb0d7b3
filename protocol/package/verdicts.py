"""What each reason weighs: in profile ``axis`` (lenient, as the axis was seen to be) and in profile ``strict``.

This is the one place that says so. Reader and rules only name the reason; the text that people read stands in
``schemas/reasons/package.json``. ``None`` means that the profile has nothing to say about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from protocol.finding import Finding, Severity, quote

Profile = Literal["axis", "strict"]

MOST_OF_ONE_REASON = 20

_FAIL, _WARN, _INFO = Severity.FAIL, Severity.WARN, Severity.INFO


@dataclass(frozen=True, slots=True)
class Verdict:
    """A requirement of the catalogue and how much its breach weighs in each profile."""

    requirement: str
    axis: Severity | None
    strict: Severity | None

    def severity(self, profile: Profile) -> Severity | None:
        """Give the weight in a profile."""
        return self.axis if profile == "axis" else self.strict


def _both(requirement: str, severity: Severity) -> Verdict:
    return Verdict(requirement, severity, severity)


def _tolerated(requirement: str) -> Verdict:
    """Give the weight of what the axis accepts with a warning and a strict reader refuses."""
    return Verdict(requirement, _WARN, _FAIL)


VERDICTS: dict[str, Verdict] = {
    # The file as XML
    "empty-file": _both("PKG-07", _FAIL),
    "not-xml": _both("PKG-07", _FAIL),
    "bytes-before-declaration": _both("PKG-07", _FAIL),  # H-X01
    "bytes-after-root": _both("PKG-07", _FAIL),
    "doctype-present": _both("PKG-09", _FAIL),  # H-X18
    "encoding-unknown": _both("PKG-06", _FAIL),
    "encoding-not-utf8": Verdict("PKG-06", _INFO, _WARN),  # H-X02
    "package-too-large": _both("ATT-09", _FAIL),  # H-A14
    "markup-too-large": _both("PKG-09", _FAIL),
    "too-much-markup": _both("PKG-09", _FAIL),
    "nesting-too-deep": _both("PKG-09", _FAIL),
    "too-many-attachments": _both("ATT-09", _FAIL),
    "payload-too-large": _both("ATT-09", _FAIL),
    "attachments-too-large": _both("ATT-09", _FAIL),
    "undeclared-prefix": _tolerated("PKG-02"),  # H-X05
    # The frame
    "namespace-wrong": _both("PKG-03", _FAIL),  # H-X04
    "envelope-as-root": _both("PKG-03", _FAIL),  # H-X04
    "foreign-dialect": _both("PKG-03", _FAIL),  # H-X23
    "root-renamed": _tolerated("PKG-02"),  # H-X04
    "frame-incomplete": _both("PKG-02", _FAIL),
    "kind-mixed": _tolerated("PKG-10"),
    "element-repeated": _tolerated("PKG-02"),
    "unknown-element": _both("PKG-12", _INFO),  # H-X07
    "order-differs": Verdict("PKG-04", None, _INFO),  # H-X06
    "prefix-unofficial": _both("PKG-02", _WARN),  # H-X03
    "business-spelling": Verdict("PKG-05", _INFO, _WARN),
    # The base64 of an attachment
    "payload-has-elements": _both("PKG-13", _FAIL),
    "payload-has-comment": _both("PKG-13", _WARN),
    "payload-not-base64": _tolerated("PKG-13"),  # H-X25
    "payload-empty": _tolerated("ATT-10"),
    "payload-missing": _both("PKG-13", _FAIL),
    "payload-misplaced": _tolerated("PKG-13"),
    # Who sends, who receives
    "sender-missing": _both("HDR-01", _FAIL),
    "sender-name-missing": _tolerated("HDR-01"),
    "recipient-missing": _both("HDR-02", _FAIL),  # H-X22
    "recipient-code-missing": _both("HDR-02", _FAIL),  # H-X22
    "recipient-repeated": _tolerated("HDR-03"),  # H-X22
    "organ-id-malformed": _both("ID-04", _FAIL),
    "organ-id-unofficial": _tolerated("ID-04"),  # H-O03
    # What the document is
    "document-id-missing": _both("HDR-04", _FAIL),  # H-X11
    "document-id-differs": Verdict("ID-13", None, _WARN),
    "code-missing": _tolerated("HDR-05"),
    "code-number-holds-sign": _tolerated("HDR-05"),  # H-X16
    "code-number-unusual": _both("HDR-05", _WARN),  # H-X16
    "code-number-without-zero": _tolerated("HDR-06"),
    "code-notation-malformed": _tolerated("HDR-06"),
    "type-name-missing": _tolerated("HDR-11"),
    "type-not-number": _tolerated("HDR-11"),  # H-X19
    "type-detail-missing": _tolerated("HDR-11"),  # H-X12
    "subject-missing": _tolerated("HDR-12"),
    "subject-too-long": _tolerated("HDR-12"),
    "field-too-long": _tolerated("PKG-01"),
    "field-longer-than-usual": Verdict("HDR-28", _INFO, _WARN),
    "signer-not-named": _tolerated("HDR-14"),
    "competence-unknown": Verdict("HDR-15", _INFO, _WARN),  # H-X17
    "title-before-name": Verdict("HDR-16", _INFO, _WARN),
    "priority-not-number": _tolerated("HDR-17"),  # H-X19
    "priority-out-of-range": _tolerated("HDR-17"),
    "amount-not-number": _tolerated("HDR-23"),
    "steering-type-not-number": _both("HDR-24", _FAIL),  # H-X08
    "steering-type-missing": _both("HDR-24", _WARN),
    "steering-type-unknown": _both("HDR-24", _WARN),
    "response-for-incomplete": _both("HDR-25", _WARN),
    # Dates
    "date-missing": _tolerated("HDR-07"),
    "date-day-first": _tolerated("HDR-07"),  # H-X09
    "date-iso": _tolerated("HDR-07"),  # H-X09
    "date-with-time": _tolerated("HDR-07"),  # H-X09
    "date-impossible": _tolerated("HDR-07"),  # H-X09
    "date-unreadable": _tolerated("HDR-07"),  # H-X09
    "date-in-future": _both("HDR-08", _WARN),  # H-X10
    "due-before-promulgation": _both("HDR-18", _WARN),
    "trace-time-malformed": _tolerated("HDR-26"),
    "timestamp-in-future": _both("TIM-08", _WARN),
    # Trace and business
    "trace-missing": _tolerated("HDR-26"),
    "trace-organ-missing": _tolerated("HDR-26"),  # H-X12; later hops without one are normal (H-X13)
    "business-missing": _tolerated("PKG-01"),  # H-X12
    "business-repeated": _tolerated("RCL-06"),  # H-X19
    "business-type-unknown": _tolerated("RCL-06"),  # H-X19
    "recall-reason-missing": _tolerated("RCL-06"),
    "update-details-missing": _tolerated("RCL-10"),
    "receiver-type-unknown": _tolerated("RCL-10"),
    "replacement-details-missing": _tolerated("RCL-11"),
    # Manifest and attachments
    "attachments-missing": _tolerated("ATT-01"),  # H-A10
    "manifest-missing": _tolerated("PKG-08"),  # H-A10
    "manifest-reference-missing": _tolerated("PKG-08"),  # H-A10
    "manifest-attachment-missing": _tolerated("ATT-02"),  # H-A10
    "content-id-missing": _tolerated("PKG-08"),
    "content-id-repeated": _tolerated("PKG-08"),
    "attachment-name-missing": _tolerated("ATT-07"),
    "attachment-name-repeated": _both("ATT-07", _WARN),
    "attachment-name-too-long": _tolerated("ATT-07"),  # H-A11
    "attachment-name-unsafe": _tolerated("ATT-07"),  # H-A11
    "attachment-name-deceives": _both("ATT-07", _WARN),
    "zip-invalid": _both("PKG-13", _FAIL),  # H-A04
    "zip-damaged": _tolerated("PKG-13"),  # H-X25
    "zip-encrypted": _both("ATT-10", _FAIL),
    "zip-nested": _both("ATT-10", _FAIL),  # H-A13
    "zip-bomb": _both("ATT-10", _FAIL),  # H-A13
    "zip-several-entries": _tolerated("PKG-13"),  # H-A05
    "zip-not-declared": _tolerated("PKG-13"),  # H-A03
    "content-differs-from-name": _both("ATT-07", _WARN),
    "payload-damaged-by-utf8": _tolerated("PKG-11"),  # H-A12
    # Statuses
    "status-sender-missing": _both("STS-07", _FAIL),
    "status-addressee-missing": _both("STS-07", _FAIL),
    "status-original-incomplete": _tolerated("STS-07"),
    "status-original-swapped": _both("STS-07", _FAIL),  # H-W09
    "status-code-missing": _both("STS-04", _FAIL),
    "status-code-not-two-digits": _tolerated("STS-04"),
    "status-code-unassigned": _tolerated("STS-04"),  # H-W08
    "status-reason-missing": _tolerated("STS-11"),  # H-W13
    "status-recall-reason-missing": _tolerated("RCL-07"),  # H-W14
    "status-time-missing": _tolerated("STS-12"),
    "status-time-malformed": _tolerated("STS-12"),
    "status-staff-missing": Verdict("HDR-27", None, _INFO),
    "sample-values-left": _both("STS-07", _WARN),  # H-W11
    "message-type-differs": _tolerated("PKG-10"),  # H-W07
}


def few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the first twenty findings of each reason, of a package that breaks one rule a thousand times."""
    said: Counter[str] = Counter()
    kept = []
    for finding in findings:
        said[finding.reason] += 1
        if said[finding.reason] <= MOST_OF_ONE_REASON:
            kept.append(finding)
    return tuple(kept)


def fatal(finding: Finding) -> bool:
    """Whether a finding leaves nothing to read on: one that both profiles refuse."""
    return VERDICTS[finding.reason].axis is Severity.FAIL


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
    ``KeyError`` for a reason that is not in ``VERDICTS``: a fault of the caller, never of the input.
    """
    verdict = VERDICTS[reason]
    severity = verdict.severity(profile)
    if severity is None:
        return ()
    return (Finding(requirement or verdict.requirement, reason, severity, where, line, expected, quote(got)),)
