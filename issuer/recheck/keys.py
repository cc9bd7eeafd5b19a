"""The public keys as the record has them, and whether one may have signed at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from issuer.recheck.reading import instant, moment, rows, value

# A moment is signed in whole seconds; the key's own are of the same clock.
_SLACK = timedelta(seconds=2)


@dataclass(frozen=True)
class _Key:
    purpose: str
    jwk: Mapping[str, Any]
    signs_from: datetime
    retired: datetime | None


class Keys:
    """Keys by their fragment. A compromised key has signed what it signed before that."""

    def __init__(self, connection: Connection) -> None:
        self._known = {
            row["fragment"]: _Key(
                row["purpose"],
                value(row["jwk"]),
                instant(row["signs_from"]),
                moment(row["retired"]) or moment(row["compromised"]),
            )
            for row in rows(
                connection,
                "SELECT fragment, purpose, jwk, signs_from, retired, compromised FROM public_key",
            )
        }

    def signing(self, fragment: str, purpose: str, at: datetime) -> dict[str, Any] | None:
        """The JWK of `fragment`, if it is of `purpose` and may have signed at `at`."""
        key = self._known.get(fragment)
        if key is None or key.purpose != purpose:
            return None
        if at < key.signs_from - _SLACK or (key.retired and at > key.retired + _SLACK):
            return None
        return dict(key.jwk)
