"""``axis28 explain``: what an id that stands in a report, a finding or the code means."""

from __future__ import annotations

import argparse
import json
import shutil
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from axis28.errors import CommandError
from schemas import messages

if TYPE_CHECKING:
    from axis28.command import Subparsers
    from axis28.explanation import Explanation

SCHEMA = "axis28/explain/1"
_WIDEST = 110
_NARROWEST = 50
_INDENT = 2
_COLUMN = 18
_SAMPLE = 8


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()
    parser = subparsers.add_parser(
        "explain", help=messages.text("explain.help", lang), description=messages.text("explain.description", lang)
    )
    parser.add_argument("ids", metavar="ID", nargs="+", help=messages.text("explain.id", lang))
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help=messages.text("explain.format", lang)
    )
    parser.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=messages.text("explain.lang", lang))


def run(args: argparse.Namespace) -> int:
    """Print what the ids mean; ``CommandError`` with the nearest ids where nothing has one, and then nothing else."""
    from axis28.explanation import explain, nearest

    found: list[Explanation] = []
    for wanted in dict.fromkeys(args.ids):
        meant = explain(wanted)
        if not meant:
            like = nearest(wanted)
            key = "explain.unknown-but" if like else "explain.unknown"
            raise CommandError(messages.text(key, args.lang, id=wanted, nearest=", ".join(like)))
        found += (one for one in meant if one not in found)
    if args.format == "json":
        entries = [{"kind": one.kind, "id": one.id, **one.facts} for one in found]
        print(json.dumps({"schema": SCHEMA, "entries": entries}, ensure_ascii=False, indent=2))
    else:
        width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((_WIDEST, 0)).columns))
        print("\n\n".join("\n".join(_page(one, args.lang, width)) for one in found))
    return 0


def _page(one: Explanation, lang: str, width: int) -> Iterator[str]:
    kind = messages.text(f"explain.kind.{one.kind}", lang)
    yield f"{one.id} · {kind}"
    for key, value in one.facts.items():
        lines = [line for line in _SHOWN.get(key, _plain)(key, value, lang) if line]
        if not lines:
            continue
        label = messages.text(f"explain.fact.{key}", lang)
        for number, line in enumerate(lines):
            first = " " * _INDENT + (label if number == 0 else "").ljust(_COLUMN)
            yield from textwrap.wrap(
                line,
                width,
                initial_indent=first + ("" if len(first) == _INDENT + _COLUMN else " "),
                subsequent_indent=" " * (_INDENT + _COLUMN),
                break_long_words=False,
                break_on_hyphens=False,
            )


def _plain(key: str, value: Any, lang: str) -> Iterator[str]:
    """Show a text, a code with its meaning, or a list of either."""
    if isinstance(value, Mapping):
        if set(value) == set(messages.LANGUAGES):
            yield value[lang]
        elif value:
            yield json.dumps(value, ensure_ascii=False)
    elif isinstance(value, list):
        yield ", ".join(_meaning(key, item, lang) for item in value)
    elif value is not None and value is not False:
        yield _meaning(key, value, lang)


def _meaning(key: str, value: object, lang: str) -> str:
    known = messages.catalogue(lang)
    code = "true" if value is True else str(value)
    return known.get(f"explain.value.{key}.{code}", code)


def _sources(_key: str, value: Any, lang: str) -> Iterator[str]:
    for source in value:
        mark = messages.text("explain.read" if source["verified"] else "explain.to-verify", lang)
        place = ", ".join(part for part in (source["act"], source["article"]) if part)
        yield f"{place} ({mark})"


def _reasons(_key: str, value: Any, lang: str) -> Iterator[str]:
    for reason in value:
        yield f"{reason['reason']} ({_weights(reason, lang)})"


def _later(_key: str, value: Any, lang: str) -> Iterator[str]:
    if value:
        part = messages.text(f"trace.part.{value['part']}", lang)
        yield f"{value['what'][lang]} ({part})"


def _question(_key: str, value: Any, lang: str) -> Iterator[str]:
    if value:
        yield f"{value['id']}: {value['question'][lang]}"


def _cases(_key: str, value: Any, _lang: str) -> Iterator[str]:
    for case in value:
        yield f"{case['vector']} · {case['requirement']} · axis: {case['axis']}, strict: {case['strict']}"


def _sample(key: str, value: Any, lang: str) -> Iterator[str]:
    """Show the first of many; ``--format json`` has them all."""
    if len(value) > _SAMPLE:
        yield messages.text("explain.more", lang, count=len(value), names=", ".join(value[:_SAMPLE]))
    else:
        yield from _plain(key, value, lang)


def _weight(_key: str, value: Any, lang: str) -> Iterator[str]:
    if value:
        yield _weights(value, lang)


def _weights(value: Mapping[str, Any], lang: str) -> str:
    silent = messages.text("explain.silent", lang)
    return ", ".join(f"{profile}: {value[profile] or silent}" for profile in ("axis", "strict"))


def _expected(_key: str, value: Any, _lang: str) -> Iterator[str]:
    for profile, expected in value.items():
        reasons = ", ".join(f"{code}: {weight}" for code, weight in expected["reasons"].items())
        yield f"{profile}: {expected['verdict']}" + f" ({reasons})" * bool(reasons)


_SHOWN: Mapping[str, Callable[[str, Any, str], Iterator[str]]] = {
    "source": _sources,
    "reasons": _reasons,
    "vectors": _sample,
    "cases": _cases,
    "later": _later,
    "question": _question,
    "weight": _weight,
    "expect": _expected,
}
