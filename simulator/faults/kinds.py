"""The kinds of fault: named lies, each with the rule or expectation that it breaks.

What stands below each is the promise that its test holds it to. All are off until a rule turns one on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from protocol.wire.operations import Operation
from simulator.faults.arguments import Argument, seconds

MAX_DELAY = 600.0
UNKNOWN_LENGTH = 2048
"""Where a body that is streamed without a length is cut twice too late."""
MAX_SHIFT = 100 * 366 * 86400.0


class Act(Enum):
    """Where a fault takes hold of a request."""

    HEAD = "before the body is read"
    DELAY = "before the request is done"
    RESET = "in the place of an answer"
    INSTEAD = "in the place of the axis"
    ANSWER = "in the answer, when it is made"
    TIMES = "in whatever an answer dates"
    TRANSFER = "while the answer leaves"
    QUEUE = "in what a receiver's queue shows"
    ACCEPTANCE = "when a package is accepted"
    COPY = "in the copy that is handed out"


_OF_THE_QUEUE = frozenset({Operation.RECEIVED})
_COUNTED_TOO = _OF_THE_QUEUE | {Operation.COUNT_RECEIVED, Operation.COUNT_STATUSES}
_FETCHES = frozenset({Operation.FETCH, Operation.DOWNLOAD})
_DIRECTORY = frozenset({Operation.AGENCIES, Operation.AGENCIES_QD20, Operation.UNITS})
_LISTS = frozenset({Operation.RECEIVED, Operation.SENT}) | _DIRECTORY
_JSON = frozenset(Operation) - {Operation.DOWNLOAD}
_CHANGES = frozenset({Operation.SEND, Operation.UPDATE_STATUS, Operation.REGISTER_AGENCY, Operation.DELETE_AGENCY})


@dataclass(frozen=True, slots=True)
class Kind:
    """One fault. ``processed`` tells whether the request is done, ``answers`` whether the caller gets an answer.

    ``operations`` are those that it can disturb; in ``altered`` ones it changes the answer that is given anyhow.
    """

    name: str
    act: Act
    processed: bool = True
    operations: frozenset[Operation] = frozenset(Operation)
    args: Mapping[str, Argument] = field(default_factory=dict, hash=False)
    answers: bool = True
    altered: frozenset[Operation] = frozenset()


LATENCY = Kind("latency", Act.DELAY, args={"seconds": seconds(MAX_DELAY), "deviation": seconds(MAX_DELAY, 0)})
"""Waits ``seconds`` before the request is done; with a ``deviation`` normally distributed around them (cut at 0 and
600 s). Breaks the expectation that an axis answers promptly: a caller needs time-outs (OPS-08, H-R10, H-T12)."""

DRIBBLE = Kind("dribble", Act.TRANSFER, args={"bytes": Argument("whole", 1, 65536, 1), "seconds": seconds(60, 0.05)})
"""The answer's body leaves in pieces of ``bytes`` with ``seconds`` between them. Breaks the expectation that an answer
that has begun is soon there: a time-out that every byte starts anew never comes (OPS-08, H-R10)."""

SLOW_NETWORK = Kind("slow-network", Act.HEAD, args={"bytes_per_second": Argument("whole", 1, 2**30)})
"""The body of the request is taken, and that of the answer given, at ``bytes_per_second`` at most. Breaks the
expectation of a broad line: large packages must neither time out nor hold up others (OPS-07, OPS-08, H-A14)."""

SILENT_EXPECT = Kind("silent-expect", Act.HEAD)
"""No ``100 Continue`` is sent to who asks for one; the axis waits for the body. Breaks RFC 9110 section 10.1.1: a
client must not wait for it for ever (OPS-08, H-T01)."""

RESET_BEFORE = Kind("reset-before", Act.RESET, processed=False, answers=False)
"""The connection is reset and nothing was done. Breaks the expectation that every request is answered; a retry must
not make a second document, nor come at once and for ever (SND-08, H-R10)."""

RESET_AFTER = Kind("reset-after", Act.RESET, answers=False)
"""Everything is done and durable, then the connection is reset. Breaks the expectation that what was done is told: a
retry has to be the same request again (SND-07, H-R10, H-T11)."""

TRUNCATED_BODY = Kind("truncated-body", Act.ANSWER, args={"bytes": Argument("whole", 0, 2**30, -1)})
"""The answer announces its whole length and ends after ``bytes`` (else half of it). Breaks RFC 9112 section 6.3: an
incomplete answer is none, a cut package must not be confirmed as done (RCV-09, H-R08)."""

HTML_502 = Kind("html-502", Act.INSTEAD, processed=False)
"""A gateway's error page with HTTP 502; nothing was done. Breaks AXS-03: an answer is the JSON of its operation, and
a page is neither an empty inbox nor a package (OPS-08, RCV-09, H-R01, H-R08, H-T15)."""

HTML_200 = Kind("html-200", Act.INSTEAD, processed=False)
"""A login page with HTTP 200; nothing was done. Breaks AXS-03 where HTTP says that all is well: a page is neither an
empty inbox nor a package (OPS-08, RCV-09, H-R01, H-R08)."""

EMPTY_200 = Kind("empty-200", Act.INSTEAD, processed=False)
"""HTTP 200 without a body; nothing was done. Breaks AXS-03: no answer is not an empty list (OPS-08, H-R04)."""

EMPTY_204 = Kind("empty-204", Act.INSTEAD, processed=False)
"""HTTP 204; nothing was done. Breaks AXS-03: success without content is not the success of the operation (OPS-08,
H-R04)."""

NOT_JSON = Kind("not-json", Act.INSTEAD, processed=False)
"""One line of plain text that calls itself JSON, with HTTP 200; nothing was done. Breaks AXS-03: what cannot be parsed
is an error of the axis, to be tried again later (OPS-08, H-R01, H-R08)."""

REDIRECT = Kind("redirect", Act.INSTEAD, processed=False, args={"location": Argument("path", 1, 200, "/dang-nhap")})
"""HTTP 302 to the path ``location`` of the axis; nothing was done. Breaks AXS-03: no operation redirects, and a client
that follows turns its POST into a GET and loses the package (SND-08, H-T13)."""

FAIL_WITHOUT_DOCID = Kind("fail-without-docid", Act.INSTEAD, processed=False, operations=frozenset({Operation.SEND}))
"""``sendEdoc`` is refused with code 20 and without the key ``DocId``; nothing was done. Breaks the envelope that the
official client reads, which then loses the error: it must neither be lost nor be retried blindly (SND-08, H-R02)."""

AXIS_FULL = Kind("axis-full", Act.INSTEAD, processed=False, operations=_CHANGES)
"""What would be kept is refused with code 20, as by an axis whose disk is full; nothing was done. Breaks AXS-08, that
the axis keeps what it is given: the sender keeps it, tells, and tries again later (SND-04, H-R03)."""

ROTATED_KEY = Kind("rotated-key", Act.INSTEAD, processed=False)
"""Requests signed with the system's key are refused with code 15, as after its key was changed on one side only. Breaks
the shared secret of SND-09: to be told to a person, and not to be retried unchanged (SEC-11, SND-08, H-R03)."""

CLOSED_CODE = Kind(
    "closed-code",
    Act.INSTEAD,
    processed=False,
    operations=_DIRECTORY | {Operation.SEND},
    args={"code": Argument("code", 1, 64)},
    altered=_DIRECTORY,
)
"""The agency ``code`` is as if closed: sending to it is refused with code 23, the lists of agencies leave it out and
``getSynchronizeUnit`` calls it deleted. Breaks ID-15, that all share one directory (ID-07, ID-11, H-O05, H-O06)."""

BOM = Kind("bom", Act.ANSWER, operations=_JSON)
"""A byte order mark stands before the JSON. Breaks RFC 8259 section 8.1, that nobody adds one; what was said counts all
the same (OPS-08, H-R12)."""

WRONG_KEY_CASE = Kind("wrong-key-case", Act.ANSWER, operations=_JSON)
"""The keys of the envelope stand in another case: ``Status``, ``errorCode``, ``docid``. Breaks the envelope, whose keys
are case-sensitive: it is no success, and no empty inbox (RCV-09, H-R11)."""

NULL_FIELD = Kind(
    "null-field",
    Act.ANSWER,
    operations=_LISTS,
    args={"field": Argument("code", 1, 32, ""), "item": Argument("whole", 1, 2**31 - 1, 1)},
)
"""The ``item``-th item of a list (from 1) has null in ``field`` (else in its last text). Breaks the form of items, all
whose fields are texts: the other items have to survive (RCV-09, H-R05)."""

NUMBER_CODE = Kind("number-code", Act.ANSWER, operations=_JSON)
"""``ErrorCode`` is a JSON number. Breaks the envelope, where it is a text: ``0`` is still success and everything else
still a failure (AXS-06, H-R07)."""

WRONG_TIME = Kind("wrong-time", Act.TIMES, args={"seconds": Argument("number", -MAX_SHIFT, MAX_SHIFT)})
"""Every time that the caller is told is off by ``seconds``: ``Date``, the times of lists, ``modifyDate`` of
``getSynchronizeUnit``, the axis's hop in a package. Breaks AXS-10, that the axis's time is the reference (H-S03)."""

DUPLICATE_LISTING = Kind("duplicate-listing", Act.QUEUE, operations=_OF_THE_QUEUE)
"""A list shows again what was acknowledged, as if it waited. Breaks RCV-09, that what is confirmed is not listed: it
must not be received a second time (RCV-10, H-W04)."""

DELAYED_DELIVERY = Kind(
    "delayed-delivery", Act.QUEUE, operations=_COUNTED_TOO, args={"seconds": seconds(86400.0 * 366)}
)
"""What arrived less than ``seconds`` ago by the axis's clock is neither listed nor counted. Breaks the expectation that
what was accepted is there: only the receiver's own 01 tells that it is (SND-03, H-W18)."""

