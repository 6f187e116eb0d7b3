"""Rules: which requests meet which fault, how often, and with which arguments; and what makes a rule unusable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from protocol.wire.operations import Operation
from schemas import messages
from simulator.faults.arguments import COMMON, value_of
from simulator.faults.kinds import KINDS, Act, Kind
from simulator.faults.schedule import Draw, draw

MAX_NUMBER = 2**31 - 1
MAX_ID = 64
WITHOUT_PARTIES = frozenset(
    {
        Operation.AGENCIES,
        Operation.AGENCIES_QD20,
        Operation.UNITS,
        Operation.REGISTER_AGENCY,
        Operation.DELETE_AGENCY,
    }
)
"""Operations on the directory: nobody sends or receives by them, so no agency is there to match."""


class RuleError(ValueError):
    """A rule cannot be used; its text names field, rule and fix, in English unless another language is asked for."""

    def __init__(self, field: str, problem: str, /, **values: object) -> None:
        super().__init__(field, problem)
        self.field = field
        self.problem = problem
        self.values = values

    def text(self, lang: str) -> str:
        """Say what is wrong."""
        return f"{self.field}: " + messages.text(f"simulator.faults.{self.problem}", lang, **self.values)

    def __str__(self) -> str:
        return self.text("en")


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests a rule is for; what is ``None`` matches everything. ``nth`` counts from 1."""

    system: str | None = None
    operation: str | None = None
    agency: str | None = None
    document: str | None = None
    nth: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``times`` is how many matching requests it disturbs, ``None`` for all until it is removed.

    ``tenant`` is the key of the tenant whose rule it is, ``""`` the operator. Each has ids of its own.
    """

    id: str
    fault: str
    match: Match = Match()
    times: int | None = None
    args: dict[str, Any] = field(default_factory=dict, hash=False)
    tenant: str = ""

    @property
    def row(self) -> str:
        """Give the id of its row."""
        return row_of(self.tenant, self.id)

    @property
    def kind(self) -> Kind:
        """What it does."""
        return KINDS[self.fault]

    def argument(self, name: str) -> Any:
        """Give an argument of the fault, or its default."""
        return value_of(self.kind.args, self.args, name)

    def concerns(self, system: str | None, operation: str) -> bool:
        """Tell whether it is for requests of this system (``None``: nobody proved who sent them) and operation."""
        return (
            self.match.system in (None, system)
            and self.match.operation in (None, operation)
            and operation in self.kind.operations
        )

    def drawn(self, seed: int, operation: str, index: int) -> Draw | None:
        """Draw for a request; ``None`` where ``nth`` or the draw leaves it in peace."""
        if self.match.nth not in (None, index):
            return None
        drawn = draw(value_of(COMMON, {"seed": seed, **self.args}, "seed"), operation, index, self.id)
        return drawn if drawn.chance < value_of(COMMON, self.args, "probability") else None

    def to_json(self) -> dict[str, Any]:
        """Give the rule as the control API shows it."""
        return {name: value for name, value in asdict(self).items() if name != "tenant"}


def row_of(tenant: str, rule_id: str) -> str:
    """Give the id of a rule's row: the rule's own for the operator; those of tenants are told apart."""
    return rule_id if not tenant else hashlib.sha256(f"{tenant}/{rule_id}".encode()).hexdigest()


def rule_from_json(value: dict[str, Any], tenant: str = "") -> Rule:
    """Read what ``to_json`` gave of a tenant's rule, or of the operator's."""
    return Rule(value["id"], value["fault"], Match(**value["match"]), value["times"], value["args"], tenant)


def checked(rules: Iterable[Rule]) -> list[Rule]:
    """Give the rules back when all of them can be used together; raises ``RuleError``."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in found:
            raise RuleError("id", "doubled", id=rule.id)
        found[rule.id] = usable(rule)
    return list(found.values())


def usable(rule: Rule) -> Rule:
    """Give the rule back when it can be used; raises ``RuleError``."""
    if not 1 <= len(rule.id) <= MAX_ID or not _plain(rule.id):
        raise RuleError("id", "no-id", high=MAX_ID)
    if rule.fault not in KINDS:
        raise RuleError("fault", "unknown-fault", fault=rule.fault, known=", ".join(KINDS))
    _check_match(rule)
    _check_arguments(rule)
    return rule


def _check_match(rule: Rule) -> None:
    match, kind = rule.match, rule.kind
    for name in ("system", "agency", "document"):
        if not _plain(getattr(match, name) or ""):
            raise RuleError(f"match.{name}", "not-plain")
    operations = {operation.value for operation in Operation}
    if match.operation is not None and match.operation not in operations:
        raise RuleError(
            "match.operation", "unknown-operation", operation=match.operation, known=", ".join(sorted(operations))
        )
    if match.operation is not None and match.operation not in kind.operations:
        known = ", ".join(sorted(kind.operations))
        raise RuleError("match.operation", "not-there", fault=rule.fault, operation=match.operation, known=known)
    if match.agency is not None and match.operation in WITHOUT_PARTIES:
        raise RuleError("match.agency", "no-parties", operation=match.operation)
    if kind.act is Act.HEAD and (match.document or match.agency):
        raise RuleError("match", "too-early", fault=rule.fault)


def _check_arguments(rule: Rule) -> None:
    own = rule.kind.args
    for name, value in rule.args.items():
        argument = own.get(name) or COMMON.get(name)
        if argument is None:
            problem = "unknown-argument" if own else "no-arguments"
            raise RuleError(f"args.{name}"[:80], problem, fault=rule.fault, known=", ".join((*own, *COMMON)))
        if not argument.takes(value):
            low, high = (f"{bound:.12g}" for bound in (argument.low, argument.high))
            raise RuleError(f"args.{name}", argument.wanted, low=low, high=high)
    for name, argument in own.items():
        if argument.default is None and name not in rule.args:
            low, high = (f"{bound:.12g}" for bound in (argument.low, argument.high))
            raise RuleError(f"args.{name}", argument.wanted, low=low, high=high)


def _plain(text: str) -> bool:
    """Tell whether a text can be kept and compared anywhere: no control characters, no half of a surrogate pair."""
    return text.isprintable()
