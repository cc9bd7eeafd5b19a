"""A storage of `limits` on the record: how often something was asked in one window of time.

Every process counts in the same place. A window that has ended is deleted with the next count,
so that who asked is kept no longer than it is needed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from limits.storage import Storage
from sqlalchemy import Engine, delete, func, select

from issuer.record.access import RateWindow
from issuer.record.database import reading, transaction


class Windows(Storage):
    """Fixed windows on `engine`; `clock` says when a window begins and ends."""

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._engine = engine
        self._clock = clock

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more and return the sum; the first of a window lets it last `expiry`
        seconds."""
        now = self._clock()
        with transaction(self._engine) as session:
            session.execute(delete(RateWindow).where(RateWindow.expires_at <= now))
            row = session.get(RateWindow, key)
            if row is None:
                row = RateWindow(key=key, count=0, expires_at=now + timedelta(seconds=expiry))
                session.add(row)
            row.count += amount
            return row.count

    def get(self, key: str) -> int:
        with reading(self._engine) as session:
            query = select(RateWindow.count).where(
                RateWindow.key == key, RateWindow.expires_at > self._clock()
            )
            return session.scalar(query) or 0

    def get_expiry(self, key: str) -> float:
        """The end of the window as a timestamp; now, where none is open."""
        now = self._clock()
        with reading(self._engine) as session:
            ends = session.scalar(select(RateWindow.expires_at).where(RateWindow.key == key))
        return (now if ends is None else max(ends, now)).timestamp()

    def check(self) -> bool:
        with reading(self._engine) as session:
            session.execute(select(func.count()).select_from(RateWindow))
        return True

    def reset(self) -> int:
        with transaction(self._engine) as session:
            rows = session.execute(delete(RateWindow).returning(RateWindow.key)).all()
        return len(rows)

    def clear(self, key: str) -> None:
        with transaction(self._engine) as session:
            session.execute(delete(RateWindow).where(RateWindow.key == key))
