"""Reading the parameters of an operation, with a clear refusal for each that is missing or wrong."""

from __future__ import annotations

import json
import re
from datetime import datetime

from protocol.finding import Finding, Severity, quote
from simulator import answers
from simulator.answers import Refused, refused
from simulator.call import Call
from simulator.clock import VIETNAM
from simulator.queues import Period

MESSAGE_TYPES = ("edoc", "status")
_SENDER_ID = re.compile(r"[0-9a-fA-F]{24}")
_RECEIVER_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def message_type(call: Call) -> str:
    """Read ``messagetype``. Raises ``Refused``."""
    value = call.value("messagetype")
    if value not in MESSAGE_TYPES:
        raise invalid("messagetype", value, "edoc hoac status")
    return value


def queue_id(call: Call, *names: str) -> str:
    """Read the id of a queue entry; ``names`` are its spellings, the operation's own first. Raises ``Refused``."""
    value = call.value(*names)
    if not value:
        raise invalid(names[0], value, "ma goi tin (UUID) trong getReceivedEdocList")
    return value


def sender_id(call: Call) -> str | None:
    """Read the optional id under which a sender follows a package.

    A receiver's id (UUID) may stand there as a leftover of an earlier call on the same object; it is not meant (H-T05).
    Raises ``Refused``.
    """
    value = call.value("docId", "docid")
    if not value or _RECEIVER_ID.fullmatch(value):
        return None
    if not _SENDER_ID.fullmatch(value):
        raise invalid("docId", value, "24 chu so hex do sendEdoc tra ve")
    return value.lower()


def period(call: Call) -> Period | None:
    """Read ``fromDate`` and ``toDate``; both bounds belong to the period. Raises ``Refused``."""
    start, end = (_instant(call, name) for name in ("fromDate", "toDate"))
    return None if start is None and end is None else Period(start, None if end is None else end + 1000)


def header_recipients(call: Call) -> tuple[tuple[str, ...] | None, tuple[Finding, ...]]:
    """Read the optional ``to``: a JSON list of codes, one quoted code, or one bare code.

    What is none of these is noted and counts as absent: the package itself names its addressees.
    """
    value = call.value("to")
    if value in ("", "null"):
        return None, ()
    try:
        content = json.loads(value)
    except ValueError:
        content = value if re.fullmatch(r"[A-Za-z0-9._\-]+", value) else None
    except RecursionError:
        content = None
    if isinstance(content, str):
        return (content,), ()
    if isinstance(content, list) and all(isinstance(code, str) for code in content):
        return (tuple(content) or None), ()
    return None, (Finding("SND-05", "to-header-unreadable", Severity.WARN, "to", got=quote(value)),)


def invalid(name: str, value: str, rule: str) -> Refused:
    """Make the refusal of a parameter: which one, what was expected."""
    if not value:
        text, reason = f"Thieu tham so {name}: can {rule}", "parameter-missing"
    else:
        text, reason = f"Tham so {name} khong hop le: can {rule}", "parameter-invalid"
    return refused(answers.BAD_PARAMETER, text, "AXS-03", reason, where=name, expected=rule, got=value)


def _instant(call: Call, name: str) -> int | None:
    value = call.value(name)
    if not value:
        return None
    try:
        wall = datetime.strptime(value, "%d/%m/%Y %H:%M:%S").replace(tzinfo=VIETNAM)
    except ValueError:
        raise invalid(name, value, "dd/MM/yyyy HH:mm:ss") from None
    return int(wall.timestamp() * 1000)
