"""What the generated OpenAPI document cannot know by itself: every operation may answer with a problem."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

STRING = {"type": "string"}
FAULT = {
    "type": "object",
    "required": ["in", "pointer", "field", "code", "detail"],
    "properties": {
        "in": {"type": "string", "enum": ["body", "query", "header"]},
        "pointer": {**STRING, "description": "JSON pointer into the body; empty for a parameter or a header."},
        "field": {**STRING, "description": "The same as a dotted path, or the name of the parameter or header."},
        "code": STRING,
        "detail": STRING,
    },
}
PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": STRING,
        "status": {"type": "integer"},
        "code": {**STRING, "description": "Stable; programs read this."},
        "detail": {**STRING, "description": "For people."},
        "instance": STRING,
        "current": {**STRING, "description": "With 412: the version now."},
        "facts": {"type": "object", "additionalProperties": True},
        "errors": {"type": "array", "items": FAULT},
    },
}
EXAMPLE = {
    "type": "urn:matchmaker:problem:invalid",
    "title": "Bad Request",
    "status": 400,
    "code": "invalid",
    "detail": "The request is not valid; see errors.",
    "instance": "/api/v1/needs/",
    "errors": [
        {
            "in": "body",
            "pointer": "/steps/0/process",
            "field": "steps.0.process",
            "code": "does_not_exist",
            "detail": "The catalogue has no such entry: injecton-molding.",
        }
    ],
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Chosen by the caller. A repeat within 24 hours gets the first answer; with another body, 422.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag that was read. 428 without it, 412 where the thing has changed since.",
)


def add_problems(result: dict[str, Any], generator: object, request: object, public: object) -> dict[str, Any]:
    """Spectacular's post-processing hook."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {
        "description": "A problem; `code` says which.",
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {"invalid": {"value": EXAMPLE}},
            }
        },
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", answer)
    return result
