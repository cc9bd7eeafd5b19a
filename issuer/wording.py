"""What each public state is called, and the one sentence that tells it.

Page, picture, mail and commands take their words from here, so that they cannot disagree.
Every word is about the mark, never about a person or a case: a suspension is told as what it
is, and nothing more.
"""

from collections.abc import Mapping
from typing import Final

from issuer import days, texts
from issuer.public import View
from issuer.state import Act, Standing, State
from issuer.texts import N_, translate

WORDS: Final[Mapping[State, str]] = {
    State.HOLDS: N_("Valid"),
    State.HOLDS_RENEWAL_OPEN: N_("Valid"),
    State.LAPSED_RENEWING: N_("Ended, renewal under way"),
    State.LAPSED: N_("Ended"),
    State.SUSPENDED: N_("On hold"),
    State.WITHDRAWN: N_("Withdrawn"),
    State.GIVEN_UP: N_("Ended by the holder"),
    State.VOID: N_("Recorded in error"),
    State.UNDER_WAY: N_("Under way"),
    State.UNKNOWN: N_("Not issued here"),
}

SENTENCES: Final[Mapping[State, str]] = {
    State.HOLDS: N_("%(name)s holds %(mark)s, up to and including %(last)s."),
    State.HOLDS_RENEWAL_OPEN: N_("%(name)s holds %(mark)s, up to and including %(last)s."),
    State.LAPSED_RENEWING: N_(
        "%(name)s held %(mark)s until %(last)s. It does not hold it now, but renewal is under way."
    ),
    State.LAPSED: N_("%(name)s held %(mark)s until %(last)s. It does not hold it now."),
    State.SUSPENDED: N_(
        "%(name)s does not hold %(mark)s now: it has been on hold since %(since)s."
    ),
    State.WITHDRAWN: N_("%(name)s does not hold %(mark)s: it was withdrawn on %(since)s."),
    State.GIVEN_UP: N_(
        "%(name)s does not hold %(mark)s now: it ended on %(since)s, at the holder’s own wish."
    ),
    State.VOID: N_(
        "%(name)s does not hold %(mark)s: it was recorded here in error, and corrected on"
        " %(since)s."
    ),
    State.UNDER_WAY: N_("%(name)s is working towards %(mark)s, but does not hold it yet."),
    State.UNKNOWN: N_("Nobody at this address holds %(mark)s."),
}

# Of a holder that ended its mark and has gone on in another, in place of its own wish.
GONE_ON_WORD: Final = N_("Concluded")
GONE_ON: Final = N_("%(name)s does not hold %(mark)s now: it has gone on in %(to)s.")

# While the record may lack what was decided last, no state is told: neither a mark that may have
# been withdrawn, nor an end that may have been lifted.
UNSURE_WORD: Final = N_("Cannot be confirmed now")
UNSURE: Final = N_(
    "Whether %(name)s holds %(mark)s cannot be confirmed now: what was decided after %(unsure)s"
    " may be missing here."
)

# In the office's own lists: what the public need not tell apart, and what it is not told.
_OFFICE: Final[Mapping[State, str]] = {
    State.HOLDS_RENEWAL_OPEN: N_("Valid, renewal open"),
    State.UNKNOWN: N_("Not public"),
}

EXPLANATIONS: Final[Mapping[State, str]] = {
    State.LAPSED_RENEWING: N_(
        "A new period begins when the renewal has been accepted. Until then the mark does not"
        " stand here."
    ),
    State.LAPSED: N_(
        "The mark is always given for a limited time, and here that time is over. Nothing else"
        " follows from it."
    ),
    State.SUSPENDED: N_(
        "There can be many reasons for that, most of them quite ordinary. The reason is never"
        " published."
    ),
    State.WITHDRAWN: N_(
        "The owner of the mark has decided that it no longer stands here. Reasons for decisions"
        " are never published."
    ),
    State.GIVEN_UP: N_("A holder may end its mark at any time and needs no reason for it."),
    State.VOID: N_(
        "The error was ours and says nothing about the organisation. Who holds the mark stands"
        " in the register."
    ),
    State.UNDER_WAY: N_(
        "It has begun on what the mark asks for. Nothing is decided yet, and there is no badge"
        " to show before it is."
    ),
}


