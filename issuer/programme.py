"""A programme: one edition of a mark, with its requirements, texts, looks and contacts.

A pure reading of the programme file (docs/programme.md describes it); nothing here knows any
particular programme. What a requirement's facts look like, and when they may be accepted, is
`issuer.requirements`; the files that come with Merke and the editions on record are
`issuer.programmes`.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from badge_assets import art
from badge_assets.art import Art
from badge_assets.draw import MARK_ROOM, check_mark
from badge_assets.letters import ready
from badge_assets.looks import TEXT_CONTRAST, Motif, shortfall, shortfalls
from issuer.studio import read_art
from issuer.toml_tables import FileFaults, Reading, Table, show

MAX_BYTES = 262_144

# The type, where `date` is the name of a member.
Day = date

_WORDS = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
_SLUG = f"(?=.{{3,40}}$){_WORDS}"
_ID = f"(?=.{{2,30}}$){_WORDS}"
_EDITION = r"2[0-9]{3}-[1-9][0-9]?"
_COLOUR = "#[0-9a-f]{6}"
_HOST = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_MAIL = rf"[A-Za-z0-9._%+-]{{1,64}}@{_HOST}"
_HTTPS = rf"https://{_HOST}(/[A-Za-z0-9/._~%-]*)?"
_SAMPLE_HOST = re.compile(r"(.+\.)?example\.(com|net|org|no)|.+\.(example|invalid|test)")
_PERIOD = re.compile(r"P([1-9][0-9]{0,3})([YMD])")
_NO_PLAIN_MARKDOWN = re.compile(r"<[A-Za-z/!?]|!\[")
_CHANNEL = "{channel}"


class Language(StrEnum):
    NB = "nb"
    NN = "nn"
    EN = "en"


class Kind(StrEnum):
    """What sort of thing a requirement asks for (design.md, section 3)."""

    ATTENDANCE = "attendance"
    SUBMISSION = "submission"
    MEETING = "meeting"
    PLAN = "plan"
    DECLARATION = "declaration"
    CONDITIONS = "conditions"


class AchievementType(StrEnum):
    """The values of Open Badges 3.0 `achievementType` that can fit an organisation."""

    ACHIEVEMENT = "Achievement"
    AWARD = "Award"
    BADGE = "Badge"
    CERTIFICATE = "Certificate"
    CERTIFICATE_OF_COMPLETION = "CertificateOfCompletion"
    CERTIFICATION = "Certification"
    COMMUNITY_SERVICE = "CommunityService"
    COURSE = "Course"
    LEARNING_PROGRAM = "LearningProgram"
    LICENSE = "License"
    MEMBERSHIP = "Membership"
    QUALITY_ASSURANCE_CREDENTIAL = "QualityAssuranceCredential"


# What a programme may choose to show of a requirement that was met. Names, notes, those present
# and the content of what was handed in have no name here, so that no programme can show them.
PUBLISHABLE: Mapping[Kind, tuple[str, ...]] = {
    Kind.ATTENDANCE: ("date", "hours", "held_by", "participants"),
    Kind.SUBMISSION: ("handed_in",),
    Kind.MEETING: ("date",),
    Kind.PLAN: ("measures", "counts"),
    Kind.DECLARATION: ("date", "role"),
    Kind.CONDITIONS: ("confirmed",),
}


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the three languages. `text("nn")` is the Nynorsk one."""

    nb: str
    nn: str
    en: str

    def __call__(self, language: str) -> str:
        """The text in `language`; in Bokmål for any language it is not written in."""
        match language:
            case "nn":
                return self.nn
            case "en":
                return self.en
            case _:
                return self.nb


@dataclass(frozen=True, slots=True)
class Period:
    """A length of calendar time, in whole units. `P1Y` is `Period(years=1)`."""

    years: int = 0
    months: int = 0
    days: int = 0

    @property
    def shortest_days(self) -> int:
        """A number of days that this is never shorter than, whatever the calendar."""
        months = 12 * self.years + self.months
        return months * 365 // 12 - 2 * bool(months % 12) + self.days


