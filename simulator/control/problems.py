"""Errors of the control API as problem details (RFC 9457), and the token that guards it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from protocol.finding import Finding
from simulator.tenants import CodeNotAllowed, LimitReached

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(BaseModel):
    """RFC 9457: ``type`` names the kind of problem, ``detail`` says field, rule and fix."""

    type: str
    title: str
    status: int
    detail: str
    findings: list[dict[str, Any]] | None = None


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "content": {MEDIA_TYPE: {}}, "description": text}
    for status, text in (
        (401, "No valid token"),
        (403, "Not with this token"),
        (404, "Not there"),
        (409, "Contradiction"),
        (413, "Too much"),
        (422, "Not understood"),
        (429, "Too often"),
        (503, "The store does not answer"),
    )
}


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Ends a request with problem details."""

    def __init__(self, status: int, kind: str, detail: str, findings: Sequence[Finding] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.findings = findings


def problem(status: int, kind: str, detail: str, findings: Sequence[Finding] | None = None) -> Response:
    """Make the answer that carries a problem."""
    content: dict[str, Any] = {
        "type": f"urn:axis28:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if findings is not None:
        content["findings"] = [finding.to_json() for finding in findings]
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status == 429 else None
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


async def own_problem(_: Request, error: Exception) -> Response:
    """Answer a ``Problem``."""
    assert isinstance(error, Problem)
    return problem(error.status, error.kind, error.detail, error.findings)


async def tenant_problem(_: Request, error: Exception) -> Response:
    """Answer what a tenant may not do."""
    if isinstance(error, LimitReached):
        return problem(409, "limit-reached", str(error))
    if isinstance(error, CodeNotAllowed):
        return problem(403, "code-not-allowed", str(error))
    return problem(401, "unauthorized", str(error))


async def invalid_request(_: Request, error: Exception) -> Response:
    """Answer a request whose parameters or body do not have the right form: each field with its rule."""
    assert isinstance(error, RequestValidationError)
    parts = [f"{'.'.join(str(step) for step in item['loc'])}: {item['msg']}" for item in error.errors()]
    return problem(422, "invalid-request", "; ".join(parts)[:2000])


async def store_problem(_: Request, error: Exception) -> Response:
    """Answer a request for which the store could not be read or written."""
    return problem(503, "storage-failed", f"the store does not do this now: {error}; nothing was changed, ask again")


async def http_problem(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: unknown paths, wrong methods, bodies that are no text."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 400:
        return problem(422, "invalid-request", "body: cannot be read; send JSON in UTF-8")
    detail = f"{request.method} {request.url.path}: {HTTPStatus(status).phrase}; see /_axis/v1/openapi.json"
    answer = problem(status, HTTPStatus(status).phrase.lower().replace(" ", "-"), detail)
    if status == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """Give the methods that the control API has for the path of a request: what is said most exactly of it counts."""
    paths = request.app.openapi()["paths"]
    for filling in ("[^/]+", ".+"):  # the id of a rule may have slashes
        forms = {path: re.sub(r"\\\{\w+\\\}", filling, re.escape(path)) for path in paths}
        found = [path for path, form in forms.items() if re.fullmatch(form, request.url.path)]
        if found:
            return {method.upper() for method in paths[min(found, key=lambda path: path.count("{"))]}
    return set()
