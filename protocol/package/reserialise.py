"""What the axis does to a package in transit: it parses, normalises and emits it anew (observed on what it gave out).

Order, prefixes and line ends become the official builder's; comments, unknown and empty elements go; ``Direction`` is
``false`` unless said otherwise; the manifest is rebuilt from the attachments and loses its descriptions; the signature
loses its own namespace; a sender's hop without ``OrganId`` turns into the literal ``null``; the axis adds its own hop.
The payloads of attachments are untouched. A deliberate act on a copy: what was received is kept as received.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from protocol.package import signature
from protocol.package.model import (
    Attachment,
    DocumentPackage,
    OtherInfo,
    Package,
    Reference,
    Trace,
    TraceHeader,
)
from protocol.package.reading import Reading
from protocol.package.writer import write_package_to

UNKNOWN_ORGAN = "null"


def reserialise(source: Reading | Package, hop: TraceHeader | None = None) -> bytes:
    """Give the bytes that the axis would hand on; ``hop`` is the line that it adds to the trace.

    ``ValueError`` for a reading without a package.
    """
    target = io.BytesIO()
    reserialise_to(target, source, hop)
    return target.getvalue()


def reserialise_to(stream: BinaryIO, source: Reading | Package, hop: TraceHeader | None = None) -> None:
    """As ``reserialise``, into a stream; attachments are never whole in memory."""
    package = source.package if isinstance(source, Reading) else source
    if package is None:
        raise ValueError("nothing to re-serialise: the package could not be read")
    write_package_to(stream, normalised(package, hop))


def normalised(package: Package, hop: TraceHeader | None = None) -> Package:
    """Give the package as the axis understands it. Status packages have neither trace nor manifest and stay."""
    if not isinstance(package, DocumentPackage):
        return package
    other = package.header.other
    return replace(
        package,
        header=replace(package.header, other=_with_direction(other)),
        trace=_with_hop(package.trace, hop),
        manifest=_rebuilt(package.manifest, package.attachments),
        signature=signature.in_package_namespace(package.signature) if package.signature else None,
    )


def _with_direction(other: OtherInfo | None) -> OtherInfo:
    return replace(other or OtherInfo(), direction=(other.direction if other else None) or "false")


def _with_hop(trace: Trace | None, hop: TraceHeader | None) -> Trace | None:
    hops = list(trace.hops) if trace else []
    if hops and not hops[0].organ_id:
        hops[0] = replace(hops[0], organ_id=UNKNOWN_ORGAN)
    if hop is not None:
        hops.append(hop)
    if trace is None and not hops:
        return None
    return replace(trace or Trace(), hops=tuple(hops))


def _rebuilt(manifest: Sequence[Reference] | None, attachments: Sequence[Attachment]) -> tuple[Reference, ...] | None:
    """Give one line per attachment; the type is what the sender's manifest said, where it said one."""
    if manifest is None and not attachments:
        return None
    said = {bare_id(line.content_id): line.content_type for line in manifest or ()}
    return tuple(
        Reference(
            content_id=attachment.content_id,
            content_type=said.get(bare_id(attachment.content_id)) or attachment.content_type,
            attachment_name=attachment.name,
        )
        for attachment in attachments
    )


def bare_id(content_id: str | None) -> str:
    """Give a content id without its ``cid:``, which some senders write and some do not (H-A10)."""
    return (content_id or "").removeprefix("cid:")
