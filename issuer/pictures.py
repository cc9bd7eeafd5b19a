"""From the record to pictures: the badge of a sealed credential, the live seal of a participation.

Gathers what stands on a picture; drawing is `badge_assets.draw`. A drawer is handed in where
it must not run in the calling thread (`issuer.studio`). Whoever copies a seal into a page
cannot change it any more: state stands in the picture, never in its address.
"""

import contextlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import zxingcpp
from PIL import Image

from badge_assets import png, qr, svg
from badge_assets.draw import BadgeFacts, Form, SealFacts, SealKind, check_badge
from badge_assets.letters import UnfitText
from badge_assets.looks import Looks, Theme
from issuer import days, erasure, programmes, texts, wording
from issuer.drawing import Drawer, Job, draw_here
from issuer.errors import Refused
from issuer.office import Office
from issuer.programme import Programme
from issuer.public import View
from issuer.record.tables import Award, Credential, OrganisationName, Participation
from issuer.state import State
from issuer.texts import N_, translate
from verifier.documents import Document

PNG = "image/png"
SVG = "image/svg+xml"

SAMPLE = "EKSEMPEL"

# For a seal that belongs to no programme we know: black on white.
_PLAIN = Looks(ink="#1b1a17", paper="#fbf9f4", accent="#1b1a17")

_KINDS: Mapping[State, SealKind] = {
    State.HOLDS: SealKind.HOLDS,
    State.HOLDS_RENEWAL_OPEN: SealKind.HOLDS,
    State.LAPSED_RENEWING: SealKind.RENEWING,
    State.LAPSED: SealKind.LAPSED,
    State.SUSPENDED: SealKind.SUSPENDED,
    State.WITHDRAWN: SealKind.WITHDRAWN,
    State.GIVEN_UP: SealKind.GIVEN_UP,
    State.VOID: SealKind.IN_ERROR,
    State.UNDER_WAY: SealKind.UNDER_WAY,
    State.UNKNOWN: SealKind.UNKNOWN,
}

_LINES: Mapping[State, str] = {
    State.HOLDS: N_("Valid up to and including %(last)s"),
    State.HOLDS_RENEWAL_OPEN: N_("Valid up to and including %(last)s"),
    State.LAPSED_RENEWING: N_("Held until %(last)s, renewal under way"),
    State.LAPSED: N_("Held until %(last)s"),
    State.SUSPENDED: N_("On hold since %(since)s"),
    State.WITHDRAWN: N_("Withdrawn on %(since)s"),
    State.GIVEN_UP: N_("Ended by the holder on %(since)s"),
    State.VOID: N_("Recorded in error"),
    State.UNDER_WAY: N_("Working towards %(mark)s, does not hold it yet"),
    State.UNKNOWN: N_("Not issued here"),
}


_GONE_ON = N_("Concluded on %(since)s")


class Undrawable(Refused):
    """A text has a letter that the typeface lacks, or is too long for its place."""

    code = "picture.undrawable"


def kind(state: State) -> SealKind:
    """The form in which `state` is drawn."""
    return _KINDS[state]


def state_line(view: View, language: str) -> str:
    """The state in a line, with its day."""
    message = _LINES[view.state]
    if view.unsure:
        message = wording.UNSURE_WORD
    elif wording.gone_on(view):
        message = _GONE_ON
    return translate(language, message, **wording.values(view, language))


def programme_looks(programme: Programme) -> Looks:
    """The colours and motif of a programme in its pictures."""
    looks = programme.looks
    return Looks(looks.ink, looks.paper, looks.colour, looks.motif, looks.art)


def qr_address(office: Office, award: Award) -> str:
    """The address in the QR code of the award's badges."""
    return qr.address(office.settings.base_url, award.code)


