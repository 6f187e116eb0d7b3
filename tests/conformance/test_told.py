"""Every sentence that a verdict can say stands in both languages, and none slips by the catalogue."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import conformance
import schemas
from conformance.told import Told, catalogue, changed, in_language, joined, told

ROOT = Path(conformance.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))
REASON = re.compile(r"[a-z]+(-[a-z]+)+")
"""A code of the registry of reasons, such as ``driver-nonsense``: data."""
WORD = re.compile(r"[^\W\d_]{2,}")
SAID = ("expected", "got")
SAYING = ("JudgeBlind", "DriverFault", "AxisLost", "nonsense", "joined", "require_place")
# The load generator and the fuzzer report in their own ways, not as verdicts of checks.
VERDICTS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] not in ("load", "fuzz", "reference_dms")]
DATA = {
    "yyyy/MM/dd HH:mm:ss": "a pattern of the wire, the same in every language",
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def told_call(node: ast.AST) -> ast.Call | None:
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "told"
    return node if named and isinstance(node, ast.Call) else None


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if (call := told_call(node)) is not None:
                yield f"{path.relative_to(ROOT)}:{call.lineno}", call


def fields(sentence: str) -> set[tuple[str, str | None, str | None]]:
    """Give the placeholders with their format and conversion."""
    return {(name, form, turn) for _, name, form, turn in Formatter().parse(sentence) if name is not None}


def sentences() -> dict[str, str]:
    """Give sentence → one place that says it."""
    found: dict[str, str] = {}
    for place, call in calls():
        assert len(call.args) == 1, f"{place}: told() takes one sentence, and its values by name"
        sentence = call.args[0]
        assert isinstance(sentence, ast.Constant), f"{place}: the sentence has to stand there, the catalogue's key"
        found[str(sentence.value)] = place
    return found


def test_every_sentence_stands_in_the_catalogue_and_none_there_is_stale() -> None:
    said = sentences()
    assert len(said) > 150
    missing = {sentence: place for sentence, place in said.items() if sentence not in catalogue()}
    assert missing == {}
    assert sorted(set(catalogue()) - set(said)) == []


def test_both_languages_have_the_same_placeholders() -> None:
    differing = {key: text for key, text in catalogue().items() if fields(key) != fields(text)}
    assert differing == {}


def test_every_call_gives_exactly_the_values_of_its_sentence() -> None:
    wrong = {}
    for place, call in calls():
        sentence = ast.literal_eval(call.args[0])
        given = {keyword.arg for keyword in call.keywords}
        if given != {name for name, _, _ in fields(sentence)}:
            wrong[place] = sentence
    assert wrong == {}


def test_no_sentence_is_empty_or_left_in_english() -> None:
    left = [key for key, text in catalogue().items() if not text.strip() or text == key]
    assert left == []


def bare(node: ast.AST, *, text: bool = True) -> Iterator[tuple[int, str]]:
    """Give the English of an expression that is no ``told``: words as its value, sentences anywhere inside it.

    A word that is no value of the expression is data: a key, an argument (``entry.get("state")``).
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if WORD.search(node.value) and (text or re.search(r"\s", node.value)):
            yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        if any(isinstance(part, ast.Constant) and WORD.search(str(part.value)) for part in node.values):
            yield node.lineno, ast.unparse(node)
        inserted = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        yield from itertools.chain.from_iterable(bare(value) for value in inserted)
    else:
        call = told_call(node)
        values = texts_of(node) if call is None else [keyword.value for keyword in call.keywords]
        for child in ast.iter_child_nodes(node) if call is None else values:
            yield from bare(child, text=text and child in values)


def texts_of(node: ast.AST) -> list[ast.expr]:
    """Give the parts of an expression that may be its value."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Lambda):
        return [node.body]
    return node.values if isinstance(node, ast.BoolOp) else []


def said_in(path: Path) -> Iterator[ast.AST]:
    """Give every expression of a module that becomes what a verdict expected or got."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword) and node.arg in SAID:
            yield node.value
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            named = [*node.args.posonlyargs, *node.args.args][::-1]
            pairs = [
                *zip(named, node.args.defaults[::-1], strict=False),
                *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
            ]
            yield from (default for argument, default in pairs if argument.arg in SAID and default is not None)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            yield from node.args


@pytest.mark.parametrize("path", VERDICTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_verdict_says_bare_english(path: Path) -> None:
    found = [
        (line, text)
        for said in said_in(path)
        for line, text in bare(said)
        if text not in DATA and not REASON.fullmatch(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "'status 01 to the sender'",
        "'finished'",
        "f'{count} entries'",
        "', '.join(names) or 'none'",
        "told('a') if sure else 'not seen at all'",
        "lambda: f'statuses {codes}'",
        "told('{reason}', reason='it was late')",
        "'; '.join(f'{name} is missing' for name in names)",
    ],
)
def test_the_search_for_bare_english_finds_it(source: str) -> None:
    assert list(bare(ast.parse(source, mode="eval").body))


@pytest.mark.parametrize(
    "source",
    ["told('status 01')", "repr(entry.get('state'))", "', '.join(codes)", "f'{name}: {state}'", "line['code']", "''"],
)
def test_the_search_for_bare_english_leaves_data_alone(source: str) -> None:
    assert list(bare(ast.parse(source, mode="eval").body)) == []


def test_a_sentence_is_its_english_and_carries_its_vietnamese() -> None:
    said = told("status 01 from {code}", code="H99.01")
    assert said == "status 01 from H99.01"
    assert said.vi == "trạng thái 01 từ H99.01"
    assert (in_language(said, "en"), in_language(said, "vi")) == (str(said), said.vi)
    assert type(in_language(said, "en")) is str


def test_a_sentence_within_a_sentence_is_said_in_its_language() -> None:
    said = told("statuses {codes}", codes=told("none"))
    assert (str(said), said.vi) == ("statuses none", "các trạng thái không có")
    both = joined("; ", (told("finished"), "H99"))
    assert (str(both), both.vi) == ("finished; H99", "finished (đã hoàn thành); H99")


def test_data_is_the_same_in_all_languages_and_braces_in_it_stay() -> None:
    assert in_language("{H99}", "vi") == "{H99}"
    assert told("error: {reason}", reason="{x}").vi == "lỗi: {x}"


def test_a_change_reaches_every_language() -> None:
    said = changed(told("error: {reason}", reason="hush"), lambda text: text.replace("hush", "…"))
    assert isinstance(said, Told)
    assert (str(said), said.vi) == ("error: …", "lỗi: …")
    assert changed("hush", str.upper) == "HUSH"


def test_a_sentence_that_the_catalogue_lacks_is_said_in_english() -> None:
    sentence = "a rule of our own, {number}"
    assert sentence not in catalogue()
    assert told(sentence, number=3).vi == "a rule of our own, 3"


@pytest.mark.parametrize("content", ["[told", "[a]\nb = 'x'", "a = 1"])
def test_a_file_that_is_no_catalogue_is_named(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "data", lambda _: content.encode())
    with pytest.raises(schemas.DataError, match=r"schemas/told/vi\.toml"):
        catalogue.__wrapped__()