@dataclass(frozen=True, slots=True)
class Item:
    """One member of a closed list in a programme: a condition, or a kind of measure."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing asked for in a cycle. The last fields belong to one kind each."""

    id: str
    kind: Kind
    name: Text
    what: Text  # what is asked, for those who want the mark
    done: Text  # what was done, once it is accepted
    public: frozenset[str]  # facts that may be shown, out of PUBLISHABLE
    minimum_hours: float = 0  # attendance
    counts_for: Period | None = None  # attendance: for how long after its day it is accepted
    minimum_started: int = 0  # plan: measures under way or done
    measure_kinds: tuple[Item, ...] = ()  # plan
    declaration: Text | None = None  # declaration: the words that are signed
    conditions: tuple[Item, ...] = ()  # conditions


@dataclass(frozen=True, slots=True)
class Looks:
    """Colours as `#rrggbb`. On paper: ink and colour; on ink: paper and colour_on_ink."""

    motif: Motif
    paper: str
    ink: str
    colour: str
    colour_on_ink: str
    art: Art = ()  # a motif of its own, for pictures; pages keep `motif` as their sign


@dataclass(frozen=True, slots=True)
class Contact:
    """Who owns the mark, and where to write. `report` takes what people have experienced."""

    owner: str
    url: str
    email: str
    report: str  # an e-mail address or an https address
    provisional: bool  # the addresses stand in until the owner has filled in its own

    @property
    def report_link(self) -> str:
        return self.report if self.report.startswith("https://") else f"mailto:{self.report}"


@dataclass(frozen=True, slots=True)
class Programme:
    slug: str
    edition: str
    date: date
    timezone: ZoneInfo
    validity: Period
    renewal_opens_days: int
    patience_days: int
    applies_from: Day | None  # cycles opened from this day are on this edition
    old_until: Day | None  # the last day on which cycles on earlier editions are sealed
    deciders: int
    main_language: Language
    achievement_type: AchievementType
    tags: tuple[str, ...]
    name: Text
    tagline: Text  # a few words, beneath the name on the badge
    summary: Text  # the description of the achievement
    criteria: Text  # Markdown without HTML or pictures
    meaning: tuple[Text, ...]  # three sentences
    limits: Text  # what was not looked at
    guest: Text  # with `{channel}` where the place to tell goes: see `guest_sentence`
    caption: Text  # of the badge's picture, for those who do not see it
    free_of_charge: bool
    cost: Text
    looks: Looks
    contact: Contact
    first: tuple[Requirement, ...]
    renewal: tuple[Requirement, ...]
    digest: str  # sha256 of the file, in hexadecimal

    @property
    def key(self) -> str:
        """The name of this edition in addresses: `/achievements/{key}`."""
        return f"{self.slug}-{self.edition}"

    def requirements(self, *, renewal: bool) -> tuple[Requirement, ...]:
        return self.renewal if renewal else self.first

    def guest_sentence(self, language: str, channel: str | None = None) -> str:
        """Whom a guest can tell: the holder's own `channel`, else the owner's address."""
        return self.guest(language).replace(_CHANNEL, channel or self.contact.report)


def load(data: bytes, name: str) -> Programme:
    """Read the programme file `data`; `name` is what faults call it.

    Raises `FileFaults` with everything that is wrong, so that it can be put right in one
    go. Whether this edition was loaded before, and with which content, is not looked at.
    """
    reading = Reading(data, name, max_bytes=MAX_BYTES)
    if not reading.faults:
        programme = _programme(reading.table, hashlib.sha256(data).hexdigest())
    if reading.faults:
        raise FileFaults(tuple(sorted(reading.faults, key=lambda fault: fault.line or 0)))
    return programme


