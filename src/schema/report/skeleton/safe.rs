//! What PostgreSQL does to a table that is in use without stopping the programs that use it.

use super::names::{TableName, Unnamed, given, sql_name};
use super::parts::{actions, execute, index_options, indexed_list, options};
use super::python::{Call, boolean, list, optional, sql, text};
use super::step::{Body, Phase, Step};
use crate::schema::model::{Check, ForeignKey, Index, Key};
use crate::schema::settings::Dialect;

/// Longest name that PostgreSQL keeps whole, in bytes.
const NAME_MAX: usize = 63;

fn step(table: &TableName, phase: Phase, lines: Vec<String>) -> Step {
    Step { phase, table: table.clone(), comments: Vec::new(), body: Body::Lines(lines) }
}

/// Outside of the transaction, which is committed before.
fn apart(line: &str) -> [String; 2] {
    ["with op.get_context().autocommit_block():".to_owned(), format!("    {line}")]
}

/// An index that is built beside the running program.
pub fn index(index: &Index, table: &TableName) -> Step {
    let call = Call::new("op.create_index")
        .with(optional(index.name.as_deref()))
        .with(text(&table.name))
        .with(indexed_list(index))
        .named("unique", boolean(index.unique));
    let call = index_options(index).into_iter().fold(call, |call, (name, value)| call.named(&name, value));
    let call = built_beside(call, table);
    // Without a name nothing tells whether it is there.
    let call = call.maybe("if_not_exists", index.name.as_ref().map(|_| boolean(true)));
    step(table, Phase::Attach, apart(&call.line()).to_vec())
}

/// An index that goes without a lock that stops everything.
pub fn drop_index(index: &Index, table: &TableName) -> Option<Step> {
    let call =
        Call::new("op.drop_index").with(text(index.name.as_deref()?)).named("table_name", text(&table.name));
    let call = built_beside(call, table).named("if_exists", boolean(true));
    Some(step(table, Phase::Detach, apart(&call.line()).to_vec()))
}

fn built_beside(call: Call, table: &TableName) -> Call {
    call.maybe("schema", table.schema.as_deref().map(text)).named("postgresql_concurrently", boolean(true))
}

fn validate(table: &TableName, name: &str) -> [String; 2] {
    let (table, name) = (table.sql(), sql_name(name));
    apart(&execute(&format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")))
}

/// A foreign key that holds new rows at once, and old ones once they were looked at.
pub fn foreign_key(key: &ForeignKey, table: &TableName) -> Step {
    let given = given(Dialect::Postgresql, Unnamed::Foreign, &table.name, &key.columns);
    let name = key.name.as_deref().unwrap_or(&given);
    let target = TableName::of(&key.target);
    let call = Call::new("op.create_foreign_key")
        .with(text(name))
        .with(text(&table.name))
        .with(text(&target.name))
        .with(list(&key.columns))
        .with(list(&key.target_columns));
    let said = actions(key).into_iter().filter(|(name, _)| name != "use_alter");
    let call = said.fold(call, |call, (name, value)| call.named(&name, value));
    let call = call
        .maybe("source_schema", table.schema.as_deref().map(text))
        .maybe("referent_schema", target.schema.as_deref().map(text))
        .named("postgresql_not_valid", boolean(true));
    let lines = [vec![call.line()], validate(table, name).to_vec()].concat();
    step(table, Phase::Attach, lines)
}

/// A check that holds new rows at once, and old ones once they were looked at.
pub fn check(check: &Check, table: &TableName) -> Step {
    let given = given(Dialect::Postgresql, Unnamed::Check, &table.name, &[]);
    let name = check.name.as_deref().unwrap_or(&given);
    let lines = [vec![not_valid(table, name, &sql(&check.sql))], validate(table, name).to_vec()].concat();
    step(table, Phase::Attach, lines)
}

fn not_valid(table: &TableName, name: &str, condition: &str) -> String {
    Call::new("op.create_check_constraint")
        .with(text(name))
        .with(text(&table.name))
        .with(condition)
        .maybe("schema", table.schema.as_deref().map(text))
        .named("postgresql_not_valid", boolean(true))
        .line()
}

/// A unique constraint that takes over an index, which is built beside the running program.
pub fn unique(key: &Key, table: &TableName) -> Step {
    let given = given(Dialect::Postgresql, Unnamed::Unique, &table.name, &key.columns);
    let name = key.name.as_deref().unwrap_or(&given);
    let call = Call::new("op.create_index")
        .with(text(name))
        .with(text(&table.name))
        .with(list(&key.columns))
        .named("unique", boolean(true));
    let said = options(&key.options);
    let of_index = said.iter().filter(|(name, _)| name.starts_with("postgresql_"));
    let call = of_index.fold(call, |call, (name, value)| call.named(name, value));
    let defers = |wanted: &str| said.iter().any(|(name, value)| name == wanted && value != "False");
    let mut take =
        format!("ALTER TABLE {} ADD CONSTRAINT {1} UNIQUE USING INDEX {1}", table.sql(), sql_name(name));
    if defers("deferrable") {
        take.push_str(" DEFERRABLE");
    }
    if said.iter().any(|(_, value)| value == "'DEFERRED'") {
        take.push_str(" INITIALLY DEFERRED");
    }
    let built = apart(&built_beside(call, table).line()).to_vec();
    step(table, Phase::Attach, [built, vec![execute(&take)]].concat())
}

/// What goes before a column refuses NULL, so that this takes a moment only; and what goes after it.
pub fn not_null(table: &TableName, column: &str) -> (Vec<String>, Vec<String>) {
    let mut name = format!("{}_{column}_not_null", table.name);
    while name.len() > NAME_MAX {
        name.pop();
    }
    let condition = text(&format!("{} IS NOT NULL", sql_name(column)));
    let before = [vec![not_valid(table, &name, &condition)], validate(table, &name).to_vec()].concat();
    let drop = Call::new("op.drop_constraint")
        .with(text(&name))
        .with(text(&table.name))
        .named("type_", text("check"))
        .maybe("schema", table.schema.as_deref().map(text));
    (before, vec![drop.line()])
}
