"""The one reader of packages: hardened, streaming, and of one verdict at any size.

The bytes pass the scanner, which takes the attachments out; the skeleton that remains goes through the strict parser,
which decides. Nothing here raises on bad input: what is wrong becomes a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from lxml import etree

from protocol.finding import Finding
from protocol.package.encoding import HEAD, NotText, Opened, open_text
from protocol.package.extraction import document_package, status_package
from protocol.package.frame import examine_frame, kind_of, mixed
from protocol.package.limits import Limits
from protocol.package.model import NAMESPACE, Package
from protocol.package.reading import Reading
from protocol.package.scanner import Payload, Scan, scan
from protocol.package.skeleton import Parsed, first_too_deep, parse
from protocol.package.spool import Spool
from protocol.package.tree import child, children, local_name, where
from protocol.package.verdicts import Profile, fatal, few, find

_DEFAULTS = Limits()
_SHOWN = 40
_PAYLOAD_TAG = f"{{{NAMESPACE}}}ContentTransferEncoded"
_PAYLOAD_PLACE = "edXML/AttachmentEncoded/Attachment/ContentTransferEncoded"
_EXPECTED = {"bytes-after-root": "</edXML>", "bytes-before-declaration": "<?xml"}


def read_package(source: BinaryIO | bytes, *, profile: Profile = "axis", limits: Limits = _DEFAULTS) -> Reading:
    """Read a document or status package from bytes or from a binary stream (read once, in pieces, not closed).

    The reading has the findings about structure: XML, frame, base64, limits. What the header and the attachments say is
    judged by ``protocol.rules``; ``protocol.rules.judge`` does both in one call. Close the reading, or use it as a
    context manager. Only errors of the stream itself (``OSError``) are raised.
    """
    spool = Spool(limits.spool_in_memory_bytes)
    try:
        return _read(source, profile, limits, spool)
    except BaseException:
        spool.close()
        raise


def _read(source: BinaryIO | bytes, profile: Profile, limits: Limits, spool: Spool) -> Reading:
    opened = open_text(source)
    meter = _Meter(opened.chunks, limits.package_bytes)
    root: etree._Element | None = None
    package: Package | None = None
    findings = list(_start(opened, profile))
    scanned = None if findings else _scan(meter, spool, limits)
    if isinstance(scanned, NotText):
        findings += find("not-xml", profile, line=1, expected=str(scanned))
    elif scanned is not None:
        if opened.encoding != "utf-8":
            findings += find("encoding-not-utf8", profile, line=1, expected="UTF-8", got=opened.encoding)
        root, flaws = _tree(scanned, profile, limits, transcoded=opened.transcoded)
        if meter.exceeded:
            root, flaws = None, find("package-too-large", profile, expected=f"<= {limits.package_bytes} bytes")
        findings += flaws
    if root is not None and isinstance(scanned, Scan):
        frame = list(examine_frame(root, profile))
        findings += frame
        if not any(fatal(finding) for finding in frame):
            package, flaws = _package(root, scanned, profile, spool)
            findings += flaws
    return Reading(
        profile,
        spool,
        package=package,
        findings=tuple(findings),
        root=root,
        size=meter.size,
        encoding=opened.encoding,
        skeleton=scanned.skeleton if isinstance(scanned, Scan) else opened.head[:HEAD],
    )


def _scan(meter: _Meter, spool: Spool, limits: Limits) -> Scan | NotText:
    try:
        return scan(meter, spool, limits)
    except NotText as error:
        return error


class _Meter:
    """Counts what passes and ends the stream where it grows beyond the limit."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self._chunks = chunks
        self._limit = limit
        self.size = 0
        self.exceeded = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                self.exceeded = True
                return
            yield chunk


def _start(opened: Opened, profile: Profile) -> tuple[Finding, ...]:
    """Look at how the file begins: what is plainly not a package gets a reason that says so."""
    if opened.unknown:
        return find("encoding-unknown", profile, line=1, expected="UTF-8", got=opened.encoding)
    head = opened.head
    if not head:
        # Bytes that are not what their byte order mark says have no head either; those are read on.
        return () if opened.transcoded else find("empty-file", profile)
    if not head.startswith(b"<"):
        before, declaration, _ = head[:HEAD].partition(b"<?xml")
        if declaration:
            return find("bytes-before-declaration", profile, line=1, expected="<?xml", got=before)
        if not head.lstrip(b" \t\r\n").startswith(b"<"):
            return find("not-xml", profile, line=1, expected="<", got=head[:_SHOWN])
    return ()


