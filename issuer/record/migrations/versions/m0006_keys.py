"""Who is the same person is asked of the database as strictly as of the program; and what older
versions wrote of a holder where it could not be erased can be.

Beside each name that is compared stands its key (`issuer.names.person_key`), filled by the
program: a name without its key is refused.
"""

import sqlalchemy as sa
from alembic import op

from issuer.names import person_key
from issuer.record.migrations import rules

revision = "0006"
down_revision = "0005"

# table: name → key
_NAMES = {
    "award": {"decided_by": "decider_key", "prepared_by": "preparer_key"},
    "award_act": {"by": "by_key"},
    "award_case": {
        "opened_by": "opener_key",
        "decided_by": "decider_key",
        "appeal_decided_by": "appeal_decider_key",
    },
}
_ALONE = "decided alone; the reason stands in the log"
_ERASED = "–"


def upgrade() -> None:
    for table, columns in _NAMES.items():
        for key in columns.values():
            op.add_column(table, sa.Column(key, sa.Text(), nullable=True))
    # The words stand in the log as well, where they can be erased.
    rules.drop("award_deciders", "award")
    op.execute(f"UPDATE award SET override = '{_ALONE}' WHERE override IS NOT NULL")
    _erase_reasons_of_one()
    for table, columns in _NAMES.items():
        _fill(table, columns)
    _rules()
    rules.drop("audit_entry_fixed_7", "audit_entry")
    rules.fixed(
        "audit_entry_fixed_7",
        "audit_entry",
        "number, at, act, subject, person_digest, previous, hash",
    )
    # An entry of the erasure says which were emptied, and what is left of them.
    rules.refuse(
        "audit_entry_details",
        "audit_entry",
        "UPDATE OF details",
        "NEW.details <> OLD.details AND NOT (substr(OLD.act, 1, 7) = 'domain.'"
        " AND NEW.details = '{}')",
        "audit_entry: details may not change",
    )


def _erase_reasons_of_one() -> None:
    """What an erasure by an older version left behind."""
    erased = (
        "SELECT a.id FROM award a JOIN cycle c ON c.id = a.cycle_id"
        " JOIN participation p ON p.id = c.participation_id"
        " JOIN organisation o ON o.id = p.organisation_id WHERE o.erased_at IS NOT NULL"
    )
    for table in ("award_act", "award_case"):
        op.execute(
            f"UPDATE {table} SET override = '{_ERASED}'"
            f" WHERE override IS NOT NULL AND award_id IN ({erased})"
        )


def _fill(table: str, columns: dict[str, str]) -> None:
    rows = sa.table(
        table,
        sa.column("id", sa.Integer),
        *(sa.column(each, sa.Text) for pair in columns.items() for each in pair),
    )
    bind = op.get_bind()
    for name, key in columns.items():
        known = bind.scalars(
            sa.select(rows.c[name]).where(rows.c[name].is_not(None)).distinct()
        ).all()
        for person in known:
            bind.execute(
                rows.update().where(rows.c[name] == person).values({key: person_key(person)})
            )


def _rules() -> None:
    fixed = {
        "award_deciders": (
            "award",
            "prepared_by, decided_by, deciders, override, preparer_key, decider_key",
            "OLD.state = 'issued'",
        ),
        "award_act_keyed": ("award_act", '"by", by_key', "TRUE"),
        "award_case_opener": ("award_case", "opener_key", "TRUE"),
        "award_case_decider": ("award_case", "decider_key", "OLD.decided_at IS NOT NULL"),
        "award_case_appeal_decider": (
            "award_case",
            "appeal_decider_key",
            "OLD.appeal_decided_at IS NOT NULL",
        ),
    }
    for name, (table, columns, condition) in fixed.items():
        rules.fixed(name, table, columns, condition)
    for table, names in _NAMES.items():
        unkeyed = " OR ".join(
            f'(NEW."{name}" IS NULL) <> (NEW.{key} IS NULL)' for name, key in names.items()
        )
        columns = ", ".join(f'"{each}"' for pair in names.items() for each in pair)
        for event in ("INSERT", f"UPDATE OF {columns}"):
            rules.refuse(
                f"{table}_key_{event.split()[0].lower()}",
                table,
                event,
                unkeyed,
                f"{table}: a name stands with its key",
            )
    alone = (
        "NEW.state = 'issued' AND NEW.deciders > 1 AND NEW.override IS NULL"
        " AND NEW.preparer_key = NEW.decider_key"
    )
    decided = "NEW.override IS NULL AND NEW.decider_key = NEW.opener_key"
    appealed = "NEW.appeal_decider_key IN (NEW.opener_key, coalesce(NEW.decider_key, ''))"
    for event in ("INSERT", "UPDATE OF"):
        word = event.split()[0].lower()
        rules.refuse(
            f"award_two_keys_{word}",
            "award",
            event if event == "INSERT" else f"{event} state, decided_by, decider_key",
            alone,
            "award: who prepared it does not decide alone",
        )
        rules.refuse(
            f"award_case_two_keys_{word}",
            "award_case",
            event if event == "INSERT" else f"{event} decided_by, decider_key",
            decided,
            "award_case: who opened it does not decide it alone",
        )
        rules.refuse(
            f"award_case_appeal_keys_{word}",
            "award_case",
            event if event == "INSERT" else f"{event} appeal_decided_by, appeal_decider_key",
            appealed,
            "award_case: who opened or decided a case does not decide its appeal",
        )
    rules.refuse(
        "award_act_two_keys",
        "award_act",
        "INSERT",
        "NEW.act = 'withdraw' AND NEW.override IS NULL AND EXISTS (SELECT 1 FROM award"
        " WHERE id = NEW.award_id AND deciders > 1"
        " AND coalesce(preparer_key, decider_key) = NEW.by_key)",
        "award_act: who prepared the award does not withdraw it alone",
    )
