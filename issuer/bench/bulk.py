"""Many awards sealed by the record, against the same seals in memory: no database, no log.

Both see whether the badge can be drawn, rehearse, sign and judge the same documents in both
forms. What ours does besides is to decide by every rule, take a place in the status list, and
write the log: twice durably.
"""

import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from issuer import (
    bulk,
    credential,
    enrolling,
    keyring,
    participations,
    pictures,
    programme,
    programmes,
    sealing,
)
from issuer.bench.rows import Comparison
from issuer.folder import Folder
from issuer.office import Office, system_clock
from issuer.record.tables import Credential, Edition
from issuer.settings import Settings

_EACH = 100
_ADA, _BO, _WHY = "Ada Eksempel", "Bo Eksempel", "for the figures"
_PASSPHRASE = b"a passphrase for figures only"


@contextmanager
def comparisons(runs: int) -> Iterator[Iterator[Comparison]]:
    """The comparisons, with an office of their own that is thrown away afterwards."""
    place = Path(tempfile.mkdtemp(prefix="merke-bench-"))
    try:
        settings = Settings("https://merke.example.no", "Eksempelmerket")
        keyring.initialise(Folder(place / "data"), settings, _PASSPHRASE, system_clock())
        office = Office.open(place / "data", passphrase=_PASSPHRASE)
        _put_forward(office, _EACH * (runs + 1))
        office.rehearsal_ring()
        yield iter([_sealing(office)])
        office.engine.dispose()
    finally:
        shutil.rmtree(place)


def _sealing(office: Office) -> Comparison:
    waiting = bulk.seal_waiting(office, "balansemerket", by=_BO, reason=_WHY, batch=_EACH)

    # The other side may be first: there has to be something it can do again.
    deque(islice(waiting, _EACH), maxlen=0)

    def ours() -> float:
        began = time.process_time()
        done = list(islice(waiting, _EACH))
        return len(done) / (time.process_time() - began)

    def in_memory() -> float:
        with office.reading() as session:
            newest = select(Credential).order_by(Credential.issued_at.desc()).limit(_EACH)
            copies = list(session.scalars(newest))
            for copy in copies:
                pictures.badge_facts(office, copy)  # whatever it needs is read by now
        ours_too, rehearsed = bulk.sources(office)
        began = time.process_time()
        for copy in copies:
            document = credential.parse(copy.document)
            pictures.check(office, copy)
            sealing.rehearse(office, document, rehearsed)
            sealing.sign_and_judge(office, document, ours_too)
        return len(copies) / (time.process_time() - began)

    return Comparison(
        name="many awards sealed, with record and log / the same seals in memory",
        unit="a second",
        ours=ours,
        other=in_memory,
        target=0.5,
    )


def _put_forward(office: Office, count: int) -> None:
    source = programmes.shipped("balansemerket")
    with office.transaction() as session:
        loaded = programme.load(source, "balansemerket.toml")
        programmes.add(session, loaded, source, by=_ADA, now=office.now())
    for start in range(0, count, _EACH):
        with office.transaction() as session:
            for number in range(start, min(count, start + _EACH)):
                row = enrolling.enrol(
                    session,
                    "balansemerket",
                    f"Eksempel {number}",
                    by=_ADA,
                    now=office.now(),
                    listed=False,
                )
                edition: Edition = row.cycles[-1].edition
                asked = office.programme(edition)
                for requirement in participations.asked(asked, row.cycles[-1]):
                    participations.accept(
                        session,
                        row,
                        asked,
                        requirement.id,
                        by=_ADA,
                        now=office.now(),
                        equivalence=_WHY,
                    )
                participations.prepare(session, row, asked, by=_ADA, reason=_WHY, now=office.now())
