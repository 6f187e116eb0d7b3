"""Whether a signer is bound to the code of a sender, and which of his codes can be held against it at all."""

from __future__ import annotations

from protocol import organisation
from protocol.signatures.outcome import Check, Signer


def told_codes(code: str, signer: Signer) -> tuple[str, ...]:
    """Give the codes of a certificate that can be held against a sender's.

    What has no form of an organisation code says nothing of an agency, nor does the tax number of one, which EN 319
    412-1 puts in the same attribute (``VATVN-0100000001``).
    """
    sender = organisation.parse(code.upper())
    known = [(each, organisation.parse(each)) for each in signer.codes]
    return tuple(
        each for each, parsed in known if parsed and not (parsed.form == "enterprise" and sender and sender.top)
    )


def of_package(sender: str | None, signer: Signer) -> Check:
    """Judge who signed a package by the code that it names as its sender.

    A body above the sender may sign for it, as the platform of a province does for its departments.
    """
    code = (sender or "").strip().upper()
    codes = told_codes(code, signer)
    if code and code in signer.codes:
        return Check("party", "good", expected=code, got=code)
    got = ", ".join(signer.codes)
    if not code or not codes:
        return Check("party", "unknown", "xml-signature-party-unknown", code, got)
    if any(organisation.below(code, each) for each in codes):
        return Check("party", "unknown", "xml-signature-by-superior", code, got)
    return Check("party", "bad", "xml-signature-other-party", code, got)
