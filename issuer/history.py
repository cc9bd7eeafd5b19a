"""From the record to what `issuer.state` judges: nothing is decided here."""

from issuer import state
from issuer.record import tables


def event(act: tables.AwardAct) -> state.Event:
    return state.Event(state.Act(act.act), act.at)


def award(row: tables.Award) -> state.Award:
    return state.Award(
        code=row.code,
        first_day=row.first_day,
        last_day=row.last_day,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        renewal_opens=row.renewal_opens,
        patience_ends=row.patience_ends,
        events=tuple(event(act) for act in row.acts),
    )


def participation(row: tables.Participation) -> state.Participation:
    sealed = [a for cycle in row.cycles for a in cycle.awards if a.state in ("issued", "void")]
    return state.Participation(
        public=row.public,
        listed=row.listed,
        awards=tuple(award(a) for a in sorted(sealed, key=lambda a: a.id)),
        cycles=tuple(
            state.Cycle(not cycle.again, cycle.opened_at, cycle.closed_at, cycle.ended_at)
            for cycle in row.cycles
        ),
    )


def credential(row: tables.Credential) -> state.Credential:
    entry = row.entry
    revoked = (
        state.Event(state.Act(entry.revoked_by), entry.revoked_at)
        if entry.revoked_at is not None and entry.revoked_by is not None
        else None
    )
    if row.issued_at is None:
        raise ValueError(f"credential {row.id} was never issued")
    return state.Credential(row.id, row.valid_from, row.valid_until, row.issued_at, revoked)
