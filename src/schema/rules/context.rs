//! What a lock-safety rule looks at: one script's upgrade, the dialect, and the models on both sides of the change.

use std::collections::BTreeSet;

use crate::schema::model::{Column, Model, Table};
use crate::schema::operation::{Operation, Step};
use crate::schema::settings::Dialect;

/// One script's upgrade and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What upgrading does, in order.
    pub steps: &'a [Step],
    /// The database.
    pub dialect: Dialect,
    /// The models before the change: what programs that run now use.
    pub older: &'a Model,
    /// The models after it: what programs use next.
    pub newer: &'a Model,
    /// Tables that the script creates itself, with schema: they are empty, and nobody waits for their locks.
    pub created: &'a BTreeSet<String>,
}

impl<'a> Context<'a> {
    /// Steps that can wait for a lock or make others wait, with their position: not those that SQLite's batch mode turns into
    /// a copy of the table.
    pub fn live(&self) -> impl Iterator<Item = (usize, &'a Step)> + '_ {
        let sqlite = self.dialect == Dialect::Sqlite;
        self.steps.iter().enumerate().filter(move |(_, step)| !(sqlite && step.batch))
    }

    /// Whether the database is PostgreSQL.
    pub fn postgresql(&self) -> bool {
        self.dialect == Dialect::Postgresql
    }

    /// Whether the script itself creates the table, under this name or another.
    pub fn created(&self, table: &str) -> bool {
        let made = |name: &str| self.created.iter().any(|created| same(created, name));
        made(table)
            || self.steps.iter().any(|step| match &step.operation {
                Operation::RenameTable { from, to } => same(to, table) && made(from),
                _ => false,
            })
    }

    /// Steps before that position.
    pub fn before(&self, at: usize) -> impl Iterator<Item = &'a Operation> + '_ {
        self.steps.iter().take(at).map(|step| &step.operation)
    }

    /// Steps behind that position.
    pub fn after(&self, at: usize) -> impl Iterator<Item = &'a Operation> + '_ {
        self.steps.iter().skip(at.saturating_add(1)).map(|step| &step.operation)
    }

    /// Whether the step at that position runs inside the script's transaction: in no `autocommit_block`, and behind no `COMMIT`.
    pub fn in_transaction(&self, at: usize, step: &Step) -> bool {
        !step.autocommit
            && !self
                .before(at)
                .any(|operation| matches!(operation, Operation::Other { what } if what == "COMMIT"))
    }

    /// The name that the table of a step has once the whole script has run.
    pub fn final_name<'s>(&'s self, at: usize, table: &'s str) -> &'s str {
        self.after(at).fold(table, |name, operation| match operation {
            Operation::RenameTable { from, to } if same(from, name) => to,
            _ => name,
        })
    }

    /// Whether a later step puts a table of that name in place again.
    pub fn replaced(&self, at: usize, table: &str) -> bool {
        self.after(at).any(|operation| match operation {
            Operation::CreateTable(created) => same(&created.full_name(), table),
            Operation::RenameTable { to, .. } => same(to, table),
            _ => false,
        })
    }
}

/// The table of that name in a model; `public` may be left out.
pub fn table<'m>(model: &'m Model, name: &str) -> Option<&'m Table> {
    model.tables.get(name).or_else(|| model.tables.get(name.strip_prefix("public.")?)).or_else(|| {
        let mut found =
            model.tables.iter().filter(|(_, table)| same(&table.full_name(), name)).map(|(_, table)| table);
        found.next()
    })
}

/// The column of that name in a model.
pub fn column<'m>(model: &'m Model, in_table: &str, name: &str) -> Option<&'m Column> {
    table(model, in_table)?.columns.get(name)
}

/// Whether two names are of the same table; where one names no schema, it is not compared.
pub fn same(a: &str, b: &str) -> bool {
    if a.contains('.') && b.contains('.') { a == b } else { bare(a) == bare(b) }
}

/// The name without its schema.
pub fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Words that PostgreSQL or MySQL take for their own where a name of a table or column is not quoted; the likely ones.
const RESERVED: &str = " all analyse analyze and any array as asc both case cast check collate column constraint create current_date \
     default desc distinct do else end except for foreign from grant group having in index initially into key leading limit offset on \
     only or order primary references select session_user some table then to trailing trigger union unique user using when where with ";

/// A name as SQL writes it: each part in quotes where it needs them.
pub fn quoted(name: &str) -> String {
    let part = |part: &str| {
        let plain = part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !part.starts_with(|c: char| c.is_ascii_digit());
        if plain && !RESERVED.contains(&format!(" {part} ")) {
            part.to_owned()
        } else {
            format!("\"{part}\"")
        }
    };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// A table as an operation of Alembic takes it: its name, and the keyword for its schema where it has one.
pub fn argument(table: &str) -> (&str, String) {
    match table.rsplit_once('.') {
        Some((schema, name)) => (name, format!(", schema=\"{schema}\"")),
        None => (table, String::new()),
    }
}