def _tree(
    scanned: Scan, profile: Profile, limits: Limits, *, transcoded: bool
) -> tuple[etree._Element | None, tuple[Finding, ...]]:
    """Parse the skeleton; a tree comes back only where nothing forbids to read on."""
    stop = scanned.stop
    if stop is not None and stop.reason:
        return None, find(stop.reason, profile, line=stop.line, expected=stop.expected, got=stop.got)
    parsed = parse(scanned.skeleton, transcoded=transcoded)
    root = parsed.root
    if root is None or stop is not None:
        return None, _why_no_tree(parsed, profile, limits)
    if root.getroottree().docinfo.internalDTD is not None:
        # The scanner stops at a document type; this catches one that an encoding might have hidden from it.
        return None, find("doctype-present", profile, got="<!DOCTYPE")
    deep = first_too_deep(root, limits.depth)
    if deep is not None:
        return None, find(
            "nesting-too-deep", profile, line=deep.sourceline, expected=f"<= {limits.depth}", got=local_name(deep)
        )
    flaws: tuple[Finding, ...] = ()
    if parsed.undeclared:
        got = ", ".join(parsed.undeclared)
        flaws = find("undeclared-prefix", profile, line=parsed.line, expected="xmlns:…", got=got)
    return root, flaws


def _why_no_tree(parsed: Parsed, profile: Profile, limits: Limits) -> tuple[Finding, ...]:
    frame = examine_frame(parsed.rough, profile) if parsed.rough is not None else ()
    if refused := tuple(finding for finding in frame if fatal(finding)):
        return refused
    reason = parsed.reason or "not-xml"
    most = f"<= {limits.depth}" if reason == "nesting-too-deep" else ""
    expected = most or parsed.expected or _EXPECTED.get(reason, "")
    return find(reason, profile, line=parsed.line, expected=expected, got=parsed.got)


def _package(
    root: etree._Element, scanned: Scan, profile: Profile, spool: Spool
) -> tuple[Package | None, tuple[Finding, ...]]:
    """Build the model and say what was wrong with the base64 of each attachment."""
    encoded = [element for element in root.iter("{*}ContentTransferEncoded") if isinstance(element.tag, str)]
    if len(encoded) != len(scanned.payloads):
        # Only a document that scanner and parser read differently comes here: never trust either of them then.
        got = f"{len(encoded)} / {len(scanned.payloads)}"
        return None, find("not-xml", profile, expected="ContentTransferEncoded", got=got)
    payloads = dict(zip(encoded, scanned.payloads, strict=True))
    findings: list[Finding] = list(mixed(root, profile))
    for element, payload in payloads.items():
        findings += _payload(element, payload, profile)
    package: Package
    if kind_of(root) == "status":
        package = status_package(root)
    else:
        package = document_package(root, payloads, spool)
        findings += _without_payload(root, profile)
    return package, few(findings)


def _payload(element: etree._Element, payload: Payload, profile: Profile) -> Iterator[Finding]:
    place, line = where(element), element.sourceline
    above = element.getparent()
    if above is None or above.tag != f"{{{NAMESPACE}}}Attachment" or element.tag != _PAYLOAD_TAG:
        yield from find("payload-misplaced", profile, where=place, line=line, expected=_PAYLOAD_PLACE, got=place)
    flaws = payload.flaws
    if flaws:
        at_start = flaws.illegal and flaws.first_illegal[:1] in flaws.start
        got: str | bytes = flaws.start if at_start else flaws.first_illegal or f"{payload.stored.size} bytes"
        yield from find("payload-not-base64", profile, where=place, line=line, expected="A-Z a-z 0-9 + / =", got=got)
    elif not payload.stored.size:
        yield from find("payload-empty", profile, where=place, line=line, expected="> 0 bytes", got="0 bytes")
    if payload.has_comments:
        yield from find("payload-has-comment", profile, where=place, line=line)


def _without_payload(root: etree._Element, profile: Profile) -> Iterator[Finding]:
    for encoded in children(root, "AttachmentEncoded"):
        for attachment in children(encoded, "Attachment"):
            if child(attachment, "ContentTransferEncoded") is None:
                place = f"{where(attachment)}/ContentTransferEncoded"
                yield from find("payload-missing", profile, where=place, line=attachment.sourceline)
