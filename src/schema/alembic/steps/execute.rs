//! SQL that is executed, as text or as an expression.

use super::name::last;
use super::{Call, Reader};
use crate::schema::alembic::coverage::names::HOLE;
use crate::schema::eval::Value;
use crate::schema::operation::Operation;
use crate::schema::sql;

/// How deep text is put together.
const DEPTH: u32 = 12;

/// Calls whose first argument is SQL, or text that is only laid out anew.
const TEXTS: [&str; 7] = ["text", "DDL", "literal_column", "TextClause", "dedent", "cleandoc", "SQL"];

/// Methods that leave a text what it is.
const KEEPING: [&str; 9] = [
    "bindparams",
    "params",
    "execution_options",
    "columns",
    "strip",
    "rstrip",
    "lstrip",
    "format",
    "format_map",
];

/// What builds statements about rows.
const ROWS: [&str; 12] = [
    "insert",
    "update",
    "delete",
    "select",
    "values",
    "where",
    "returning",
    "filter",
    "from_select",
    "union",
    "exists",
    "on_conflict_do_nothing",
];

/// Words that DDL begins with.
const DDL: [&str; 6] = ["CREATE", "ALTER", "DROP", "COMMENT", "RENAME", "DO"];

impl Reader<'_, '_> {
    /// What is executed; `unknown` where it is not known that anything is: then only text that is DDL counts.
    pub(super) fn executed(&mut self, call: &Call, unknown: bool) -> Vec<Operation> {
        let names = ["sqltext", "statement", "sql", "object_", "clause"];
        let given = call.args.first().or_else(|| names.iter().find_map(|name| call.kwarg(name))).cloned();
        let Some(value) = given else { return Vec::new() };
        if let Some(text) = self.text_of(&value) {
            return if unknown && !is_ddl(&text) { Vec::new() } else { self.statements(&text) };
        }
        if unknown {
            return Vec::new();
        }
        self.expression(&value, call)
    }

    fn statements(&self, text: &str) -> Vec<Operation> {
        let statements = sql::parse(text, self.dialect);
        statements.into_iter().flat_map(|statement| statement.operations).collect()
    }

    /// `table.update().values(…)`, `CreateSequence(…)`.
    fn expression(&mut self, value: &Value, call: &Call) -> Vec<Operation> {
        let Value::Object(id) = value else {
            return match value {
                // Nothing is executed but what rows or objects say.
                Value::Unknown(_) => vec![call.opaque(self, "the SQL cannot be told")],
                _ => Vec::new(),
            };
        };
        let name = last(&self.interpreter.object(*id).callee);
        let chain = self.chain(value);
        if chain.iter().any(|name| ROWS.contains(&name.as_str())) {
            return vec![Operation::Data { table: self.data_table(Some(value)) }];
        }
        let elsewhere = ["Sequence", "Schema", "View", "Extension", "Function", "Trigger"];
        if elsewhere.iter().any(|word| name.contains(word)) {
            return vec![Operation::Other { what: name }];
        }
        vec![call.opaque(self, "what is executed cannot be told")]
    }

    /// Names of the methods and functions that an expression is made by, outermost first.
    fn chain(&self, value: &Value) -> Vec<String> {
        let mut names = Vec::new();
        let mut next = Some(value.clone());
        for _ in 0..DEPTH * 4 {
            next = match next {
                Some(Value::Object(id)) => Some(self.interpreter.object(id).callee.clone()),
                Some(Value::Member(base, name)) => {
                    names.push(name.to_string());
                    Some(*base)
                }
                Some(Value::External(dotted)) => {
                    names.push(dotted.rsplit('.').next().unwrap_or(&dotted).to_owned());
                    None
                }
                _ => None,
            };
        }
        names
    }

    /// The table whose rows an expression is about.
    pub(super) fn data_table(&mut self, value: Option<&Value>) -> Option<String> {
        let mut next = value.cloned();
        for _ in 0..DEPTH * 4 {
            let value = next?;
            next = match &value {
                Value::Class(_) => return self.name(&value).filter(|name| name != HOLE),
                Value::Member(_, name) if &**name == "__table__" => {
                    return self.name(&value).filter(|name| name != HOLE);
                }
                Value::Member(base, _) => Some((**base).clone()),
                Value::Object(id) => {
                    let object = self.interpreter.object(*id);
                    match last(&object.callee).as_str() {
                        "table" | "Table" | "create_table" => {
                            return self.name(&value).filter(|name| name != HOLE);
                        }
                        "insert" | "update" | "delete" if !object.args.is_empty() => {
                            object.args.first().cloned()
                        }
                        _ => Some(object.callee.clone()),
                    }
                }
                _ => None,
            };
        }
        None
    }

    /// Text, with a hole for every piece of it that cannot be told; `None` where it is none.
    pub(in crate::schema::alembic) fn text_of(&mut self, value: &Value) -> Option<String> {
        self.text_within(value, DEPTH)
    }

    fn text_within(&mut self, value: &Value, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        if let Value::Str(text) = value {
            return Some(text.to_string());
        }
        let Value::Object(id) = value else { return None };
        let object = self.interpreter.object(*id).clone();
        let hole = |text: Option<String>| text.unwrap_or_else(|| HOLE.to_owned());
        match &object.callee {
            Value::External(dotted) => match dotted.strip_prefix("operator.") {
                Some("format") => {
                    Some(object.args.iter().map(|piece| hole(self.piece(piece, depth))).collect())
                }
                Some("+") => {
                    let parts: Vec<Option<String>> =
                        object.args.iter().map(|part| self.text_within(part, depth)).collect();
                    parts.iter().any(Option::is_some).then(|| parts.into_iter().map(hole).collect())
                }
                Some("%") => object.args.first().and_then(|text| self.text_within(text, depth)),
                Some(_) => None,
                None if TEXTS.contains(&last(&object.callee).as_str()) => {
                    object.args.first().and_then(|text| self.text_within(text, depth))
                }
                None => None,
            },
            Value::Member(base, method) if KEEPING.contains(&&**method) => self.text_within(base, depth),
            _ => None,
        }
    }

    /// A piece of an f-string: text, or a name that a wrapper hands on.
    fn piece(&mut self, value: &Value, depth: u32) -> Option<String> {
        match value {
            Value::Int(_) | Value::Number(_) | Value::Bool(_) => Some(self.interpreter.text(value)),
            Value::Member(_, name) if matches!(&**name, "name" | "__table__" | "__tablename__") => {
                self.name(value)
            }
            _ => self.text_within(value, depth),
        }
    }
}

fn is_ddl(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_uppercase();
    DDL.contains(&first.as_str())
}
