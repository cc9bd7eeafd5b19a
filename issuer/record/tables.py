"""The tables of the record.

What must never happen is forbidden here and not only in code: one award per cycle that is
not void, a status index used once, sealed bytes and audit entries that cannot be changed
(triggers in the migration). Texts and facts marked *internal* never leave the office.
"""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    mapped_column,
    object_session,
    relationship,
    validates,
)

from issuer.names import person_key

if TYPE_CHECKING:
    from issuer.record.post import DomainProof


class Utc(TypeDecorator[datetime]):
    """An instant: aware in Python, in UTC in the database, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: Utc,
        dict[str, Any]: JSON,
    }


# Sorted the same by every database, whatever its own order of letters is.
ByCodePoint = String(800).with_variant(String(800, collation="C"), "postgresql")


class Edition(Base):
    """One edition of a programme, with the very file that was loaded."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("programme", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    edition: Mapped[str] = mapped_column(String(16))
    source: Mapped[bytes] = mapped_column(LargeBinary)
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str] = mapped_column(String(200))


class Organisation(Base):
    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(9), unique=True)
    created_at: Mapped[datetime]
    # What kind of organisation it is, what it does and what its mark covers; `about_public`
    # names the members of `about` that everybody may see: the organisation's own choice.
    kind: Mapped[str | None] = mapped_column(String(20))
    about: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    about_public: Mapped[list[str]] = mapped_column(JSON, server_default="[]", default=list)
    # When its personal data were erased.
    erased_at: Mapped[datetime | None]
    names: Mapped[list["OrganisationName"]] = relationship(
        back_populates="organisation", order_by="OrganisationName.id", lazy="selectin"
    )

    @property
    def name(self) -> "OrganisationName":
        """The name in use: the one given last."""
        return self.names[-1]


class OrganisationName(Base):
    """A name is a dated fact: the earlier ones stay."""

    __tablename__ = "organisation_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(8))
    sort_key: Mapped[str] = mapped_column(ByCodePoint, index=True)
    folded: Mapped[str] = mapped_column(String(800))
    since: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship(back_populates="names")


