"""The page of one signed credential: what became of it, and what it says.

Its facts come from the signed bytes, which are judged anew for every reader; what became of
the copy comes from the record. It always leads on to what holds today.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from issuer import days, erasure, history, published, texts, verification, wording
from issuer.office import Office
from issuer.programme import Language, Programme
from issuer.record.tables import Credential
from issuer.state import Standing, next_change, standing
from issuer.texts import N_, translate
from issuer.web import http, pages_report
from issuer.web.pages_holder import nothing_here
from issuer.web.pages_render import language_of, office_of, page
from verifier.documents import PinnedDocuments

router = APIRouter()

_SIGNED_IN: Final[Mapping[Language, str]] = {
    Language.NB: N_("The signed text is in Norwegian, Bokmål."),
    Language.NN: N_("The signed text is in Norwegian, Nynorsk."),
    Language.EN: N_("The signed text is in English."),
}

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Told:
    """What the record knows of one copy."""

    programme: Programme
    slug: str
    sealed: bytes
    standing: Standing
    sentence: str
    successor: str | None
    changes_at: datetime | None


@router.get("/b/{identifier}")
def badge(request: Request, identifier: str) -> Response:
    office = office_of(request)
    now = office.now()
    language = language_of(request)
    told = known(office, identifier, now, language)
    if told is None:
        return nothing_here(request, N_("Nothing is issued at this address."))
    # Everything about our own badge is answered by us: no stranger need be asked.
    report = verification.judge(office, told.sealed, documents=PinnedDocuments({}))
    given = pages_report.values(report, language)
    return page(
        request,
        "badge.html",
        cache=http.cache_control(now, told.changes_at),
        programme=told.programme,
        canonical=f"/b/{identifier}",
        machine=f"/b/{identifier}.json",
        id=identifier,
        page=f"/m/{told.slug}",
        successor=f"/b/{told.successor}" if told.successor else None,
        standing=told.sentence,
        standing_word=_word(told, bool(report), given["verdict_word"], language),
        evidence=_evidence(report.credential),
        signed_language=str(told.programme.main_language),
        signed_in=translate(language, _SIGNED_IN[told.programme.main_language]),
        **given,
    )


def known(office: Office, identifier: str, now: datetime, language: str) -> Told | None:
    """What the record knows of the copy `identifier`, None if there is no such copy."""
    if not _ID.fullmatch(identifier):
        return None
    with office.reading() as session:
        row = session.get(Credential, identifier)
        if row is None or row.state != "issued" or row.sealed_json is None:
            return None
        erasure.check_copy_stands(row)
        programme = office.programme(row.award.cycle.edition)
        judged = history.credential(row)
        later = [
            history.credential(copy)
            for copy in row.award.credentials
            if copy.state == "issued" and copy.number > row.number
        ]
        found = standing(judged, now, successors=later)
        values = {
            "first": texts.day(row.award.first_day, language),
            "last": texts.day(row.award.last_day, language),
        }
        if judged.revoked_by is not None and found is Standing.REVOKED:
            day = days.day_of(judged.revoked_by.at, programme.timezone)
            message = wording.REVOCATIONS[judged.revoked_by.act]
            values["day"] = texts.day(day, language)
        else:
            message = wording.STANDINGS[found]
        participation = row.award.cycle.participation
        current = published.in_force(session, participation.id, now)
        return Told(
            programme=programme,
            slug=participation.slug,
            sealed=row.sealed_json,
            standing=found,
            sentence=translate(language, message, **values),
            successor=current if current != identifier else None,
            changes_at=next_change(history.participation(participation), now),
        )


def _word(told: Told, valid: bool, verdict: str, language: str) -> str:
    if valid and told.standing in (Standing.IN_FORCE, Standing.SUPERSEDED):
        return translate(language, N_("Signed badge, valid"))
    return verdict


def _evidence(credential: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """What the credential says was done; its texts are ours, in the programme's language."""
    listed = (credential or {}).get("evidence", [])
    return [
        {key: each.get(key, "") for key in ("name", "description", "narrative")}
        for each in listed
        if isinstance(each, Mapping)
    ]
