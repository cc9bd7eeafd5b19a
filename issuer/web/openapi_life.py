"""What the description of the interface says of acts around an award: examples and problems."""

from typing import Any

from issuer.web.openapi import ACT, CHANGED, READ, Responses, problems, success

_SELF = {"self": "/api/v1/participations/eksempelteatret"}
# What an act without sealing can meet.
_REFUSALS = problems(
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
)


def _read(description: str, example: Any) -> Responses:
    return {**READ, 200: success(description, example)}


def _done(description: str, example: Any) -> Responses:
    return {201: success(description, example), **_REFUSALS}


# Cases

_CASE = {
    "number": 1,
    "award": "7F3K-92QX-5A1B",
    "holder": "eksempelteatret",
    "openedAt": "2026-03-03T09:00:00+00:00",
    "openedBy": "Ada Eksempel",
    "answerBy": "2026-03-24",
    "heardAt": None,
    "decision": None,
    "decidedBy": None,
    "appealBy": None,
    "appeal": None,
}
CASES = _read("Every case.", {"cases": [_CASE], "next": None})
CASE = _read(
    "Everything about one case. Confidential.",
    {
        **_CASE,
        "grounds": "The yearly meeting has not been held.",
        "statement": None,
        "reason": None,
        "appealText": None,
        "appealReason": None,
    },
)
CASE_ACT: Responses = {
    **ACT,
    201: success(
        "Done and recorded: where the case stands.",
        {
            **CHANGED,
            "act": "case.open",
            "case": _CASE,
            "links": {**CHANGED["links"], "self": "/api/v1/cases/1"},
        },
    ),
}

# Courses and measures

_COURSE = {
    "id": "2026-03-03-kurs",
    "programme": "balansemerket",
    "title": "Kurs",
    "day": "2026-03-03",
    "hours": 3,
    "heldBy": "Balansekunst",
}
_SERVED = {"slug": "eksempelteatret", "requirement": "kurs"}
_COURSE_LINKS = {"self": "/api/v1/courses/2026-03-03-kurs"}
COURSES = _read("All courses, the newest first.", {"courses": [_COURSE], "next": None})
COURSE = _read(
    "A course, and whom it serves.", {**_COURSE, "attended": [{**_SERVED, "accepted": True}]}
)
COURSE_ACT = _done(
    "Written down.", {"act": "course.add", "course": _COURSE, "links": _COURSE_LINKS}
)
_ATTENDED = {
    "act": "course.attend",
    "course": _COURSE,
    "attended": [_SERVED],
    "dryRun": False,
    "links": _COURSE_LINKS,
}
ATTENDANCE: Responses = {
    200: success("What would be accepted; nothing was changed.", {**_ATTENDED, "dryRun": True}),
    **_done("Accepted for all of them.", _ATTENDED),
}

_MEASURE = {
    "number": 1,
    "title": "Samtale ved hver prøvestart",
    "kind": "samtale",
    "responsibleRole": "Daglig leder",
    "due": "2027-01-31",
    "state": "under_way",
    "public": True,
    "outcome": None,
    "follows": False,
}
MEASURES = _read("The measures of the plan.", {"measures": [_MEASURE]})
MEASURE_ACT: Responses = {
    **ACT,
    201: success("Done and recorded.", {**CHANGED, "act": "measure.state", "measure": _MEASURE}),
}

# Cycles and organisations

_MOVED = {
    **CHANGED,
    "act": "cycle.move",
    "kept": ["kurs"],
    "again": ["plan"],
    "missing": ["plan", "vilkar", "erklaering"],
    "dryRun": False,
}
MOVED: Responses = {
    200: success("What would come of it; nothing was changed.", {**_MOVED, "dryRun": True}),
    **_done("Moved: what stays accepted, what is to be looked at again, what is missing.", _MOVED),
}
_ORGANISATION = {
    "slug": "eksempelteatret",
    "names": [{"name": "Eksempelteatret", "since": "2026-03-03T09:00:00+00:00"}],
    "organisationNumber": None,
    "about": {"kind": "company", "roles": ["producing"]},
    "public": ["roles"],
    "contacts": [
        {
            "place": "first",
            "name": "Nora Eksempel",
            "email": "nora@eksempelteatret.example.no",
            "phone": None,
            "language": "nb",
            "since": "2026-03-03T09:00:00+00:00",
        }
    ],
}
ORGANISATION = _read("What the office knows of it. Confidential.", _ORGANISATION)
ORGANISATION_ACT = _done(
    "Done and recorded, and what is known now.",
    {**CHANGED, "act": "organisation.edit", "organisation": _ORGANISATION},
)
SUCCESSION: Responses = {
    **ACT,
    200: success(
        "What would end, and until when it would be carried on; nothing was changed.",
        {
            "act": "participation.succeed",
            "dryRun": True,
            "ends": "7F3K-92QX-5A1B",
            "until": "2027-03-02",
            "links": _SELF,
        },
    ),
    201: success(
        "Recorded: how things stand with the successor, and with the one before (`from`); `waits`: "
        "another person has to send the same.",
        {
            **CHANGED,
            "act": "participation.succeed",
            "waits": False,
            "from": CHANGED["participation"],
        },
    ),
}

