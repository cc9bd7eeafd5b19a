"""What the staff API is sent about all that goes on around an award: cases, courses, measures,
meetings, names, contacts, successors, and whole lists of organisations."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from issuer.web.models import Because, Body, Day, Line, Sentence

# As much of a file as one request may hold; larger ones are taken by `merke import`.
LONGEST_CSV = 200_000

_MOMENT = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("not a moment")
    return datetime.fromisoformat(value)


Moment = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]


def _example(**members: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": members})


class FreshCopy(Because):
    """`cause`: what has changed since the copy before, its `name` or the mark's `look`."""

    cause: Literal["name", "look"] = "name"

    model_config = _example(reason="The holder asked for it.", cause="name")


# Cases


class NewCase(Because):
    """`reason` is the grounds, as the holder is told them. `answer_by`: the last day to answer,
    three weeks ahead if left out."""

    answer_by: Day | None = Field(default=None, json_schema_extra={"format": "date"})

    model_config = _example(reason="The yearly meeting has not been held.")


class Statement(Body):
    """`text`: what the holder says."""

    text: Sentence

    model_config = _example(text="The meeting was held on 3 March.")


# Courses and measures


class NewCourse(Body):
    """A course that was held."""

    programme: Line
    title: Line
    day: Day = Field(json_schema_extra={"format": "date"})
    hours: float
    held_by: Line
    reason: Sentence | None = None

    model_config = _example(
        programme="balansemerket", title="Kurs", day="2025-03-03", hours=3, held_by="Balansekunst"
    )


class Attendee(Body):
    """`slug`: the participation's address; `number`: how many took part."""

    slug: Annotated[str, StringConstraints(pattern="^[a-z0-9-]{3,60}$")]
    number: Annotated[int, Field(ge=1, le=100_000)]


class Attendance(Body):
    """Whom the course serves: all of them, or none. `dry_run`: only say what would come of it."""

    participants: Annotated[list[Attendee], Field(min_length=1, max_length=500)]
    dry_run: bool = False

    model_config = _example(participants=[{"slug": "eksempelteatret", "number": 12}], dry_run=True)


class NewMeasure(Because):
    """`facts` are those of one measure of a plan; `public` must be false."""

    facts: dict[str, Any]

    model_config = _example(
        facts={
            "title": "Samtale ved hver prøvestart",
            "kind": "samtale",
            "responsible_role": "Daglig leder",
            "due": "2027-01-31",
            "state": "planned",
            "public": False,
        },
        reason="Agreed in September.",
    )


class ChangedMeasure(Because):
    """`due`: another date. `public`: whether everybody may see it, as far as the plan allowed."""

    due: Day | None = Field(default=None, json_schema_extra={"format": "date"})
    public: bool | None = None

    model_config = _example(due="2027-03-31", reason="The premises are being rebuilt.")


class MeasureStep(Because):
    """How far a measure has come."""

    state: Literal["under_way", "done"]

    model_config = _example(state="done", reason="Told at the meeting.")


class MeasureOutcome(Because):
    """What became of a measure, before the next plan."""

    outcome: Literal["done", "not_done", "changed"]

    model_config = _example(outcome="changed", reason="Goes on as two smaller ones.")


# Requirements and cycles


class NewEvidence(Body):
    """`place`: where the piece is kept, never shown outside. `public`: everybody may see `title`
    and `sha256`."""

    title: Line
    place: Line
    sha256: Line | None = None
    public: bool = False
    reason: Sentence | None = None

    model_config = _example(title="Kartlegging", place="arkiv 17/3", sha256="0" * 64)


class OtherEdition(Because):
    """`edition`: the one to go on under. `dry_run`: only say what would come of it."""

    edition: Annotated[str, StringConstraints(pattern="^[0-9]{4}-[0-9]{1,3}$")]
    dry_run: bool = False

    model_config = _example(edition="2027-1", reason="Asked for by the holder.", dry_run=True)


class Listing(Because):
    """`listed`: whether the organisation agreed that everybody may see it is under way."""

    listed: bool

    model_config = _example(listed=True, reason="Agreed by e-mail.")


# Organisations


class NewName(Because):
    """`name_language`: such as `se` for Northern Sámi."""

    name: Line
    name_language: Line | None = None

    model_config = _example(name="Eksempelscenen", reason="Decided by its board.")


class About(Body):
    """Facts of an organisation. What is left out stays as it is; null takes a fact out."""

    kind: Line | None = None
    roles: Annotated[list[Line], Field(max_length=10)] | None = None
    size: Line | None = None
    county: Line | None = None
    scope: Line | None = None
    channel: Line | None = None


Fact = Literal["kind", "roles", "size", "county", "scope", "channel"]


class OrganisationFacts(Because):
    """`public` names all facts that everybody may see from now on; left out, that stays as it
    is."""

    facts: About = Field(default_factory=About)
    public: Annotated[list[Fact], Field(max_length=6)] | None = None

    model_config = _example(
        facts={"roles": ["producing"], "county": "Vestland"}, public=["roles"], reason="As told."
    )


class ContactPerson(Because):
    """Whom to write to. `language`: the one to write in."""

    name: Line
    email: Line
    phone: Line | None = None
    language: Literal["nb", "nn", "en"] | None = None

    model_config = _example(
        name="Nora Eksempel", email="nora@eksempelteatret.example.no", reason="As told."
    )


class Successor(Because):
    """`successor`: the address in which it goes on, by `kind`, from `day` on. `carry`: the mark
    goes along for the rest of its time, which two people decide where the programme asks for two:
    the second sends the same. Without, the mark ends. `override`: why one person decides alone.
    `dry_run`: only say what would end."""

    successor: Annotated[str, StringConstraints(pattern="^[a-z0-9-]{3,60}$")]
    kind: Literal["merger", "transfer"]
    day: Day = Field(json_schema_extra={"format": "date"})
    carry: bool = False
    override: Sentence | None = None
    dry_run: bool = False

    model_config = _example(
        successor="eksempelscenen", kind="merger", day="2025-03-03", carry=True, reason="Merged."
    )


class Removal(Because):
    """`confirm`: the address once more, since this cannot be undone."""

    confirm: Line

    model_config = _example(confirm="eksempelteatret", reason="Asked for by the organisation.")


class ImportedFile(Body):
    """`csv`: the file as text, its first line naming the columns (`merke import organisations
    --help`). `dry_run`: only say which lines can be taken."""

    programme: Line
    csv: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_CSV)]
    dry_run: bool = False

    model_config = _example(
        programme="balansemerket", csv="name;kind\nEksempelscenen;company\n", dry_run=True
    )


# Meetings


class NewMeeting(Body):
    """`starts_at`: such as `2026-09-10T09:00`, in the programme's time unless it names another.
    `place`: where, or the address of a video meeting."""

    starts_at: Moment
    minutes: Annotated[int, Field(ge=10, le=720)] = 120
    place: Line

    model_config = _example(starts_at="2026-09-10T09:00", minutes=120, place="Storgata 1")


class MovedMeeting(Because):
    """The new time, and another place if there is one."""

    starts_at: Moment
    minutes: Annotated[int, Field(ge=10, le=720)] = 120
    place: Line | None = None

    model_config = _example(starts_at="2026-09-11T09:00", reason="Asked for by the holder.")
