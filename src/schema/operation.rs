//! What a migration or a piece of SQL does to a schema, whatever it is written in.

use serde::Serialize;

use super::model::{Check, ForeignKey, Index, Key, Table, Type};
use super::place::Place;

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the sentence of each variant speaks of its fields")]
pub enum Operation {
    /// CREATE TABLE, with what is in it.
    CreateTable(Box<Table>),
    /// DROP TABLE.
    DropTable { table: String },
    /// A table gets another name (or schema).
    RenameTable { from: String, to: String },
    /// ADD COLUMN; its constraints are operations of their own.
    AddColumn { table: String, column: Box<super::model::Column> },
    /// DROP COLUMN.
    DropColumn { table: String, column: String },
    /// A column becomes something else; only what is said is there.
    AlterColumn { table: String, column: String, to: Box<Altered> },
    /// CREATE INDEX.
    CreateIndex { table: String, index: Index, concurrently: bool },
    /// DROP INDEX; its table is not always said.
    DropIndex { table: Option<String>, name: String, concurrently: bool },
    /// ADD CONSTRAINT … UNIQUE; `using_index` when it takes over an index that is there.
    AddUnique { table: String, key: Key, using_index: bool },
    /// ADD PRIMARY KEY.
    AddPrimaryKey { table: String, key: Key },
    /// ADD FOREIGN KEY; `checked` unless NOT VALID is said.
    AddForeignKey { table: String, key: ForeignKey, checked: bool },
    /// ADD CHECK; `checked` unless NOT VALID is said.
    AddCheck { table: String, check: Check, checked: bool },
    /// ADD EXCLUDE.
    AddExclude { table: String, check: Check },
    /// VALIDATE CONSTRAINT.
    ValidateConstraint { table: String, name: String },
    /// DROP CONSTRAINT: which one, and what kind where this is said (`unique`, `foreignkey`, `check`, `primary`).
    DropConstraint { table: String, name: String, kind: Option<String> },
    /// RENAME CONSTRAINT or RENAME INDEX.
    Rename { table: Option<String>, from: String, to: String },
    /// CREATE TYPE … AS ENUM.
    CreateEnum { name: String, values: Vec<String> },
    /// ALTER TYPE … ADD VALUE or RENAME VALUE.
    AlterEnum { name: String },
    /// DROP TYPE.
    DropEnum { name: String },
    /// ALTER TYPE … RENAME TO.
    RenameEnum { from: String, to: String },
    /// A comment of a table, or of a column of it.
    Comment { table: String, column: Option<String>, text: Option<String> },
    /// Rows are written, read or removed; no schema changes. Which table, where it can be told.
    Data { table: Option<String> },
    /// DDL about something that models do not hold: views, functions, triggers, extensions, schemas, grants.
    Other { what: String },
    /// It cannot be told what this does; `about` holds the names of tables and columns that it mentions.
    Opaque { why: String, about: Vec<String> },
}

/// What a column becomes; `None` where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Altered {
    /// Another name.
    pub name: Option<String>,
    /// Another type.
    pub kind: Option<Type>,
    /// The type it has, where this is said (`existing_type`).
    pub existing: Option<Type>,
    /// Takes NULL.
    pub nullable: Option<bool>,
    /// Another server default; `Some(None)` drops it.
    pub server_default: Option<Option<String>>,
    /// Another comment; `Some(None)` drops it.
    pub comment: Option<Option<String>>,
    /// Autoincrement, identity or generation is said.
    pub generated: bool,
    /// Whether `USING` gives an expression.
    pub using: bool,
}

/// One operation of a script, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does.
    pub operation: Operation,
    /// Where it is written.
    pub place: Place,
    /// Inside `batch_alter_table`.
    pub batch: bool,
    /// Inside `autocommit_block`, so in no transaction.
    pub autocommit: bool,
    /// Under a condition or in a loop whose outcome is not known.
    pub conditional: bool,
}

impl Operation {
    /// The table it acts on, with schema where one is named.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::CreateTable(table) => Some(&table.name),
            Self::DropTable { table }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::AddUnique { table, .. }
            | Self::AddPrimaryKey { table, .. }
            | Self::AddForeignKey { table, .. }
            | Self::AddCheck { table, .. }
            | Self::AddExclude { table, .. }
            | Self::ValidateConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::Comment { table, .. } => Some(table),
            Self::RenameTable { from, .. } => Some(from),
            Self::DropIndex { table, .. } | Self::Rename { table, .. } | Self::Data { table } => {
                table.as_deref()
            }
            Self::CreateEnum { .. }
            | Self::AlterEnum { .. }
            | Self::DropEnum { .. }
            | Self::RenameEnum { .. }
            | Self::Other { .. }
            | Self::Opaque { .. } => None,
        }
    }

    /// The same without where its parts are written: a step says that once, and two that do the same are equal.
    #[must_use]
    pub fn without_places(mut self) -> Self {
        match &mut self {
            Self::CreateTable(table) => table.forget_places(),
            Self::AddColumn { column, .. } => column.place = None,
            Self::CreateIndex { index, .. } => index.place = None,
            Self::AddUnique { key, .. } | Self::AddPrimaryKey { key, .. } => key.place = None,
            Self::AddForeignKey { key, .. } => key.place = None,
            Self::AddCheck { check, .. } | Self::AddExclude { check, .. } => check.place = None,
            _ => {}
        }
        self
    }

    /// Whether it certainly changes what models declare.
    pub fn alters_schema(&self) -> bool {
        !matches!(
            self,
            Self::Data { .. } | Self::Other { .. } | Self::Opaque { .. } | Self::ValidateConstraint { .. }
        )
    }
}
