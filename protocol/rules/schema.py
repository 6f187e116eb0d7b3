"""What the XSD alone sees: the last rule, which speaks only where no other has spoken (QD 28/2018 Art. 14(2)).

A rule of its own says better what is wrong than a schema does, so a fault of the schema becomes a finding only where
nothing that weighs anything was found at its place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml import etree

from protocol.finding import Finding, Severity
from protocol.package import xsd
from protocol.package.tree import elements, local_name
from protocol.package.verdicts import MOST_OF_ONE_REASON, find, verdicts
from protocol.package.xsd import SchemaFault
from protocol.rules.context import Context

EXPLAINS_TOO = {"manifest-attachment-missing": "edXML/AttachmentEncoded"}
"""Reasons that also stand for what is absent at another place."""
MISNAMED = frozenset({"business-spelling"})
"""Reasons found at an element that the schema misses under its own name."""
_INDEX = re.compile(r"\[[0-9]+\]")
_STATUS_REQUIREMENT = "PKG-10"


class NeedsExplanation(Exception):  # noqa: N818 - no error: a task that whoever is in a hurry does elsewhere
    """The package breaks the schema, and saying where may take a second."""


def unexplained(context: Context, found: Sequence[Finding]) -> Iterator[Finding]:
    """PKG-02, PKG-10: the package is what the schema describes; ``found`` is what reader and rules have said of it.

    Raises ``NeedsExplanation`` where the context does not let it explain and there is something to explain.
    """
    reading = context.reading
    if reading.root is None or reading.kind == "unreadable" or _enough_said(reading.root, found):
        return
    if xsd.fast(reading.root, reading.kind):
        return
    explained = _Explained(reading.root, found)
    values = xsd.wrong_values(reading.root, reading.kind)
    if values is not None and all(explained.speaks_of(place) for place in values):
        return
    if not context.explains:
        raise NeedsExplanation
    requirement = _STATUS_REQUIREMENT if reading.kind == "status" else ""
    for fault in xsd.explain(reading.root, reading.kind):
        if fault in explained:
            continue
        if context.enough("schema-invalid"):
            return
        yield from find(
            "schema-invalid",
            context.profile,
            where=fault.path,
            line=fault.line,
            expected=fault.expected,
            got=fault.got,
            requirement=requirement,
        )


def _enough_said(root: etree._Element, found: Sequence[Finding]) -> bool:
    """Whether this is a package too large to be explained, of which something that weighs was said already.

    The validator takes seconds over one that breaks a rule tens of thousands of times, to add nothing.
    """
    return (
        any(_weighs(finding) for finding in found)
        and next(islice(root.iter(), xsd.MOST_ELEMENTS, None), None) is not None
    )


def _weighs(finding: Finding) -> bool:
    return verdicts()[finding.reason].strict in {Severity.FAIL, Severity.WARN}


class _Explained:
    """The places of which something was said that weighs, in whichever profile.

    A reason said so often that the rest was left out stands for every place of the same names.
    """

    def __init__(self, root: etree._Element, found: Sequence[Finding]) -> None:
        counted = Counter(finding.reason for finding in found)
        self._often = {reason for reason, times in counted.items() if times >= MOST_OF_ONE_REASON}
        self._everywhere: set[str] = set()
        self._at: set[str] = set()
        self._above: set[str] = set()
        self._around: set[str] = set()
        for finding in found:
            if verdicts()[finding.reason].strict is not Severity.INFO:
                self._add(root, finding)

    def _add(self, root: etree._Element, finding: Finding) -> None:
        place = finding.where
        self._at.add(place)
        if finding.reason in self._often:
            self._everywhere.add(_INDEX.sub("", place))
        if also := EXPLAINS_TOO.get(finding.reason):
            self._at.add(also)
            self._above.add(also)
        parent, _, _ = place.rpartition("/")
        if finding.reason in MISNAMED or not _is_there(root, place):
            self._around.add(parent)
        while place:
            self._above.add(place)
            place, _, _ = place.rpartition("/")

    def __contains__(self, fault: SchemaFault) -> bool:
        """Whether something was said of this place or of one below it; for what is absent, also of one beside it."""
        if self.speaks_of(fault.path):
            return True
        parent, _, _ = fault.path.rpartition("/")
        return fault.absent and (parent in self._at or parent in self._around)

    def speaks_of(self, place: str) -> bool:
        """Whether something was said of a place or of one below it."""
        return place in self._above or _INDEX.sub("", place) in self._everywhere


def _is_there(root: etree._Element, place: str) -> bool:
    """Whether a path leads to an element; step by step, as ``To[2600]`` costs a path expression seconds."""
    current = root
    for step in place.split("/")[1:]:
        name, _, number = step.removesuffix("]").partition("[")
        same = (child for child in elements(current) if local_name(child) == name)
        child = next(islice(same, int(number) - 1 if number else 0, None), None)
        if child is None:
            return False
        current = child
    return True
