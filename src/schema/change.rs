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

    fn words(self) -> &'static str {
        match self {
            Self::TableAdded => "table added",
            Self::TableDropped => "table dropped",
            Self::ColumnAdded => "column added",
            Self::ColumnDropped => "column dropped",
            Self::TypeChanged => "type",
            Self::EnumChanged => "enum values",
            Self::NullabilityChanged => "nullability",
            Self::ServerDefaultChanged => "server default",
            Self::AutoincrementChanged => "autoincrement",
            Self::ComputedChanged => "computed",
            Self::IdentityChanged => "identity",
            Self::PrimaryKeyChanged => "primary key",
            Self::ForeignKeyAdded => "foreign key added",
            Self::ForeignKeyDropped => "foreign key dropped",
            Self::UniqueAdded => "unique constraint added",
            Self::UniqueDropped => "unique constraint dropped",
            Self::CheckAdded => "check constraint added",
            Self::CheckDropped => "check constraint dropped",
            Self::ExcludeAdded => "exclude constraint added",
            Self::ExcludeDropped => "exclude constraint dropped",
            Self::IndexAdded => "index added",
            Self::IndexDropped => "index dropped",
            Self::CommentChanged => "comment",
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
    /// The same difference seen from the other side.
    #[must_use]
    pub fn inverse(self) -> Self {
        let detail = self.detail.inverse();
        let place = detail.place().cloned().or(self.place);
        Self { kind: self.kind.inverse(), from: self.to, to: self.from, place, detail, ..self }
    }

    /// One phrase: what changed, from what to what, as in `users.email: type VARCHAR(50) -> VARCHAR(120)`.
    pub fn describe(&self) -> String {
        let table = &self.table;
        let item = self.item.as_deref().unwrap_or_default();
        let what = self.kind.words();
        match &self.detail {
            Detail::Table(_) => format!("{table}: {what}{}", self.beside()),
            Detail::Column(..) if self.kind == Kind::EnumChanged => {
                format!("{table}.{item}: {}", self.values())
            }
            Detail::Column(Some(_), Some(_)) => format!("{table}.{item}: {what} {}", self.both_sides()),
            Detail::Column(..) => format!("{table}.{item}: {what}{}", self.beside()),
            Detail::PrimaryKey(..) | Detail::Comment => format!("{table}: {what} {}", self.both_sides()),
            _ => format!("{table}: {what} {item}{}", self.beside()),
        }
    }

    /// What is new or gone, unless the item says it already.
    fn beside(&self) -> String {
        let said = self.from.as_ref().or(self.to.as_ref());
        let said = said.filter(|said| {
            let item = self.item.as_deref().unwrap_or_default();
            *said != item && item != format!("({said})")
        });
        said.map(|said| format!(", {said}")).unwrap_or_default()
    }

    fn both_sides(&self) -> String {
        let words = |side: &Option<String>| side.clone().unwrap_or_else(|| "none".to_owned());
        format!("{} -> {}", words(&self.from), words(&self.to))
    }

    fn values(&self) -> String {
        match (&self.from, &self.to, &self.detail) {
            (Some(gone), Some(new), Detail::Column(Some(older), Some(newer))) => {
                let sorted = |column: &Column| {
                    let mut values = column.kind.values.clone().unwrap_or_default().values;
                    values.sort_unstable();
                    values
                };
                if sorted(older) == sorted(newer) {
                    return format!("order of enum values {gone} -> {new}");
                }
                format!("enum value {gone} removed, {new} added")
            }
            (Some(gone), _, _) => format!("enum value {gone} removed"),
            (None, Some(new), _) => format!("enum value {new} added"),
            (None, None, _) => "enum values".to_owned(),
        }
    }
}

impl Detail {
    fn inverse(self) -> Self {
        match self {
            Self::Column(from, to) => Self::Column(to, from),
            Self::PrimaryKey(from, to) => Self::PrimaryKey(to, from),
            same => same,
        }
    }

    /// Where the newer part is declared, else the older.
    fn place(&self) -> Option<&Place> {
        match self {
            Self::Table(table) => table.place.as_ref(),
            Self::Column(from, to) => to.as_ref().or(from.as_ref()).and_then(|column| column.place.as_ref()),
            Self::PrimaryKey(_, to) => to.as_ref().and_then(|key| key.place.as_ref()),
            Self::ForeignKey(key) => key.place.as_ref(),
            Self::Unique(key) => key.place.as_ref(),
            Self::Check(check) => check.place.as_ref(),
            Self::Index(index) => index.place.as_ref(),
            Self::Comment => None,
        }
    }
}
