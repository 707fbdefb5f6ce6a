//! Rules about the scripts as a chain; the check raises them.

use super::{Group, Rule};
use crate::schema::finding::Level;

const fn rule(
    id: &'static str,
    level: Level,
    texts: (&'static str, &'static str),
    examples: (&'static str, &'static str),
    reference: &'static str,
) -> Rule {
    Rule {
        id,
        group: Group::Migration,
        level,
        about: texts.0,
        why: texts.1,
        bad: examples.0,
        good: examples.1,
        reference,
        look: None,
    }
}

const BRANCHES: &str = "https://alembic.sqlalchemy.org/en/latest/branches.html";
const TUTORIAL: &str = "https://alembic.sqlalchemy.org/en/latest/tutorial.html";

/// More than one script that nothing follows.
pub const MULTIPLE_HEADS: Rule = rule(
    "multiple-heads",
    Level::Error,
    (
        "Two scripts follow the same one, and nothing joins them.",
        "`alembic upgrade head` refuses to choose, so the release stops.",
    ),
    (
        "down_revision = \"a1\"  # in two scripts",
        "alembic merge heads -m \"join\"    # or let the later one follow the earlier one",
    ),
    BRANCHES,
);

/// A script that follows one that does not exist.
pub const BROKEN_CHAIN: Rule = rule(
    "broken-chain",
    Level::Error,
    (
        "A script follows a revision that does not exist, or follows itself.",
        "Alembic reads the whole chain before it does anything: every command fails.",
    ),
    ("down_revision = \"deleted\"", "down_revision = \"a1\"  # a revision that is there"),
    BRANCHES,
);

/// Two scripts of one revision.
pub const DUPLICATE_REVISION: Rule = rule(
    "duplicate-revision",
    Level::Error,
    (
        "Two scripts have the same revision.",
        "Only one of them is ever run, and a database does not tell which.",
    ),
    ("revision = \"a1\"  # in two files", "revision = \"b2\"  # a new id, and nothing copied by hand"),
    TUTORIAL,
);

/// No way back.
pub const EMPTY_DOWNGRADE: Rule = rule(
    "empty-downgrade",
    Level::Warning,
    (
        "The upgrade changes the schema and the downgrade does nothing.",
        "On the day a release must be taken back, the database cannot follow. Where there is no way back, the script says so.",
    ),
    (
        "def downgrade():\n    pass",
        "def downgrade():\n    op.drop_column(\"user\", \"phone\")\n\n# or\n\ndef downgrade():\n    raise NotImplementedError(\"irreversible: values are gone\")",
    ),
    TUTORIAL,
);

/// A script is changed that others may have run.
pub const EDITED: Rule = rule(
    "edited-migration",
    Level::Error,
    (
        "A script that was there before does something else now.",
        "Databases that have run it do not run it again: from here on they differ from new ones.",
    ),
    (
        "an op.add_column() added to last month's script",
        "alembic revision -m \"add phone\"    # a script of its own",
    ),
    TUTORIAL,
);

/// A script does what no model asks for.
pub const UNRELATED: Rule = rule(
    "unrelated-migration",
    Level::Note,
    (
        "A script changes tables or columns that no difference of the models speaks of.",
        "Either the models lag behind, or the script does more than its change says.",
    ),
    ("op.add_column(\"invoice\", …) in a change of class User", "one script for each change of the models"),
    TUTORIAL,
);

/// A script that cannot be read.
pub const UNREADABLE: Rule = rule(
    "unreadable-migration",
    Level::Warning,
    (
        "What a script does cannot be told: its source has an error, or `upgrade` is not to be found.",
        "What cannot be read can neither cover a change nor be checked.",
    ),
    ("def upgrade(:", "def upgrade() -> None:\n    op.add_column(\"user\", sa.Column(\"phone\", sa.Text()))"),
    TUTORIAL,
);
