//! Rules of coverage: for each kind of difference between two models, that a migration makes it.

use super::{Group, Rule};
use crate::schema::change::Kind;
use crate::schema::finding::Level;

const REFERENCE: &str = "https://alembic.sqlalchemy.org/en/latest/autogenerate.html";

const fn rule(
    id: &'static str,
    about: &'static str,
    why: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Rule {
    Rule {
        id,
        group: Group::Coverage,
        level: Level::Error,
        about,
        why,
        bad,
        good,
        reference: REFERENCE,
        look: None,
    }
}

/// A table.
pub const TABLE: Rule = rule(
    "uncovered-table",
    "A table is new or gone in the models and no migration creates or drops it.",
    "The program asks for a table that the database does not have, or leaves one behind that nobody looks after.",
    "class Invoice(Base):\n    __tablename__ = \"invoice\"\n    id: Mapped[int] = mapped_column(primary_key=True)",
    "op.create_table(\"invoice\", sa.Column(\"id\", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint(\"id\"))",
);

/// A column.
pub const COLUMN: Rule = rule(
    "uncovered-column",
    "A column is new or gone in the models and no migration adds or drops it.",
    "Every query of the model names every column: the first one fails.",
    "class User(Base):\n    phone: Mapped[str | None]",
    "op.add_column(\"user\", sa.Column(\"phone\", sa.String(), nullable=True))",
);

/// A type.
pub const TYPE: Rule = rule(
    "uncovered-type",
    "A column has another type in the models and no migration alters it.",
    "Values that the program takes to fit are cut, rounded or refused by the database.",
    "name = Column(String(100))  # was String(50)",
    "op.alter_column(\"user\", \"name\", type_=sa.String(length=100), existing_type=sa.String(length=50))",
);

/// Nullability.
pub const NULLABILITY: Rule = rule(
    "uncovered-nullability",
    "A column takes NULL, or no longer does, in the models only.",
    "The program trusts that no NULL comes back, or writes one that the database refuses.",
    "email: Mapped[str]  # was Mapped[str | None]",
    "op.alter_column(\"user\", \"email\", existing_type=sa.String(), nullable=False)",
);

/// A server default.
pub const DEFAULT: Rule = rule(
    "uncovered-default",
    "A column has another server default in the models only.",
    "Rows that are written without a value get the old default, or none.",
    "state = Column(String, server_default=\"new\")",
    "op.alter_column(\"order\", \"state\", existing_type=sa.String(), server_default=\"new\")",
);

/// A primary key.
pub const PRIMARY_KEY: Rule = rule(
    "uncovered-primary-key",
    "The primary key holds other columns in the models only.",
    "The program tells rows apart by a key that the database does not hold unique. Autogenerate does not see this.",
    "tenant_id = Column(Integer, primary_key=True)  # beside id",
    "op.drop_constraint(\"user_pkey\", \"user\", type_=\"primary\")\nop.create_primary_key(\"user_pkey\", \"user\", [\"tenant_id\", \"id\"])",
);

/// A foreign key.
pub const FOREIGN_KEY: Rule = rule(
    "uncovered-foreign-key",
    "A foreign key is new, gone or different in the models only.",
    "Rows may point to nothing, or a deletion does not reach the rows that hang on it.",
    "owner_id = Column(ForeignKey(\"user.id\", ondelete=\"CASCADE\"))",
    "op.create_foreign_key(\"car_owner_id_fkey\", \"car\", \"user\", [\"owner_id\"], [\"id\"], ondelete=\"CASCADE\")",
);

/// A unique constraint.
pub const UNIQUE: Rule = rule(
    "uncovered-unique",
    "A unique constraint is new or gone in the models only.",
    "The program trusts that a value is there once; the database lets it in twice.",
    "email = Column(String, unique=True)",
    "op.create_unique_constraint(\"user_email_key\", \"user\", [\"email\"])",
);

/// A check constraint.
pub const CHECK: Rule = rule(
    "uncovered-check",
    "A check constraint is new, gone or different in the models only.",
    "The database lets values in that the models rule out. Autogenerate does not see this.",
    "__table_args__ = (CheckConstraint(\"price > 0\", name=\"price_positive\"),)",
    "op.create_check_constraint(\"price_positive\", \"product\", \"price > 0\")",
);

/// An exclude constraint.
pub const EXCLUDE: Rule = rule(
    "uncovered-exclude",
    "An exclude constraint is new, gone or different in the models only.",
    "The database lets rows overlap that the models keep apart. Autogenerate does not see this.",
    "__table_args__ = (ExcludeConstraint((\"room\", \"=\"), (\"during\", \"&&\"), name=\"no_overlap\"),)",
    "op.create_exclude_constraint(\"no_overlap\", \"booking\", (\"room\", \"=\"), (\"during\", \"&&\"))",
);

/// An index.
pub const INDEX: Rule = rule(
    "uncovered-index",
    "An index is new, gone or different in the models only.",
    "Queries that the index was made for read the whole table.",
    "email = Column(String, index=True)",
    "op.create_index(\"ix_user_email\", \"user\", [\"email\"])",
);

/// An enum.
pub const ENUM: Rule = rule(
    "uncovered-enum",
    "An enum has other values in the models only.",
    "The database refuses the new value the first time it is written. Autogenerate does not see this.",
    "class State(enum.Enum):\n    new = \"new\"\n    paid = \"paid\"  # added",
    "with op.get_context().autocommit_block():\n    op.execute(\"ALTER TYPE state ADD VALUE 'paid'\")",
);

/// A comment.
pub const COMMENT: Rule = rule(
    "uncovered-comment",
    "A table or column has another comment in the models only.",
    "Whoever reads the database reads the old words.",
    "price = Column(Integer, comment=\"in cents\")",
    "op.alter_column(\"product\", \"price\", existing_type=sa.Integer(), comment=\"in cents\")",
);

/// Generation: autoincrement, identity, computed.
pub const GENERATED: Rule = rule(
    "uncovered-generated",
    "A column counts up or is computed differently in the models only.",
    "The database fills the column by the old rule, or leaves it empty. Autogenerate does not see most of this.",
    "total = Column(Integer, Computed(\"price * amount\"))",
    "op.drop_column(\"line\", \"total\")\nop.add_column(\"line\", sa.Column(\"total\", sa.Integer(), sa.Computed(\"price * amount\")))",
);

/// The rule that an uncovered change of a kind breaks.
pub fn of(kind: Kind) -> &'static Rule {
    match kind {
        Kind::TableAdded | Kind::TableDropped => &TABLE,
        Kind::ColumnAdded | Kind::ColumnDropped => &COLUMN,
        Kind::TypeChanged => &TYPE,
        Kind::EnumChanged => &ENUM,
        Kind::NullabilityChanged => &NULLABILITY,
        Kind::ServerDefaultChanged => &DEFAULT,
        Kind::AutoincrementChanged | Kind::ComputedChanged | Kind::IdentityChanged => &GENERATED,
        Kind::PrimaryKeyChanged => &PRIMARY_KEY,
        Kind::ForeignKeyAdded | Kind::ForeignKeyDropped => &FOREIGN_KEY,
        Kind::UniqueAdded | Kind::UniqueDropped => &UNIQUE,
        Kind::CheckAdded | Kind::CheckDropped => &CHECK,
        Kind::ExcludeAdded | Kind::ExcludeDropped => &EXCLUDE,
        Kind::IndexAdded | Kind::IndexDropped => &INDEX,
        Kind::CommentChanged => &COMMENT,
    }
}
