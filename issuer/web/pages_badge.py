"""The page of one signed credential: what became of it, and what it says.

Its facts come from the signed bytes, which are judged anew for every reader; what became of
the copy comes from the record. It always leads on to what holds today.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from issuer import copies, kit, previews, verification, wording
from issuer.programme import Language
from issuer.state import Standing
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


@router.get("/b/{identifier}")
def badge(request: Request, identifier: str) -> Response:
    office = office_of(request)
    now = office.now()
    language = language_of(request)
    told = copies.known(office, identifier, now, language)
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
        preview=previews.path(told.slug, language),
        preview_alt=kit.question(told.programme.name(language), told.name, language),
        id=identifier,
        page=f"/m/{told.slug}",
        successor=f"/b/{told.successor}" if told.successor else None,
        onward=told.onward,
        became=wording.SUCCESSIONS,
        name=told.name,
        standing=told.sentence,
        standing_word=_word(told, bool(report), given["verdict_word"], language),
        evidence=_evidence(report.credential),
        signed_language=str(told.programme.main_language),
        signed_in=translate(language, _SIGNED_IN[told.programme.main_language]),
        **given,
    )


def _word(told: copies.Told, valid: bool, verdict: str, language: str) -> str:
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
