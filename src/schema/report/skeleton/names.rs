//! Names of tables, and of constraints that have none in the source.

use crate::schema::quote::identifier;
use crate::schema::settings::Dialect;

/// A table as it is addressed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// Schema, if one is named.
    pub schema: Option<String>,
    /// Name.
    pub name: String,
}

impl TableName {
    /// Reads `schema.name`; what is put behind it to tell two of them apart is left out.
    pub fn of(full: &str) -> Self {
        let full = full.split(" [").next().unwrap_or(full);
        match full.rsplit_once('.') {
            Some((schema, name)) => Self { schema: Some(schema.to_owned()), name: name.to_owned() },
            None => Self { schema: None, name: full.to_owned() },
        }
    }

    /// As SQL has it.
    pub fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", sql_name(schema), sql_name(&self.name)),
            None => sql_name(&self.name),
        }
    }
}

/// A name as SQL has it: in quotes where it would be taken for something else. What runs SQL as text is PostgreSQL's.
pub fn sql_name(name: &str) -> String {
    identifier(name, Dialect::Postgresql)
}

/// What kind of constraint has no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// A primary key.
    Primary,
    /// A unique constraint.
    Unique,
    /// A check constraint.
    Check,
    /// A foreign key.
    Foreign,
}

/// Conventions for constraints that SQLite keeps without a name, for `batch_alter_table`.
pub const CONVENTION: &str = "{'uq': 'uq_%(table_name)s_%(column_0_name)s', 'fk': 'fk_%(table_name)s_%(column_0_name)s', \
     'ck': 'ck_%(table_name)s_%(constraint_name)s', 'pk': 'pk_%(table_name)s'}";

/// The name that the database gives a constraint, or that the convention does where the database gives none.
pub fn given(dialect: Dialect, what: Unnamed, table: &str, columns: &[String]) -> String {
    let first = columns.first().map_or("", String::as_str);
    match (dialect, what) {
        (Dialect::Postgresql, Unnamed::Primary) => format!("{table}_pkey"),
        (Dialect::Postgresql, Unnamed::Unique) => format!("{table}_{}_key", columns.join("_")),
        (Dialect::Postgresql, Unnamed::Check) => format!("{table}_check"),
        (Dialect::Postgresql, Unnamed::Foreign) => format!("{table}_{}_fkey", columns.join("_")),
        (Dialect::Mysql, Unnamed::Primary) => "PRIMARY".to_owned(),
        (Dialect::Mysql, Unnamed::Unique) => first.to_owned(),
        (Dialect::Mysql, Unnamed::Check) => format!("{table}_chk_1"),
        (Dialect::Mysql, Unnamed::Foreign) => format!("{table}_ibfk_1"),
        (Dialect::Sqlite, Unnamed::Primary) => format!("pk_{table}"),
        (Dialect::Sqlite, Unnamed::Unique) => format!("uq_{table}_{first}"),
        (Dialect::Sqlite, Unnamed::Check) => format!("ck_{table}"),
        (Dialect::Sqlite, Unnamed::Foreign) => format!("fk_{table}_{first}"),
    }
}
