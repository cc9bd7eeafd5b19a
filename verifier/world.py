"""What a verification may know besides the badge: the time, documents, whom the asker trusts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from verifier.documents import DocumentSource


@dataclass(frozen=True)
class World:
    """Everything `verify` depends on, so that equal arguments give equal reports.

    `now`, and `at` where another moment is asked about, are aware times; `at` moves the dates of
    the badge only, its status is as of `now`. `trust` holds issuer ids: where it is not empty,
    any other issuer is INVALID. `ours` holds the ids that are the asker's own.

    `purposes` maps verification methods (absolute ids) to what their owner made them for, known
    of one's own keys only: "badge", "badge-jwt", "status" or another. `known_revocations` is the
    issuer's own record, asked with the list's address and the index; only True decides anything.
    `recipient` is the identifier that the badge should be given to. `refresh`: ask the badge's
    refresh service for its successor. `contexts` (address -> document) replaces the contexts on
    board. Raises `ValueError` for a time without an offset.
    """

    documents: DocumentSource
    now: datetime
    at: datetime | None = None
    trust: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    purposes: Mapping[str, str] = field(default_factory=dict)
    known_revocations: Callable[[str, int], bool] | None = None
    recipient: str | None = None
    refresh: bool = False
    contexts: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for moment in (self.now, self.at):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a time without an offset names no moment")

    @property
    def moment(self) -> datetime:
        """The moment the badge's dates are judged at."""
        return self.now if self.at is None else self.at
