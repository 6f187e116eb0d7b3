"""Whose an agency's certificate is, held against the sender: by its codes, else by its names."""

from __future__ import annotations

import re
from dataclasses import replace

from protocol import organisation
from protocol.composition import composed
from protocol.content import names
from protocol.content.sealnames import likeness, superior
from protocol.content.signatures import without_title
from protocol.package.model import DocumentPackage
from protocol.rules.attached import known_names
from protocol.rules.context import Context
from protocol.signatures.outcome import SignatureOutcome, Signer
from protocol.signatures.party import told_codes

_DELEGATED = re.compile(r"TUQ\.\s*(?P<of>.*)", re.DOTALL)
_CHAIR = "chủ tịch"
_WITHOUT_CHAIR = re.compile(r"(?:sở|cục|vụ|chi cục|phòng|văn phòng|ban quản lý|trung tâm|thanh tra)\b", re.IGNORECASE)
"""Bodies that no Chủ tịch heads: what they sign TUQ. CHỦ TỊCH another agency delegated."""
_LOOKED_AT = 200


def seal_reason(context: Context, package: DocumentPackage, signer: Signer) -> str:
    """Give the reason that an agency's certificate deserves on a document of this sender, ``""`` for none."""
    code = (package.header.sender.organ_id or "").strip()
    if not code:
        return ""
    if is_sender(context, code, signer):
        return "seal-of-delegate" if _by_delegate(package) else ""
    delegated = _delegating(package) is not None
    codes = told_codes(code, signer)
    if not codes:
        return _by_name(context, package, signer, delegated=delegated)
    if any(organisation.below(code, each) for each in codes):
        return "" if delegated else "seal-of-superior"
    if delegated and any(organisation.below(each, code) for each in codes):
        return "seal-of-delegate"
    return "seal-of-other-agency"


def may_be_seal(package: DocumentPackage, outcome: SignatureOutcome) -> bool:
    """Whether an agency may have signed: its certificate says so, or says nothing and is not in the signer's name."""
    if outcome.signer is None or not outcome.is_of("unknown"):
        return outcome.is_of("agency")
    who = package.header.signer
    said = names.words(without_title(who.full_name[:_LOOKED_AT])) if who and who.full_name else []
    return not said or names.words(without_title(outcome.signer.name)) != said


def is_in_own_name(context: Context, package: DocumentPackage, signer: Signer) -> bool:
    """Whether a certificate is in the sender's own name, as seals are; people are of the sender, and called else."""
    return seal_reason(context, package, replace(signer, organisation="")) == ""


def is_sender(context: Context, code: str, signer: Signer) -> bool:
    """Whether a certificate has the sender's code, or the other one that the directory knows."""
    return any(context.surroundings.same_body(each, code.upper()) or each == code.upper() for each in signer.codes)


def _by_name(context: Context, package: DocumentPackage, signer: Signer, *, delegated: bool) -> str:
    sender = package.header.sender
    ours = [name for name in (sender.organ_name, *known_names(context, sender.organ_id)) if name]
    theirs, above = (signer.name, signer.organisation), sender.organization_in_charge or ""
    found = likeness(ours, theirs, (above, package.header.promulgation.place or ""))
    if found == "same":
        return "seal-of-delegate" if _by_delegate(package) else ""
    if superior(ours, theirs, above):
        return "" if delegated else "seal-of-superior"
    return "seal-name-unclear" if found == "like" else "seal-name-differs"


def _delegating(package: DocumentPackage) -> str | None:
    """Give whose signing was delegated, as the header says: ``Chủ tịch`` in ``TUQ. CHỦ TỊCH``."""
    who = package.header.signer
    said = _DELEGATED.match(composed((who.competence or "")[:_LOOKED_AT])) if who else None
    return said["of"].casefold() if said else None


def _by_delegate(package: DocumentPackage) -> bool:
    """Whether the sender signs for a Chủ tịch that it cannot have itself."""
    delegating = _delegating(package)
    name = composed((package.header.sender.organ_name or "")[:_LOOKED_AT])
    return delegating is not None and delegating.startswith(_CHAIR) and bool(_WITHOUT_CHAIR.match(name))
