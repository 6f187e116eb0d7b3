"""Which person signed: who the header or the document itself names as its signer, of the sender's body (SIG-01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protocol import organisation
from protocol.content import names
from protocol.content.signatures import without_title
from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.rules.attached import main_document
from protocol.rules.context import ATTACHMENT, Context, DocumentRule
from protocol.rules.paperparts import signed_papers
from protocol.rules.sealowner import is_in_own_name, is_sender
from protocol.rules.signing import SignedPaper
from protocol.signatures.outcome import Check, SignatureOutcome, Signer
from protocol.signatures.party import told_codes

_LOOKED_AT = 200


def signatory(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SIG-01: among the persons that signed the document is its signer, as the header or the document itself names him.

    Others may sign as well: who put his initials there, who signed for another agency that issues the same document.
    Heads of one body may hold the certificate of another in which they have office too, which is only told. A
    certificate that does not show what its holder is may be the signer's, where it is not in the sender's own name.
    """
    if context.signing is None or context.signing.trust is None:
        return
    for paper in signed_papers(context, package):
        persons = [(each, each.signer) for each in paper.outcomes if each.signer and each.is_of("person")]
        hidden = [(each, each.signer) for each in paper.outcomes if each.signer and each.is_of("unknown")]
        if paper.part != "document" or not persons:
            continue
        said = _said(context, package)
        called = [each for each in (*persons, *hidden) if not said or is_called(each[1].name, said)]
        at_home = [each for each in persons if not _foreign(context, package, each[1])]
        if any(not _foreign(context, package, signer) for _, signer in called):
            continue
        outcome, signer = (called or at_home or persons)[-1]
        if called:
            code = package.header.sender.organ_id or ""
            party = Check("party", "unknown", "signer-from-elsewhere", code, ", ".join(signer.codes))
        elif at_home or not all(is_in_own_name(context, package, each) for _, each in hidden):
            party = Check("party", "unknown", "signer-name-differs", " | ".join(said), signer.name)
        else:
            for each, stranger in persons:
                context.parties[paper.key(each.place)] = _stranger(stranger, said)
            party = context.parties[paper.key(outcome.place)]
        yield from _breach(context, paper, outcome, party)


def _stranger(signer: Signer, said: tuple[str, ...]) -> Check:
    return Check("party", "bad", "signer-of-other-agency", " | ".join(said), ", ".join((signer.name, *signer.codes)))


def _said(context: Context, package: DocumentPackage) -> tuple[str, ...]:
    """Give the names of who signed, by the header and below the printed signatures of the document."""
    who, main = package.header.signer, main_document(context, package)
    printed = main.letterhead.signatures if main else ()
    said = (who.full_name if who else None, *(each.name for each in printed))
    return tuple(dict.fromkeys(name[:_LOOKED_AT] for name in said if name))


def is_called(name: str, said: tuple[str, ...]) -> bool:
    """Whether one of the names is this one, apart from marks, case, titles, blanks, and what stands beside it."""
    ours = _heard(name)
    return any(_is_within(ours, theirs) or _is_within(theirs, ours) for theirs in map(_heard, said))


def _is_within(inner: list[str], outer: list[str]) -> bool:
    """Whether all words of a name are in another; one letter stands for a word: ``Trần T. Mẫu``."""
    if "".join(inner) == "".join(outer):
        return True  # H' Mẫu, a name whose blanks or letters stand apart
    return any(len(word) > 1 for word in inner) and all(
        word in outer or (len(word) == 1 and any(each.startswith(word) for each in outer)) for word in inner
    )


def _heard(name: str) -> list[str]:
    """Give the words of a person's name with one letter for the two of one sound: Lý Mỹ and Lí Mĩ."""
    return [word.replace("y", "i") for word in names.words(without_title(name))]


def _foreign(context: Context, package: DocumentPackage, signer: Signer) -> bool:
    """Whether a person belongs to another agency for certain: neither the sender, nor a body above or below it."""
    code = (package.header.sender.organ_id or "").strip()
    codes = told_codes(code, signer)
    if not code or not codes or is_sender(context, code, signer):
        return False
    return not any(organisation.below(code, each) or organisation.below(each, code) for each in codes)


def _breach(context: Context, paper: SignedPaper, outcome: SignatureOutcome, party: Check) -> tuple[Finding, ...]:
    context.parties[paper.key(outcome.place)] = party
    return context.breach(
        party.reason,
        f"{ATTACHMENT}[{paper.number}]",
        expected=party.expected,
        got=f"{outcome.place}: {party.got}",
        signature=replace(outcome, checks=(*outcome.checks, party)),
    )


RULES: tuple[DocumentRule, ...] = (signatory,)
