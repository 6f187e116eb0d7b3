"""Packages as a faulty axis hands them out: the copy that leaves is altered, what the axis holds stays as it is."""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from protocol.package import signature
from protocol.package.attachment import ZIP, AttachmentRefused, original
from protocol.package.model import Attachment, DocumentPackage, Package
from protocol.package.reader import read_package
from protocol.package.writer import write_package_to
from simulator.faults import kinds
from simulator.faults.alterations import shifted_hop
from simulator.faults.rules import Rule

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_PDF = b"%PDF-"


def alter(source: BinaryIO, target: BinaryIO, rules: Sequence[Rule]) -> list[Rule]:
    """Write a package altered by rules into ``target``; gives those that found something to alter, in their order.

    Nothing is written where there are none, or where the package cannot be read. May take long for a large package.
    """
    with read_package(source) as reading:
        package = reading.package
        effective = []
        for rule in rules:
            changed = None if package is None else _altered(package, rule)
            if changed is not None:
                package = changed
                effective.append(rule)
        if package is not None and effective:
            write_package_to(target, package)
        return effective


def _altered(package: Package, rule: Rule) -> Package | None:
    if not isinstance(package, DocumentPackage):
        return None
    if rule.kind is kinds.REZIPPED_PDF:
        return _rezipped(package)
    if rule.kind is kinds.LOST_SIGNATURE_NAMESPACE:
        return _without_namespace(package)
    return _misdated(package, float(rule.argument("seconds")))


def _rezipped(package: DocumentPackage) -> DocumentPackage | None:
    zipped = [_zipped(attachment) for attachment in package.attachments]
    if not any(zipped):
        return None
    pairs = zip(zipped, package.attachments, strict=True)
    return replace(package, attachments=tuple(new or old for new, old in pairs))


def _zipped(attachment: Attachment) -> Attachment | None:
    """Zip an attached PDF as the axis of 2019 did; the manifest goes on to say what it said."""
    try:
        file = original(attachment)
        data = file.data
    except AttachmentRefused:
        return None
    if not data.startswith(_PDF):
        return None
    entry = uuid.UUID(bytes=bytes.fromhex(file.sha256)[:16], version=4)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{entry}.PDF", _FIXED_TIME), data, zipfile.ZIP_DEFLATED, 1)
    payload = packed.getvalue()
    digest = hashlib.sha256(payload).hexdigest()
    return replace(
        attachment, content_type=ZIP, size=len(payload), sha256=digest, open_payload=lambda: io.BytesIO(payload)
    )


def _without_namespace(package: DocumentPackage) -> DocumentPackage | None:
    if not package.signature or not signature.in_own_namespace(package.signature):
        return None
    return replace(package, signature=signature.in_package_namespace(package.signature))


def _misdated(package: DocumentPackage, seconds: float) -> DocumentPackage | None:
    """Date the hop of the axis wrong: the last line of the trace, where it has no OrganId."""
    trace = package.trace
    if trace is None or not trace.hops or trace.hops[-1].organ_id:
        return None
    last = trace.hops[-1]
    wrong = replace(last, timestamp=shifted_hop(last.timestamp, seconds))
    return replace(package, trace=replace(trace, hops=(*trace.hops[:-1], wrong)))
