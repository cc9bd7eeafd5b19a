"""Keyed requests: the same key and body get the same answer, for 24 hours, after any fault.

An act that takes a session is done in one transaction with its answer, so that there is never
one without the other. An act with transactions of its own is first written down as being in
flight; if its process is killed, the next try takes it over, looks in the record whether it
was done, and otherwise does it. Refusals are kept too; "not now" is not, for it may pass.
"""

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from issuer.errors import IssuerError, NotNow
from issuer.office import Office
from issuer.record.access import KEPT_FOR, IdempotencyKey
from issuer.web import problems
from issuer.web.problems import Problem

log = logging.getLogger(__name__)

# A process that cannot be seen from here may still be at work for this long.
IN_FLIGHT_FOR = timedelta(seconds=120)

_KEY = re.compile(r"[\x21-\x7e]{1,200}")

Content = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body: success below 400, else a problem."""

    status: int
    body: bytes


def read_key(values: Iterable[str]) -> str | None:
    """The key in the `Idempotency-Key` headers, quoted or bare; None where there is none."""
    match list(values):
        case []:
            return None
        case [value]:
            text = value.strip()
            if len(text) >= 2 and text[0] == text[-1] == '"':
                text = text[1:-1]
            if _KEY.fullmatch(text) and '"' not in text:
                return text
    raise Problem("idempotency.key")


def digest(method: str, path: str, body: Any) -> str:
    """What makes two requests the same: method, address, and what the body means."""
    content = json.dumps([method, path, body], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Keyed:
    """One request of the staff API: who asks, with which key, for what."""

    office: Office
    token_id: str
    key: str | None
    request: str  # a `digest`
    language: str

    def together(self, act: Callable[[Session, datetime], tuple[int, Content]]) -> Answer:
        """Do `act` in one transaction with the answer it makes."""
        now = self.office.now()
        try:
            with self.office.transaction() as session:
                row, _ = self._begin(session, now)
                if row is not None and row.status is not None:
                    return _answer_of(row)
                status, content = act(session, now)
                answer = Answer(status, _body(content))
                if row is not None:
                    row.status, row.body = answer.status, answer.body
                return answer
        except IssuerError as refusal:
            answer = self._refusal(refusal)
            with self.office.transaction() as session:
                row, _ = self._begin(session, now)
                if row is not None and row.status is None:
                    row.status, row.body = answer.status, answer.body
            return answer

    def apart(
        self,
        act: Callable[[], object],
        told: Callable[[Session, datetime | None], Content | None],
    ) -> Answer:
        """Do `act`, which commits by itself, then tell what `told` finds in the record.

        `told` is given the moment since when the act must have been done, or None right after
        it was; it returns None if it was not.
        """
        if self.key is None:
            act()
            return Answer(201, _body(self._found(told, None) or {}))
        now = self.office.now()
        with self.office.transaction() as session:
            row, since = self._begin(session, now)
            if row is not None and row.status is not None:
                return _answer_of(row)
        try:
            content = self._found(told, since) if since is not None else None
            if content is None:
                act()
                content = self._found(told, None)
            answer = Answer(201, _body(content or {}))
        except IssuerError as refusal:
            try:
                answer = self._refusal(refusal)
            except IssuerError:
                self._forget()
                raise
        except BaseException:
            self._forget()
            raise
        self._keep(answer)
        return answer

    def _found(
        self, told: Callable[[Session, datetime | None], Content | None], since: datetime | None
    ) -> Content | None:
        with self.office.reading() as session:
            return told(session, since)

    def _begin(
        self, session: Session, now: datetime
    ) -> tuple[IdempotencyKey | None, datetime | None]:
        """The row of this request: answered, or ours to answer; no row without a key.

        Beside it, for a request taken over from a process that did not finish it, since when
        it may have been done. Raises `Problem` if the key belongs to another request or is
        being answered.
        """
        if self.key is None:
            return None, None
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at <= now - KEPT_FOR))
        row = session.get(IdempotencyKey, (self.token_id, self.key))
        if row is None:
            row = IdempotencyKey(
                token_id=self.token_id,
                key=self.key,
                request_digest=self.request,
                created_at=now,
                started_at=now,
                process=self.office.process,
            )
            session.add(row)
            session.flush()
            return row, None
        if row.request_digest != self.request:
            raise Problem("idempotency.reused")
        if row.status is not None:
            return row, None
        if now < row.started_at + IN_FLIGHT_FOR and not self.office.is_gone(row.process):
            raise Problem("idempotency.in_flight")
        row.started_at, row.process = now, self.office.process
        session.flush()
        return row, row.created_at

    def _keep(self, answer: Answer) -> None:
        try:
            with self.office.transaction() as session:
                row = session.get(IdempotencyKey, (self.token_id, self.key))
                if row is not None:
                    row.status, row.body = answer.status, answer.body
        except NotNow:
            # The act is done and its answer goes out. A repetition finds it in the record.
            log.warning("the answer to a keyed request could not be kept")

    def _forget(self) -> None:
        try:
            with self.office.transaction() as session:
                row = session.get(IdempotencyKey, (self.token_id, self.key))
                if row is not None and row.status is None:
                    session.delete(row)
        except NotNow:
            log.warning("a keyed request that failed stays in flight for a while")

    def _refusal(self, refusal: IssuerError) -> Answer:
        """The answer that `refusal` makes, to be kept; raised where nothing is to be kept: without
        a key, and for what may pass by itself."""
        shown = problems.told(refusal, self.language)
        if self.key is None or shown.status >= 500:
            raise refusal
        return Answer(shown.status, _body(shown.json(self.office.settings.base_url)))


def _answer_of(row: IdempotencyKey) -> Answer:
    if row.status is None or row.body is None:
        raise ValueError(f"the key {row.key!r} has no answer yet")
    return Answer(row.status, row.body)


def _body(content: Content) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
