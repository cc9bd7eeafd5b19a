"""What the description of the interface says beside the routes: problems, examples, formats."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from issuer.web.kinds import KINDS
from issuer.web.problems import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` and `detail` are in the asker's language.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body"},
                    "query": {"type": "string", "description": "name of the parameter"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "missing": {"type": "array", "items": {"type": "string"}},
    },
}


def problem_example(code: str, **more: Any) -> dict[str, Any]:
    kind = KINDS[code]
    return {
        "type": f"https://merke.example.no/problems/{code}",
        "title": kind.title,
        "status": kind.status,
        "code": code,
        "detail": kind.meaning,
        **more,
    }


def problems(*codes: str) -> Responses:
    """The problems an operation can answer, by their codes, with an example of each."""
    found: Responses = {}
    for code in codes:
        entry = found.setdefault(
            KINDS[code].status,
            {
                "description": KINDS[code].title,
                "content": {
                    MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
                },
            },
        )
        entry["content"][MEDIA_TYPE]["examples"][code] = {"value": problem_example(code)}
    return found


_ROW = {
    "slug": "eksempelteatret",
    "name": "Eksempelteatret",
    "programme": "balansemerket",
    "state": "under_way",
    "code": None,
    "firstDay": None,
    "lastDay": None,
    "missing": ["plan", "vilkar", "erklaering"],
}
CHANGED: dict[str, Any] = {
    "act": "requirement.record",
    "participation": _ROW,
    "links": {
        "self": "/api/v1/participations/eksempelteatret",
        "page": "https://merke.example.no/m/eksempelteatret",
    },
}
_LIST = {"participations": [_ROW], "next": None}


def success(description: str, example: Any) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"type": "object"}, "example": example}},
    }


READ: Responses = {
    200: success("What the office knows.", _LIST),
    **problems("token.refused", "not_found", "request.invalid", "record.busy"),
}
READ_ONE: Responses = {
    **READ,
    200: success(
        "Everything about one participation.",
        {
            **_ROW,
            "address": "https://merke.example.no/m/eksempelteatret",
            "names": [{"name": "Eksempelteatret", "since": "2026-03-03T09:00:00+00:00"}],
            "organisationNumber": None,
            "about": {"kind": "company", "roles": ["producing"]},
            "listed": True,
            "hidden": False,
            "asked": [
                {
                    "id": "kurs",
                    "name": "Kurs på tre timer",
                    "kind": "attendance",
                    "state": "accepted",
                    "facts": ["date", "hours", "held_by", "participants"],
                }
            ],
            "cycles": [],
            "measures": [],
        },
    ),
}
ACT: Responses = {
    201: success("Done and recorded: what changed, and where to look.", CHANGED),
    **problems(
        "json.malformed",
        "idempotency.key",
        "token.refused",
        "not_found",
        "refused",
        "requirements.missing",
        "award.sealed",
        "award.second_person",
        "award.state",
        "idempotency.in_flight",
        "request.size",
        "request.type",
        "request.invalid",
        "requirements.facts",
        "idempotency.reused",
        "keys.locked",
        "record.busy",
    ),
}
RECORD: Responses = {200: success("Corrected.", CHANGED), **ACT}

_DOMAIN = {
    "domain": "teateret.example",
    "way": "dns",
    "provenAt": "2026-03-03T09:00:00Z",
    "checkedAt": "2026-03-03T09:00:00Z",
    "missingSince": None,
    "withdrawnAt": None,
}
_DOMAIN_CHANGED = {
    "act": "domain.ask",
    "domain": {**_DOMAIN, "way": None, "provenAt": None, "checkedAt": None},
    "ways": {
        "dns": {"name": "_merke.teateret.example", "value": "merke=xK3v"},
        "file": {
            "address": "https://teateret.example/.well-known/merke.txt",
            "content": "xK3v",
        },
        "link": {
            "address": "https://teateret.example/",
            "element": '<a rel="me" href="https://merke.example.no/m/eksempelteatret">',
        },
    },
    "links": {
        "self": "/api/v1/participations/eksempelteatret/domains",
        "page": "https://merke.example.no/m/eksempelteatret",
    },
}
DOMAINS: Responses = {**READ, 200: success("Every domain asked for.", {"domains": [_DOMAIN]})}
TASKS: Responses = {
    **READ,
    200: success(
        "What waits for staff.",
        {
            "tasks": [
                {
                    "number": 3,
                    "kind": "meeting.record",
                    "text": "A meeting was held. Record what came of it.",
                    "participation": "eksempelteatret",
                    "due": "2026-03-09",
                    "createdAt": "2026-03-09T11:00:00+00:00",
                    "doneAt": None,
                    "details": {},
                }
            ],
            "next": None,
        },
    ),
}
HOSTS: Responses = {
    **READ,
    200: success(
        "Hosts that show a seal, as far as browsers say so.",
        {
            "hosts": [
                {
                    "slug": "eksempelteatret",
                    "host": "avisen.example",
                    "first": "2026-03-03",
                    "last": "2026-03-09",
                    "count": 41,
                }
            ]
        },
    ),
}
DOMAIN_ACT: Responses = {
    201: success("Done and recorded, and what is asked of the holder.", _DOMAIN_CHANGED),
    **problems(
        "json.malformed",
        "idempotency.key",
        "token.refused",
        "not_found",
        "refused",
        "idempotency.in_flight",
        "request.size",
        "request.type",
        "request.invalid",
        "input.invalid",
        "idempotency.reused",
        "record.busy",
    ),
}

REPORT: dict[str, Any] = {
    "verdict": "INVALID",
    "reasons": ["status.revoked"],
    "who": {"kind": "ours", "did": "did:web:merke.example.no", "host": "merke.example.no"},
    "securing": "eddsa-rdfc-2022",
    "checks": [
        {
            "id": "status",
            "outcome": "failed",
            "reason": "status.revoked",
            "problem": None,
            "text": {
                "nb": "Utstederen har gjort merket ugyldig.",
                "nn": "Utferdaren har gjort merket ugyldig.",
                "en": "The issuer has revoked the badge.",
            },
            "detail": None,
        }
    ],
    "successor": None,
    "endorsements": [],
    "points_to": None,
    "credential": {"id": "https://merke.example.no/b/00000000-0000-4000-8000-000000000000"},
    "verified_at": "2026-03-03T09:00:00Z",
    "at": None,
}
JOIN: Responses = {
    202: success(
        "Received; it says nothing about whether the organisation is known.",
        {"received": True, "text": "Thank you. Somebody will get in touch."},
    ),
    **problems(
        "json.malformed",
        "not_found",
        "request.size",
        "request.type",
        "request.invalid",
        "request.often",
        "record.busy",
    ),
}
BOUNCES: Responses = {
    200: success(
        "Read: what it says, and whether it was read before.",
        {"outcome": "permanent", "known": False},
    ),
    **problems(
        "request.empty",
        "request.slow",
        "token.refused",
        "request.size",
        "request.type",
        "request.often",
        "record.busy",
    ),
}
BOUNCES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The whole mail as the mail server delivered it, headers and all.",
        "content": {
            "message/rfc822": {
                "schema": {"type": "string", "format": "binary"},
                "example": "From: MAILER-DAEMON@mx.example.no\r\n"
                "To: merket+0123456789abcdef01234567@example.no\r\n"
                "Content-Type: multipart/report; report-type=delivery-status\r\n\r\n",
            }
        },
    }
}
VERIFY: Responses = {
    200: success(
        "The report, whatever the verdict; docs/verification.md explains every reason.", REPORT
    ),
    **problems(
        "request.empty",
        "request.malformed",
        "request.slow",
        "request.size",
        "request.type",
        "request.invalid",
        "verify.busy",
    ),
}
VERIFY_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The badge, or an https address alone at which one stands: "
        "as the body itself, or in a form as `file` or `text`.",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {"@context": ["https://www.w3.org/ns/credentials/v2"]},
            },
            "text/plain": {"schema": {"type": "string"}, "example": "eyJhbGciOiJSUzI1NiJ9.e30.AA"},
            "image/png": {"schema": {"type": "string", "format": "binary"}},
            "image/svg+xml": {"schema": {"type": "string"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "text": {"type": "string"},
                        "recipient": {"type": "string", "maxLength": 320},
                    },
                }
            },
        },
    }
}
KEY_HEADER: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 202},
            "description": "Makes a repetition safe: the same key, the same answer, for 24 hours.",
            "example": '"5f1c7c1e-1a0e-4a55-8a4b-3f6f0a3d7f10"',
        }
    ]
}


def install(app: FastAPI) -> None:
    """Let the description of `app` name our problems, and not the framework's own errors."""
    original = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = original()
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        components["Problem"] = dict(PROBLEM_SCHEMA)
        for name in ("HTTPValidationError", "ValidationError"):
            components.pop(name, None)
        for path in schema["paths"].values():
            for operation in path.values():
                answers = operation["responses"]
                if "application/json" in answers.get("422", {}).get("content", {}):
                    # FastAPI adds its own, where a status of ours has not taken the place.
                    answers["422"]["content"].pop("application/json")
        app.openapi_schema = schema
        return schema

    app.openapi = described  # type: ignore[method-assign]
