"""Faults: named lies, off until a rule turns one on."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from simulator import faults
from simulator.axis import Axis
from simulator.control.problems import Problem
from simulator.faults import Match, Rule, RuleError

MAX_NUMBER = 2**31 - 1


class MatchEntry(BaseModel):
    """Which requests; what is absent matches all. ``nth`` is the ordinal of the (system, operation) pair, from 1."""

    model_config = ConfigDict(extra="forbid")

    system: str | None = Field(default=None, max_length=255)
    operation: str | None = Field(default=None, max_length=64)
    agency: str | None = Field(default=None, max_length=64)
    document: str | None = Field(default=None, max_length=2000)
    nth: int | None = Field(default=None, ge=1, le=MAX_NUMBER)


class RuleEntry(BaseModel):
    """One rule; ``times`` is how many requests it disturbs, ``null`` until it is removed."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=64)
    fault: str = Field(max_length=64)
    match: MatchEntry = MatchEntry()
    times: int | None = Field(default=None, ge=1, le=MAX_NUMBER)
    args: dict[str, Any] = {}


class Rules(BaseModel):
    """Rules to enter."""

    model_config = ConfigDict(extra="forbid")

    rules: list[RuleEntry]


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["faults"])

    def shown() -> dict[str, Any]:
        axis.reload()
        return {"rules": [rule.to_json() for rule in axis.faults.rules]}

    @routes.get("/faults", summary="The rules in force")
    async def list_faults() -> dict[str, Any]:
        return shown()

    @routes.put("/faults", summary="Enter rules; one with the same id is replaced")
    async def put_faults(entry: Rules) -> dict[str, Any]:
        try:
            rules = [faults.checked(_rule(rule)) for rule in entry.rules]
        except RuleError as error:
            raise Problem(422, "invalid-rule", str(error)) from error
        await axis.store.write(lambda connection: faults.put_rules(connection, rules))
        return shown()

    @routes.delete("/faults", summary="Remove one rule, or all")
    async def delete_faults(id: str | None = None) -> dict[str, Any]:  # noqa: A002 - the parameter's name on the wire
        await axis.store.write(lambda connection: faults.delete_rules(connection, id))
        return shown()

    return routes


def _rule(entry: RuleEntry) -> Rule:
    return Rule(entry.id, entry.fault, Match(**entry.match.model_dump()), entry.times, entry.args)
