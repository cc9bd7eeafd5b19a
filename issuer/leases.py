"""Leases: who does one kind of background work at this moment, on whichever machine.

A lease saves work that two would do at once. Nothing rests on it alone: letters and tasks are
unique by their keys, and each letter is taken by itself before it is sent.
"""

from datetime import timedelta

from issuer.office import Office
from issuer.record.post import Lease

# Clocks of two machines may differ by so much; a lease is left alone for as long after its end.
SKEW = timedelta(seconds=60)


def take(office: Office, name: str, lasts: timedelta) -> bool:
    """Take or prolong the lease `name`. False while another process holds it.

    One whose holder has certainly ended, or whose time ran out, is taken over.
    """
    now = office.now()
    with office.transaction() as session:
        row = session.get(Lease, name)
        if row is None:
            row = Lease(name=name)
            session.add(row)
        elif row.holder != office.process and (
            row.until + SKEW > now and not office.is_gone(row.holder)
        ):
            return False
        row.holder = office.process
        row.until = now + lasts
    return True


def give_back(office: Office, name: str) -> None:
    """End a lease of this process before its time."""
    with office.transaction() as session:
        row = session.get(Lease, name)
        if row is not None and row.holder == office.process:
            session.delete(row)
