"""The report as JUnit XML, for build servers: one suite, one test case per file and group of requirements."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from functools import lru_cache

from axis28.checking.result import FileReport, Remark, Unread
from axis28.checking.text import more
from axis28.checking.visible import escaped
from axis28.checking.wording import compared, wording
from protocol.finding import Severity
from schemas import registry

SUITE = "axis28 check"


def render(reports: Sequence[FileReport], unread: Sequence[Unread], lang: str) -> str:
    """Give the report as text. What fails is a failure, a file that could not be read an error, the rest is output."""
    suite = ET.Element("testsuite", name=SUITE)
    for report in reports:
        _file(suite, report, lang)
    for missing in unread:
        case = ET.SubElement(
            suite, "testcase", classname="axis28", name=_clean(missing.file), file=_clean(missing.file)
        )
        ET.SubElement(case, "error", type="unreadable-file", message=_clean(missing.problem))
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(1 for _ in suite.iter(tag))))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


@lru_cache(maxsize=1)
def groups() -> tuple[str, ...]:
    """Give the groups of requirements (``HDR``, ``PKG`` …) that a package can break, sorted."""
    return tuple(sorted({_group(reason.requirement) for reason in registry.reasons().values() if reason.requirement}))


def _group(requirement: str) -> str:
    return requirement.partition("-")[0]


def _file(suite: ET.Element, report: FileReport, lang: str) -> None:
    for group in groups():
        case = ET.SubElement(
            suite, "testcase", classname=f"axis28.{group}", name=_clean(report.file), file=_clean(report.file)
        )
        here = [remark for remark in report.remarks if _group(remark.finding.requirement) == group]
        failing = [remark for remark in here if remark.finding.severity is Severity.FAIL]
        told = [remark for remark in here if remark.finding.severity is not Severity.FAIL]
        if failing:
            first = failing[0].finding
            message = wording(first, lang).message
            failure = ET.SubElement(case, "failure", type=first.reason, message=_clean(message))
            failure.text = _lines(report, failing, lang)
        elif report.kind == "unreadable" and not here:
            ET.SubElement(case, "skipped", message=_clean(_why_unreadable(report.remarks, lang)))
        if told:
            ET.SubElement(case, "system-out").text = _lines(report, told, lang)


def _why_unreadable(remarks: Iterable[Remark], lang: str) -> str:
    return "; ".join(wording(remark.finding, lang).message for remark in remarks)


def _lines(report: FileReport, remarks: Iterable[Remark], lang: str) -> str:
    lines = []
    for remark in remarks:
        finding, words = remark.finding, wording(remark.finding, lang)
        place = ":".join(str(part) for part in (report.file, remark.line, remark.column) if part)
        lines.append(f"{place}: {finding.severity}[{finding.reason}] {words.message}")
        values = [value for value in (finding.where, remark.attachment) if value]
        values += compared(finding, lang)
        values += [more(remark, lang)] if remark.more else []
        lines += [f"  {value}" for value in (*values, words.law, words.fix)]
    return "\n" + _clean("\n".join(lines)) + "\n"


def _clean(text: str) -> str:
    """Leave out what XML 1.0 cannot carry, by showing it escaped."""
    return "\n".join(escaped(line) for line in text.split("\n"))
