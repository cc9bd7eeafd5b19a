"""One round of what is due: lists to sign again, interrupted work to clear up, reminders, mail.

`merke tick` does one. A server settles what its answers rest on before it gives any, which takes
no time; the rounds begin beside it at once and come again every minute, and so do sending mail,
reading what came back and looking at holders' websites: nobody waits for a slow server, or for a
calendar that has ten thousand letters to write.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from issuer import agenda, checkpoints, domains, erasure, keyring, sealing, status
from issuer.errors import IssuerError
from issuer.lookups import Lookups
from issuer.office import Office
from issuer.post import outbox, returned
from keys.ring import RingError

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 60.0


@dataclass(frozen=True)
class Settled:
    """`abandoned`: ids of credentials whose sealing was interrupted; `lists`: numbers."""

    abandoned: tuple[str, ...]
    lists: tuple[int, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Done(Settled):
    """`checkpoint`: the day (UTC) whose end was signed; `written`: letters and tasks that the
    calendar asked for."""

    checkpoint: date | None
    written: agenda.Written


def round_of_work(office: Office, *, by_itself: bool = False) -> Done:
    """Do what is due. Doing it twice, or from two processes, does nothing twice.

    `by_itself`: the calendar is looked through only if no process did it just now.
    """
    settled = settle(office)
    erasure.complete(office)
    return Done(
        abandoned=settled.abandoned,
        keys=settled.keys,
        lists=settled.lists,
        checkpoint=checkpoints.sign_due(office),
        written=agenda.run(office, by_itself=by_itself),
    )


def settle(office: Office) -> Settled:
    """Clear up what a process left that ended in the middle, and sign the lists that are due."""
    office.witness()
    return Settled(
        abandoned=tuple(sealing.recover(office)),
        keys=tuple(keyring.reconcile(office)),
        lists=status.publish(office),
    )


class Beside(threading.Thread):
    """Rounds of some work beside a server, until `stop`. A round that fails is tried again.

    The first comes `first` seconds after the start, else as long after it as any other."""

    def __init__(
        self, name: str, work: Callable[[], object], *, first: float | None = None
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._first = first
        self._ended = threading.Event()

    def run(self) -> None:
        wait = SECONDS_BETWEEN if self._first is None else self._first
        while not self._ended.wait(wait):
            wait = SECONDS_BETWEEN
            try:
                self._work()
            except (IssuerError, RingError) as refusal:
                log.warning("the %s has to wait: %s", self.name, refusal)
            except Exception:
                log.exception("the %s failed; it is tried again", self.name)

    def stop(self) -> None:
        self._ended.set()
        self.join(timeout=5)


def beside(office: Office) -> tuple[Beside, ...]:
    """What a server does beside serving, each in a thread of its own, not yet started."""
    return (
        Beside("daily work", lambda: round_of_work(office, by_itself=True), first=0),
        Beside("mail", lambda: outbox.send(office)),
        Beside("mail that came back", lambda: returned.collect(office)),
        # Other people's servers are asked: they may take their time.
        Beside("look at websites", lambda: domains.recheck(office, Lookups())),
    )
