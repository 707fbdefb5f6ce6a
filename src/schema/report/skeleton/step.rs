//! One operation of a generated migration, and how several become code: alone, or in batches where a table is made anew.

use super::names::{CONVENTION, TableName};
use super::python::{Call, text};
use crate::schema::settings::Dialect;

/// When an operation runs, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Types.
    Types,
    /// New tables.
    Create,
    /// Constraints and indexes that are in the way.
    Detach,
    /// New columns.
    Add,
    /// Changes of columns.
    Alter,
    /// Primary keys.
    Key,
    /// Columns that are gone, with what was on them.
    Remove,
    /// New constraints and indexes.
    Attach,
    /// Tables that are gone.
    Drop,
    /// Comments.
    Comment,
}

/// An operation on a table.
#[derive(Debug, Clone, Default)]
pub struct OnTable {
    /// Name of the method.
    pub method: &'static str,
    /// Arguments before the table's name.
    pub before: Vec<String>,
    /// Arguments behind it.
    pub after: Vec<String>,
    /// Arguments by name.
    pub named: Vec<(String, String)>,
    /// It is about something that has no name in the source.
    pub unnamed: bool,
}

/// What to do.
#[derive(Debug, Clone)]
pub enum Body {
    /// These lines.
    Lines(Vec<String>),
    /// This, alone or in a batch.
    Table(OnTable),
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Step {
    /// When.
    pub phase: Phase,
    /// The table it is about.
    pub table: TableName,
    /// What somebody has to know, without the hash.
    pub comments: Vec<String>,
    /// What to do.
    pub body: Body,
}

impl OnTable {
    /// An operation without arguments so far.
    pub fn new(method: &'static str) -> Self {
        Self { method, ..Self::default() }
    }

    /// With an argument before the table.
    pub fn first(mut self, argument: String) -> Self {
        self.before.push(argument);
        self
    }

    /// With an argument behind the table.
    pub fn with(mut self, argument: String) -> Self {
        self.after.push(argument);
        self
    }

    /// With arguments by name.
    pub fn and(mut self, named: impl IntoIterator<Item = (String, String)>) -> Self {
        self.named.extend(named);
        self
    }

    /// With an argument by name.
    pub fn named(self, name: &str, value: String) -> Self {
        self.and([(name.to_owned(), value)])
    }

    /// SQLite makes and drops indexes as they are.
    fn is_of_index(&self) -> bool {
        ["create_index", "drop_index"].contains(&self.method)
    }

    fn alone(&self, table: &TableName) -> String {
        let mut call = Call::new(&format!("op.{}", self.method)).and(self.before.iter().cloned());
        call = match self.method {
            "drop_index" => call.named("table_name", text(&table.name)),
            _ => call.with(text(&table.name)),
        };
        call = call.and(self.after.iter().cloned());
        for (name, value) in &self.named {
            call = call.named(name, value);
        }
        let key = if self.method == "create_foreign_key" { "source_schema" } else { "schema" };
        call.maybe(key, table.schema.as_deref().map(text)).line()
    }

    fn in_batch(&self) -> String {
        let call = Call::new(&format!("batch_op.{}", self.method));
        let call = call.and(self.before.iter().chain(&self.after).cloned());
        self.named.iter().fold(call, |call, (name, value)| call.named(name, value)).line()
    }
}

/// Operations as lines of code, in their order.
pub fn lines(mut steps: Vec<Step>, dialect: Dialect) -> Vec<String> {
    let early = |step: &Step| matches!(&step.body, Body::Table(own) if own.method == "drop_index");
    // Before the table is made anew: a batch does not know indexes of expressions.
    steps.sort_by_key(|step| if early(step) { step.phase.min(Phase::Types) } else { step.phase });
    let mut out = Vec::new();
    let mut done: Vec<TableName> = Vec::new();
    for step in &steps {
        match &step.body {
            Body::Lines(lines) => {
                comments(&mut out, step, "");
                out.extend(lines.iter().cloned());
            }
            Body::Table(on_table) if dialect != Dialect::Sqlite || on_table.is_of_index() => {
                comments(&mut out, step, "");
                out.push(on_table.alone(&step.table));
            }
            Body::Table(_) if done.contains(&step.table) => {}
            Body::Table(_) => {
                batch(&mut out, &step.table, &steps);
                done.push(step.table.clone());
            }
        }
    }
    out
}

/// SQLite alters hardly anything: the table is made anew once, with every change.
fn batch(out: &mut Vec<String>, table: &TableName, steps: &[Step]) {
    let own = || {
        steps.iter().filter(|step| step.table == *table).filter_map(|step| match &step.body {
            Body::Table(on_table) if !on_table.is_of_index() => Some((step, on_table)),
            _ => None,
        })
    };
    let unnamed = own().any(|(_, on_table)| on_table.unnamed);
    let call = Call::new("op.batch_alter_table")
        .with(text(&table.name))
        .maybe("schema", table.schema.as_deref().map(text))
        .maybe("naming_convention", unnamed.then(|| CONVENTION.to_owned()));
    out.push(format!("with {} as batch_op:", call.line()));
    for (step, on_table) in own() {
        comments(out, step, "    ");
        out.push(format!("    {}", on_table.in_batch()));
    }
}

fn comments(out: &mut Vec<String>, step: &Step, indent: &str) {
    out.extend(step.comments.iter().map(|comment| format!("{indent}# {comment}")));
}
