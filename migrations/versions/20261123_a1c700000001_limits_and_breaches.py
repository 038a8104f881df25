"""Keep limits as data with history, unit calendars, and breaches."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a1c700000001"
down_revision: str | None = "7c2f4e90ab13"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "calendar_change",
        sa.Column("seq", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "deadline_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workdays", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_deadline_move_deadline_id"), "deadline_move", ["deadline_id"], unique=False)
    op.create_table(
        "limit_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("severe", sa.Boolean(), nullable=False),
        sa.Column("yellow", sa.Integer(), nullable=False),
        sa.Column("red", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_limit_rule_open",
        "limit_rule",
        ["link", "category", "unit_id", "severe"],
        unique=True,
        postgresql_where="valid_until IS NULL",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "unit_day",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("periods", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("unit_id", "day"),
    )
    op.create_table(
        "work_pattern",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("weekend", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("periods", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_work_pattern_unit", "work_pattern", ["unit_id"], unique=True, postgresql_nulls_not_distinct=True
    )
    op.create_table(
        "breach",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("link", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("carded", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_breach_case_id"), "breach", ["case_id"], unique=False)
    op.create_index("ix_breach_once", "breach", ["deadline_id", "level"], unique=True)
    op.create_index("ix_breach_unit", "breach", ["unit_id", "due_at"], unique=False)
    op.add_column("deadline", sa.Column("unit_id", sa.Uuid(), nullable=True))
    op.add_column("deadline", sa.Column("source", sa.String(length=40), nullable=False, server_default="rule"))
    op.alter_column("deadline", "source", server_default=None)
    op.add_column("deadline", sa.Column("category", sa.String(), nullable=False, server_default=""))
    op.alter_column("deadline", "category", server_default=None)
    op.add_column("deadline", sa.Column("severe", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("deadline", "severe", server_default=None)
    op.add_column("deadline", sa.Column("latest_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deadline", sa.Column("calendar_version", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("deadline", "calendar_version", server_default=None)
    op.create_index(
        "ix_deadline_late", "deadline", ["stopped_at"], unique=False, postgresql_where="stopped_at > yellow_at"
    )
    op.add_column(
        "workday", sa.Column("periods", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)
    )
    # clocks that run already learn whose they are; one whose text is not the default's was promised
    op.execute(
        """
        UPDATE deadline d
        SET category = c.category,
            severe = c.major AND c.urgent,
            unit_id = COALESCE(
                (SELECT a.unit_id FROM assignment a WHERE a.id = d.holder_id),
                CASE WHEN d.link = 'dispatch' THEN c.unit_id ELSE COALESCE(c.lead_unit_id, c.unit_id) END
            ),
            source = CASE WHEN d.link = 'resolve' AND left(d.limit_text, 7) <> '20 个工作日'
                THEN 'promise' ELSE 'rule' END
        FROM case_file c
        WHERE c.id = d.subject_id AND d.stopped_at IS NULL
        """
    )
    # the years already stored are the first version of the calendar
    op.execute(
        """
        INSERT INTO calendar_change (version, stamp, kind, note, changed_by)
        SELECT 1, gen_random_uuid(), 'calendar', '载入已有的放假安排', '00000000-0000-0000-0000-000000000000'
        WHERE EXISTS (SELECT 1 FROM workday)
        """
    )
    op.execute(
        """
        CREATE FUNCTION rows_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the table % only grows', TG_TABLE_NAME;
        END $$
        """
    )
    for table in ("breach", "deadline_move"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION rows_only_grow()
            """
        )


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("workday", "periods")
    op.drop_index("ix_deadline_late", table_name="deadline", postgresql_where="stopped_at > yellow_at")
    op.drop_column("deadline", "calendar_version")
    op.drop_column("deadline", "latest_at")
    op.drop_column("deadline", "severe")
    op.drop_column("deadline", "category")
    op.drop_column("deadline", "source")
    op.drop_column("deadline", "unit_id")
    op.drop_index("ix_breach_unit", table_name="breach")
    op.drop_index("ix_breach_once", table_name="breach")
    op.drop_index(op.f("ix_breach_case_id"), table_name="breach")
    op.drop_table("breach")
    op.drop_index("ix_work_pattern_unit", table_name="work_pattern", postgresql_nulls_not_distinct=True)
    op.drop_table("work_pattern")
    op.drop_table("unit_day")
    op.drop_index(
        "ix_limit_rule_open",
        table_name="limit_rule",
        postgresql_where="valid_until IS NULL",
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("limit_rule")
    op.drop_index(op.f("ix_deadline_move_deadline_id"), table_name="deadline_move")
    op.drop_table("deadline_move")
    op.drop_table("calendar_change")
    op.execute("DROP FUNCTION rows_only_grow()")