class Participation(Base):
    """Organisation × programme. Its slug is a permanent address and is never used again.

    Three different things: `hidden_at` keeps it off the register, its page stays; after
    `tombstone_at` its addresses answer that it is gone (`public` is then false); erasure of
    personal data is `Organisation.erased_at`.
    """

    __tablename__ = "participation"
    __table_args__ = (UniqueConstraint("organisation_id", "programme"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    programme: Mapped[str] = mapped_column(String(64), index=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    public: Mapped[bool]
    listed: Mapped[bool]
    created_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    tombstone_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    cycles: Mapped[list["Cycle"]] = relationship(
        back_populates="participation", order_by="Cycle.number", lazy="selectin"
    )
    domains: Mapped[list["DomainProof"]] = relationship(order_by="DomainProof.id", lazy="selectin")


class Cycle(Base):
    """One run through the requirements: those of a first cycle, or those of a renewal.

    `ended_at`: when it was ended without an award, by decision or because nothing came of it.
    `not_after`: the last day an award of it may have, where it carries on an earlier award.
    """

    __tablename__ = "cycle"
    __table_args__ = (UniqueConstraint("participation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[str] = mapped_column(ForeignKey("participation.id"))
    number: Mapped[int]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    not_after: Mapped[date | None]
    prepared_by: Mapped[str | None] = mapped_column(String(200))
    prepared_at: Mapped[datetime | None]
    participation: Mapped[Participation] = relationship(back_populates="cycles")
    edition: Mapped[Edition] = relationship(lazy="joined")
    records: Mapped[list["RequirementRecord"]] = relationship(
        order_by="RequirementRecord.id", lazy="selectin"
    )
    awards: Mapped[list["Award"]] = relationship(
        back_populates="cycle", order_by="Award.id", lazy="selectin"
    )

    @property
    def first(self) -> bool:
        """Whether it asks for what a first cycle asks for: no earlier one led to an award (one that
        led to nothing does not count). One that carries an award on asks what that one's asked."""
        carried = self._carried
        return not self.again if carried is None else carried.first

    @property
    def again(self) -> bool:
        """Whether an earlier cycle of the same participation led to an award."""
        return any(
            award.state == "issued"
            for cycle in self.participation.cycles
            if cycle.number < self.number
            for award in cycle.awards
        )

    @property
    def _carried(self) -> "Cycle | None":
        """The cycle whose award this one carries on: of the same participation after an appeal,
        of another one where that has gone on here."""
        if self.not_after is None:
            return None
        before = [each for each in self.participation.cycles if each.number < self.number]
        if (origin := self._taken_over_from()) is not None:
            before = origin.cycles
        for cycle in reversed(before):
            for award in cycle.awards:
                if award.state == "issued" and award.last_day == self.not_after:
                    return cycle
        return None

    def _taken_over_from(self) -> "Participation | None":
        """The one that went on here when this cycle was opened."""
        from issuer.record.life import Succession

        session = object_session(self)
        if session is None:
            raise ValueError("the cycle belongs to no session")
        decided = (
            Succession.to_id == self.participation_id,
            Succession.decided_at == self.opened_at,
        )
        identifier = session.scalar(select(Succession.from_id).where(*decided))
        return None if identifier is None else session.get_one(Participation, identifier)

    @property
    def open(self) -> bool:
        """Whether it is being worked on: it has no award that stands, and was not ended."""
        return self.ended_at is None and not self.awards_standing

    @property
    def awards_standing(self) -> list["Award"]:
        """The award of this cycle, intended or issued: at most one by the database's rule."""
        return [award for award in self.awards if award.state in ("intended", "issued")]


class RequirementRecord(Base):
    """What is known of one requirement in one cycle. `facts`, `note` and `evidence` are
    internal; `public_facts` is what the edition lets everybody see, fixed at acceptance.

    `evidence`: `[{title, place, sha256, public}]`, where each piece is kept and its digest.
    """

    __tablename__ = "requirement_record"
    __table_args__ = (
        UniqueConstraint("cycle_id", "requirement"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_whole"),
        CheckConstraint(
            "(accepted_at IS NULL) = (public_facts IS NULL)", name="accepted_public_facts"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    requirement: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default="[]", default=list)
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))
    handed_in_at: Mapped[datetime | None]
    sent_back_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None] = mapped_column(String(200))
    equivalence: Mapped[str | None] = mapped_column(Text)
    public_facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    acts: Mapped[list["RequirementAct"]] = relationship(
        order_by="RequirementAct.id", lazy="selectin"
    )


class RequirementAct(Base):
    """One step of a requirement: recorded, handed in, sent back, accepted. Internal."""

    __tablename__ = "requirement_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("requirement_record.id"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, default="")


class Award(Base):
    """The decision: this organisation holds the mark from `first_day` to `last_day`.

    `deciders` people have to agree; `override` is why one decided alone all the same.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("state IN ('intended', 'issued', 'abandoned', 'void')", name="known_state"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index(
            "uq_award_one_per_cycle",
            "cycle_id",
            unique=True,
            sqlite_where=text("state IN ('intended', 'issued')"),
            postgresql_where=text("state IN ('intended', 'issued')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    first_day: Mapped[date]
    last_day: Mapped[date] = mapped_column(index=True)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    renewal_opens: Mapped[datetime]
    patience_ends: Mapped[datetime]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(200))
    prepared_by: Mapped[str | None] = mapped_column(String(200))
    decider_key: Mapped[str | None] = mapped_column(Text)
    preparer_key: Mapped[str | None] = mapped_column(Text)
    deciders: Mapped[int] = mapped_column(server_default="1", default=1)
    override: Mapped[str | None] = mapped_column(Text)
    cycle: Mapped[Cycle] = relationship(back_populates="awards")
    acts: Mapped[list["AwardAct"]] = relationship(order_by="AwardAct.id", lazy="selectin")
    credentials: Mapped[list["Credential"]] = relationship(
        back_populates="award", order_by="Credential.number", lazy="selectin"
    )

    @validates("decided_by", "prepared_by")
    def _keyed(self, name: str, person: str | None) -> str | None:
        key = {"decided_by": "decider_key", "prepared_by": "preparer_key"}[name]
        setattr(self, key, None if person is None else person_key(person))
        return person


class AwardAct(Base):
    """One act on an award. The reason is internal: a suspension must not hint at a case."""

    __tablename__ = "award_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))
    by_key: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    override: Mapped[str | None] = mapped_column(Text)

    @validates("by")
    def _keyed(self, _: str, person: str) -> str:
        self.by_key = person_key(person)
        return person


class Credential(Base):
    """One signed copy of an award. Once sealed its bytes never change.

    The digests (SHA-256, hexadecimal) stay when personal data are erased: the bytes are then
    empty, and `erased_at` says since when. `made_for` says why a later copy was made.
    """

    __tablename__ = "credential"
    __table_args__ = (
        UniqueConstraint("award_id", "number"),
        CheckConstraint("state IN ('intended', 'issued', 'abandoned')", name="known_state"),
        CheckConstraint(
            "(state = 'issued') = (sealed_json IS NOT NULL AND sealed_jwt IS NOT NULL"
            " AND issued_at IS NOT NULL)",
            name="issued_is_sealed",
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), index=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_json: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_jwt: Mapped[bytes | None] = mapped_column(LargeBinary)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    intended_at: Mapped[datetime]
    intended_by: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime | None]
    json_digest: Mapped[str | None] = mapped_column(String(64))
    jwt_digest: Mapped[str | None] = mapped_column(String(64))
    made_for: Mapped[str] = mapped_column(String(16), server_default="seal", default="seal")
    erased_at: Mapped[datetime | None]
    award: Mapped[Award] = relationship(back_populates="credentials")
    entry: Mapped["StatusEntry"] = relationship(lazy="joined")


class StatusList(Base):
    """One published list. `version` counts its changes; what is signed names its version.

    From `closed_at` on it takes no new place; while `held_at` stands it is not published.
    Both belong to a record that was restored from an older state.
    """

    __tablename__ = "status_list"

    number: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    signed_version: Mapped[int | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None] = mapped_column(ForeignKey("public_key.fragment"))
    valid_until: Mapped[datetime | None]
    signed_json: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed_jwt: Mapped[bytes | None] = mapped_column(LargeBinary)
    closed_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]


class Restoration(Base):
    """An older state of the record that was gone on with, and from when that state is.

    What was done after the audit entry `last_entry` and before `at` is unknown here. Nothing is
    signed until somebody has acknowledged that. New lists begin with the number `first_list`, which
    no list had before.
    """

    __tablename__ = "restoration"

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    last_entry: Mapped[int]
    last_at: Mapped[datetime]
    first_list: Mapped[int]
    acknowledged_at: Mapped[datetime | None]


class StatusEntry(Base):
    """A place in a status list, taken once and for ever; its revocation is never cleared."""

    __tablename__ = "status_entry"

    list_number: Mapped[int] = mapped_column(ForeignKey("status_list.number"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"), unique=True)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(16))


class LostPlace(Base):
    """A place that a published list shows as revoked, of a credential this record does not
    know: it was restored from a state before that. The bit stays set for ever."""

    __tablename__ = "lost_place"

    list_number: Mapped[int] = mapped_column(ForeignKey("status_list.number"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    found_at: Mapped[datetime]


class PublicKey(Base):
    """The public half of a key of the ring, with its life story."""

    __tablename__ = "public_key"

    fragment: Mapped[str] = mapped_column(String(120), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    algorithm: Mapped[str] = mapped_column(String(16))
    jwk: Mapped[dict[str, Any]]
    created: Mapped[datetime]
    signs_from: Mapped[datetime]
    retired: Mapped[datetime | None]
    compromised: Mapped[datetime | None]


class AuditEntry(Base):
    """One act. `hash` covers everything here and the hash before; who and why lie apart, as a
    salted digest here and in clear in `AuditPerson`, where they can be erased."""

    __tablename__ = "audit_entry"

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    details: Mapped[str] = mapped_column(Text)
    person_digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditPerson(Base):
    __tablename__ = "audit_person"

    number: Mapped[int] = mapped_column(ForeignKey("audit_entry.number"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)


class Checkpoint(Base):
    """The end of the audit chain as it stood at the end of one day, signed (compact JWS)."""

    __tablename__ = "checkpoint"

    day: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime]
    signed_by: Mapped[str] = mapped_column(ForeignKey("public_key.fragment"))
    jws: Mapped[str] = mapped_column(Text)
