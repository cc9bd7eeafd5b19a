"""Who decides an appeal had no part in the decision, and what was decided of it stands."""

from issuer.record.migrations import rules

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for event in ("INSERT", "UPDATE OF appeal_decided_by"):
        rules.refuse(
            f"award_case_appeal_{event.split()[0].lower()}",
            "award_case",
            event,
            "NEW.appeal_decided_by IS NOT NULL AND lower(NEW.appeal_decided_by)"
            " IN (lower(NEW.opened_by), lower(coalesce(NEW.decided_by, '')))",
            "award_case: who opened or decided a case does not decide its appeal",
        )
    rules.fixed(
        "award_case_appeal_decided",
        "award_case",
        "appeal_outcome, appeal_decided_at, appeal_decided_by",
        "OLD.appeal_decided_at IS NOT NULL",
    )
