"""What can be wrong with a database, whichever it is, and how it is told.

Each database's module names its faults from this list; nobody else reads error texts.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto

from issuer.errors import BadInput, Busy, IssuerError, RecordDamaged
from issuer.texts import N_


class Fault(Enum):
    LOCKED = auto()
    CROWDED = auto()
    FULL = auto()
    DAMAGED = auto()
    AWAY = auto()
    UNFIT = auto()


_TOLD: Mapping[Fault, tuple[Callable[[str], IssuerError], str]] = {
    Fault.LOCKED: (
        Busy,
        N_("The record is in use by another process. Try again in a few seconds."),
    ),
    Fault.CROWDED: (Busy, N_("The record is in use by too many at once. Try again.")),
    Fault.FULL: (
        Busy,
        N_("The record cannot be written: the disk is full. Nothing was changed."),
    ),
    Fault.DAMAGED: (
        RecordDamaged,
        N_(
            "The record is damaged, and waiting does not help. Stop merke, keep what is damaged"
            " aside, and restore the newest backup with `merke restore`."
        ),
    ),
    Fault.AWAY: (
        Busy,
        N_("The record cannot be read or written at this moment. The log says why."),
    ),
    Fault.UNFIT: (
        BadInput,
        N_(
            "Something that was given cannot be kept in the record: it is too long, or holds a"
            " character that no text may have. Nothing was changed."
        ),
    ),
}


def told(fault: Fault) -> IssuerError:
    """The refusal that `fault` is told as."""
    kind, message = _TOLD[fault]
    return kind(message)
