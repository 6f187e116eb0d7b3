"""``sendEdoc``: a raw body that becomes a document or a status package and a delivery for each addressee."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator
from typing import BinaryIO, cast

from sqlalchemy import Connection

from protocol.finding import Finding, Severity, quote
from protocol.rules.schema import NeedsExplanation
from protocol.wire.filehash import BodyDigest, HashForm
from schemas import registry
from simulator import answers, exchange, parameters, tenants
from simulator.answers import Refused, refused, success
from simulator.axis import Axis
from simulator.blobs import INLINE, Content, Spool
from simulator.bodies import opened, unstored
from simulator.call import Call
from simulator.clock import local
from simulator.examination import Examined, examine
from simulator.exchange import Submission
from simulator.faults import delivery
from simulator.operations import Perform, limited
from simulator.outcome import Outcome
from simulator.tenants import LimitReached

_TEXTS = {
    answers.BAD_FILE: "File khong hop le",
    answers.UNKNOWN_RECEIVER: "Don vi nhan khong ton tai",
    answers.UNKNOWN_SENDER: "Don vi gui khong dang ky",
    answers.BAD_PACKAGE: "Format edXML khong dung chuan QD 28",
}
# Every other failing reason is code 22.
_CODES = {
    "empty-file": answers.BAD_FILE,
    "not-xml": answers.BAD_FILE,
    "bytes-before-declaration": answers.BAD_FILE,
    "bytes-after-root": answers.BAD_FILE,
    "encoding-unknown": answers.BAD_FILE,
    "package-too-large": answers.BAD_FILE,
    "sender-missing": answers.UNKNOWN_SENDER,
    "recipient-missing": answers.UNKNOWN_RECEIVER,
    "recipient-code-missing": answers.UNKNOWN_RECEIVER,
}

logger = logging.getLogger("simulator.sending")


async def sending(axis: Axis, call: Call) -> Perform:
    """Take in a package: body, hash, rules; what remains is one transaction. Raises ``Refused``."""
    call.agencies = tuple(code for code in (call.value("from"),) if code)
    _refuse_multipart(call)
    full = await _fullness(axis, call)
    spool, rewritten = axis.blobs.spool(), axis.blobs.spool()
    try:
        with axis.traces.span("read"):
            digest = await _taken_in(call, spool, axis.settings.body_limit)
        hash_file = call.value("hash-file")
        form = digest.matches(hash_file) if hash_file else None
        if form is not None and form.size < spool.size:
            call.tail = b"\r\n"
            spool.cut(form.size)
        call.body_unread = True  # until it is kept, nobody can show it
        if full is not None and not await _was_accepted(axis, call, form):
            raise full
        call.content = await keep_spool(
            axis, spool, form.sha256 if form is not None else digest.whole().hex(), call.held
        )
        call.body_unread = False
        if form is None:
            raise _wrong_hash(hash_file, digest)
        call.findings += _hash_remarks(form)
        kind = parameters.message_type(call)
        with axis.traces.span("judge"):
            examined = await examined_content(axis, call.content, call.at, kind, rewritten)
        call.findings += examined.findings
        if examined.facts is not None:
            call.document_id = examined.facts.document_id
            call.recipients = tuple(code for code in (*examined.facts.to, examined.facts.about) if code)
        refuse_bad_package(examined)
        delivered = await keep_spool(axis, rewritten, None, call.held) if examined.rewritten else call.content
    finally:
        spool.close()
        rewritten.close()
    header_to, remarks = parameters.header_recipients(call)
    submission = Submission(
        message_type=kind,
        from_code=call.value("from"),
        facts=examined.facts,
        findings=call.findings + remarks,
        received=call.content,
        delivered=delivered,
        at=call.at,
        service_type=call.value("servicetype")[:32] or "eDoc",
        system_id=call.system_id,
        request_key=_request_key(call, call.content.sha256),
        header_to=header_to,
        tenant=call.owner,
        inspected=axis.instruments is not None,
    )

    def perform(connection: Connection) -> Outcome:
        try:
            acceptance = exchange.accept(connection, submission)
        except LimitReached as error:
            raise limited(error) from error
        if call.encounter is not None and not acceptance.repeated:
            delivery.withhold_by(connection, call.encounter, [copy.receiver_id for copy in acceptance.deliveries])
        call.findings = acceptance.findings
        return Outcome(success(call.operation, DocId=acceptance.sender_id))

    return perform


async def _fullness(axis: Axis, call: Call) -> Refused | None:
    """Give the refusal of a package for which its tenant has no room left; a request sent again needs none."""
    if call.owner:
        try:
            await axis.store.look(lambda connection: tenants.check_room(connection, call.owner))
        except LimitReached as error:
            return limited(error)
    return None


async def _was_accepted(axis: Axis, call: Call, form: HashForm | None) -> bool:
    """Tell whether this very request was accepted before: it gets the same answer then, come what may (H-T11)."""
    if form is None:
        return False
    key = _request_key(call, form.sha256)
    return await axis.store.look(lambda connection: exchange.earlier(connection, key)) is not None


async def _taken_in(call: Call, spool: Spool, limit: int) -> BodyDigest:
    try:
        return await take_in(call.request.stream(), spool, limit)
    except Refused as refusal:
        call.body_unread = any(finding.reason == "package-too-large" for finding in refusal.findings)
        raise


async def take_in(stream: AsyncIterator[bytes], spool: Spool, limit: int) -> BodyDigest:
    """Read a body into the spool. Raises ``Refused`` when it is larger than ``limit`` bytes or empty."""
    digest = BodyDigest()
    async for chunk in stream:
        if spool.size + len(chunk) > limit:
            text = f"File qua lon: toi da {limit} byte"
            raise refused(answers.BAD_FILE, text, "ATT-09", "package-too-large", expected=str(limit))
        digest.update(chunk)
        spool.write(chunk)
    if not spool.size:
        raise refused(answers.BAD_FILE, "File rong", "PKG-07", "empty-file")
    return digest


async def examined_content(
    axis: Axis, content: Content, at: int, message_type: str | None, rewritten: Spool
) -> Examined:
    """Judge a package by the rules of the axis's profile; what may take long, on another thread.

    Where the axis rewrites packages, its own form of this one goes into ``rewritten``. Raises ``Refused`` where
    attached files are to be judged before the answer and cannot be read at all.
    """
    settings, now = axis.settings, local(at)
    sink = cast("BinaryIO", rewritten) if settings.reserialise else None

    def work(*, explain: bool) -> Examined:
        with opened(axis.blobs, content) as source:
            return examine(
                source,
                settings.profile,
                now,
                message_type=message_type,
                sink=sink,
                hop_at=at,
                explain=explain,
                instruments=axis.instruments,
            )

    if axis.instruments is not None:
        try:
            return await asyncio.to_thread(work, explain=True)
        except OSError as error:
            logger.warning("attached files cannot be read: %s", error)
            text = "Loi he thong: khong doc duoc tep dinh kem"
            raise refused(answers.SYSTEM_ERROR, text, "AXS-08", "inspection-unavailable") from error
    if content.size <= INLINE:
        with contextlib.suppress(NeedsExplanation):
            return work(explain=False)
    return await asyncio.to_thread(work, explain=True)


async def keep_spool(axis: Axis, spool: Spool, sha256: str | None, held: list[Content]) -> Content:
    """Put a spooled body to rest and note it in ``held``; the disk is waited for on another thread.

    A request that is cancelled waits for it all the same: what came to rest behind its back would be held for ever, and
    whoever closes a spool that is being put to rest waits for the disk, which here would stop the whole axis.
    Raises ``Refused`` where the place for bodies does not take it.
    """
    if spool.in_memory:
        held.append(axis.blobs.keep(spool, sha256))
        return held[-1]
    keeping = asyncio.get_running_loop().run_in_executor(None, axis.blobs.keep, spool, sha256)
    try:
        await _end_of(keeping)
    finally:
        if keeping.exception() is None:
            held.append(keeping.result())
    try:
        return keeping.result()
    except OSError as error:
        raise unstored(error) from error


async def _end_of(work: asyncio.Future[Content]) -> None:
    """Wait until a thread has done its work, however it ends; only then raise the cancellation that came meanwhile."""
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


def refuse_bad_package(examined: Examined) -> None:
    """Refuse what the rules refuse: code 10 for what is no package at all, 18 and 19 for parties, else 22.

    Raises ``Refused``.
    """
    failing = next((finding for finding in examined.findings if finding.severity is Severity.FAIL), None)
    if failing is None and examined.facts is not None:
        return
    if failing is None:
        raise refused(answers.BAD_FILE, _TEXTS[answers.BAD_FILE], "PKG-07", "not-xml")
    code = _CODES.get(failing.reason, answers.BAD_PACKAGE)
    place = f" tai {failing.where}" if failing.where else ""
    line = f" (dong {failing.line})" if failing.line is not None else ""
    raise Refused(code, f"{_TEXTS[code]}: {_said(failing.reason)}{place}{line}", ())


def _said(reason: str) -> str:
    try:
        return registry.reason(reason).text["vi"].rstrip(".")
    except registry.UnknownId:
        return reason


def _refuse_multipart(call: Call) -> None:
    """Tell whoever sends multipart, as the name of the official class suggests, that it is none (H-T03)."""
    content_type = call.request.headers.get("content-type", "")
    if content_type.lower().startswith("multipart/"):
        call.body_unread = True
        text = "Khong nhan multipart: gui noi dung tep edXML truc tiep voi Content-Type application/octet-stream"
        raise refused(
            answers.BAD_FILE,
            text,
            "AXS-03",
            "body-multipart",
            where="Content-Type",
            expected="application/octet-stream",
            got=content_type,
        )


def _wrong_hash(hash_file: str, digest: BodyDigest) -> Refused:
    if not hash_file:
        text, reason = "Thieu tham so hash-file", "hash-file-missing"
    else:
        text, reason = "File khong hop le: hash-file khong khop noi dung", "hash-file-wrong"
    expected = digest.file().hex()
    return refused(answers.BAD_FILE, text, "SND-09", reason, where="hash-file", expected=expected, got=quote(hash_file))


def _hash_remarks(form: HashForm) -> tuple[Finding, ...]:
    """Note what is odd about a hash; padded and unpadded form are both legal (H-S01)."""
    remarks = []
    if form.covers_line_end:
        remarks.append(Finding("SND-09", "hash-file-covers-line-end", Severity.INFO, "hash-file"))
    if form.upper_case:
        remarks.append(Finding("SND-09", "hash-file-upper-case", Severity.WARN, "hash-file"))
    return tuple(remarks)


def _request_key(call: Call, sha256: str) -> str:
    """Tell the same request again: same system, same signed text, same body (H-T11)."""
    assert call.signed is not None
    key = hashlib.sha256(call.system_id.encode("utf-8") + b"\0" + call.signed.signed_text + b"\0")
    key.update(sha256.encode("ascii"))
    return key.hexdigest()
