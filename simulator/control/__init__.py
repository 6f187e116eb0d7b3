"""The control API: what the suite, an operator or a test may do to an axis, apart from exchanging documents."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from simulator.axis import Axis
from simulator.control import documents, exchanges, faults, packages, state, systems
from simulator.control.problems import (
    PROBLEM_RESPONSES,
    Guard,
    Problem,
    http_problem,
    invalid_request,
    own_problem,
    problem,
)

ROOT = "/_axis/v1"

__all__ = ["ROOT", "http_problem", "install", "problem"]


def install(app: FastAPI, axis: Axis) -> None:
    """Add the control API to the application."""
    guarded = [Depends(Guard(axis.settings.token))]
    for part in (systems, packages, documents, exchanges, faults):
        app.include_router(part.router(axis), prefix=ROOT, dependencies=guarded, responses=PROBLEM_RESPONSES)
    app.include_router(state.guarded(axis), prefix=ROOT, dependencies=guarded, responses=PROBLEM_RESPONSES)
    app.include_router(state.open_to_all(axis), prefix=ROOT)
    app.add_exception_handler(Problem, own_problem)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, http_problem)
