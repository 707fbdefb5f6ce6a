//! Which call does what: directives of `op` and of batches, and what works on the database without them.

use super::{Call, Callee, Reader};
use crate::schema::operation::Operation;

/// Directives that only help others.
const SILENT: [&str; 12] = [
    "f",
    "get_bind",
    "get_context",
    "inline_literal",
    "batch_alter_table",
    "autocommit_block",
    "register_operation",
    "implementation_for",
    "run_async",
    "invoke",
    "context",
    "configure",
];

/// What directives of extensions are about that models do not hold: views, functions, hypertables and so on.
const ELSEWHERE: [&str; 16] = [
    "entity",
    "view",
    "function",
    "trigger",
    "extension",
    "sequence",
    "schema",
    "hypertable",
    "policy",
    "procedure",
    "_sp",
    "role",
    "grant",
    "privilege",
    "publication",
    "audit",
];

/// Methods that run SQL.
const RUN: [&str; 6] = ["execute", "exec_driver_sql", "executescript", "executemany", "scalar", "scalars"];

impl Reader<'_, '_> {
    /// What a call does to the database; nothing where it does nothing to it.
    pub(super) fn operations(&mut self, call: &Call) -> Vec<Operation> {
        match call.callee.clone() {
            Callee::Op(name) => self.directive(call, None, &name),
            Callee::Batch { table, name } => self.directive(call, Some(&table), &name),
            Callee::Method { name, .. } if RUN.contains(&name.as_str()) => self.executed(call, false),
            Callee::Method { base, name } => self.created_directly(call, &base, &name),
            Callee::Unknown => self.executed(call, true),
            Callee::Function(dotted) => self.outside(call, &dotted),
        }
    }

    /// A directive; `table` is that of the batch.
    fn directive(&mut self, call: &Call, table: Option<&str>, name: &str) -> Vec<Operation> {
        let name = name.replace("geospatial_", "");
        let name = name.trim_end_matches("_if_exists").trim_end_matches("_if_not_exists");
        match name {
            "create_table" => self.create_table(call),
            "drop_table" => vec![Operation::DropTable { table: self.table_name(call, 0, "table_name") }],
            "rename_table" => self.rename_table(call),
            "add_column" => self.add_column(call, table),
            "drop_column" => self.drop_column(call, table),
            "alter_column" => self.alter_column(call, table),
            "create_index" => self.create_index(call, table),
            "drop_index" => self.drop_index(call, table),
            "create_unique_constraint" => self.create_unique(call, table),
            "create_foreign_key" => self.create_foreign_key(call, table),
            "create_check_constraint" => self.create_check(call, table),
            "create_primary_key" => self.create_primary_key(call, table),
            "create_exclude_constraint" => self.create_exclude(call, table),
            "drop_constraint" => self.drop_constraint(call, table),
            "create_table_comment" | "drop_table_comment" => self.table_comment(call, table),
            "bulk_insert" => vec![Operation::Data { table: self.data_table(call.arg(0, "table")) }],
            "execute" => self.executed(call, false),
            "sync_enum_values" => self.sync_enum(call),
            _ if SILENT.contains(&name) => Vec::new(),
            _ if ELSEWHERE.iter().any(|word| name.contains(word)) => {
                vec![Operation::Other { what: name.replace('_', " ") }]
            }
            _ => vec![call.opaque(self, &format!("op.{name} is not alembic's own"))],
        }
    }

    /// A function of another package whose name says that it changes tables.
    fn outside(&self, call: &Call, dotted: &str) -> Vec<Operation> {
        let (root, last) = (dotted.split('.').next(), dotted.rsplit('.').next().unwrap_or(dotted));
        let last = last.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| last.contains(word));
        let acts = says(&["add_", "drop_", "create_", "alter_", "rename_", "remove_", "modify_", "change_"]);
        let on = says(&["column", "table", "index", "constraint", "foreign_key", "enum", "fk"]);
        let known = matches!(root, Some("sqlalchemy" | "alembic" | "builtins"));
        if acts && on && !known {
            return vec![call.opaque(self, &format!("{dotted} is not of this tree"))];
        }
        Vec::new()
    }

    /// `op.sync_enum_values(schema, "state", [...])` of alembic-postgresql-enum.
    fn sync_enum(&mut self, call: &Call) -> Vec<Operation> {
        let name = call.arg(1, "enum_name").or_else(|| call.kwarg("name")).cloned();
        match name.and_then(|name| self.name(&name)) {
            Some(name) => vec![Operation::AlterEnum { name }],
            None => vec![call.opaque(self, "the enum cannot be told")],
        }
    }
}
