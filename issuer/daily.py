"""One round of what is due: lists to sign again, interrupted work to clear up.

`merke tick` does one; a running server does one at its start and then every minute.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import date

from issuer import checkpoints, keyring, sealing, status
from issuer.errors import IssuerError
from issuer.office import Office
from keys.ring import RingError

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 60.0


@dataclass(frozen=True)
class Done:
    """`abandoned`: ids of credentials whose sealing was interrupted; `lists`: numbers;
    `checkpoint`: the day (UTC) whose end was signed."""

    abandoned: tuple[str, ...]
    lists: tuple[int, ...]
    keys: tuple[str, ...]
    checkpoint: date | None


def round_of_work(office: Office) -> Done:
    """Do what is due. Doing it twice, or from two processes, does nothing twice."""
    office.witness()
    return Done(
        abandoned=tuple(sealing.recover(office)),
        keys=tuple(keyring.reconcile(office)),
        lists=status.publish(office),
        checkpoint=checkpoints.sign_due(office),
    )


class Daily(threading.Thread):
    """Rounds of work beside a server, until `stop`. A round that fails is tried again."""

    def __init__(self, office: Office) -> None:
        super().__init__(name="daily work", daemon=True)
        self._office = office
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN):
            try:
                round_of_work(self._office)
            except (IssuerError, RingError) as refusal:
                log.warning("the daily work has to wait: %s", refusal)
            except Exception:
                log.exception("the daily work failed; it is tried again")

    def stop(self) -> None:
        self._ended.set()
        self.join(timeout=5)
