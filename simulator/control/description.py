"""What the OpenAPI document says of the control API.

The shapes of answers stand in ``control.schema.json``, on which others build; here they are brought into the document
that the framework makes of the routes, so that there is one description of each.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI

import schemas
from simulator.control.problems import MEDIA_TYPE

_JSON = "application/json"
_ANSWERS = {
    "GET /systems": "systems",
    "GET /systems/{system_id}": "system",
    "PUT /systems/{system_id}": "system",
    "GET /agencies": "agencies",
    "GET /agencies/{code}": "agency",
    "PUT /agencies/{code}": "agency",
    "POST /agencies/{code}/close": "agency",
    "POST /agencies/{code}/open": "agency",
    "POST /agencies/{code}/merge": "agency",
    "POST /packages": "injected",
    "GET /documents": "documents",
    "GET /documents/{sender_id}": "document_detail",
    "GET /exchanges": "exchanges",
    "GET /exchanges/{seq}": "exchange_detail",
    "GET /faults": "faults",
    "PUT /faults": "faults",
    "DELETE /faults": "faults",
    "GET /faults/log": "fault_log",
    "PUT /faults/{rule_id}": "rule",
    "GET /clock": "clock",
    "PUT /clock": "clock",
}
"""The definition that the answer to each call fits. What is not here says its shape by its route."""


def describe(app: FastAPI, root: str) -> None:
    """Let the application give the completed document."""
    plain = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain(), root)
        return app.openapi_schema

    app.openapi = completed  # type: ignore[method-assign]


def _completed(document: dict[str, Any], root: str) -> dict[str, Any]:
    definitions = schemas.json_data("control.schema.json")["$defs"]
    text = json.dumps(definitions).replace("#/$defs/", "#/components/schemas/answer_")
    components = document["components"]["schemas"]
    components |= {f"answer_{name}": definition for name, definition in json.loads(text).items()}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/answer_problem"}}}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _hoist(components, operation.get("requestBody", {}))
            answer = _ANSWERS.get(f"{method.upper()} {path.removeprefix(root)}")
            for status, response in operation["responses"].items():
                if status.startswith("2") and answer is not None:
                    response["content"] = {_JSON: {"schema": {"$ref": f"#/components/schemas/answer_{answer}"}}}
                    response["description"] = response.get("description") or "Entered"
                elif not status.startswith("2"):
                    response["content"] = problem
    return document


def _hoist(components: dict[str, Any], body: dict[str, Any]) -> None:
    """Bring definitions inside the schema of a body to where references to them are looked for."""
    for content in body.get("content", {}).values():
        schema = json.loads(json.dumps(content["schema"]).replace("#/$defs/", "#/components/schemas/"))
        components |= schema.pop("$defs", {})
        content["schema"] = schema