def _programme(table: Table, digest: str) -> Programme:
    validity = _period(table, "validity") or Period(years=10)
    longest_window = validity.shortest_days - 1
    window = f"0 to {longest_window} days, fewer than the validity"
    texts, cost = table.table("texts"), table.table("cost")
    requirements = table.table("requirements")
    first = _cycle(requirements, "first")
    programme = Programme(
        slug=table.string("slug", "3 to 40 of a-z, 0-9 and inner hyphens", pattern=_SLUG),
        edition=table.string("edition", "a year and a number, such as 2026-1", pattern=_EDITION),
        date=table.day("date"),
        timezone=_timezone(table),
        validity=validity,
        renewal_opens_days=table.integer("renewal_opens_days", 0, longest_window, window),
        patience_days=table.integer("patience_days", 0, 366),
        applies_from=table.optional_day("applies_from"),
        old_until=table.optional_day("old_until"),
        deciders=table.integer("deciders", 1, 2, "1 or 2"),
        main_language=table.choice("main_language", Language) or Language.NB,
        achievement_type=table.choice("achievement_type", AchievementType)
        or AchievementType.ACHIEVEMENT,
        tags=table.strings("tags", "an array of words to be found by, without repeats"),
        name=_languages(texts.table("name"), MARK_ROOM, drawn=check_mark),
        tagline=_text(texts, "tagline", 60),
        summary=_text(texts, "summary", 600),
        criteria=_markdown(texts, "criteria", 4000),
        meaning=tuple(_languages(item, 300) for item in texts.tables("meaning", 3, 3)),
        limits=_text(texts, "limits", 600),
        guest=_guest(texts),
        caption=_languages(texts.table("caption"), 200, drawn=_spoken),
        free_of_charge=cost.boolean("free_of_charge"),
        cost=_text(cost, "text", 200),
        looks=_looks(table.table("looks")),
        contact=_contact(table.table("contact")),
        first=first,
        renewal=_cycle(requirements, "renewal", first),
        digest=digest,
    )
    if programme.old_until and programme.old_until < (programme.applies_from or programme.date):
        expected = "a day not before applies_from, or the date of the edition"
        table.fault("old_until", str(programme.old_until), expected)
    for each in (texts, cost, requirements, table):
        each.finish()
    return programme


def _period(table: Table, key: str) -> Period | None:
    """One whole number of years, months or days, written as in ISO 8601."""
    expected = "a period such as P1Y, P18M or P365D, at most ten years"
    text = table.string(key, expected)
    if found := _PERIOD.fullmatch(text):
        number = int(found[1])
        match found[2]:
            case "Y":
                period = Period(years=number)
            case "M":
                period = Period(months=number)
            case _:
                period = Period(days=number)
        if period.shortest_days <= 3650:
            return period
    if text:
        table.fault(key, show(text), expected)
    return None


def _timezone(table: Table) -> ZoneInfo:
    expected = "a time zone of the IANA list, such as Europe/Oslo"
    name = table.string("timezone", expected)
    if name:
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            table.fault("timezone", show(name), expected)
    return ZoneInfo("UTC")


def _text(table: Table, key: str, limit: int) -> Text:
    return _languages(table.table(key), limit)


def _languages(
    table: Table,
    limit: int,
    *,
    paragraphs: bool = False,
    drawn: Callable[[str, str], object] | None = None,
) -> Text:
    """`drawn` raises `ValueError` for a text that, in its language, no picture can hold."""
    nb, nn, en = (
        table.string(
            language,
            "text",
            limit=limit,
            paragraphs=paragraphs,
            check=drawn and (lambda text, language=language: drawn(text, language)),
        )
        for language in Language
    )
    table.finish()
    return Text(nb, nn, en)


def _spoken(text: str, _: str) -> str:
    """The caption stands in pictures as text that is read aloud."""
    return ready(text, len(text), "it")


def _markdown(table: Table, key: str, limit: int) -> Text:
    inner = table.table(key)
    text = _languages(inner, limit, paragraphs=True)
    for language in Language:
        if found := _NO_PLAIN_MARKDOWN.search(text(language)):
            inner.fault(language, show(found[0]), "Markdown without HTML or pictures")
    return text


def _guest(table: Table) -> Text:
    inner = table.table("guest")
    text = _languages(inner, 200)
    for language in Language:
        written = text(language)
        if written and re.findall(r"\{[^{}]*\}?|\}", written) != [_CHANNEL]:
            inner.fault(language, show(written), f"{_CHANNEL} once, where the place to tell goes")
    return text