def badge_facts(office: Office, copy: Credential) -> BadgeFacts:
    """What stands on the badge of `copy`: as things were when it was sealed."""
    award = copy.award
    programme = office.programme(award.cycle.edition)
    language = str(programme.main_language)
    name = name_at(award.cycle.participation, copy.intended_at)
    first, last = texts.day(award.first_day, language), texts.day(award.last_day, language)
    mark = programme.name(language)
    return BadgeFacts(
        mark=mark,
        holder=name.name,
        issuer=office.settings.name,
        first_day_text=translate(language, N_("From %(first)s"), first=first),
        last_day_text=translate(language, N_("Valid up to and including %(last)s"), last=last),
        address=qr_address(office, award),
        language=language,
        title=translate(language, N_("%(mark)s: %(holder)s"), mark=mark, holder=name.name),
        description=translate(
            language,
            N_(
                "%(caption)s. Issued by %(issuer)s, valid from %(first)s up to and including"
                " %(last)s. The QR code leads to the record, which says whether the mark stands"
                " today."
            ),
            caption=programme.caption(language),
            issuer=office.settings.name,
            first=first,
            last=last,
        ),
        holder_language=spoken(name.language),
        sample=SAMPLE if office.settings.sample else "",
    )


def check(office: Office, copy: Credential) -> None:
    """Raise `Undrawable` if the badge of `copy` could not be drawn; it need not be sealed yet."""
    programme = office.programme(copy.award.cycle.edition)
    try:
        check_badge(badge_facts(office, copy), programme_looks(programme))
    except UnfitText as fault:
        raise _undrawable(fault) from fault


def spoken(language: str | None) -> str | None:
    """The language of a name, as far as the typeface's shaping can know it."""
    return language if language and re.fullmatch("[a-z]{2,3}", language) else None


def name_at(row: Participation, moment: datetime) -> OrganisationName:
    """The name that was in use at `moment`: a new name does not change an old badge."""
    names = row.organisation.names
    return next((name for name in reversed(names) if name.since <= moment), names[0])


def badge(office: Office, copy: Credential, form: str, drawer: Drawer = draw_here) -> bytes:
    """The badge of `copy` as "png" or "svg" with its credential inside.

    Raises `Undrawable`; `ValueError` for a copy that was never sealed.
    """
    if copy.sealed_json is None:
        raise ValueError(f"credential {copy.id} was never sealed")
    programme = office.programme(copy.award.cycle.edition)
    job = Job(f"badge.{form}", badge_facts(office, copy), programme_looks(programme))
    picture = drawn(job, drawer)
    bake = png.bake if form == "png" else svg.bake
    return bake(picture, copy.sealed_json.decode("ascii"))


def baked_png(office: Office, copy: Credential) -> bytes:
    return badge(office, copy, "png")


def baked_svg(office: Office, copy: Credential) -> bytes:
    return badge(office, copy, "svg")


def drawn(job: Job, drawer: Drawer) -> bytes:
    """Draw `job`. Raises `Undrawable`, and what the drawer raises else."""
    try:
        return drawer(job)
    except UnfitText as fault:
        raise _undrawable(fault) from fault


def _undrawable(fault: UnfitText) -> Undrawable:
    return Undrawable(N_("The picture cannot be drawn: %(fault)s."), fault=str(fault))


_BADGE = re.compile(
    r"/b/([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\.(png|svg)"
)


def get(office: Office, path: str, drawer: Drawer = draw_here) -> Document | None:
    """The baked badge at `path`, None where there is none. Raises `Undrawable`, `Gone`."""
    if not (found := _BADGE.fullmatch(path)):
        return None
    with office.reading() as session:
        copy = session.get(Credential, found[1])
        if copy is None or copy.sealed_json is None:
            return None
        erasure.check_copy_stands(copy)
        return Document(badge(office, copy, found[2], drawer), PNG if found[2] == "png" else SVG)


@dataclass(frozen=True)
class Variant:
    """How a seal is to be drawn: each member one of a closed list. `scale` is of a PNG alone."""

    language: str
    theme: Theme = Theme.LIGHT
    form: Form = Form.WIDE
    file: Literal["svg", "png"] = "svg"
    scale: float = 2

    def job(self, facts: SealFacts, looks: Looks) -> Job:
        return Job(f"seal.{self.file}", facts, looks, self.theme, self.form, self.scale)