REORDERED_DELIVERY = Kind("reordered-delivery", Act.QUEUE, operations=_OF_THE_QUEUE)
"""A list of two or more stands newest first. Breaks the expectation that what was sent first comes first: statuses and
replacements have to be ordered by what they say (RCV-10, H-W12, H-W18)."""

DROPPED_DELIVERY = Kind("dropped-delivery", Act.QUEUE, operations=_OF_THE_QUEUE)
"""Lists leave out what waits; counts do not. ``times`` is how many lists do, then it is there. Breaks AXS-08 for a
while: what is late is not lost, and nothing may rest on one list being complete (SND-04, H-W02)."""

NEVER_DELIVERED = Kind("never-delivered", Act.ACCEPTANCE, operations=frozenset({Operation.SEND}))
"""``sendEdoc`` answers OK with a ``DocId``, and no receiver ever sees the package; it stays ``initial`` in what was
sent. Breaks SND-02: the sender has to notice that no 01 comes (SND-03, SND-04, H-X12)."""

REZIPPED_PDF = Kind("rezipped-pdf", Act.COPY, operations=_FETCHES)
"""Attached PDF files are handed out zipped: ``application/zip`` with an entry named by a number, while the manifest
still says PDF. Breaks PKG-11, that nothing is altered in transit: the file inside is the same (PKG-13, H-A02)."""