# The day's work

TASK_ACT = _done(
    "Done.",
    {
        "act": "task.done",
        "task": {
            "number": 3,
            "kind": "meeting.record",
            "text": "A meeting was held. Record what came of it.",
            "participation": "eksempelteatret",
            "due": "2026-03-09",
            "createdAt": "2026-03-09T11:00:00+00:00",
            "doneAt": "2026-03-10T09:00:00+00:00",
            "details": {},
        },
        "links": {"self": "/api/v1/tasks"},
    },
)
AGENDA = _read(
    "What is due and has not been done.",
    {
        "due": [
            {
                "participation": "eksempelteatret",
                "item": "reminder_60",
                "since": None,
                "award": "7F3K-92QX-5A1B",
                "lastDay": "2027-03-02",
                "daysLeft": 58,
                "meeting": None,
                "measure": None,
            }
        ]
    },
)
_ENQUIRY = {
    "id": "00000000-0000-4000-8000-000000000000",
    "programme": "balansemerket",
    "name": "Eksempelteatret",
    "kind": "company",
    "organisationNumber": None,
    "contact": {
        "name": "Nora Eksempel",
        "email": "nora@eksempelteatret.example.no",
        "phone": None,
    },
    "language": "nb",
    "message": "",
    "receivedAt": "2026-03-03T09:00:00+00:00",
    "outcome": None,
}
ENQUIRIES = _read(
    "Enquiries, the oldest first. Confidential.", {"enquiries": [_ENQUIRY], "next": None}
)
ENQUIRY_ACT = _done(
    "Declined.",
    {
        "act": "enquiry.decline",
        "enquiry": {**_ENQUIRY, "outcome": "declined"},
        "links": {"self": "/api/v1/enquiries"},
    },
)
_MEETING = {
    "number": 1,
    "participation": "eksempelteatret",
    "startsAt": "2026-09-10T07:00:00+00:00",
    "endsAt": "2026-09-10T09:00:00+00:00",
    "place": "Storgata 1",
    "cancelledAt": None,
}
MEETINGS = _read("Meetings, in the order of their time.", {"meetings": [_MEETING], "next": None})
MEETING_ACT = _done(
    "Done; the contacts are told.",
    {"act": "meeting.arrange", "meeting": _MEETING, "links": {"self": "/api/v1/meetings"}},
)
_IMPORT = {
    "act": "import.organisations",
    "rows": 2,
    "taken": 1,
    "before": 0,
    "faults": [{"line": 3, "code": "input.invalid", "detail": "Choose one of: company, …"}],
    "dryRun": False,
    "links": {"self": "/api/v1/participations"},
}
_NAMESAKE = {"line": 7, "name": "Eksempelteatret", "slug": "eksempelteatret"}
IMPORT: Responses = {
    200: success(
        "What could be taken; nothing was changed.",
        {**_IMPORT, "namesakes": [_NAMESAKE], "dryRun": True},
    ),
    **_done("Enrolled, line by line.", _IMPORT),
}
AUDIT = _read(
    "Whether the log holds. What stands under `notChecked` was not looked at.",
    {
        "checked": {"entries": 812, "checkpoints": 31},
        "notChecked": ["credentials", "lists"],
        "head": {"number": 812, "hash": "0" * 64},
        "findings": [],
        "checkpoint": {"day": "2026-03-02", "number": 800, "jws": "eyJhbGciOiJFZERTQSJ9.e30.AA"},
    },
)
PROGRAMMES = _read(
    "The editions that are loaded.",
    {
        "programmes": [
            {
                "programme": "balansemerket",
                "edition": "2026-1",
                "name": "Balansemerket",
                "loaded": "2026-01-02",
            }
        ]
    },
)
CHANGES = _read(
    "What changed between two editions, in words.",
    {"changes": ["Patience after the end, in days: 60 → 30"]},
)
