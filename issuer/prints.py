"""From the public view of a participation to what is shown by a door: poster, diploma, badge.

Print cannot change any more: it carries its last day, and a QR code that leads to how things
stand today. Drawing is `badge_assets.prints` and `badge_assets.draw`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from badge_assets import qr
from badge_assets.facts import BadgeFacts, DiplomaFacts, PosterFacts, SealKind, Sheet
from issuer import copies, days, facts, pictures, public, texts, wording
from issuer.drawing import Drawer, Job, draw_here
from issuer.errors import RecordBehind, WrongState
from issuer.names import number_text
from issuer.office import Office
from issuer.public import Period, View
from issuer.state import Standing, State
from issuer.texts import N_, translate

PDF = "application/pdf"


def poster(
    office: Office,
    view: View,
    language: str,
    sheet: Sheet = Sheet.A4,
    drawer: Drawer = draw_here,
) -> bytes:
    """The poster as PDF, as things stand in `view`; grey where the mark does not stand.

    Raises `WrongState` where there is no award or nobody would read what guests write,
    `pictures.Undrawable`.
    """
    period = _award(view)
    programme = view.programme
    if not speaks_to_guests(office, view):
        raise WrongState(
            N_(
                "The poster tells guests where to write, and that address is not filled in yet:"
                " nobody would read it. Load an edition of %(mark)s with the owner’s own"
                " addresses and `provisional = false`."
            ),
            mark=programme.name,
        )
    holds = view.state.holds
    job = Job(
        "poster.pdf",
        PosterFacts(
            **_shared(office, view, period, language, N_("%(mark)s, poster: %(holder)s")),
            lead=programme.guest_sentence(language, view.channel)
            if holds
            else wording.sentence(view, language),
            meaning=tuple(each(language) for each in programme.meaning) if holds else (),
            scan_line=translate(
                language,
                N_("Does the mark stand today? Scan the code, or type the address."),
            ),
            report_line=translate(
                language,
                N_("Is the mark used wrongly? Tell us: %(address)s"),
                address=f"{office.settings.host}/report",
            ),
        ),
        pictures.programme_looks(programme),
        sheet=sheet,
    )
    return pictures.drawn(job, drawer)


def speaks_to_guests(office: Office, view: View) -> bool:
    """Whether somebody reads what guests write to the address on the poster."""
    return office.settings.sample or not view.programme.contact.provisional


def diploma(office: Office, view: View, language: str, drawer: Drawer = draw_here) -> bytes:
    """The diploma of the award that `view` speaks of, with what was done for it.

    Raises `WrongState` where there is none, `pictures.Undrawable`.
    """
    return _diploma(office, view, language, drawer, {})


def unsure() -> RecordBehind:
    """Why nothing is made that cannot change any more."""
    return RecordBehind(
        N_(
            "The record was put back from an older copy, and what was decided after that may be"
            " missing. Until that is cleared up nothing is printed."
        )
    )


@dataclass(frozen=True)
class Printed:
    """A PDF, and when it is another one by the clock alone."""

    data: bytes
    slug: str
    code: str
    changes_at: datetime


def of_copy(
    office: Office, identifier: str, language: str, drawer: Drawer = draw_here
) -> Printed | None:
    """The diploma of the award of one signed copy, as things stand now; None where there is no
    such copy. It bears the name that is signed, whatever the holder is called since, and says
    of this award alone whether it stands. Raises `Gone`, `pictures.Undrawable`, `RecordBehind`.
    """
    now, waiting = office.now(), office.unsure_since() is not None
    with office.reading() as session:
        copy = copies.find(session, identifier)
        if copy is None:
            return None
        if waiting:
            raise unsure()
        told = copies.told(office, session, copy, now, language)
        name = pictures.name_at(copy.award.cycle.participation, copy.intended_at)
        view = replace(
            public.of_award(office, copy.award, now), name=name.name, language=name.language
        )
    zone = view.programme.timezone
    # The day is printed on it.
    tomorrow = days.start_of(now.astimezone(zone).date() + timedelta(days=1), zone)
    data = _diploma(office, view, language, drawer, _of_copy(view, told, language))
    changes_at = min(tomorrow, told.changes_at or tomorrow)
    return Printed(data, view.slug, copy.award.code, changes_at)


def _of_copy(view: View, told: copies.Told, language: str) -> dict[str, Any]:
    """What the diploma of a copy says otherwise than that of a participation."""
    award = view.award
    if award is None:
        raise ValueError("a copy belongs to an award")
    mark = view.programme.name(language)
    said: dict[str, Any] = {"description": f"{mark}: {view.name}. {told.sentence}"}
    if told.standing is Standing.NOT_YET and view.state.holds:
        said["last_day_text"] = translate(
            language,
            N_("Valid from %(first)s up to and including %(last)s"),
            first=texts.day(award.first_day, language),
            last=texts.day(award.last_day, language),
        )
    elif told.standing is Standing.REVOKED and view.state.holds:
        # Its award stands, by another copy.
        said["kind"] = SealKind.IN_ERROR
        said["state_word"] = translate(language, N_("Replaced by a newer badge"))
        said["last_day_text"] = translate(language, N_("The QR code leads to the newest one"))
    return said


def _diploma(
    office: Office, view: View, language: str, drawer: Drawer, otherwise: Mapping[str, Any]
) -> bytes:
    period = _award(view)
    programme = view.programme
    first = texts.day(period.first_day, language)
    job = Job(
        "diploma.pdf",
        DiplomaFacts(
            **{
                **_shared(office, view, period, language, N_("%(mark)s, diploma: %(holder)s")),
                **otherwise,
            },
            number_line=""
            if view.number is None
            else f"{translate(language, N_('Org. no.'))} {number_text(view.number)}",
            awarded_line=translate(
                language,
                N_("Awarded by %(issuer)s, from %(first)s. Edition %(edition)s of the mark."),
                issuer=office.settings.name,
                first=first,
                edition=programme.edition,
            ),
            done_heading=translate(language, N_("What has been done")),
            items=tuple(
                (
                    met.requirement.name(language),
                    " ".join(
                        (
                            met.requirement.done(language),
                            *facts.sentences(met.requirement, met.facts, language),
                        )
                    ),
                )
                for met in (() if view.state is State.VOID else view.met)
            ),
            limits=programme.limits(language),
            note=translate(
                language,
                N_(
                    "This sheet says how things stood on %(day)s. The QR code says how they stand"
                    " today."
                ),
                day=texts.day(view.now.astimezone(programme.timezone).date(), language),
            ),
        ),
        pictures.programme_looks(programme),
    )
    return pictures.drawn(job, drawer)


def live_badge(
    office: Office, view: View, language: str, file: str = "png", drawer: Drawer = draw_here
) -> bytes:
    """The badge as things stand in `view`, "png" or "svg", with no credential inside: for a
    screen, which can be drawn anew, and for those who want to see what grey looks like.

    Raises `WrongState` where there was never an award, `pictures.Undrawable`.
    """
    period = _award(view)
    shared = _shared(office, view, period, language, N_("%(mark)s: %(holder)s"))
    del shared["code_alt"]
    first = texts.day(period.first_day, language)
    job = Job(
        f"badge.{file}",
        BadgeFacts(**shared, first_day_text=translate(language, N_("From %(first)s"), first=first)),
        pictures.programme_looks(view.programme),
    )
    return pictures.drawn(job, drawer)


def _award(view: View) -> Period:
    if view.unsure:
        raise unsure()
    if view.award is None:
        raise WrongState(
            N_(
                "%(name)s has no award, so there is nothing to print. A poster and a diploma can"
                " be had once the mark is awarded."
            ),
            name=view.name,
        )
    return view.award


def _shared(
    office: Office, view: View, period: Period, language: str, title: str
) -> dict[str, Any]:
    """What all of them have in common; `title` is a message."""
    mark = view.programme.name(language)
    return {
        "kind": pictures.kind(view.state),
        "mark": mark,
        "holder": view.name,
        "issuer": office.settings.name,
        "last_day_text": pictures.state_line(view, language),
        "state_word": "" if view.state.holds else wording.word(view.state, language),
        "address": qr.address(office.settings.base_url, period.code),
        "code_alt": translate(
            language,
            N_("QR code: whether %(holder)s holds %(mark)s today."),
            holder=view.name,
            mark=mark,
        ),
        "language": language,
        "title": translate(language, title, mark=mark, holder=view.name),
        "description": wording.sentence(view, language),
        "holder_language": pictures.spoken(view.language),
        "sample": pictures.SAMPLE if office.settings.sample else "",
    }