def seal(office: Office, view: View, variant: Variant, drawer: Drawer = draw_here) -> bytes:
    """The live seal of a participation as it stands in `view`.

    A name that cannot be drawn gives way to the participation's address, and an address that
    is too long to the host's alone: a seal that is embedded somewhere must not vanish. Raises
    `Undrawable` if it cannot be drawn even so.
    """
    host = office.settings.host
    # There is no room for more in the narrow end of a round one.
    here = host if variant.form is Form.ROUND else f"{host}/m/{view.slug}"
    look = programme_looks(view.programme)
    language = variant.language
    for holder, detail in ((view.name, here), (view.name, host), (view.slug, host)):
        facts = _seal_facts(office, view, language, holder, detail)
        with contextlib.suppress(UnfitText):
            return drawer(variant.job(facts, look))
    return drawn(variant.job(_seal_facts(office, view, language, view.slug, ""), look), drawer)


def dated_seal(office: Office, view: View, variant: Variant, drawer: Drawer = draw_here) -> bytes:
    """The seal as it stands in `view`, saying of which day it is: for copies, which cannot
    change. Otherwise as `seal`."""
    day = texts.day(days.day_of(view.now, view.programme.timezone), variant.language)
    dated = translate(variant.language, N_("As of %(day)s"), day=day)
    look = programme_looks(view.programme)
    facts = _seal_facts(office, view, variant.language, view.name, dated)
    with contextlib.suppress(UnfitText):
        return drawer(variant.job(facts, look))
    return drawn(
        variant.job(_seal_facts(office, view, variant.language, view.slug, dated), look), drawer
    )


def _seal_facts(office: Office, view: View, language: str, holder: str, detail: str) -> SealFacts:
    mark = view.programme.name(language)
    # What cannot be told for certain is told with the sign of what is not known.
    unsure = view.unsure is not None and view.state is not State.UNDER_WAY
    return SealFacts(
        kind=SealKind.UNKNOWN if unsure else kind(view.state),
        mark=mark,
        holder=holder,
        state_line=state_line(view, language),
        detail_line=detail,
        language=language,
        title=translate(language, N_("%(mark)s: %(holder)s"), mark=mark, holder=holder),
        description=wording.sentence(view, language),
        holder_language=spoken(view.language) if holder == view.name else None,
        sample=SAMPLE if office.settings.sample else "",
    )


def unknown_seal(office: Office, variant: Variant, drawer: Drawer = draw_here) -> bytes:
    """The picture for an address that nobody has: neutral, with the way to the register."""
    with office.reading() as session:
        ours = {e.programme: office.programme(e) for e in programmes.listing(session)}
    only = next(iter(ours.values())) if len(ours) == 1 else None
    language = variant.language
    mark = only.name(language) if only else office.settings.name
    look = programme_looks(only) if only else _PLAIN
    register = f"{office.settings.host}/register"
    who = translate(language, N_("Who holds it: %(register)s"), register=register)
    for detail in (who, register):
        facts = _unknown_facts(office, mark, language, detail)
        with contextlib.suppress(UnfitText):
            return drawer(variant.job(facts, look))
    return drawn(variant.job(_unknown_facts(office, mark, language, ""), look), drawer)


def _unknown_facts(office: Office, mark: str, language: str, detail: str) -> SealFacts:
    return SealFacts(
        kind=SealKind.UNKNOWN,
        mark=mark,
        holder="",
        state_line=translate(language, _LINES[State.UNKNOWN]),
        detail_line=detail,
        language=language,
        title=translate(language, N_("%(mark)s: not issued here"), mark=mark),
        description=translate(
            language,
            N_("Nothing is issued at this address. Who holds %(mark)s stands at %(register)s."),
            mark=mark,
            register=f"{office.settings.base_url}/register",
        ),
        sample=SAMPLE if office.settings.sample else "",
    )


def scan(picture: bytes) -> str | None:
    """The text of the QR code in a PNG that we drew ourselves, None if it has none."""
    with Image.open(io.BytesIO(picture)) as image:
        found = zxingcpp.read_barcodes(
            image.convert("L"), formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
        )
    return str(found[0].text) if found else None
