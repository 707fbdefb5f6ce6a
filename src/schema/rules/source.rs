//! Rules about source beside models and scripts; the check raises them.

use super::{Group, Rule};
use crate::schema::finding::Level;

/// Raw SQL that changes the schema outside migrations.
pub const RAW_DDL: Rule = Rule {
    id: "raw-ddl",
    group: Group::Source,
    level: Level::Error,
    about: "SQL outside migrations changes the schema, and no migration does the same.",
    why: "The database becomes something that no chain of migrations leads to: the next installation does not get it, and \
          the next autogenerate undoes it.",
    bad: "session.execute(text(\"ALTER TABLE user ADD COLUMN phone TEXT\"))",
    good: "op.add_column(\"user\", sa.Column(\"phone\", sa.Text(), nullable=True))",
    reference: "https://alembic.sqlalchemy.org/en/latest/tutorial.html",
    look: None,
};

/// A finding is ignored, and nobody says why.
pub const IGNORE_WITHOUT_REASON: Rule = Rule {
    id: "ignore-without-reason",
    group: Group::Source,
    level: Level::Error,
    about: "A comment ignores a rule and does not say why.",
    why: "Whoever reads it next cannot tell whether the reason still holds.",
    bad: "# nija: ignore[drop-column-used]",
    good: "# nija: ignore[drop-column-used] read by nothing since release 41; the attribute goes next week",
    reference: "docs/DATABASE_MIGRATION_POLICY.md",
    look: None,
};

/// A rule is ignored that does not exist.
pub const UNKNOWN_IGNORED_RULE: Rule = Rule {
    id: "unknown-ignored-rule",
    group: Group::Source,
    level: Level::Error,
    about: "A comment ignores a rule that does not exist.",
    why: "A misspelt name ignores nothing, and looks as if it did.",
    bad: "# nija: ignore[drop-colum-used] read by nothing since release 41",
    good: "# nija: ignore[drop-column-used] read by nothing since release 41",
    reference: "docs/DATABASE_MIGRATION_POLICY.md",
    look: None,
};
