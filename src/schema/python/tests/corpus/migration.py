"""add the archive

Revision ID: 3f2a
Revises: 1b0c, 2c1d
"""
import sqlalchemy as sa
from alembic import op

revision = "3f2a"
down_revision = ("1b0c", "2c1d")
branch_labels = depends_on = None


def upgrade():
    op.create_table(
        "archive",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.alter_column("total", existing_type=sa.Integer(), type_=sa.Numeric(12, 2))
    op.execute(
        """
        CREATE INDEX CONCURRENTLY ix_archive_at
            ON archive (at)
        """
    )
    match op.get_context().dialect.name:
        case "sqlite":
            pass
        case _:
            op.execute("UPDATE orders SET total = 0 WHERE total IS NULL")


def downgrade():
    op.drop_index("ix_archive_at", table_name="archive")
    op.drop_table("archive")
