"""Small wrongs done to the rules, one at a time: what a mutant is, and how it gets into the running modules and out.

A mutant is one change in one function, or in one constant of a module, of ``protocol.rules``. The texts that only a
reader sees (``expected=``, ``got=``, docstrings, messages of exceptions) stay as they are: the index does not judge
them.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import protocol.rules

# Modules without rules: they read the context and say what there is to know; tests of their own hold them.
SPARED = frozenset({"context", "contextfile", "placed", "signing", "surroundings"})
SHOWN_ALONE = frozenset({"expected", "got", "details"})
_LONGEST = 70
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Mult: ast.Add,
}
Put = Callable[[ast.AST], None]


class WillNotLoad(Exception):  # noqa: N818 - says what became of a mutant
    """With this change the module could not even be imported."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. ``name`` is ``module.function: before -> after``, numbered where it is not the only one.

    ``lines`` are those of the module that the change can be felt at; empty where a constant of the module changes,
    whose ``users`` are then names of functions.
    """

    name: str
    module: str
    target: str
    lines: frozenset[int]
    code: CodeType
    constant: bool = False


def modules() -> list[ModuleType]:
    """Give the modules of rules."""
    names = sorted(module.name for module in pkgutil.iter_modules(protocol.rules.__path__))
    return [importlib.import_module(f"protocol.rules.{name}") for name in names if name not in SPARED]


@lru_cache(maxsize=1)
def mutants() -> tuple[Mutant, ...]:
    """Give every mutant of every module, in order."""
    return tuple(mutant for module in modules() for mutant in _of_module(module))


def _of_module(module: ModuleType) -> Iterator[Mutant]:
    path = Path(module.__file__ or "")
    short = module.__name__.rpartition(".")[2]
    seen: Counter[str] = Counter()
    for name, node in _targets(ast.parse(path.read_text("utf-8"))):
        for before, after, lines, changed in _changes(node):
            label = f"{short}.{name}: {before} -> {after}"
            seen[label] += 1
            if seen[label] > 1:
                label += f" ({seen[label]})"
            code = _compiled(changed, str(path))
            yield Mutant(label, module.__name__, name, lines, code, isinstance(node, ast.Assign | ast.AnnAssign))


def _targets(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    yield f"{node.name}.{member.name}", member
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and not target.id.endswith("RULES"):
                yield target.id, node


def _changes(node: ast.stmt) -> Iterator[tuple[str, str, frozenset[int], ast.stmt]]:
    """Give each change of a statement: the text before and after, its lines, and the changed statement."""
    for index, (site, after) in enumerate(_sites(node)):
        changed = copy.deepcopy(node)
        twin, replacement = list(_sites(changed))[index]
        _replace(changed, twin, replacement)
        ast.fix_missing_locations(changed)
        yield _text(site), _text(after), _lines(node, site), changed


def _lines(root: ast.stmt, site: ast.AST) -> frozenset[int]:
    """Give the lines of the statement that a place belongs to; of a compound statement those of its head."""
    nearest = root
    for statement in ast.walk(root):
        if isinstance(statement, ast.stmt) and any(member is site for member in ast.walk(statement)):
            nearest = statement  # the walk goes from the outside in
    end = nearest.end_lineno or nearest.lineno
    body = getattr(nearest, "body", None)
    if body:
        end = max(nearest.lineno, body[0].lineno - 1)
    return frozenset(range(nearest.lineno, end + 1))


def _sites(node: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    """Give the places below a node that can change, each with what takes its place."""
    found: list[tuple[ast.AST, ast.AST]] = []
    for child in _below(node):
        found.extend((child, changed) for changed in _wrongs(child))
    return found


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """Walk without annotations, docstrings and what is only shown."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "args"} and not isinstance(node, ast.Call):
            continue
        children = value if isinstance(value, list) else [value]
        for child in children:
            if not isinstance(child, ast.AST) or _only_shown(child):
                continue
            yield child
            yield from _below(child)


def _only_shown(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in SHOWN_ALONE
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Name) and node.targets[0].id in SHOWN_ALONE
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, ast.Raise | ast.JoinedStr | ast.Assert)


def _wrongs(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[number] = _COMPARISONS[type(operator)]()
                yield changed
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _OPERATORS:
            yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
        case ast.If(test=test) | ast.IfExp(test=test) if isinstance(test, ast.Name | ast.Attribute | ast.Call):
            turned = copy.deepcopy(node)
            turned.test = ast.UnaryOp(ast.Not(), copy.deepcopy(test))
            yield turned
        case ast.Constant(value=bool() as flag):
            yield ast.Constant(not flag)
        case ast.Constant(value=int() as number):
            yield ast.Constant(number + 1)
        case ast.Constant(value=str() as text):
            yield ast.Constant("XX" + text)
        case ast.Return(value=ast.Constant(value=None | False)):
            pass  # nothing else is as false
        case ast.Return(value=value) if value is not None:
            yield ast.Return(ast.Constant(None))
        case ast.Return() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield ast.Pass()


def _replace(root: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(root):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(member is old for member in value):
                value[:] = [new if member is old else member for member in value]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _compiled(node: ast.stmt, path: str) -> CodeType:
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
    flags = 0x1000000  # from __future__ import annotations
    whole: CodeType = compile(ast.Module([node], []), path, "exec", flags=flags, dont_inherit=True)
    if not isinstance(node, ast.FunctionDef):
        return whole
    return next(code for code in whole.co_consts if isinstance(code, CodeType) and code.co_name == node.name)


def emptied(rule: Any) -> Mutant:
    """Give the mutant of a rule that never finds anything."""
    file, name = inspect.getfile(rule), rule.__name__
    tree = ast.parse(f"def {name}(context, package):\n    yield from ()\n")
    start = rule.__code__.co_firstlineno
    lines = frozenset(range(start, start + 200))
    return Mutant(
        f"{rule.__module__.rpartition('.')[2]}.{name}", rule.__module__, name, lines, _compiled(tree.body[0], file)
    )


@contextmanager
def at_work(mutant: Mutant) -> Iterator[None]:
    """Let a mutant take the place of what it was made from, in every module that knows it."""
    module = sys.modules[mutant.module]
    if not mutant.constant:
        with _swapped(module, mutant):
            yield
        return
    scope = dict(vars(module))
    try:
        exec(mutant.code, scope)
    except Exception as error:
        raise WillNotLoad(mutant.name) from error
    old = getattr(module, mutant.target)
    holders = [other for name, other in sys.modules.items() if name.startswith("protocol.")]
    holders = [other for other in holders if vars(other).get(mutant.target) is old]
    for holder in holders:
        setattr(holder, mutant.target, scope[mutant.target])
    forget(module)
    try:
        yield
    finally:
        for holder in holders:
            setattr(holder, mutant.target, old)
        forget(module)


@contextmanager
def _swapped(module: ModuleType, mutant: Mutant) -> Iterator[None]:
    function = plain(module, mutant.target)
    kept = function.__code__
    function.__code__ = mutant.code
    forget(module)
    try:
        yield
    finally:
        function.__code__ = kept
        forget(module)


def plain(module: ModuleType, target: str) -> FunctionType:
    """Give the function itself, below properties, class methods and caches."""
    found: Any = module
    for name in target.split("."):
        found = vars(found)[name]
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    found = getattr(found, "__wrapped__", found)
    assert isinstance(found, FunctionType), target
    return found


def forget(module: ModuleType) -> None:
    """Empty the caches of a module, which would go on saying what its functions said before."""
    for member in vars(module).values():
        if hasattr(member, "cache_clear"):
            member.cache_clear()
