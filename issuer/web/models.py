"""What the staff API is sent: nothing is guessed, turned into another type, or left over."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from issuer.characters import SELECTORS, hidden


def _readable(text: str) -> str:
    if hidden(text, allowed="\n\t\r" + SELECTORS):
        raise ValueError("a hidden character")
    if not text.strip():
        raise ValueError("nothing but space")
    return text


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("not a day")
    return date.fromisoformat(value)


def _plain(text: str) -> str:
    return _readable(text) if text else text


Sentence = Annotated[
    str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_readable)
]
Note = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_plain)]
Day = Annotated[date, BeforeValidator(_day)]


class Body(BaseModel):
    """Every member known, every type as it stands."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Facts(Body):
    """What is known of a requirement; docs/programme.md says what each kind asks for."""

    facts: dict[str, Any]
    note: Note = ""

    model_config = ConfigDict(
        json_schema_extra={"example": {"facts": {"date": "2026-03-03"}, "note": "Sent by e-mail."}}
    )


class Because(Body):
    """An act and why. The reason is kept in the log and never published."""

    reason: Sentence

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "Decided at the meeting on 3 March."}}
    )


Line = Annotated[str, StringConstraints(max_length=300)]


class NewEnquiry(Body):
    """An organisation asks about a mark. `kind` is `company`, `association`, `festival`, `group`,
    `sole`, `public` or `other`; `language` the one to answer in."""

    name: Line
    kind: Line
    number: Line | None = None
    contact_name: Line
    contact_email: Line
    contact_phone: Line | None = None
    message: Annotated[str, StringConstraints(max_length=10_000)] = ""
    language: Literal["nb", "nn", "en"] | None = None
    programme: Line | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Eksempelteatret",
                "kind": "company",
                "contact_name": "Nora Eksempel",
                "contact_email": "nora@eksempelteatret.example.no",
            }
        }
    )


class NewParticipation(Because):
    """Either `name` and perhaps `number`, or the `enquiry` that is answered. `listed`: it agreed
    that everybody may see it is under way."""

    programme: Line
    name: Line | None = None
    name_language: Line | None = None
    number: Line | None = None
    listed: bool = False
    enquiry: Line | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "programme": "balansemerket",
                "name": "Eksempelteatret",
                "listed": True,
                "reason": "Agreed by telephone.",
            }
        }
    )


class HandedIn(Body):
    """`contact` is the name of one of the organisation's contacts. What is simply handed in needs
    no `facts`."""

    contact: Line
    facts: dict[str, Any] | None = None
    note: Note = ""

    model_config = ConfigDict(
        json_schema_extra={"example": {"contact": "Nora Eksempel", "note": "By e-mail."}}
    )


class Acceptance(Because):
    """`equivalence`: how a requirement was met that is not recorded here."""

    equivalence: Sentence | None = None

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "Read and found complete."}})


class Decision(Because):
    """`override`: why one person does what the programme asks two for."""

    override: Sentence | None = None


class NewAward(Decision):
    """`first_day`: a later first day, at most sixty days ahead."""

    first_day: Day | None = Field(default=None, json_schema_extra={"format": "date"})

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "All requirements are met."}}
    )


class NewDomain(Because):
    """`domain`: the name of a website, as it stands in the address bar."""

    domain: Annotated[str, StringConstraints(min_length=1, max_length=300)]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"domain": "teateret.example", "reason": "The holder asked for it."}
        }
    )
