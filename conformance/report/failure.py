"""One failed check as text, for a person at a terminal: expected, got, the rule, how to fix, where to look."""

from __future__ import annotations

from conformance.outcome import Outcome
from conformance.told import in_language
from schemas import messages, registry


def explained(outcome: Outcome, lang: str) -> str:
    """Tell what a check came to, in the reader's language."""
    entry = outcome.entry
    reason = registry.reasons().get(outcome.reason or "")
    lines = [
        f"{entry.id}: {outcome.verdict.value} — {entry.title[lang]}",
        _line("reason", lang, f"{outcome.reason} — {reason.text[lang]}" if reason else outcome.reason or "-"),
        _line("expected", lang, in_language(outcome.expected, lang) or "-"),
        _line("got", lang, in_language(outcome.got, lang) or "-"),
        _line("law", lang, entry.law),
        _line("why", lang, entry.why[lang]),
        _line("fix", lang, entry.fix[lang]),
    ]
    lines += [_line("evidence", lang, witness.file) for witness in outcome.witnesses]
    return "\n".join(lines)


def _line(key: str, lang: str, value: str) -> str:
    return f"  {messages.text(f'suite.{key}', lang)}: {value}"
