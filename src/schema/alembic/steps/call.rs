//! Calls as migrations make them: of `op`, of a batch, of a connection, of anything else.

use std::sync::Arc;

use super::Reader;
use crate::schema::eval::{Object, Value};
use crate::schema::operation::Operation;

/// Methods that matter on whatever they are called.
const METHODS: [&str; 5] = ["execute", "exec_driver_sql", "create_all", "drop_all", "run_sync"];

/// What is called.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Callee {
    /// A directive of `alembic.op`, or of `Operations(context)`.
    Op(String),
    /// A directive of `op.batch_alter_table(…)`: for which table.
    Batch { table: String, name: String },
    /// A method of something.
    Method { base: Value, name: String },
    /// Something from outside the tree, by its dotted name.
    Function(String),
    /// It cannot be told.
    Unknown,
}

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) callee: Callee,
    /// Arguments by position.
    pub(super) args: Vec<Value>,
    /// Arguments by name.
    pub(super) kwargs: Vec<(Arc<str>, Value)>,
    pub(super) place: crate::schema::place::Place,
}

impl Call {
    /// An argument by position or name.
    pub(super) fn arg(&self, at: usize, name: &str) -> Option<&Value> {
        self.args.get(at).or_else(|| self.kwarg(name))
    }

    /// An argument by name.
    pub(super) fn kwarg(&self, name: &str) -> Option<&Value> {
        self.kwargs.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// Whether an argument says yes.
    pub(super) fn says(&self, name: &str) -> bool {
        matches!(self.kwarg(name), Some(Value::Bool(true) | Value::Int(1)))
    }

    /// The function that is handed on to be called.
    pub(super) fn handed_on(&self) -> Option<Value> {
        let name = match &self.callee {
            Callee::Op(name) | Callee::Method { name, .. } => name,
            _ => return None,
        };
        let runs = matches!(name.as_str(), "run_async" | "run_sync" | "run_callable");
        self.args.first().filter(|value| runs && matches!(value, Value::Function(..))).cloned()
    }

    /// Strings that the arguments mention, at most a few levels deep.
    pub(super) fn strings(&self, reader: &Reader<'_, '_>) -> Vec<String> {
        let mut found = Vec::new();
        for value in self.args.iter().chain(self.kwargs.iter().map(|(_, value)| value)) {
            reader.strings(value, &mut found, 4);
        }
        found.dedup();
        found
    }

    /// That it cannot be told what the call does.
    pub(super) fn opaque(&self, reader: &Reader<'_, '_>, why: &str) -> Operation {
        Operation::Opaque { why: why.to_owned(), about: self.strings(reader) }
    }
}

impl Reader<'_, '_> {
    /// An object as the call that made it; `None` where it is an operator or an instance of a class of the tree.
    pub(super) fn call(&mut self, object: Object) -> Option<Call> {
        let callee = match object.callee {
            Value::External(dotted) => match op_name(&dotted) {
                Some(name) => Callee::Op(name.to_owned()),
                None if dotted.starts_with("operator.") => return None,
                None => from_outside(&dotted),
            },
            Value::Member(base, name) => self.method(*base, &name),
            Value::Unknown(_) => Callee::Unknown,
            _ => return None,
        };
        Some(Call { callee, args: object.args, kwargs: object.kwargs, place: object.place })
    }

    fn method(&mut self, base: Value, name: &str) -> Callee {
        let name = name.to_owned();
        if let Value::Object(id) = base {
            let object = self.interpreter.object(id).clone();
            if let Value::External(dotted) = &object.callee
                && dotted.rsplit('.').next() == Some("Operations")
            {
                return Callee::Op(name);
            }
            let of_batch = |name: &str| name == "batch_alter_table";
            let inner = match &object.callee {
                Value::External(dotted) => op_name(dotted).map(str::to_owned),
                Value::Member(_, method) => Some(method.to_string()),
                _ => None,
            };
            if inner.as_deref().is_some_and(of_batch) {
                let call = Call {
                    callee: Callee::Unknown,
                    args: object.args,
                    kwargs: object.kwargs,
                    place: object.place,
                };
                return Callee::Batch { table: self.table_name(&call, 0, "table_name"), name };
            }
        }
        Callee::Method { base, name }
    }

    /// Whether `with` this value is in no transaction.
    pub(super) fn is_autocommit(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        let object = self.interpreter.object(*id);
        match &object.callee {
            Value::Member(_, name) if &**name == "autocommit_block" => true,
            // `engine.connect().execution_options(isolation_level="AUTOCOMMIT")`
            _ => object.kwargs.iter().any(|(name, value)| {
                &**name == "isolation_level" && matches!(value, Value::Str(level) if &**level == "AUTOCOMMIT")
            }),
        }
    }

    /// Gathers strings within a value, and names of the tree's tables.
    pub(super) fn strings(&self, value: &Value, found: &mut Vec<String>, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            // The name of a file is not the name of what stands in it.
            Value::Str(text) if text.len() < 200 && !text.ends_with(".sql") && !text.contains('/') => {
                found.push(text.to_string());
            }
            Value::Tuple(_) | Value::List(_) => {
                for inner in self.interpreter.elements(value).unwrap_or_default() {
                    self.strings(&inner, found, depth);
                }
            }
            Value::Dict(_) => {
                for (key, inner) in self.interpreter.entries(value).unwrap_or_default() {
                    self.strings(&key, found, depth);
                    self.strings(&inner, found, depth);
                }
            }
            Value::Object(id) => {
                let object = self.interpreter.object(*id);
                for inner in object.args.iter().chain(object.kwargs.iter().map(|(_, value)| value)) {
                    self.strings(inner, found, depth);
                }
                // What is called names no table; what it is a method of may be one.
                if let Value::Member(base, _) = &object.callee {
                    self.strings(base, found, depth);
                } else {
                    self.strings(&object.callee, found, depth);
                }
            }
            Value::Member(inner, name) => {
                found.push(name.to_string());
                self.strings(inner, found, depth);
            }
            Value::Class(class) => {
                let own = self.interpreter.own_attribute(*class, "__tablename__");
                if let Some(Value::Str(name)) = own.and_then(|attribute| attribute.value.as_ref()) {
                    found.push(name.to_string());
                }
            }
            _ => {}
        }
    }
}

/// Something from outside the tree: a method of it, as in `app.db.session.execute`, or a function.
fn from_outside(dotted: &str) -> Callee {
    match dotted.rsplit_once('.') {
        Some((base, name)) if METHODS.contains(&name) => {
            Callee::Method { base: Value::External(base.into()), name: name.to_owned() }
        }
        _ => Callee::Function(dotted.to_owned()),
    }
}

/// The directive that a dotted name is: `alembic.op.add_column`, or `op` handed on by another package.
fn op_name(dotted: &str) -> Option<&str> {
    let (module, name) = dotted.rsplit_once('.')?;
    (module == "op" || module.ends_with(".op")).then_some(name)
}
