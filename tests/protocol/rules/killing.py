"""Which mutants of the rules the vectors kill: a run of one part of them, in this process.

``python -m tests.protocol.rules.killing PART OF`` prints one JSON line per mutant: ``name``, ``fate`` and the case that
decided it. The fate is ``killed`` (a vector fails), ``timeout``, ``shown`` (no vector fails, but a finding shows some
other value or place than it did: a reader sees it, the index does not hold it) or ``survived`` (nothing changes).
The packages are read once; only the rules run again and again, and only over the cases that come by the changed lines.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import io
import itertools
import json
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from fixtures.casebook.case import Case
from fixtures.casebook.index import every_case, expected, file_name
from fixtures.casebook.judging import said, signing_of
from fixtures.casebook.letters import Profile
from protocol.content.reader import ContentReader
from protocol.finding import Finding
from protocol.package.reader import read_package
from protocol.package.reading import Reading
from protocol.rules import examine
from protocol.rules.contextfile import from_json
from protocol.rules.surroundings import NOTHING_KNOWN, Surroundings
from protocol.signatures.pdf.reader import SignatureReader
from schemas import registry
from tests.proof import ROOT
from tests.protocol.rules.mutants import Mutant, WillNotLoad, at_work, forget, modules, mutants
from tests.protocol.rules.remembered import Remembered, remembered

VECTORS = ROOT / "fixtures" / "vectors"
PROFILE: Profile = "strict"
TOO_LONG_S = 5.0
RARE = 30
Line = tuple[str, int]


class TooLong(BaseException):
    """A mutant that does not come to an end; no ``except Exception`` may swallow it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One case, read and ready to be judged, in profile strict: what a profile makes of a reason is no rule's work."""

    case: Case
    now: datetime
    surroundings: Surroundings
    reading: Reading
    raw: bytes

    def findings(self, contents: Remembered) -> tuple[Finding, ...]:
        """Apply the rules as they are now."""
        return examine(
            self.reading,
            PROFILE,
            self.now,
            surroundings=self.surroundings,
            contents=contents,
            signing=signing_of(self.case, contents.papers),
            source=lambda: io.BytesIO(self.raw),
        )

    def passes(self, found: tuple[Finding, ...]) -> bool:
        """Whether findings come to what the index says, at the place that it names."""
        judged = self.reading.with_findings(found)
        places = [finding.where for finding in judged.findings if finding.reason == self.case.reason]
        known = all(finding.requirement in registry.requirements() for finding in judged.findings)
        return said(judged) == expected(self.case, PROFILE) and known and (not places or self.case.where in places)


def trials() -> Iterator[Trial]:
    """Read every case."""
    for area, case in every_case():
        known = NOTHING_KNOWN if case.context is None else from_json(case.context)
        raw = (VECTORS / file_name(area, case)).read_bytes()  # test_casebook.py: what the casebook makes
        reading = read_package(raw, profile=PROFILE, limits=known.limits)
        yield Trial(case, datetime.fromisoformat(case.now), known, reading, raw)


class Range:
    """All trials, what they read, and which of them come by which line."""

    def __init__(self) -> None:
        self.trials = list(trials())
        self.usual: list[tuple[Finding, ...]] = []
        self._by_line: defaultdict[Line, list[int]] = defaultdict(list)
        self._ways: list[frozenset[Line]] = []
        files = {inspect.getfile(module) for module in modules()}
        with ContentReader() as reader, SignatureReader() as papers:
            self.contents = Remembered(reader, papers)
            for number, trial in enumerate(self.trials):
                for module in modules():
                    forget(module)  # else a table that is read once would be a matter of the first trial alone
                with traced(files) as lines:
                    self.usual.append(trial.findings(self.contents))
                self._ways.append(frozenset(lines))
                # What fails without a mutant proves nothing; test_vectors.py says that it does.
                for line in lines if trial.passes(self.usual[-1]) else ():
                    self._by_line[line].append(number)
        self.contents.close()

    def fate(self, mutant: Mutant) -> tuple[str, str]:
        """Let one mutant loose; gives its fate and the case that decided it."""
        try:
            with at_work(mutant):
                return self._fate(mutant)
        except WillNotLoad:
            return "killed", ""

    def _fate(self, mutant: Mutant) -> tuple[str, str]:
        shown = ""
        for number in self._order(mutant):
            trial = self.trials[number]
            try:
                with limited():
                    found = trial.findings(self.contents)
            except TooLong:
                return "timeout", trial.case.id
            except Exception:  # noqa: BLE001 - a rule that raises is as wrong as one that lies
                return "killed", trial.case.id
            if not trial.passes(found):
                return "killed", trial.case.id
            if found != self.usual[number]:
                shown = shown or trial.case.id
        return ("shown", shown) if shown else ("survived", "")

    def _order(self, mutant: Mutant) -> list[int]:
        """Give the trials that come by, first those that go where few go, then one of each way through the module."""
        file = inspect.getfile(sys.modules[mutant.module])
        lines = _users(mutant) if mutant.constant else {(file, line) for line in mutant.lines}
        passing = sorted({number for line in lines for number in self._by_line.get(line, ())})
        rare = [number for line in lines if len(self._by_line.get(line, ())) < RARE for number in self._by_line[line]]
        ways: defaultdict[frozenset[int], list[int]] = defaultdict(list)
        for number in passing:
            ways[frozenset(line for name, line in self._ways[number] if name == file)].append(number)
        turns = [number for turn in itertools.zip_longest(*ways.values()) for number in turn if number is not None]
        return list(dict.fromkeys([*rare, *turns]))


def _users(mutant: Mutant) -> set[Line]:
    """Give the lines of all functions that name a constant."""
    lines: set[Line] = set()
    trees = {
        inspect.getfile(module): ast.parse(Path(inspect.getfile(module)).read_text("utf-8")) for module in modules()
    }
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(part, ast.Name) and part.id == mutant.target for part in ast.walk(node)
            ):
                lines |= {(file, line) for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return lines


@contextmanager
def traced(files: set[str]) -> Iterator[set[Line]]:
    """Note the lines of these files that run."""
    seen: set[Line] = set()

    def line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    def call(frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        seen.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield seen
    finally:
        sys.settrace(before)


@contextmanager
def limited() -> Iterator[None]:
    """Raise ``TooLong`` where the body does not end in time: its own, whatever else the machine has to do."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, TOO_LONG_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def main(arguments: Sequence[str]) -> None:
    """Judge one part of the mutants, and print the fate of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", type=int, help="which part, from 0")
    parser.add_argument("of", type=int, help="how many parts there are")
    given = parser.parse_args(arguments)
    with remembered():
        field = Range()
        for mutant in mutants()[given.part :: given.of]:
            fate, case = field.fate(mutant)
            print(json.dumps({"name": mutant.name, "fate": fate, "by": case}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
