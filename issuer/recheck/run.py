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
            "head": _head_json(self.head),
            "findings": [finding.json() for finding in self.findings],
        }


@dataclass(frozen=True)
class Log:
    """Of the log alone: `findings` is empty when its chain and its checkpoints hold."""

    findings: tuple[Finding, ...]
    entries: int
    checkpoints: int
    head: tuple[int, str] | None

    def json(self) -> dict[str, Any]:
        return {
            "checked": {"entries": self.entries, "checkpoints": self.checkpoints},
            # What `recheck` looks at and this does not.
            "notChecked": ["credentials", "lists"],
            "head": _head_json(self.head),
            "findings": [finding.json() for finding in self.findings],
        }


def log(connection: Connection) -> Log:
    """Check the chain of the log and its signed checkpoints, and nothing of what was issued."""
    return Log(
        (*chain.entries(connection), *chain.checkpoints(connection, Keys(connection))),
        _count(connection, "audit_entry"),
        _count(connection, "checkpoint"),
        _head(connection),
    )


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _head(connection: Connection) -> tuple[int, str] | None:
    query = text("SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1")
    head = connection.execute(query).first()
    return None if head is None else (int(head[0]), str(head[1]))


def _head_json(head: tuple[int, str] | None) -> dict[str, Any] | None:
    return None if head is None else {"number": head[0], "hash": head[1]}


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
        _count(connection, "audit_entry"),
        _count(connection, "checkpoint"),
        done,
        _count(connection, "status_list"),
        _head(connection),
    )


def credentials_to_check(connection: Connection) -> int:
    """How often `advance` will be called."""
    query = text("SELECT count(*) FROM credential WHERE state = 'issued'")
    return int(connection.execute(query).scalar_one())
