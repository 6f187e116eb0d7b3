"""The report as SARIF 2.1.0 (OASIS), for code hosts and editors.

A rule is a reason of the registry; results point at file, line and column, and at the element by its path.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from axis28 import __version__
from axis28.checking.examination import STDIN
from axis28.checking.result import FileReport, Remark, Unread
from axis28.checking.text import more
from axis28.checking.wording import compared, law, wording
from protocol.finding import Severity
from schemas import messages, registry
from schemas.messages import LANGUAGES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"
FINGERPRINT = "axis28Finding/v1"
_LEVELS = {Severity.FAIL: "error", Severity.WARN: "warning", Severity.INFO: "note"}
_WEIGHTS = {"fail": "error", "warn": "warning", "info": "note"}


def render(reports: Sequence[FileReport], unread: Sequence[Unread], lang: str, profile: str) -> str:
    """Give the log as text. It holds no time and no absolute path of its own, so the same input gives the same log."""
    return json.dumps(log(reports, unread, lang, profile), ensure_ascii=False, indent=2) + "\n"


def log(reports: Sequence[FileReport], unread: Sequence[Unread], lang: str, profile: str) -> dict[str, Any]:
    """Give the log as an object: one run, its rules the reasons that were used."""
    codes = sorted({remark.finding.reason for report in reports for remark in report.remarks})
    rules = {code: number for number, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    results = [
        _result(report, index, remark, rules=rules, lang=lang, seen=seen)
        for index, report in enumerate(reports)
        for remark in report.remarks
    ]
    run = {
        "tool": {
            "driver": {
                "name": "axis28",
                "version": __version__,
                "semanticVersion": __version__,
                "language": lang,
                "rules": [_rule(code, lang, profile) for code in codes],
            }
        },
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(unread)],
        "artifacts": [_artifact(report) for report in reports],
        "results": results,
        "properties": {"profile": profile},
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _rule(code: str, lang: str, profile: str) -> dict[str, Any]:
    reason = registry.reason(code)
    weight = reason.strict if profile == "strict" else reason.axis
    cited = law(reason.requirement)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in code.split("-")),
        "shortDescription": {"text": reason.text[lang]},
        "fullDescription": {"text": f"{reason.text[lang]}. {reason.cause[lang]}"},
        "messageStrings": {language: {"text": _braced(reason.text[language])} for language in LANGUAGES},
        "help": {
            "text": "\n\n".join(
                "\n".join((reason.text[each], reason.cause[each], reason.fix[each], cited)) for each in LANGUAGES
            ),
            "markdown": "\n\n---\n\n".join(
                f"**{reason.text[each]}**\n\n{reason.cause[each]}\n\n> {reason.fix[each]}\n\n*{cited}*"
                for each in LANGUAGES
            ),
        },
        "defaultConfiguration": {"level": _WEIGHTS.get(weight or "", "none")},
        "properties": {"requirement": reason.requirement, "tags": [reason.requirement, *reason.quirk]},
    }


def _result(
    report: FileReport, index: int, remark: Remark, *, rules: Mapping[str, int], lang: str, seen: Counter[str]
) -> dict[str, Any]:
    finding, words = remark.finding, wording(remark.finding, lang)
    told = [f"{messages.text('check.attachment', lang)}: {remark.attachment}"] if remark.attachment else []
    told += compared(finding, lang)
    told += [more(remark, lang)] if remark.more else []
    identity = f"{report.file}\n{finding.reason}\n{finding.where}\n{finding.got}"
    seen[identity] += 1
    fingerprint = hashlib.sha256(f"{identity}\n{seen[identity]}".encode("utf-8", "backslashreplace")).hexdigest()
    location: dict[str, Any] = {"physicalLocation": _physical(report, index, remark)}
    if finding.where:
        location["logicalLocations"] = [
            {"name": finding.where.rpartition("/")[2], "fullyQualifiedName": finding.where, "kind": "element"}
        ]
    return {
        "ruleId": finding.reason,
        "ruleIndex": rules[finding.reason],
        "level": _LEVELS[finding.severity],
        "message": {"text": ". ".join([words.message.rstrip("."), *(["; ".join(told)] if told else []), words.fix])},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "properties": {
            "requirement": finding.requirement,
            "expected": finding.expected,
            "got": finding.got,
            **({"signature": finding.signature.to_json()} if finding.signature else {}),
        },
    }


def _physical(report: FileReport, index: int, remark: Remark) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(report.file), "index": index}}
    if remark.line is not None:
        region: dict[str, Any] = {"startLine": remark.line}
        excerpt = remark.excerpt
        if excerpt is not None and excerpt.column:
            region |= {"startColumn": excerpt.column, "endColumn": excerpt.column + len(excerpt.marked)}
        place["region"] = region
    return place


def _artifact(report: FileReport) -> dict[str, Any]:
    artifact: dict[str, Any] = {
        "location": {"uri": _uri(report.file)},
        "length": report.size,
        "mimeType": "application/xml",
        "roles": ["analysisTarget"],
    }
    return {**artifact, "hashes": {"sha-256": report.sha256}} if report.sha256 else artifact


def _invocation(unread: Iterable[Unread]) -> dict[str, Any]:
    notifications = [
        {
            "level": "error",
            "message": {"text": f"{missing.file}: {missing.problem}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(missing.file)}}}],
        }
        for missing in unread
    ]
    invocation: dict[str, Any] = {"executionSuccessful": not notifications}
    return {**invocation, "toolExecutionNotifications": notifications} if notifications else invocation


def _uri(file: str) -> str:
    """Give a file name as a relative reference, or as a ``file:`` address where it is absolute."""
    if file == STDIN:
        return "stdin"
    if Path(file).is_absolute():
        return "file://" + quote(file.encode("utf-8", "surrogateescape"))
    reference = quote(file.encode("utf-8", "surrogateescape"))
    # A colon in the first step would read as a scheme (RFC 3986, 4.2); quote() has escaped it already.
    return reference.removeprefix("./")


def _braced(text: str) -> str:
    """Escape braces, which are placeholders in message strings."""
    return text.replace("{", "{{").replace("}", "}}")
