"""Words for people in Bokmål (`nb`), Nynorsk (`nn`) and British English (`en`).

Messages are written in English in the code and looked up in `locale/*.po`. The catalogues
are read as they are: there is no compiled file that could be forgotten.
"""

import io
from datetime import date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from issuer.errors import FactProblem, FactsRefused, IssuerError, values_in

LANGUAGES = ("nb", "nn", "en")
DEFAULT = "nb"

_LOCALES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
# Babel knows no `no`, and a Dane or a Swede is better served by Bokmål than by English.
_ALIASES = {"no": "nb", "da": "nb", "sv": "nb"}


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Mark `message` for translation where it is written, not where it is shown."""
    return message


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of `language`; English needs none."""
    if language == "en":
        return NullTranslations()
    source = resources.files("issuer").joinpath("locale", f"{language}.po").read_bytes()
    catalogue = io.BytesIO()
    write_mo(catalogue, read_po(io.BytesIO(source), locale=_LOCALES[language]))
    catalogue.seek(0)
    return Translations(catalogue)


def translate(language: str, message: str, **values: object) -> str:
    text: str = translations(language).gettext(message)
    return text % values if values else text


def explain(error: IssuerError, language: str) -> str:
    """The error's message in `language`, with its values in place.

    Of facts that were refused, each problem is told on its own line, by the name of its field.
    """
    told = translate(language, error.message, **values_in(language, error.values))
    if isinstance(error, FactsRefused):
        return "\n".join((told, *(_line(problem, language) for problem in error.problems)))
    return told


def explain_problem(problem: FactProblem, language: str) -> str:
    """What is wrong, as a sentence in `language` that does not say where."""
    return translate(language, problem.message, **values_in(language, problem.values))


def _line(problem: FactProblem, language: str) -> str:
    told = explain_problem(problem, language)
    if not (where := _field(problem.pointer)):
        return f"  {told}"
    return f"  {where}: {told[:1].lower()}{told[1:].removesuffix('.')}"


def _field(pointer: str) -> str:
    """ "/measures/1/title" as "measures 2, title": people count from one."""
    told = ""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if told and name.isdecimal():
            told += f" {int(name) + 1}"
        else:
            # A name that nobody asked for is the sender's own, and may hold anything.
            shown = "".join(letter if letter.isprintable() else "?" for letter in name)
            told += f", {shown}" if told else shown
    return told


def negotiate(asked: str | None, accept: str | None) -> str:
    """Choose the language of a page: `?lang=`, else `Accept-Language`, else Bokmål."""
    if asked in LANGUAGES:
        return str(asked)
    wishes: list[tuple[float, str]] = []
    for part in (accept or "").split(",")[:20]:
        tag, _, quality = part.strip().partition(";")
        language = tag.split("-")[0].split("_")[0].lower()
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        language = _ALIASES.get(language, language)
        if language in LANGUAGES and weight > 0:
            wishes.append((weight, language))
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else DEFAULT


def day(value: date, language: str) -> str:
    """ "3. mars 2027", "3 March 2027"."""
    return format_date(value, "d. MMMM y" if language != "en" else "d MMMM y", _LOCALES[language])


def moment(value: datetime, language: str, timezone: str) -> str:
    """ "3. mars 2027 kl. 09.00", in the programme's time zone."""
    pattern = "d MMMM y 'at' HH:mm" if language == "en" else "d. MMMM y 'kl.' HH.mm"
    local = value.astimezone(ZoneInfo(timezone))
    return format_datetime(local, pattern, locale=_LOCALES[language])
