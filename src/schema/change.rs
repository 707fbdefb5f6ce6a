//! A difference between two models, one at a time, each with its inverse.

use serde::Serialize;

use super::model::{Column, ForeignKey, Index, Key, Table};
use super::place::Place;

/// What kind of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A table is new, with all that is in it.
    TableAdded,
    /// A table is gone.
    TableDropped,
    /// A column is new.
    ColumnAdded,
    /// A column is gone.
    ColumnDropped,
    /// A column has another type.
    TypeChanged,
    /// An enum has other values.
    EnumChanged,
    /// A column takes NULL or no longer does.
    NullabilityChanged,
    /// A column has another server default.
    ServerDefaultChanged,
    /// Autoincrement is said differently.
    AutoincrementChanged,
    /// A generated column is generated differently.
    ComputedChanged,
    /// An identity column counts differently.
    IdentityChanged,
    /// The primary key holds other columns, or has another name.
    PrimaryKeyChanged,
    /// A foreign key is new.
    ForeignKeyAdded,
    /// A foreign key is gone.
    ForeignKeyDropped,
    /// A unique constraint is new.
    UniqueAdded,
    /// A unique constraint is gone.
    UniqueDropped,
    /// A check constraint is new.
    CheckAdded,
    /// A check constraint is gone.
    CheckDropped,
    /// An exclude constraint is new.
    ExcludeAdded,
    /// An exclude constraint is gone.
    ExcludeDropped,
    /// An index is new.
    IndexAdded,
    /// An index is gone.
    IndexDropped,
    /// A table or column has another comment.
    CommentChanged,
}

impl Kind {
    /// The same difference seen from the other side.
    pub fn inverse(self) -> Self {
        match self {
            Self::TableAdded => Self::TableDropped,
            Self::TableDropped => Self::TableAdded,
            Self::ColumnAdded => Self::ColumnDropped,
            Self::ColumnDropped => Self::ColumnAdded,
            Self::ForeignKeyAdded => Self::ForeignKeyDropped,
            Self::ForeignKeyDropped => Self::ForeignKeyAdded,
            Self::UniqueAdded => Self::UniqueDropped,
            Self::UniqueDropped => Self::UniqueAdded,
            Self::CheckAdded => Self::CheckDropped,
            Self::CheckDropped => Self::CheckAdded,
            Self::ExcludeAdded => Self::ExcludeDropped,
            Self::ExcludeDropped => Self::ExcludeAdded,
            Self::IndexAdded => Self::IndexDropped,
            Self::IndexDropped => Self::IndexAdded,
            same => same,
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind.
    pub kind: Kind,
    /// The table, with schema.
    pub table: String,
    /// The column, constraint or index within it: its name, or its columns in brackets where it has none.
    pub item: Option<String>,
    /// What it was, in words or SQL; `None` where it was not there.
    pub from: Option<String>,
    /// What it is; `None` where it is gone.
    pub to: Option<String>,
    /// Where it is declared, on the newer side where it is there, else on the older.
    pub place: Option<Place>,
    /// What is needed to write the migration for it.
    #[serde(skip)]
    pub detail: Detail,
}

/// The parts of the models that a change is about: the older, the newer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// A whole table that is new or gone.
    Table(Box<Table>),
    /// A column: what it was, what it is.
    Column(Option<Box<Column>>, Option<Box<Column>>),
    /// A primary key: what it was, what it is.
    PrimaryKey(Option<Key>, Option<Key>),
    /// A foreign key that is new or gone.
    ForeignKey(ForeignKey),
    /// A unique constraint that is new or gone.
    Unique(Key),
    /// A check or exclude constraint that is new or gone.
    Check(super::model::Check),
    /// An index that is new or gone.
    Index(Index),
    /// A comment of the table.
    Comment,
}

impl Change {
    /// One phrase: what changed, from what to what.
    pub fn describe(&self) -> String {
        format!("{} {}", self.table, self.item.as_deref().unwrap_or_default())
    }
}
