"""Rules that the database itself keeps, as triggers in the words of each dialect.

A migration names what may not happen; the trigger refuses it, whoever asks. On PostgreSQL
each trigger has a function of its own name.
"""

from alembic import op


def fixed(name: str, table: str, columns: str, condition: str = "TRUE") -> None:
    """Forbid that `columns` (with commas between) of `table` change, where `condition` holds.

    `condition` may speak of the row as it was (`OLD`) and as it would be (`NEW`).
    """
    listed = [column.strip() for column in columns.split(",")]
    differs = "IS DISTINCT FROM" if _postgresql() else "IS NOT"
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in listed)
    refuse(
        name,
        table,
        f"UPDATE OF {', '.join(listed)}",
        f"({condition}) AND ({changed})",
        f"{table}: {', '.join(listed)} may not change",
    )


def kept(table: str) -> None:
    """Forbid that rows of `table` are deleted."""
    message = f"{table}: rows are kept for ever"
    refuse(f"{table}_kept", table, "DELETE", "TRUE", message)
    if _postgresql():
        # It would pass by what is asked of each row.
        op.execute(
            f"CREATE FUNCTION {table}_kept_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
            f" END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_kept_whole BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept_whole()"
        )


def refuse(name: str, table: str, event: str, condition: str, message: str) -> None:
    """Refuse `event` (`INSERT`, `UPDATE OF …`, `DELETE`) on rows of `table` where `condition`
    holds. The fault that the caller meets is an integrity fault with `message`."""
    if not _postgresql():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{message}'"
        f" USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def drop(name: str, table: str) -> None:
    """Take back the rule `name`: a later one says it better."""
    if not _postgresql():
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
