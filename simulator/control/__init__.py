"""The control API: what the suite, an operator or a test may do to an axis, apart from exchanging documents."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from simulator.axis import Axis
from simulator.control import (
    agencies,
    documents,
    exchanges,
    faults,
    packages,
    reconciliation,
    state,
    statistics,
    systems,
    tenants,
)
from simulator.control.caller import operator_only
from simulator.control.description import describe
from simulator.control.gate import Gate
from simulator.control.problems import (
    PROBLEM_RESPONSES,
    Problem,
    http_problem,
    invalid_request,
    own_problem,
    problem,
    store_problem,
    tenant_problem,
)
from simulator.store.failure import StorageFailed
from simulator.tenants import CodeNotAllowed, LimitReached, TenantGone

ROOT = "/_axis/v1"

__all__ = ["ROOT", "gate", "http_problem", "install", "problem"]


def install(app: FastAPI, axis: Axis) -> None:
    """Add the control API to the application."""
    known = [Depends(HTTPBearer(auto_error=False))]  # tells OpenAPI; the gate has looked at the token already
    guarded = [*known, Depends(operator_only)]
    # What stands here shows and changes for each caller what is the caller's own; everything else is the operator's.
    for part in (systems, packages, documents, exchanges, faults):
        app.include_router(part.router(axis), prefix=ROOT, dependencies=known, responses=PROBLEM_RESPONSES)
    for own in (state, agencies):
        app.include_router(own.for_each(axis), prefix=ROOT, dependencies=known, responses=PROBLEM_RESPONSES)
    for part in (tenants, agencies, statistics, reconciliation):
        app.include_router(part.router(axis), prefix=ROOT, dependencies=guarded, responses=PROBLEM_RESPONSES)
    app.include_router(state.guarded(axis), prefix=ROOT, dependencies=guarded, responses=PROBLEM_RESPONSES)
    app.include_router(state.open_to_all(axis), prefix=ROOT)
    describe(app, ROOT)
    app.add_exception_handler(Problem, own_problem)
    app.add_exception_handler(StorageFailed, store_problem)
    for refusal in (TenantGone, LimitReached, CodeNotAllowed):
        app.add_exception_handler(refusal, tenant_problem)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, http_problem)


def gate(app: FastAPI, axis: Axis) -> ASGIApp:
    """Put the application behind the gate of its control API."""
    free = {("GET", str(app.openapi_url))}
    for route in state.open_to_all(axis).routes:
        assert isinstance(route, APIRoute)
        free |= {(method, ROOT + route.path) for method in route.methods or ()}
    return Gate(
        app,
        ROOT.removesuffix("v1"),
        axis.settings.token,
        axis.tenants.of,
        open_to_all=free,
        unlimited={ROOT + "/packages", ROOT + "/agencies"},
    )
