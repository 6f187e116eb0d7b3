"""Who calls the control API: the operator of the axis, or a tenant with its own part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from simulator.control.problems import Problem
from simulator.tenants import OPERATOR

_NOTE = "axis28.caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token a request carries. ``tenant`` is the key of a tenant, ``None`` the operator, who sees everything."""

    tenant: str | None

    @property
    def owns(self) -> str:
        """The key under which things belong to this caller."""
        return OPERATOR if self.tenant is None else self.tenant

    def sees(self, tenant: str) -> bool:
        """Whether this caller may see what belongs to ``tenant``."""
        return self.tenant in (None, tenant)


ADMIN = Caller(None)


def note(scope: Scope, caller: Caller) -> None:
    """Note on a request who its caller is."""
    scope[_NOTE] = caller


def calling(request: Request) -> Caller:
    """Give the caller of a request that passed the gate. Whom the gate did not note is nobody: 401."""
    caller = request.scope.get(_NOTE)
    if not isinstance(caller, Caller):
        raise Problem(401, "unauthorized", "Authorization: Bearer <control token> is needed")
    return caller


def operator_only(request: Request) -> None:
    """Let the operator pass and refuse tenants: what is not made for them is closed to them."""
    if calling(request).tenant is not None:
        raise Problem(403, "operator-only", "this is for the operator of the axis; a tenant's token does not open it")


Calling = Annotated[Caller, Depends(calling)]
