"""The catalogues: whole, in step with the code, and in the language they say."""

import re
from importlib import resources
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from issuer import texts, wording
from issuer.state import Act, Standing, State
from tests.support.messages import MessageId, messages

MESSAGES = messages()
LANGUAGES = ("nb", "nn")

_FIELD = re.compile(r"%\((\w+)\)[a-z]|%%")

# Words that only the other Norwegian has, or that are English left standing.
_FOREIGN = {
    "nb": "ikkje eit ein frå kva kven noko korleis nokre vere vart fornya berre the and",
    "nn": "ikke et en fra hva hvem noe hvordan noen være ble bare jeg the and",
}


def _catalogue(language: str) -> Catalog:
    source = resources.files("issuer").joinpath("locale", f"{language}.po").read_bytes()
    return read_po(BytesIO(source), locale=f"{language}_NO", abort_invalid=True)


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return _catalogue(request.param)


def _language(catalogue: Catalog) -> str:
    return str(catalogue.locale).split("_")[0]


def _entries(catalogue: Catalog) -> dict[MessageId, tuple[str, ...]]:
    return {
        (tuple(m.id) if isinstance(m.id, list | tuple) else m.id): (
            tuple(m.string) if isinstance(m.string, list | tuple) else (m.string or "",)
        )
        for m in catalogue
        if m.id
    }


def test_messages_are_found_everywhere() -> None:
    places = " ".join(place for m in MESSAGES.values() for place in m.places)
    for file in ("web/templates/holder.html", "wording.py", "cli/", "web/kinds.py"):
        assert file in places


def test_every_message_is_translated(catalogue: Catalog) -> None:
    entries = _entries(catalogue)
    missing = {
        message.id: message.places
        for message in MESSAGES.values()
        if not all(entries.get(message.id, ("",)))
    }
    assert missing == {}


def test_nothing_is_kept_that_nobody_says(catalogue: Catalog) -> None:
    assert [entry for entry in _entries(catalogue) if entry not in MESSAGES] == []
    assert list(catalogue.obsolete) == []


def test_nothing_is_a_guess(catalogue: Catalog) -> None:
    assert [m.id for m in catalogue if m.id and m.fuzzy] == []


def test_nothing_is_left_in_english(catalogue: Catalog) -> None:
    same = [
        entry
        for entry, translated in _entries(catalogue).items()
        if set((entry,) if isinstance(entry, str) else entry) & set(translated)
    ]
    assert same == []


def test_fields_are_the_same(catalogue: Catalog) -> None:
    wrong = {}
    for entry, translated in _entries(catalogue).items():
        originals = (entry,) if isinstance(entry, str) else entry
        asked = set(_FIELD.findall(originals[-1]))
        for text in translated:
            if set(_FIELD.findall(text)) != asked or "%" in _FIELD.sub("", text):
                wrong[entry] = text
    assert wrong == {}


def test_plurals_have_both_forms(catalogue: Catalog) -> None:
    for entry, translated in _entries(catalogue).items():
        assert len(translated) == (1 if isinstance(entry, str) else catalogue.num_plurals)


def test_each_is_its_own_language(catalogue: Catalog) -> None:
    """A sentence of the other Norwegian, or half an English one, is a slip of the hand."""
    foreign = set(_FOREIGN[_language(catalogue)].split())
    wrong = {
        entry: sorted(found)
        for entry, translated in _entries(catalogue).items()
        for text in translated
        if (found := foreign & set(re.findall(r"[\w-]+", _plain(text).lower())))
    }
    assert wrong == {}


def _plain(text: str) -> str:
    """Without mark-up, commands, addresses and names of fields."""
    return re.sub(r"<[^>]*>|`[^`]*`|https?://\S+|%\(\w+\)\w|merke [a-z-]+ [a-z]+", " ", text)


def test_mark_up_is_the_same(catalogue: Catalog) -> None:
    def marks(text: str) -> list[str]:
        return sorted(re.findall(r"</?[a-z]+|href=\"[^\"]*\"", text))

    for entry, translated in _entries(catalogue).items():
        original = entry if isinstance(entry, str) else entry[-1]
        for text in translated:
            assert marks(text) == marks(original), entry


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_state_has_its_words(language: str) -> None:
    for state in State:
        assert wording.word(state, language)
        assert wording.SENTENCES[state]
    for standing in Standing:
        assert standing is Standing.REVOKED or wording.STANDINGS[standing]
    ending = set(Act) - {Act.SEAL, Act.LIFT}
    assert set(wording.REVOCATIONS) == ending


def test_no_word_about_a_hold_hints_at_a_case() -> None:
    """A mark on hold is told as that and nothing more, in every language."""
    for language in texts.LANGUAGES:
        said = " ".join(
            (
                wording.word(State.SUSPENDED, language),
                texts.translate(language, wording.SENTENCES[State.SUSPENDED]),
                wording.explanation(State.SUSPENDED, language) or "",
            )
        ).lower()
        for hint in ("sak", "klage", "varsel", "case", "complaint", "breach", "brudd", "trakass"):
            assert not re.search(rf"\b{hint}", said), (language, hint)
