"""Whether a package has to be signed at all (SIG-17; Q6 leaves open what the axis asks for)."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Literal, get_args

from protocol.signatures.outcome import Check, SignatureOutcome
from protocol.signatures.xml import place

if TYPE_CHECKING:
    from protocol.package.reading import Reading
    from protocol.signatures.trust import Times, Trust

Policy = Literal["off", "verify-if-present", "required"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
USUAL: Policy = "verify-if-present"


def judge(
    reading: Reading,
    source: BinaryIO | bytes,
    *,
    policy: Policy = USUAL,
    trusted: Trust,
    times: Times,
) -> tuple[SignatureOutcome, ...]:
    """Judge the signature of a package under a policy: at most one outcome, none where there is nothing to say.

    Parameters as for ``verify``. Under ``off`` nothing is looked at, the source is not read. Under ``required`` a
    package without a signature, or with a placeholder only, gets an outcome that says so.
    """
    if policy == "off":
        return ()
    from protocol.signatures.xml import placeholder  # noqa: PLC0415 - takes time, and few packages are signed
    from protocol.signatures.xml.verify import verify  # noqa: PLC0415 - as above

    outcome = verify(reading, source, trusted=trusted, times=times)
    dummy = outcome is not None and any(check.reason == placeholder.REASON for check in outcome.checks)
    if policy == "required" and (outcome is None or dummy):
        checks = () if outcome is None else outcome.checks
        missing = Check("form", "bad", "xml-signature-missing", place.PLACE)
        return (SignatureOutcome(place.PLACE, checks=(missing, *checks)),)
    return () if outcome is None else (outcome,)
