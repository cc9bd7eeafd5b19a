"""From the public view of a participation to what is shown by a door: poster, diploma, badge.

Print cannot change any more: it carries its last day, and a QR code that leads to how things
stand today. Drawing is `badge_assets.prints` and `badge_assets.draw`.
"""

from typing import Any

from badge_assets import qr
from badge_assets.facts import BadgeFacts, DiplomaFacts, PosterFacts, Sheet
from issuer import facts, pictures, texts, wording
from issuer.drawing import Drawer, Job, draw_here
from issuer.errors import WrongState
from issuer.names import number_text
from issuer.office import Office
from issuer.public import Period, View
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
    if programme.contact.provisional and not office.settings.sample:
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


def diploma(office: Office, view: View, language: str, drawer: Drawer = draw_here) -> bytes:
    """The diploma of the award that `view` speaks of, with what was done for it.

    Raises `WrongState` where there is none, `pictures.Undrawable`.
    """
    period = _award(view)
    programme = view.programme
    first = texts.day(period.first_day, language)
    job = Job(
        "diploma.pdf",
        DiplomaFacts(
            **_shared(office, view, period, language, N_("%(mark)s, diploma: %(holder)s")),
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
                for met in view.met
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
