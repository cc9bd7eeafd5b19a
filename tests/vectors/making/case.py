"""One situation of the corpus: what is presented, in which world, and what the answer must be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.vectors.making.issuing import Served


@dataclass(frozen=True)
class Case:
    """`changed` names what differs from a good badge, or, of a good one, what it shows; `says` is
    a sentence for people; `rule` is what decides. `more` are further expectations."""

    name: str
    badge: bytes
    verdict: str
    reasons: tuple[str, ...]
    who: str
    changed: str
    says: str
    rule: str
    documents: Mapping[str, Served]
    asked: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


class Cases(list[Case]):
    """Cases of one subject, by the same rule unless another is given."""

    def __init__(self, rule: str, documents: Mapping[str, Served]) -> None:
        super().__init__()
        self._rule = rule
        self._documents = documents

    def _add(
        self,
        name: str,
        badge: bytes,
        verdict: str,
        reasons: str,
        changed: str,
        says: str,
        *,
        rule: str | None = None,
        documents: Mapping[str, Served] | None = None,
        who: str = "unproven",
        more: Mapping[str, Any] | None = None,
        **asked: Any,
    ) -> None:
        self.append(
            Case(
                name,
                badge,
                verdict,
                tuple(reasons.split()),
                who,
                changed,
                says,
                rule or self._rule,
                self._documents if documents is None else documents,
                asked,
                more or {},
            )
        )

    def good(self, name: str, badge: bytes, shows: str, says: str, **rest: Any) -> None:
        self._add(name, badge, "VALID", "", shows, says, **{"who": "domain", **rest})

    def bad(
        self, name: str, badge: bytes, reasons: str, changed: str, says: str, **rest: Any
    ) -> None:
        self._add(name, badge, "INVALID", reasons, changed, says, **rest)

    def open(
        self, name: str, badge: bytes, reasons: str, changed: str, says: str, **rest: Any
    ) -> None:
        self._add(name, badge, "UNDETERMINED", reasons, changed, says, **rest)
