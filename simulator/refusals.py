"""What was refused before it was a request stands in the journal too, as far as it could be read."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from protocol.finding import Finding, Severity, quote
from protocol.wire.operations import Operation
from simulator.answers import BAD_PARAMETER
from simulator.app import PREFIX
from simulator.axis import Axis
from simulator.http_refusal import HttpRefusal
from simulator.journal import Entry

_OPERATIONS = frozenset(operation.value for operation in Operation)


def recorder(axis: Axis) -> Callable[[HttpRefusal], None]:
    """Give what journals a refusal: its operation ``-`` where the path names none, its system always ``null``."""

    def record(refusal: HttpRefusal) -> None:
        path = unquote(refusal.path)
        if path.startswith(PREFIX):
            return
        operation = path.rstrip("/").rpartition("/")[2]
        finding = Finding("AXS-03", "http-refused", Severity.FAIL, got=quote(refusal.text))
        entry = Entry(
            at=axis.clock.milliseconds(),
            operation=operation if operation in _OPERATIONS else "-",
            method=refusal.method,
            path=path,
            http_status=refusal.status,
            status="FAIL",
            error_code=BAD_PARAMETER,
            findings=(finding,),
            request_headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in refusal.headers],
            request_truncated=True,
            answer_headers=refusal.answer_headers,
            answer_body=refusal.answer_body,
        )
        axis.store.write_later(lambda connection: axis.journal.record(connection, entry))

    return record
