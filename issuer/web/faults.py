"""One fault in what was sent: where, which kind, a sentence. Never what was sent itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from issuer.texts import N_, translate

# pydantic's kinds of error, as far as our models can have them; anything else is "value".
_KINDS: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", N_("This is needed and was not sent.")),
    "extra_forbidden": ("unknown", N_("A name stands here that is not known.")),
    "model_attributes_type": ("type", N_("This must be a JSON object.")),
    "dict_type": ("type", N_("This must be a JSON object.")),
    "string_type": ("type", N_("This must be a text.")),
    "int_parsing": ("type", N_("This must be a whole number.")),
    "greater_than_equal": ("range", N_("This number is too small.")),
    "less_than_equal": ("range", N_("This number is too large.")),
    "string_too_short": ("length", N_("This text is too short.")),
    "string_too_long": ("length", N_("This text is too long.")),
    "too_long": ("length", N_("There are too many of these.")),
    "string_pattern_mismatch": ("form", N_("This is not in the form that is expected here.")),
    "json_invalid": ("json", N_("This is not JSON.")),
    "value_error": ("form", N_("This is not in the form that is expected here.")),
}
_OTHER = ("value", N_("This value is not allowed here."))


@dataclass(frozen=True)
class Fault:
    """`place` is where it stands: "body" (then `pointer` is RFC 6901 inside it), "query",
    "header" or "path" (then `pointer` is the parameter's name)."""

    place: str
    pointer: str
    code: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def json(self, language: str) -> dict[str, str]:
        told = {"code": self.code, "detail": translate(language, self.message, **self.values)}
        return {("pointer" if self.place == "body" else self.place): self.pointer, **told}


def of_pydantic(error: Mapping[str, Any]) -> Fault:
    """One of pydantic's errors as ours."""
    place, *steps = error["loc"]
    code, message = _KINDS.get(error["type"], _OTHER)
    if code == "unknown":
        # The name is the sender's own: the object that holds it is pointed at instead.
        steps = steps[:-1]
    if place != "body":
        return Fault(str(place), str(steps[0]) if steps else "", code, message)
    return Fault("body", "".join(f"/{_escaped(step)}" for step in steps), code, message)


def _escaped(step: object) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
