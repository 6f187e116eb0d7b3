"""Faults: named lies, off until a rule turns one on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from simulator import directory, tenants
from simulator.axis import Axis
from simulator.control.caller import Caller, Calling
from simulator.control.problems import Problem
from simulator.faults import log, rulebook
from simulator.faults.rules import MAX_NUMBER, Match, Rule, RuleError, checked

MAX_PAGE = 1000
_MAX_SEQ = 2**63 - 1


class MatchEntry(BaseModel):
    """Which requests; what is absent matches all. ``nth`` is the ordinal of the (system, operation) pair, from 1."""

    model_config = ConfigDict(extra="forbid")

    system: str | None = Field(default=None, max_length=255)
    operation: str | None = Field(default=None, max_length=64)
    agency: str | None = Field(default=None, max_length=64)
    document: str | None = Field(default=None, max_length=2000)
    nth: int | None = Field(default=None, ge=1, le=MAX_NUMBER, strict=True)


class RuleBody(BaseModel):
    """What a rule does; ``times`` is how many requests it disturbs, ``null`` until it is removed."""

    model_config = ConfigDict(extra="forbid")

    fault: str = Field(max_length=64)
    match: MatchEntry = MatchEntry()
    times: int | None = Field(default=None, ge=1, le=MAX_NUMBER, strict=True)
    args: dict[str, Any] = {}


class RuleEntry(RuleBody):
    """One rule of a set."""

    id: str = Field(min_length=1, max_length=64)


class OneRule(RuleBody):
    """One rule, named by the address; an ``id`` inside has to say the same."""

    id: str | None = None


class Rules(BaseModel):
    """All rules."""

    model_config = ConfigDict(extra="forbid")

    rules: list[RuleEntry]


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["faults"])

    async def shown(caller: Caller) -> dict[str, Any]:
        await axis.refresh()
        return {"rules": [rule.to_json() for rule in axis.faults.rules if rule.tenant == caller.owns]}

    async def entered(caller: Caller, rules: list[Rule], action: Callable[[Connection], bool]) -> bool:
        def enter(connection: Connection) -> bool:
            _see_that_own(connection, caller, rules)
            known = action(connection)
            tenants.check_counts(connection, caller.owns)
            return known

        return await axis.store.write(enter)

    @routes.get("/faults", summary="The rules in force")
    async def list_faults(caller: Calling) -> dict[str, Any]:
        """List the caller's own rules: a tenant those for its systems, the operator those that no tenant has set."""
        return await shown(caller)

    @routes.get("/faults/log", summary="What fired after a number, oldest first")
    async def list_fired(
        after: Annotated[int, Query(ge=0, le=_MAX_SEQ)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
        *,
        caller: Calling,
    ) -> dict[str, Any]:
        """List one canonical line for each fault that fired; ``next`` is where to go on.

        Two runs of the same requests with the same seed give the same lines, byte for byte. A tenant sees what met its
        own systems.
        """
        await axis.refresh()
        found = await axis.store.look(lambda connection: log.page(connection, after, limit, caller.tenant))
        return {"seed": axis.faults.seed, "log": found, "next": found[-1]["seq"] if found else after}

    @routes.put("/faults", summary="Put these rules in the place of all")
    async def put_faults(entry: Rules, caller: Calling) -> dict[str, Any]:
        """Take all of them or none; every rule counts from zero. To set one beside others, use its own address.

        A tenant's rules each name one of its systems; those of others stay as they are.
        """
        rules = _checked(Rule(rule.id, *_parts(rule), caller.owns) for rule in entry.rules)

        def put(connection: Connection) -> bool:
            rulebook.put_rules(connection, rules, tenant=caller.owns)
            return True

        await entered(caller, rules, put)
        return await shown(caller)

    @routes.delete("/faults", summary="Remove all rules, or one")
    async def delete_faults(
        id: str | None = None,  # noqa: A002 - the parameter's name on the wire
        *,
        caller: Calling,
    ) -> dict[str, Any]:
        await axis.store.write(lambda connection: rulebook.delete_rules(connection, id, tenant=caller.owns))
        return await shown(caller)

    @routes.put("/faults/{rule_id:path}", summary="Enter one rule, or replace it", responses={201: {}})
    async def put_fault(
        rule_id: Annotated[str, Path(max_length=64)], entry: OneRule, response: Response, caller: Calling
    ) -> Any:
        """Leave the other rules as they are, counts and all; this one counts from zero."""
        if entry.id not in (None, rule_id):
            raise Problem(422, "invalid-rule", f"id: the address says {rule_id!r}; say the same or leave it out")
        [rule] = _checked([Rule(rule_id, *_parts(entry), caller.owns)])
        created = await entered(caller, [rule], lambda connection: rulebook.put_rule(connection, rule))
        await axis.refresh()
        response.status_code = 201 if created else 200
        return rule.to_json()

    @routes.delete("/faults/{rule_id:path}", status_code=204, summary="Remove one rule")
    async def delete_fault(rule_id: str, caller: Calling) -> None:
        """Leave the other rules as they are."""
        known = await axis.store.write(
            lambda connection: rulebook.delete_rules(connection, rule_id, tenant=caller.owns)
        )
        await axis.refresh()
        if not known:
            raise Problem(404, "unknown-rule", f"there is no rule {rule_id}")

    return routes


def _see_that_own(connection: Connection, caller: Caller, rules: Iterable[Rule]) -> None:
    """See that a tenant disturbs its own systems only."""
    if caller.tenant is None:
        return
    own = set(directory.all_systems(connection, caller.tenant))
    for rule in rules:
        if rule.match.system not in own:
            raise Problem(422, "invalid-rule", f"match.system: rule {rule.id!r} must name one of your own systems")


def _parts(entry: RuleBody) -> tuple[str, Match, int | None, dict[str, Any]]:
    return entry.fault, Match(**entry.match.model_dump()), entry.times, entry.args


def _checked(rules: Iterable[Rule]) -> list[Rule]:
    try:
        return checked(rules)
    except RuleError as error:
        raise Problem(422, "invalid-rule", str(error)) from error
