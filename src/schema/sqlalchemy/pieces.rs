//! Single types, defaults, expressions and tables, for migrations: they declare as models do, a piece at a time.

use super::builder::Builder;
use super::constraint::PARTS;
use super::draft::Draft;
use crate::schema::eval::{Interpreter, Value};
use crate::schema::model::{Table, Type};
use crate::schema::place::Place;
use crate::schema::settings::Dialect;

/// What a type becomes in the dialect.
pub fn type_of(interpreter: &mut Interpreter<'_>, dialect: Dialect, value: &Value) -> Type {
    Builder::new(interpreter, dialect).type_of(value)
}

/// A server default as SQLAlchemy renders it.
pub fn default_of(interpreter: &mut Interpreter<'_>, dialect: Dialect, value: &Value) -> Option<String> {
    Builder::new(interpreter, dialect).server_default(value, usize::MAX)
}

/// An expression as SQL.
pub fn sql_of(interpreter: &mut Interpreter<'_>, dialect: Dialect, value: &Value) -> String {
    Builder::new(interpreter, dialect).sql(value, None)
}

/// A table of the columns, constraints and indexes given, as `op.create_table` makes it. No naming convention is applied: a
/// migration says the names that it wants.
pub fn table_of(
    interpreter: &mut Interpreter<'_>,
    dialect: Dialect,
    (name, schema): (&str, Option<String>),
    parts: Vec<Value>,
    place: &Place,
) -> Table {
    let mut builder = Builder::new(interpreter, dialect);
    let metadata = builder.metadata_of(&Value::None);
    let at = builder.add_draft(Draft::new(name.to_owned(), schema, metadata, place.clone()));
    for part in flat(&builder, parts) {
        let call = builder.call(&part);
        if call.is_some_and(|call| PARTS.contains(&&*call.name.last)) {
            builder.drafts.get_mut(at).into_iter().for_each(|draft| draft.parts.push(part.clone()));
        }
        for made in builder.definitions(&part) {
            builder.add_definition(at, made);
        }
    }
    let draft = builder.drafts.get(at).cloned();
    draft.map(|draft| builder.finish(at, &draft)).unwrap_or_default()
}

/// Parts, those of lists among them one by one.
fn flat(builder: &Builder<'_, '_>, parts: Vec<Value>) -> Vec<Value> {
    let one = |part: Value| builder.interpreter.elements(&part).unwrap_or_else(|| vec![part]);
    parts.into_iter().flat_map(one).collect()
}
