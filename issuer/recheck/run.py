"""The whole of it, in order, with a count of what was looked at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from issuer.recheck import badges, chain, lists
from issuer.recheck.findings import Finding
from issuer.recheck.keys import Keys


@dataclass(frozen=True)
class Result:
    """`findings` is empty when everything holds. `head`: number and hash of the last entry."""

    findings: tuple[Finding, ...]
    entries: int
    checkpoints: int
    credentials: int
    lists: int
    head: tuple[int, str] | None

    def json(self) -> dict[str, Any]:
        return {
            "checked": {
                "entries": self.entries,
                "checkpoints": self.checkpoints,
                "credentials": self.credentials,
                "lists": self.lists,
            },
            "head": None if self.head is None else {"number": self.head[0], "hash": self.head[1]},
            "findings": [finding.json() for finding in self.findings],
        }


def recheck(
    connection: Connection,
    did: str,
    base_url: str,
    now: datetime,
    advance: Callable[[], object] = lambda: None,
) -> Result:
    """Check everything the record holds. `advance` is called after each credential.

    Reads what `connection` sees in one transaction; writes nothing. Memory does not grow with
    the record, except by the log's account of what was issued.
    """
    counts = {
        table: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
        for table in ("audit_entry", "checkpoint", "status_list")
    }
    head = connection.execute(
        text("SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1")
    ).first()
    keys = Keys(connection)
    issued = chain.issued(connection)
    done = 0

    def counted(found: Iterator[Finding | None]) -> Iterator[Finding]:
        nonlocal done
        for each in found:
            if each is None:
                done += 1
                advance()
            else:
                yield each

    findings = (
        *chain.entries(connection),
        *chain.checkpoints(connection, keys),
        *badges.awards(connection),
        *badges.decisions(connection),
        *counted(badges.credentials(connection, keys, did, base_url, issued)),
        *lists.lists(connection, keys, did, base_url, now),
    )
    return Result(
        findings,
        counts["audit_entry"],
        counts["checkpoint"],
        done,
        counts["status_list"],
        None if head is None else (int(head[0]), str(head[1])),
    )


def credentials_to_check(connection: Connection) -> int:
    """How often `advance` will be called."""
    query = text("SELECT count(*) FROM credential WHERE state = 'issued'")
    return int(connection.execute(query).scalar_one())