def _looks(table: Table) -> Looks:
    expected = "a colour such as #1b1a17, in small letters"
    motif = table.choice("motif", Motif) or Motif.RING
    colours = {
        key: table.string(key, expected, pattern=_COLOUR)
        for key in ("paper", "ink", "colour", "colour_on_ink")
    }
    looks = Looks(motif=motif, art=_art(table), **colours)
    if all(re.fullmatch(_COLOUR, colour) for colour in colours.values()):
        # Pictures have one colour on both grounds; only pages have another on ink.
        on_ink = shortfall("colour_on_ink", looks.colour_on_ink, "ink", looks.ink, TEXT_CONTRAST)
        for fault in (*shortfalls(looks.ink, looks.paper, looks.colour), on_ink):
            if fault is not None:
                key = "colour" if fault.name == "accent" else fault.name
                found = f"{colours[key]} with a contrast of {fault.found}"
                table.fault(key, found, f"at least {fault.least} against {fault.ground}")
    table.finish()
    return looks


def _art(table: Table) -> Art:
    expected = "an SVG or PNG of black and #808080 shapes in a square"
    if "art" not in table:
        return ()
    text = table.string("art", expected, limit=art.MAX_TEXT, check=read_art)
    try:
        return read_art(text)
    except art.UnfitArt:
        return ()  # it was noted as a fault


def _contact(table: Table) -> Contact:
    contact = Contact(
        owner=table.string("owner", "the owner's name", limit=100),
        url=table.string("url", "an https address", pattern=_HTTPS),
        email=table.string("email", "an e-mail address", pattern=_MAIL),
        report=table.string("report", "an e-mail or https address", pattern=f"{_MAIL}|{_HTTPS}"),
        provisional=table.boolean("provisional"),
    )
    for key in ("url", "email", "report"):
        address = getattr(contact, key)
        host = address.removeprefix("https://").split("/")[0].rpartition("@")[2]
        if _SAMPLE_HOST.fullmatch(host) and not contact.provisional:
            table.fault(key, show(address), "the owner's address, or provisional = true")
    table.finish()
    return contact


def _cycle(table: Table, key: str, first: tuple[Requirement, ...] = ()) -> tuple[Requirement, ...]:
    result: list[Requirement] = []
    for each in table.tables(key, 1, 30):
        requirement = _requirement(each)
        if requirement is None:
            continue
        if requirement.id and any(other.id == requirement.id for other in result):
            each.fault("id", f"{show(requirement.id)} a second time", "an id of its own")
        for other in first:
            # The same id means the same thing in both cycles, on pages and in credentials.
            if other.id == requirement.id and other.kind is not requirement.kind:
                each.fault("kind", show(requirement.kind), f"{other.kind}, as in the first cycle")
        result.append(requirement)
    return tuple(result)


def _requirement(table: Table) -> Requirement | None:
    """None if its kind is not known: only the kind can tell what else belongs to it."""
    identifier = table.string("id", "2 to 30 of a-z, 0-9 and inner hyphens", pattern=_ID)
    kind = table.choice("kind", Kind)
    name, what, done = (
        _text(table, key, limit) for key, limit in (("name", 60), ("what", 600), ("done", 300))
    )
    if kind is None:
        return None
    public = table.strings("public", "an array of facts that may be shown", PUBLISHABLE[kind])
    requirement = Requirement(
        id=identifier,
        kind=kind,
        name=name,
        what=what,
        done=done,
        public=frozenset(public),
        minimum_hours=table.number("minimum_hours", 200) if kind is Kind.ATTENDANCE else 0,
        counts_for=_counts_for(table) if kind is Kind.ATTENDANCE else None,
        minimum_started=table.integer("minimum_started", 0, 20) if kind is Kind.PLAN else 0,
        measure_kinds=_items(table, "measure_kinds") if kind is Kind.PLAN else (),
        declaration=_text(table, "declaration", 1000) if kind is Kind.DECLARATION else None,
        conditions=_items(table, "conditions") if kind is Kind.CONDITIONS else (),
    )
    table.finish()
    return requirement


def _counts_for(table: Table) -> Period | None:
    return _period(table, "counts_for") if table.has("counts_for") else None


def _items(table: Table, key: str) -> tuple[Item, ...]:
    result: list[Item] = []
    for each in table.tables(key, 1, 30):
        name = each.string("id", "2 to 30 of a-z, 0-9 and inner hyphens", pattern=_ID)
        if name and any(other.id == name for other in result):
            each.fault("id", f"{show(name)} a second time", "an id of its own")
        result.append(Item(name, _text(each, "text", 300)))
        each.finish()
    return tuple(result)
