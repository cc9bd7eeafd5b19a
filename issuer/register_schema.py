"""The JSON Schema of the register's entries: docs/register.schema.json says the same."""

from collections.abc import Mapping
from typing import Any, Final

from issuer.organisations import FACTS
from issuer.state import State

_DAY: Final = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_DAY_OR_NULL: Final = {"anyOf": [_DAY, {"type": "null"}]}
_ADDRESS: Final = {"type": "string", "format": "uri", "pattern": "^https://"}


def _object(members: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(members),
        "properties": dict(members),
    }


SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "The register of an issuer",
    "description": "What /register.json answers, today or for one day (on). New members may come; "
    "none is renamed. docs/api.md says what each state means.",
    **_object(
        {
            "id": _ADDRESS,
            "issuer": {"type": "string", "pattern": "^did:web:"},
            "name": {"type": "string"},
            "sample": {"type": "boolean", "description": "true: nothing here is real"},
            "on": _DAY_OR_NULL,
            "unsureSince": {
                "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
                "description": "not null: what was decided after that may be missing",
            },
            "participants": {"type": "array", "items": {"$ref": "#/$defs/participant"}},
            "answeredAt": {"type": "string", "format": "date-time"},
        }
    ),
    "$defs": {
        "participant": _object(
            {
                "id": _ADDRESS,
                "slug": {"type": "string", "pattern": "^[a-z0-9-]{3,60}$"},
                "name": {"type": "string"},
                "organisationNumber": {"type": ["string", "null"], "pattern": "^[0-9]{9}$"},
                "about": {
                    "type": "object",
                    "description": "What the organisation chose to show.",
                    "propertyNames": {"enum": list(FACTS)},
                },
                "domains": {"type": "array", "items": {"type": "string"}},
                "programme": {"type": "string"},
                "edition": {"type": "string"},
                "mark": {"type": "string"},
                "state": {
                    "enum": [
                        str(state) for state in State if state not in (State.UNKNOWN, State.VOID)
                    ]
                },
                "holds": {
                    "type": ["boolean", "null"],
                    "description": "null: the record may lack a later decision (unsureSince)",
                },
                "since": _DAY_OR_NULL,
                "award": {"anyOf": [{"$ref": "#/$defs/award"}, {"type": "null"}]},
                "periods": {"type": "array", "items": {"$ref": "#/$defs/period"}},
                "successor": {
                    "description": "In which it goes on, if that one is on the register itself.",
                    "anyOf": [{"$ref": "#/$defs/successor"}, {"type": "null"}],
                },
            }
        ),
        "award": _object(
            {
                "code": {"type": "string", "pattern": "^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$"},
                "firstDay": _DAY,
                "lastDay": _DAY,
                "credential": _ADDRESS,
            }
        ),
        "successor": _object(
            {
                "id": _ADDRESS,
                "slug": {"type": "string", "pattern": "^[a-z0-9-]{3,60}$"},
                "name": {"type": "string"},
                "kind": {"enum": ["merger", "transfer"]},
                "since": _DAY,
            }
        ),
        "period": _object({"firstDay": _DAY, "lastDay": _DAY, "until": _DAY}),
    },
}
