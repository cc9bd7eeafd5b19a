"""What the key ring refuses, in words for people: one table for commands and for HTTP.

Whoever runs a command runs the issuer, and is told the file and what to do with it. Whoever
comes by HTTP may be anybody: the kind of problem is told, not how the keys are kept. The
message of the error itself is English and is for the log.
"""

from typing import NamedTuple

from issuer.texts import N_, translate
from keys import ring, ring_file


class _Words(NamedTuple):
    kind: type[ring.RingError]
    problem: str  # the code in `issuer.web.kinds`
    message: str


# The first that fits is told, so that a class stands before the one it is made from.
_TABLE = (
    _Words(
        ring.WeakPassphrase,
        "keys.unreadable",
        N_(
            "The passphrase has %(length)s bytes. Whoever copies the key ring could guess"
            " it: choose one of at least %(least)s, better several random words."
        ),
    ),
    _Words(
        ring.WrongPassphrase,
        "keys.unreadable",
        N_(
            "The passphrase does not open the key ring, so nothing can be signed. Give the"
            " right one; if it is right, put the key ring back from a backup."
        ),
    ),
    _Words(
        ring.RingLocked,
        "keys.locked",
        N_(
            "The key ring is locked, so nothing can be signed. Name the passphrase file in"
            " MERKE_PASSPHRASE_FILE, then try again."
        ),
    ),
    _Words(
        ring.NoSigningKey,
        "keys.none",
        N_(
            "No key is ready to sign: it is retired, compromised or still waits for its"
            " time. `merke keys list` shows them; make one with `merke keys new`, or"
            " activate one that waits."
        ),
    ),
    _Words(
        ring.UnknownKey,
        "keys.unreadable",
        N_("The key ring holds no key %(key)s. `merke keys list` shows those it holds."),
    ),
    _Words(
        ring.WrongRing,
        "keys.unreadable",
        N_(
            "This is not the key ring of this issuer, or this version of merke cannot read"
            " it. Nothing can be signed; put back the right file from a backup."
        ),
    ),
    _Words(
        ring.DamagedRing,
        "keys.unreadable",
        N_(
            "The key ring was changed or broken, so nothing can be signed with it. Put it"
            " back from a backup."
        ),
    ),
    _Words(
        ring.ThrowAwayRing,
        "keys.unreadable",
        N_(
            "These keys were made for a rehearsal: they are never kept and have no"
            " passphrase. Use the issuer's own keys."
        ),
    ),
    _Words(
        ring.ImpossibleRecord,
        "keys.unreadable",
        N_(
            "What was asked of a key cannot be: its dates or its algorithm contradict each"
            " other. Nothing was changed; look at the day you gave and at the clock of this"
            " machine."
        ),
    ),
    _Words(
        ring_file.NoRingFile,
        "keys.unreadable",
        N_(
            "There is no key ring at %(file)s, so nothing can be signed. `merke init` makes"
            " a new issuer with one; an issuer that has signed needs its own back from a"
            " backup."
        ),
    ),
    _Words(
        ring_file.ExposedRing,
        "keys.unreadable",
        N_(
            "Others may read or change the key ring %(file)s. Nothing is signed with it"
            " until only its owner may: chmod 600 %(file)s. If a stranger may have copied"
            " it, count its keys as compromised."
        ),
    ),
    _Words(
        ring_file.StaleRing,
        "keys.unreadable",
        N_(
            "The key ring %(file)s was changed by another meanwhile, and that would be"
            " lost. Nothing was written; do it again."
        ),
    ),
    _Words(
        ring_file.RingFileError,
        "keys.unreadable",
        N_(
            "The key ring %(file)s cannot be read or written, so what was asked may not"
            " have been kept. Make room or give access, and do it again; `merke -v` says"
            " more."
        ),
    ),
    _Words(
        ring.RingError,
        "keys.unreadable",
        N_("The keys cannot be used, so nothing can be signed. `merke -v` says more."),
    ),
)


def explain(error: ring.RingError, language: str) -> str:
    """What happened to the keys, what it means and what to do, for who runs the issuer."""
    return translate(language, _words(error).message, **error.values)


def problem(error: ring.RingError) -> str:
    """The code of the problem as HTTP tells it."""
    return _words(error).problem


def _words(error: ring.RingError) -> _Words:
    return next(words for words in _TABLE if isinstance(error, words.kind))