# Where a holder has gone on in another, by the kind of the decision.
SUCCESSIONS: Final[Mapping[str, str]] = {
    "merger": N_("%(name)s became part of %(to)s on %(day)s."),
    "transfer": N_("What %(name)s did has been carried on by %(to)s since %(day)s."),
}


def word(state: State, language: str) -> str:
    """The state in a word or two, as a label."""
    return translate(language, WORDS[state])


def office_word(state: State, language: str) -> str:
    """The same for those who work with the record."""
    return translate(language, _OFFICE.get(state, WORDS[state]))


def word_of(view: View, language: str) -> str:
    """The same of a view: while its record is unsure, that it cannot be told."""
    if view.unsure:
        return translate(language, UNSURE_WORD)
    return translate(language, GONE_ON_WORD) if gone_on(view) else word(view.state, language)


def gone_on(view: View) -> bool:
    """Whether the end of the mark is told by whom its holder has gone on in."""
    return view.state is State.GIVEN_UP and view.successor is not None


def explanation(state: State, language: str) -> str | None:
    """What the state means for the reader, where the sentence alone could be misread."""
    message = EXPLANATIONS.get(state)
    return None if message is None else translate(language, message)


def explanation_of(view: View, language: str) -> str | None:
    """What has become of a holder that has gone on in another; else what its state means, or
    nothing while its record is unsure."""
    if onward := view.successor:
        return translate(
            language,
            SUCCESSIONS[onward.kind],
            name=view.name,
            to=onward.name,
            day=texts.day(onward.since, language),
        )
    return None if view.unsure else explanation(view.state, language)


def sentence(view: View, language: str) -> str:
    """The answer as one plain sentence, to be read out to a friend."""
    return translate(language, message(view), **values(view, language))


def message(view: View) -> str:
    """The message of that sentence; `values` are its fields."""
    if view.unsure:
        return UNSURE
    return GONE_ON if gone_on(view) else SENTENCES[view.state]


def values(view: View, language: str) -> dict[str, str]:
    """What stands in the fields of a sentence about `view`."""
    return {
        "name": view.name,
        "mark": view.programme.name(language),
        "last": texts.day(view.award.last_day, language) if view.award else "",
        "since": texts.day(view.since, language) if view.since else "",
        "to": view.successor.name if view.successor else "",
        "unsure": texts.day(days.day_of(view.unsure, view.programme.timezone), language)
        if view.unsure
        else "",
    }


# What is told of one signed copy, beside the verdict on it. A copy that was on hold never
# comes back: a new one takes its place.
STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.NOT_YET: N_("It holds from %(first)s."),
    Standing.IN_FORCE: N_("It holds up to and including %(last)s."),
    Standing.SUPERSEDED: N_(
        "A newer copy has taken its place. This one stays valid up to and including %(last)s."
    ),
    Standing.EXPIRED: N_("It held until %(last)s, and that time is over."),
}

REVOCATIONS: Final[Mapping[Act, str]] = {
    Act.SUSPEND: N_(
        "This copy was put on hold on %(day)s. If the mark stands again, a new copy has taken its"
        " place."
    ),
    Act.RESEAL: N_(
        "It was replaced on %(day)s, because the key that signed it can no longer be relied on."
    ),
    Act.WITHDRAW: N_("It was withdrawn on %(day)s."),
    Act.GIVE_UP: N_("It ended on %(day)s, at the holder’s own wish."),
    Act.VOID: N_("It was issued in error, and that was corrected on %(day)s."),
}

# Of an address that nothing is known of, after the record was put back from an older copy.
MAY_BE_MISSING: Final = N_(
    "Nothing is known here of this address. The record was once put back from a copy of %(day)s,"
    " and what was issued soon after that day may be missing: check the badge itself."
)
