"""Where mail that came back lies: a Maildir folder or an mbox file that the mail server fills.

The one place that reads it. A report is first written down in the record, then taken out of
the folder: whatever stops in between, it is read again and known. What is about no mail of ours,
or needs people, stays there: in a Maildir as unread mail in `cur`.
"""

import contextlib
import logging
import mailbox
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from issuer import tasks
from issuer.errors import BadInput
from issuer.office import Office
from issuer.post import bounces
from issuer.post.bounces import Outcome, Received
from issuer.post.reports import LARGEST
from issuer.texts import N_

log = logging.getLogger(__name__)

# What a report says of these is all in the record, so nobody needs the report.
_WRITTEN_DOWN = (Outcome.PERMANENT, Outcome.TEMPORARY)


@dataclass(frozen=True)
class Collected:
    """How many new reports were read, by what they say; `fault` is why the folder cannot be read.
    `known` were read before. `unset`: no folder is named in the settings."""

    permanent: int = 0
    temporary: int = 0
    unclear: int = 0
    foreign: int = 0
    known: int = 0
    fault: str | None = None
    unset: bool = False


def collect(office: Office) -> Collected:
    """Read the folder of the settings, and take out of it what is written down."""
    settings = office.settings.mail
    if settings is None or settings.bounces is None:
        return Collected(unset=True)
    try:
        place = Path(settings.bounces)
        received = list(_emptied(office, place))
    except (OSError, mailbox.Error) as fault:
        # Not the fault's own words: they may name what lies in the folder.
        why = type(fault).__name__
        log.warning("the mailbox of mail that came back cannot be read: %s", why)
        now = office.now()
        with office.transaction() as session:
            key = f"mail.returned:{now.date().isoformat()}"
            tasks.ask(session, key, "mail.returned", now=now)
        return Collected(fault=why)
    return _counted(received)


def read(office: Office, place: Path) -> Collected:
    """Read a Maildir folder, an mbox file or a single mail, and leave it as it is."""
    try:
        found = list(_contents(place))
    except (OSError, mailbox.Error) as fault:
        raise BadInput(
            N_("%(place)s cannot be read as a Maildir folder, an mbox file or a mail: %(fault)s"),
            place=str(place),
            fault=type(fault).__name__,
        ) from fault
    return _counted([bounces.receive(office, content) for content in found])


def _counted(received: list[Received]) -> Collected:
    new = [each.outcome for each in received if not each.known]
    return Collected(
        permanent=new.count(Outcome.PERMANENT),
        temporary=new.count(Outcome.TEMPORARY),
        unclear=new.count(Outcome.UNCLEAR),
        foreign=new.count(Outcome.FOREIGN),
        known=len(received) - len(new),
    )


def _emptied(office: Office, place: Path) -> Iterator[Received]:
    if place.is_file():
        yield from _emptied_mbox(office, place)
        return
    for path in _arrived(place):
        if (content := _bytes(path)) is None:
            continue
        received = bounces.receive(office, content)
        with contextlib.suppress(FileNotFoundError):  # another machine was faster
            if received.outcome in _WRITTEN_DOWN:
                path.unlink()
            else:
                os.rename(path, place / "cur" / f"{path.name.partition(':')[0]}:2,")
        yield received


def _emptied_mbox(office: Office, place: Path) -> Iterator[Received]:
    with _mbox(place) as box:
        box.lock()
        for key in box.keys():  # noqa: SIM118 - a mailbox yields its mails, not their keys
            received = bounces.receive(office, box.get_file(key).read(LARGEST + 1))
            if received.outcome in _WRITTEN_DOWN:
                box.remove(key)
            yield received


def _contents(place: Path) -> Iterator[bytes]:
    if place.is_dir():
        for path in _arrived(place):
            if (content := _bytes(path)) is not None:
                yield content
        return
    with place.open("rb") as file:
        content = file.read(LARGEST + 1)
    if not content.startswith(b"From "):
        yield content
        return
    with _mbox(place) as box:
        for key in box.keys():  # noqa: SIM118
            yield box.get_file(key).read(LARGEST + 1)


@contextlib.contextmanager
def _mbox(place: Path) -> Iterator[mailbox.mbox]:
    box = mailbox.mbox(place, create=False)
    try:
        yield box
    finally:
        # Writes what was removed, by a new file in the place of the old one, and unlocks it.
        box.close()


def _arrived(place: Path) -> list[Path]:
    """What the mail server has put into a Maildir since it was last emptied, the eldest first."""
    return sorted(path for path in (place / "new").iterdir() if path.is_file())


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
