"""What the head of a request alone decides: whose it is, whether that system may ask now, and whether it asks again."""

from __future__ import annotations

from protocol.finding import Finding, Severity, quote
from protocol.wire.operations import Operation
from protocol.wire.signing import SignatureRefused, verify
from simulator import answers
from simulator.answers import Refused, refused
from simulator.axis import Axis
from simulator.call import Call
from simulator.clock import local

# Clients written from the documents use GET where the official one posts (H-T04).
_GET_TOO = {Operation.FETCH, Operation.UPDATE_STATUS, Operation.COUNT_RECEIVED, Operation.COUNT_STATUSES}


async def refusal(axis: Axis, call: Call) -> Refused | None:
    """Say why a request is not let in, before anything of its body is read; ``None`` where it is."""
    try:
        _verify(axis, call)
        _admit(axis, call)
        _check_method(call)
        if axis.replays.policy == "refuse":
            await _refuse_replay(axis, call)
    except Refused as error:
        call.body_unread = True
        return error
    return None


def _verify(axis: Axis, call: Call) -> None:
    try:
        call.signed = verify(call.request.scope["headers"], axis.directory.secret_of)
    except SignatureRefused as error:
        raise _unproven(error) from error
    call.findings = call.signed.warnings


def see_that_still_theirs(axis: Axis, call: Call) -> None:
    """See that the system of a request was not removed, or given to somebody else, while the request was on its way.

    It would meet its successor's queues else. It counts for nobody then, like one of a system that was never there.
    Raises ``Refused``.
    """
    if not call.refused and axis.directory.tenant_of(call.system) != call.tenant:
        raise gone(call)


def gone(call: Call) -> Refused:
    """Give the refusal of a request whose system, or its tenant, is there no more; in the words for an unknown one."""
    call.signed = None
    return _unproven(SignatureRefused("unknown-system", quote(call.system or ""), said="signature-wrong"))


def _unproven(error: SignatureRefused) -> Refused:
    finding = Finding("SND-09", error.reason, Severity.FAIL, got=error.detail)
    return Refused(answers.BAD_SIGNATURE, error.text, [finding])


def _admit(axis: Axis, call: Call) -> None:
    """Let the request of a verified system begin, within what that system may ask."""
    excess = axis.limits.enter(call.system_id)
    call.admitted = excess is None
    if excess is None:
        return
    unit = "yeu cau moi giay" if excess.limit == "rate" else "yeu cau cung luc"
    text = f"Vuot gioi han {excess.most:g} {unit} cua he thong: thu lai sau {excess.wait} giay"
    found = refused(answers.SYSTEM_ERROR, text, "AXS-03", f"{excess.limit}-exceeded", expected=f"{excess.most:g}")
    found.retry_after = excess.wait
    raise found


def _check_method(call: Call) -> None:
    method, operation = call.request.method, Operation(call.operation)
    allowed = {operation.method, "POST"} | ({"GET"} if operation in _GET_TOO else set())
    if method not in allowed:
        text = f"Phuong thuc {method} khong dung cho {operation}: can {operation.method}"
        raise refused(answers.BAD_PARAMETER, text, "AXS-03", "method-wrong", expected=operation.method, got=method)


async def _refuse_replay(axis: Axis, call: Call) -> None:
    """Take a signature once: remembered, durably, before anything is done by it."""
    assert call.signed is not None
    signed, now = call.signed, local(call.at)
    found = await axis.store.write(lambda connection: axis.replays.refusal(connection, signed, call.at, now))
    if found is not None:
        raise found
