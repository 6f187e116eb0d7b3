"""A signature in words: who signed, when, why it is trusted; in one line, or as a tree with every question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from axis28.checking.visible import escaped
from protocol.quoting import quote
from protocol.rules.context import VIETNAM
from protocol.signatures.outcome import Check, PlacedSignature, Result, Signer
from schemas import messages, registry

_MARKS: dict[Result, str] = {"good": "+", "bad": "-", "unknown": "?"}
_TELLING = frozenset({"chain"})
"""Questions whose good answer says more than that: by which root a signature is trusted."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the tree; ``result`` is ``None`` where it answers no question."""

    depth: int
    text: str
    result: Result | None = None


def line(placed: PlacedSignature, lang: str) -> Branch:
    """Give one line about a signature: its place and result, who, when, and the root by which it is trusted."""
    outcome, root = placed.outcome, placed.outcome.answer("chain")
    told = [_head(placed, lang)]
    if outcome.signer is not None:
        told.append(_who(outcome.signer, lang))
    told += _times(placed, lang)
    if root is not None and root.result == "good":
        told.append(_labelled("root", escaped(quote(root.got)), lang))
    return Branch(0, "; ".join(told), placed.result)


def tree(placed: PlacedSignature, lang: str) -> Iterator[Branch]:
    """Give the lines about one signature: its place and result, who and when, then the answers."""
    signer = placed.outcome.signer
    yield Branch(0, _head(placed, lang), placed.result)
    yield Branch(1, _labelled("signer", _who(signer, lang), lang))
    if signer and signer.issuer:
        yield Branch(1, _labelled("issuer", escaped(quote(signer.issuer)), lang))
    yield from (Branch(1, text) for text in _times(placed, lang))
    for check in placed.outcome.checks:
        yield from _answers(check, lang, 1)


def speaks_for_itself(placed: PlacedSignature) -> bool:
    """Whether one line says all: a good signature, and the placeholder that signs nothing."""
    return placed.result == "good" or _is_placeholder(placed)


def _head(placed: PlacedSignature, lang: str) -> str:
    """Give place and result; what nobody was asked to trust is not called good."""
    place = messages.text("check.signature.package", lang)
    if placed.attachment is not None:
        place = f"{escaped(quote(placed.attachment)) or '?'}, {escaped(quote(placed.outcome.place))}"
    said = _said("result", placed.result, lang)
    if _is_placeholder(placed):
        said = messages.text("check.signature.placeholder", lang)
    elif placed.result == "good" and not placed.judged:
        said = messages.text("check.signature.unjudged", lang)
    return f"{_MARKS[placed.result]} {place}: {said}"


def _is_placeholder(placed: PlacedSignature) -> bool:
    from protocol.signatures.xml.placeholder import REASON  # loads cryptography, and few packages are signed

    return any(check.reason == REASON for check in placed.outcome.checks)


def _times(placed: PlacedSignature, lang: str) -> Iterator[str]:
    for key, moment in (("claimed", placed.outcome.signed_at), ("proven", placed.outcome.proven_at)):
        if moment is not None:
            yield _labelled(key, moment.astimezone(VIETNAM).isoformat(timespec="seconds"), lang)


def _answers(check: Check, lang: str, depth: int) -> Iterator[Branch]:
    text = f"{_MARKS[check.result]} {_said('question', check.question, lang)}: {_said('result', check.result, lang)}"
    if check.reason:
        text += f"; {registry.reason(check.reason).text[lang]}"
    values = (("expected", check.expected), ("got", check.got))
    told = [f"{messages.text(f'check.{key}', lang)}: {escaped(quote(value))}" for key, value in values if value]
    if check.result == "good":
        told = [escaped(quote(check.got))] if check.question in _TELLING and check.got else []
    yield Branch(depth, f"{text} [{'; '.join(told)}]" if told else text, check.result)
    for part in check.parts:
        repeats = (part.question, part.reason, part.got) == (check.question, check.reason, check.got)
        if part.result != "good" and not (repeats and not part.parts):
            yield from _answers(part, lang, depth + 1)


def _who(signer: Signer | None, lang: str) -> str:
    if signer is None:
        return messages.text("check.signature.nobody", lang)
    told = [_said("role", signer.role, lang), signer.organisation if signer.organisation != signer.name else ""]
    told += signer.codes
    return f"{escaped(quote(signer.name))} ({escaped(quote('; '.join(filter(None, told))))})"


def _labelled(key: str, text: str, lang: str) -> str:
    return f"{messages.text(f'check.signature.{key}', lang)}: {text}"


def _said(kind: str, value: str, lang: str) -> str:
    return messages.text(f"check.signature.{kind}.{value}", lang)
