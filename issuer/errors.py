"""Everything the issuer refuses:

* IssuerError               `code` is public and stable; the message is for people
  - NotFound
  - BadInput                what was given cannot be read or is not allowed
  - Refused                 a rule of the programme or of the office says no
    . RequirementsMissing   `missing`: ids of the requirements not yet accepted
    . FactsRefused          `problems`: where in the facts, and what
    . AlreadySealed
    . SecondPersonNeeded
    . WrongState
    . ClockBehind
    . Interrupted           the recorded intention was given up before it could be finished
    . BeingSealed           another process is at it
    . RecordBehind          the record is not the newest one that was signed from
  - NotNow                  nothing is wrong with the request; try again later
    . KeysLocked
    . ListHeld             a status list is not published until a restore is dealt with
    . Busy
    . RecordDamaged         later is when somebody has put the record's file right
  - RehearsalFailed         our own fault: what would have been sealed does not verify

Inside, nobody knows status codes or exit codes: `issuer.web.problems` and `issuer.cli.main`
meet this tree in one table each. Messages are English and are translated by
`issuer.texts` when they are shown; values are filled in after translation. A value that reads
differently in each language is a function from the language to its text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

Worded = Callable[[str], str]
"""From the language to the text in it, such as an `issuer.programme.Text`."""


def values_in(language: str, values: Mapping[str, object]) -> dict[str, object]:
    """`values` as they read in `language`, ready to be filled into a message."""
    return {name: each(language) if callable(each) else each for name, each in values.items()}


class IssuerError(Exception):
    """A refusal. `message` may hold `%(name)s` fields, filled from `values`."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values: Mapping[str, object] = values
        super().__init__(message % values_in("en", values) if values else message)


class NotFound(IssuerError):
    code = "not_found"


class Gone(NotFound):
    """What was here has been taken away; `tombstone` is what may still be said of it."""

    code = "gone"

    def __init__(self, message: str, tombstone: Mapping[str, object]) -> None:
        self.tombstone = tombstone
        super().__init__(message)


class BadInput(IssuerError):
    code = "input.invalid"


class Refused(IssuerError):
    code = "refused"


class RequirementsMissing(Refused):
    code = "requirements.missing"

    def __init__(self, message: str, missing: Mapping[str, Worded]) -> None:
        """`missing` names each requirement by its id."""
        self.missing = tuple(missing)
        super().__init__(message, missing=partial(_listed, tuple(missing.items())))


def _listed(missing: Sequence[tuple[str, Worded]], language: str) -> str:
    return ", ".join(f"{id_} ({name(language)})" for id_, name in missing)


@dataclass(frozen=True)
class FactProblem:
    """One fault in the facts of a requirement: a JSON pointer, a stable code, a sentence.

    `message` is English, marked for translation, with its `values` filled in afterwards.
    """

    pointer: str
    code: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)


class FactsRefused(Refused):
    code = "requirements.facts"

    def __init__(self, message: str, problems: Sequence[FactProblem]) -> None:
        """`message` ends with a colon: the problems are told after it, each on its line."""
        self.problems = tuple(problems)
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} {', '.join(f'{p.pointer} {p.code}' for p in self.problems)}"


class AlreadySealed(Refused):
    code = "award.sealed"


class SecondPersonNeeded(Refused):
    code = "award.second_person"


class CaseNeeded(Refused):
    code = "award.case"


class WrongState(Refused):
    code = "award.state"


class ClockBehind(Refused):
    code = "clock.behind"


class Interrupted(Refused):
    code = "sealing.interrupted"


class BeingSealed(Refused):
    code = "sealing.under_way"


class RecordBehind(Refused):
    code = "record.behind"


class NotNow(IssuerError):
    code = "not_now"


class KeysLocked(NotNow):
    code = "keys.locked"


class ListHeld(NotNow):
    code = "status.held"


class Busy(NotNow):
    code = "record.busy"


class RecordDamaged(NotNow):
    code = "record.damaged"


class RehearsalFailed(IssuerError):
    code = "sealing.rehearsal"

    def __init__(self, message: str, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message, reasons=", ".join(reasons))
