//! The schema as a value: what `MetaData` holds once every model is declared, as far as the database sees it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::place::Place;

/// Every table, by name: `name`, or `schema.name` where a schema is named. Where two `MetaData` hold a table of the same name,
/// the second in order of place is `name [module]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Model {
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
}

/// A table. Parts are sorted, so that order in the source makes no difference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name, without schema.
    pub name: String,
    /// Its schema, if one is named.
    pub schema: Option<String>,
    /// Columns by their name in the database.
    pub columns: BTreeMap<String, Column>,
    /// Names of the columns in the order they are created in; not compared.
    pub order: Vec<String>,
    /// The primary key.
    pub primary_key: Option<Key>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Unique constraints, of `unique=True` as well.
    pub uniques: Vec<Key>,
    /// Check constraints, of `Boolean` and `Enum` with `create_constraint` as well.
    pub checks: Vec<Check>,
    /// Exclude constraints of PostgreSQL.
    pub excludes: Vec<Check>,
    /// Indexes, of `index=True` as well.
    pub indexes: Vec<Index>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it is declared.
    pub place: Option<Place>,
}

impl Table {
    /// Name with schema, as in `accounts.users`.
    pub fn full_name(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Takes out where it and its parts are declared.
    pub fn forget_places(&mut self) {
        self.place = None;
        self.columns.values_mut().for_each(|column| column.place = None);
        self.primary_key.iter_mut().chain(&mut self.uniques).for_each(|key| key.place = None);
        self.foreign_keys.iter_mut().for_each(|key| key.place = None);
        self.checks.iter_mut().chain(&mut self.excludes).for_each(|check| check.place = None);
        self.indexes.iter_mut().for_each(|index| index.place = None);
    }
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name in the database.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// What the database puts in where nothing is given: SQL as SQLAlchemy renders it, as in `now()` or `'new'`.
    pub server_default: Option<String>,
    /// Whether the database counts it up, where this is said (`True` or `False`; the default `auto` is `None`).
    pub autoincrement: Option<bool>,
    /// The expression of a generated column, with ` STORED` or ` VIRTUAL` behind it where that is said.
    pub computed: Option<String>,
    /// The options of an identity column, as in `BY DEFAULT START WITH 1`.
    pub identity: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// A type, in the words of the dialect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Type {
    /// As the dialect creates it, as in `VARCHAR(50)` or `TIMESTAMP WITH TIME ZONE`; a type that is declared outside the tree
    /// as its call, as in `geoalchemy2.Geometry('POINT', srid=4326)`. The name of an enum is compared, its values apart.
    pub sql: String,
    /// How source spells it for a migration, as in `sa.String(length=50)`.
    pub python: String,
    /// Values of an enum, in order.
    pub values: Option<EnumValues>,
    /// Whether it could not be told; `sql` is then its source text.
    pub unresolved: bool,
}

/// Values of an enum.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EnumValues {
    /// Name of the type in the database, if it has one.
    pub name: Option<String>,
    /// Values in order.
    pub values: Vec<String>,
    /// Whether the dialect has a type for it; otherwise it is a VARCHAR.
    pub native: bool,
}

/// A primary key or unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// Name, if it has one (naming conventions applied).
    pub name: Option<String>,
    /// Columns in order.
    pub columns: Vec<String>,
    /// What else is said: `deferrable`, `initially`, `nulls not distinct`, `include`; one word or phrase each, sorted.
    pub options: Vec<String>,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// A foreign key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ForeignKey {
    /// Name, if it has one.
    pub name: Option<String>,
    /// Columns in order.
    pub columns: Vec<String>,
    /// The table it points to, with schema where one is named.
    pub target: String,
    /// Columns there, in order.
    pub target_columns: Vec<String>,
    /// ON DELETE, upper case.
    pub on_delete: Option<String>,
    /// ON UPDATE, upper case.
    pub on_update: Option<String>,
    /// What else is said: `DEFERRABLE`, `INITIALLY DEFERRED`, `MATCH FULL`, `use_alter`; sorted.
    pub options: Vec<String>,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// A check or exclude constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Check {
    /// Name, if it has one.
    pub name: Option<String>,
    /// SQL, white space folded.
    pub sql: String,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// An index.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Index {
    /// Name, if it has one (`ix_…` of `index=True` and naming conventions applied).
    pub name: Option<String>,
    /// Columns and expressions in order, as in `email`, `lower(name)`, `created_at DESC`.
    pub columns: Vec<String>,
    /// Whether values are unique.
    pub unique: bool,
    /// What else is said, dialect first: `postgresql_using=gin`, `postgresql_where=deleted IS NULL`; sorted.
    pub options: Vec<String>,
    /// Where it is declared.
    pub place: Option<Place>,
}
