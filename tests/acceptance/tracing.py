"""Reads a system-call trace of an axis: which writes had not been put on the disk when an answer left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

CALLS = "write,writev,sendto,sendmsg,pwrite64,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat"
_LINE = re.compile(r"(?P<pid>\d+) +(?:[\d.]+ +)?(?P<rest>.*)")
_RESUMED = re.compile(r"<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)")
_FILE = re.compile(r"\d+<(?P<path>/[^>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ANSWER = re.compile(r'DocId\\?":\s*\\?"[0-9a-f]{24}')


@dataclass(frozen=True, slots=True)
class Call:
    """One system call: begun at one line of the trace, ended at another, with what was shown of both."""

    name: str
    shown: str
    begun: int
    ended: int


@dataclass
class Verdict:
    """How many acknowledgements left, and what was not on the disk when one did."""

    answers: int = 0
    logged: int = 0
    bodies: int = 0
    early: list[str] = field(default_factory=list)


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """Give the calls of a trace of many threads, in the order in which they ended."""
    open_calls: dict[str, tuple[str, str, int]] = {}
    for number, line in enumerate(lines):
        matched = _LINE.match(line)
        if matched is None:
            continue
        pid, rest = matched["pid"], matched["rest"]
        resumed = _RESUMED.match(rest)
        if resumed is not None and pid in open_calls:
            name, shown, begun = open_calls.pop(pid)
            yield Call(name, shown + resumed["rest"], begun, number)
            continue
        called = _CALL.match(rest)
        if called is None:
            continue
        if rest.endswith("<unfinished ...>"):
            open_calls[pid] = (called["name"], called["arguments"], number)
            if _ANSWER.search(rest):  # it leaves when the call begins
                yield Call("answer", rest, number, number)
        else:
            yield Call(called["name"], called["arguments"], number, number)


def judge(lines: Iterable[str], folder: str) -> Verdict:
    """Hold every acknowledgement against the writes below ``folder`` that came before it.

    A file is dirty from a write on until a synchronisation that began later has ended; a folder from a new entry on.
    """
    verdict = Verdict()
    dirty: dict[str, int] = {}
    for call in calls(lines):
        if _ANSWER.search(call.shown) and call.name in ("answer", "write", "writev", "sendto", "sendmsg"):
            if call.name != "answer" and call.begun != call.ended:
                continue  # seen when it began
            verdict.answers += 1
            verdict.early += [f"answer {verdict.answers}: {path}" for path in sorted(dirty)]
        elif call.name in ("fsync", "fdatasync"):
            path = _path(call)
            if path in dirty and dirty[path] <= call.begun and _good(call):
                del dirty[path]
        elif call.name in ("write", "pwrite64", "pwritev", "writev"):
            path = _path(call)
            if _watched(path, folder):
                dirty[path] = call.ended
                verdict.logged += path.endswith("-wal")
        elif call.name.startswith(("rename", "mkdir")) and _good(call):
            _entered(call, folder, dirty, verdict)
    return verdict


def _entered(call: Call, folder: str, dirty: dict[str, int], verdict: Verdict) -> None:
    names = [name for name in _QUOTED.findall(call.shown) if name.startswith(f"{folder}/bodies/")]
    if not names or names[-1].endswith("/incoming"):  # where bodies arrive; nothing refers to it
        return
    if call.name.startswith("rename") and len(names) == 2:
        before, after = names
        if before in dirty:
            dirty[after] = dirty.pop(before)
        verdict.bodies += 1
    dirty[str(PurePosixPath(names[-1]).parent)] = call.ended


def _path(call: Call) -> str:
    found = _FILE.match(call.shown)
    return "" if found is None else found["path"]


def _watched(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/bodies/") or path == f"{folder}/axis.sqlite3-wal"


def _good(call: Call) -> bool:
    return re.search(r"\) += 0\b", call.shown) is not None
