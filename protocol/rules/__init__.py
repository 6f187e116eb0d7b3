"""The rules that a package has to keep, and the one function that judges a package.

A rule is a small function of a ``Context`` and a package; it yields the findings of one or a few requirements. Rules
never raise on bad input and never look at the wall clock: *now* is an argument.

- ``judge(source, …)``: bytes in, reading with all findings out. Simulator, suite and command call this.
- ``examine(reading, …)``: what the rules say about a package that has been read already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO

from protocol.content.text import Contents
from protocol.finding import Finding
from protocol.package.limits import Limits
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reader import read_package
from protocol.package.reading import Reading
from protocol.package.verdicts import Profile, with_rest
from protocol.rules import (
    addressees,
    answers,
    attachments,
    business,
    changes,
    contacts,
    directory,
    enclosures,
    files,
    header,
    history,
    identity,
    kinds,
    lettering,
    packagesignature,
    papersignatures,
    parties,
    placed,
    printed,
    punctuality,
    schema,
    seals,
    secrecy,
    signatories,
    signer,
    status,
    structure,
    timing,
)
from protocol.rules.context import Context
from protocol.rules.signing import Signing, again
from protocol.rules.surroundings import NOTHING_KNOWN, Surroundings

STRUCTURE_RULES = (*structure.RULES, *packagesignature.RULES)
DOCUMENT_RULES = (
    *parties.RULES,
    *identity.RULES,
    *directory.RULES,
    *header.RULES,
    *kinds.RULES,
    *signer.RULES,
    *answers.RULES,
    *contacts.RULES,
    *lettering.RULES,
    *timing.RULES,
    *punctuality.RULES,
    *business.RULES,
    *changes.RULES,
    *history.RULES,
    *attachments.RULES,
    *files.RULES,
    *secrecy.RULES,
    *printed.RULES,
    *enclosures.RULES,
    *addressees.RULES,
    *papersignatures.RULES,
    *seals.RULES,
    *signatories.RULES,
    status.message_type,
)
STATUS_RULES = (
    *status.RULES,
    *answers.STATUS_RULES,
    *contacts.STATUS_RULES,
    *lettering.STATUS_RULES,
    *identity.STATUS_RULES,
    *directory.STATUS_RULES,
    *punctuality.STATUS_RULES,
    *history.STATUS_RULES,
)


def judge(
    source: BinaryIO | bytes,
    *,
    profile: Profile = "axis",
    now: datetime,
    surroundings: Surroundings = NOTHING_KNOWN,
    contents: Contents | None = None,
    limits: Limits | None = None,
    explain: bool = True,
    signing: Signing | None = None,
) -> Reading:
    """Read a package and apply every rule; the reading carries all findings and signatures. Close it, or use ``with``.

    ``now`` is an aware datetime, ``surroundings`` what is known beside the package. The text of attached files is
    judged only where ``contents`` reads it, signatures only where ``signing`` says how. ``limits`` stand in for those
    of the surroundings. Without ``explain`` raises ``schema.NeedsExplanation`` where it would take a second to say
    what breaks the schema.
    """
    limits = limits or surroundings.limits
    with again(source, wanted=signing is not None) as (stream, opened):
        reading = read_package(stream, profile=profile, limits=limits)
        try:
            context = Context(
                reading, profile, now, limits, surroundings, contents, explain, signing=signing, source=opened
            )
            found = _found(context)
            return reading.with_findings(found, placed.signatures(context))
        except BaseException:
            reading.close()
            raise


def examine(
    reading: Reading,
    profile: Profile,
    now: datetime,
    *,
    surroundings: Surroundings = NOTHING_KNOWN,
    contents: Contents | None = None,
    limits: Limits | None = None,
    explain: bool = True,
    signing: Signing | None = None,
    source: Callable[[], BinaryIO] | None = None,
) -> tuple[Finding, ...]:
    """Apply the rules to a reading, without repeating its own findings. Nothing for what could not be read.

    ``source`` opens the bytes that were read once more: without it the package's own signature is not verified.
    ``ValueError`` where ``now`` has no offset.
    """
    limits = limits or surroundings.limits
    return _found(
        Context(reading, profile, now, limits, surroundings, contents, explain, signing=signing, source=source)
    )


def _found(context: Context) -> tuple[Finding, ...]:
    found = tuple(_apply(context))
    unexplained = tuple(schema.unexplained(context, (*context.reading.findings, *found)))
    return with_rest((*found, *unexplained), context.said)


def _apply(context: Context) -> Iterator[Finding]:
    package, root = context.reading.package, context.reading.root
    if package is None or root is None:
        return
    for structure_rule in STRUCTURE_RULES:
        yield from structure_rule(context, root)
    if isinstance(package, DocumentPackage):
        for document_rule in DOCUMENT_RULES:
            yield from document_rule(context, package)
    elif isinstance(package, StatusPackage):
        for status_rule in STATUS_RULES:
            yield from status_rule(context, package)
