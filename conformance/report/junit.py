"""The report as JUnit XML, for the build server of a vendor."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import datetime
from typing import Any

FAILED = ("fail", "wrong-reason")
BROKEN = ("inconclusive", "error")
# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = {code: " " for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: " ", 0xFFFF: " "}


def render(report: Mapping[str, Any]) -> bytes:
    """Give one test suite with a test case per check, the level as class name."""
    checks = report["checks"]
    name = f"axis28 {report['plan']['id']}{' DRAFT' if report['plan']['draft'] else ''}"
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(checks)),
        failures=str(sum(check["scored"] and check["verdict"] in FAILED for check in checks)),
        errors=str(sum(check["scored"] and check["verdict"] in BROKEN for check in checks)),
        skipped=str(sum(map(_skipped, checks))),
        timestamp=report["started"],
        time=_seconds(report),
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in (("verdict", report["verdict"]), ("seed", report["seed"]), ("system", report["system"]["id"])):
        ET.SubElement(properties, "property", name=key, value=_clean(str(value)))
    for check in checks:
        _case(suite, check)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(suite: ET.Element, check: Mapping[str, Any]) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=f"axis28.{check['level']}", name=check["id"], time=_seconds(check)
    )
    verdict = check["verdict"]
    if _skipped(check):
        scored = "" if check["scored"] else ", not scored"
        ET.SubElement(case, "skipped", message=_clean(f"{verdict}{scored}: {_headline(check)}"))
    elif verdict in FAILED or verdict in BROKEN:
        tag = "failure" if verdict in FAILED else "error"
        failure = ET.SubElement(case, tag, type=f"{verdict}: {check['reason']}", message=_clean(_headline(check)))
        failure.text = _clean(_text(check))


def _skipped(check: Mapping[str, Any]) -> bool:
    """Whether a build server shall pass over a check: nothing was judged, or what was costs no certificate."""
    verdict = check["verdict"]
    return verdict in ("not-supported", "waived") or (not check["scored"] and verdict in (*FAILED, *BROKEN))


def _headline(check: Mapping[str, Any]) -> str:
    """Give the first line of the message: an attribute has no lines."""
    return str(check["message"]["en"]).partition("\n")[0]


def _text(check: Mapping[str, Any]) -> str:
    lines = [
        check["message"]["vi"],
        check["message"]["en"],
        f"law: {check['law']}",
        f"fix: {check['fix']['en']}",
        f"fix (vi): {check['fix']['vi']}",
        f"replay: {check['replay']}",
        *(f"evidence: {witness['file']}" for witness in check["witnesses"]),
    ]
    return "\n".join(lines)


def _clean(text: str) -> str:
    return "".join(_UNWRITABLE.get(ord(letter), letter) for letter in text if not "\ud800" <= letter <= "\udfff")


def _seconds(timed: Mapping[str, Any]) -> str:
    passed = datetime.fromisoformat(timed["ended"]) - datetime.fromisoformat(timed["started"])
    return f"{passed.total_seconds():.3f}"