LOST_SIGNATURE_NAMESPACE = Kind("lost-signature-namespace", Act.COPY, operations=_FETCHES)
"""The ``Signature`` of a package is handed out without its xmldsig namespace. Breaks PKG-11 and SIG-17: such a one
cannot be verified, so it is neither good nor bad and must not stop the document (RCV-14, H-X24)."""

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        LATENCY,
        RESET_BEFORE,
        RESET_AFTER,
        HTML_502,
        HTML_200,
        EMPTY_200,
        DUPLICATE_LISTING,
        SILENT_EXPECT,
        DRIBBLE,
        SLOW_NETWORK,
        TRUNCATED_BODY,
        EMPTY_204,
        NOT_JSON,
        REDIRECT,
        BOM,
        WRONG_KEY_CASE,
        NULL_FIELD,
        NUMBER_CODE,
        FAIL_WITHOUT_DOCID,
        DELAYED_DELIVERY,
        REORDERED_DELIVERY,
        DROPPED_DELIVERY,
        NEVER_DELIVERED,
        REZIPPED_PDF,
        LOST_SIGNATURE_NAMESPACE,
        WRONG_TIME,
        CLOSED_CODE,
        ROTATED_KEY,
        AXIS_FULL,
    )
}
"""All kinds by name, in the order of the registry of faults."""
