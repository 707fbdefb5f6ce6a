//! What SQLAlchemy makes of declarations: mapped classes and tables become the model.
//!
//! ```text
//! names     what a value is called        types       types in the words of the dialect
//! column    one column as declared        expression  SQL as SQLAlchemy renders it
//! imperative, declarative: tables in the making (draft), then constraint, naming, assemble: the model
//! ```

mod assemble;
mod builder;
mod column;
mod constraint;
mod declarative;
mod draft;
pub mod expression;
mod imperative;
mod metadata;
mod names;
mod naming;
pub mod pieces;
#[cfg(test)]
mod tests;
mod types;

use super::eval::Interpreter;
use super::model::Model;
use super::settings::Dialect;

/// Words of which every file that declares a table holds at least one. A file without them is read only when another needs it.
pub const WORDS: [&str; 8] =
    ["Column", "mapped_column", "Mapped", "Table", "SQLModel", "Index", "__tablename__", "Constraint"];

/// The model of everything that has run.
pub fn model(interpreter: &mut Interpreter<'_>, dialect: Dialect) -> Model {
    let mut builder = builder::Builder::new(interpreter, dialect);
    builder.tables();
    builder.map_imperatively();
    builder.declare_all();
    // Functions that ran for a class may have made tables.
    builder.tables();
    builder.attach();
    builder.assemble()
}
