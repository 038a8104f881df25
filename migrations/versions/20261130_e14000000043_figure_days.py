"""Keep the sums of the county's figures by day, and have the database note which cases changed since."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e14000000043"
down_revision: str | None = "e14000000042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = ("area", "category", "source", "risk", "department")
_FIGURES = ("received", "closed", "late", "rated", "satisfied")
_COUNTS = (
    "submitted_at", "closed_at", "rated_at", "satisfaction", "appeal_ruling", "merged_into_id",
    "area_path", "category", "source", "risk_level", "lead_unit_id",
)  # fmt: skip
"""What a case counts for hangs on these, on whether it is a draft or closed, and on its breaches."""


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "figure_case",
        sa.Column("case_id", sa.Uuid(), primary_key=True),
        *(sa.Column(kind, sa.String(), nullable=False) for kind in _KINDS),
        *(sa.Column(figure, sa.Date(), nullable=True) for figure in _FIGURES),
    )
    op.create_table(
        "figure_day",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("figure", sa.String(length=40), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_table(
        "figure_change",
        sa.Column("seq", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), nullable=False),
    )
    # all that is there waits to be counted; until it is, figures are read as they always were
    op.execute("INSERT INTO figure_change (case_id) SELECT id FROM case_file WHERE submitted_at IS NOT NULL")
    _note_changes()
    op.create_index(
        "ix_case_standing",
        "case_file",
        ["status"],
        postgresql_include=[
            "due_at", "due_soon_at", "area_path", "category", "source", "risk_level", "lead_unit_id",
        ],
        postgresql_where="legacy IS FALSE AND merged_into_id IS NULL AND status NOT IN ('draft', 'closed', 'void')",
    )  # fmt: skip


def _note_changes() -> None:
    for table, column in (("case_file", "id"), ("breach", "case_id")):
        op.execute(
            f"""
            CREATE FUNCTION {table}_counts_anew() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO figure_change (case_id) VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.{column} ELSE NEW.{column} END);
                RETURN NULL;
            END $$
            """  # noqa: E501
        )
    op.execute(
        """
        CREATE FUNCTION breach_void_counts_anew() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO figure_change (case_id) SELECT case_id FROM breach WHERE id = NEW.breach_id;
            RETURN NULL;
        END $$
        """
    )
    held = [", ".join(f"{row}.{name}" for name in _COUNTS) for row in ("OLD", "NEW")]
    stands = [f"{row}.status = 'draft', {row}.status = 'closed'" for row in ("OLD", "NEW")]
    events = {
        "inserted": ("case_file", "INSERT", "WHEN (NEW.submitted_at IS NOT NULL)", "case_file"),
        "deleted": ("case_file", "DELETE", "WHEN (OLD.submitted_at IS NOT NULL)", "case_file"),
        "changed": (
            "case_file",
            f"UPDATE OF status, {', '.join(_COUNTS)}",
            "WHEN ((OLD.submitted_at IS NOT NULL OR NEW.submitted_at IS NOT NULL) "
            f"AND ({held[0]}, {stands[0]}) IS DISTINCT FROM ({held[1]}, {stands[1]}))",
            "case_file",
        ),
        "late": ("breach", "INSERT", "", "breach"),
        "voided": ("breach_void", "INSERT", "", "breach_void"),
    }
    for name, (table, event, when, function) in events.items():
        op.execute(
            f"CREATE TRIGGER {table}_{name}_counts AFTER {event} ON {table} FOR EACH ROW {when} "
            f"EXECUTE FUNCTION {function}_counts_anew()"
        )


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_case_standing", "case_file")
    for table in ("case_file", "breach", "breach_void"):
        op.execute(f"DROP FUNCTION {table}_counts_anew() CASCADE")
    for table in ("figure_change", "figure_day", "figure_case"):
        op.drop_table(table)
