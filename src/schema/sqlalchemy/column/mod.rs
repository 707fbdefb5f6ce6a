//! What a column is declared with: `Column(…)`, `mapped_column(…)`, in whatever order its arguments stand.

pub mod default;
mod generated;
mod resolve;

use std::sync::Arc;

use super::builder::Builder;
use super::names::Call;
use crate::schema::eval::{ObjectId, Value};
use crate::schema::place::Place;

/// A column as declared.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The call it is, if it is one.
    pub object: Option<ObjectId>,
    /// Its name in the database, where one is given.
    pub name: Option<String>,
    /// Its key, where one is given.
    pub key: Option<String>,
    /// Its type.
    pub kind: Option<Value>,
    /// Foreign keys.
    pub foreign_keys: Vec<Call>,
    /// Check and other constraints of the column.
    pub constraints: Vec<Call>,
    /// `Computed(…)`.
    pub computed: Option<Call>,
    /// `Identity(…)`.
    pub identity: Option<Call>,
    /// `Sequence(…)`.
    pub sequence: Option<Call>,
    /// What the database puts in.
    pub server_default: Option<Value>,
    /// Whether it takes NULL, where this is said.
    pub nullable: Option<bool>,
    /// Whether the annotation takes None, where there is one.
    pub optional: Option<bool>,
    /// Part of the primary key.
    pub primary_key: bool,
    /// `unique=`, where it is said.
    pub unique: Option<bool>,
    /// `index=`, where it is said.
    pub index: Option<bool>,
    /// `autoincrement=`, unless `auto`.
    pub autoincrement: Option<bool>,
    /// Comment.
    pub comment: Option<String>,
    /// `use_existing_column`.
    pub existing: bool,
    /// Where among the columns; lower is earlier.
    pub order: i64,
    /// `system=True`: the database has it already.
    pub system: bool,
    /// Where it is declared.
    pub place: Place,
}

impl Definition {
    /// A column of which nothing is said.
    pub fn empty(place: Place) -> Self {
        Self {
            object: None,
            name: None,
            key: None,
            kind: None,
            foreign_keys: Vec::new(),
            constraints: Vec::new(),
            computed: None,
            identity: None,
            sequence: None,
            server_default: None,
            nullable: None,
            optional: None,
            primary_key: false,
            unique: None,
            index: None,
            autoincrement: None,
            comment: None,
            existing: false,
            order: 0,
            system: false,
            place,
        }
    }

    /// Whether it takes NULL, as far as this is said: by `nullable=` or by the annotation.
    pub fn may_be_null(&self) -> Option<bool> {
        self.nullable.or(self.optional)
    }

    /// Takes from another what is not said here, as `Annotated[…, mapped_column(…)]` is merged.
    pub fn merge(&mut self, other: &Self) {
        fn fill<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
            if own.is_none() {
                own.clone_from(other);
            }
        }
        fill(&mut self.kind, &other.kind);
        fill(&mut self.computed, &other.computed);
        fill(&mut self.identity, &other.identity);
        fill(&mut self.sequence, &other.sequence);
        fill(&mut self.server_default, &other.server_default);
        fill(&mut self.nullable, &other.nullable);
        fill(&mut self.unique, &other.unique);
        fill(&mut self.index, &other.index);
        fill(&mut self.autoincrement, &other.autoincrement);
        fill(&mut self.comment, &other.comment);
        self.primary_key |= other.primary_key;
        self.existing |= other.existing;
        self.foreign_keys.extend(other.foreign_keys.iter().cloned());
        self.constraints.extend(other.constraints.iter().cloned());
        if self.order == 0 {
            self.order = other.order;
        }
    }
}

/// Calls that make a column, or hold one.
const COLUMNS: [&str; 5] = ["Column", "mapped_column", "MappedColumn", "unmapped_column", "IndexedColumn"];

/// Calls that wrap a column without being one.
const WRAPPERS: [&str; 3] = ["column_property", "deferred", "ColumnProperty"];

impl Builder<'_, '_> {
    /// The columns that a value declares: one, several of a composite, none.
    pub fn definitions(&mut self, value: &Value) -> Vec<Definition> {
        let Some(call) = self.call(value) else { return Vec::new() };
        if COLUMNS.contains(&&*call.name.last) {
            return vec![self.definition(&call)];
        }
        if WRAPPERS.contains(&&*call.name.last) {
            return call.args.iter().flat_map(|inner| self.plain_definition(inner)).collect();
        }
        if call.is("composite") {
            return call.args.iter().skip(1).flat_map(|inner| self.plain_definition(inner)).collect();
        }
        Vec::new()
    }

    /// A column that is there itself, not an expression over one.
    fn plain_definition(&mut self, value: &Value) -> Option<Definition> {
        let call = self.call(value)?;
        COLUMNS.contains(&&*call.name.last).then(|| self.definition(&call))
    }

    /// Whether a value is a column or holds one.
    pub fn is_column(&self, value: &Value) -> bool {
        self.call(value).is_some_and(|call| {
            COLUMNS.contains(&&*call.name.last)
                || WRAPPERS.contains(&&*call.name.last)
                || call.is("composite")
        })
    }

    /// Takes a call of `Column` or `mapped_column` apart.
    pub fn definition(&mut self, call: &Call) -> Definition {
        let mut made = Definition::empty(call.place.clone());
        made.object = Some(call.id);
        for value in &call.args {
            self.positional(&mut made, value);
        }
        for (name, value) in &call.kwargs {
            self.keyword(&mut made, name, value);
        }
        made
    }

    fn positional(&mut self, made: &mut Definition, value: &Value) {
        if let Value::Str(name) = value {
            if made.name.is_none() {
                made.name = Some(name.to_string());
            }
            return;
        }
        if *value == Value::None {
            return;
        }
        if let Some(call) = self.call(value) {
            match &*call.name.last {
                "ForeignKey" => return made.foreign_keys.push(call),
                "CheckConstraint"
                | "UniqueConstraint"
                | "PrimaryKeyConstraint"
                | "ForeignKeyConstraint"
                | "ExcludeConstraint" => return made.constraints.push(call),
                "Computed" => return made.computed = Some(call),
                "Identity" => return made.identity = Some(call),
                "Sequence" => return made.sequence = Some(call),
                "DefaultClause" | "FetchedValue" => return made.server_default = Some(value.clone()),
                "ColumnDefault" | "text" | "Relationship" => return,
                _ => {}
            }
        }
        if made.kind.is_none() {
            made.kind = Some(value.clone());
        }
    }

    fn keyword(&mut self, made: &mut Definition, name: &Arc<str>, value: &Value) {
        match &**name {
            "name" => made.name = text(value).or(made.name.take()),
            "key" => made.key = text(value),
            "type_" => {
                made.kind = Some(value.clone()).filter(|value| *value != Value::None).or(made.kind.take())
            }
            "nullable" => made.nullable = self.flag(made, name, value),
            "primary_key" => made.primary_key = self.flag(made, name, value).unwrap_or(false),
            "unique" => made.unique = self.flag(made, name, value),
            "index" => made.index = self.flag(made, name, value),
            "autoincrement" => {
                made.autoincrement = match value {
                    Value::Bool(value) => Some(*value),
                    _ => None,
                }
            }
            "comment" => made.comment = self.words(value),
            "server_default" => {
                made.server_default = Some(value.clone()).filter(|value| *value != Value::None)
            }
            "default" | "insert_default" => {
                if let Some(call) = self.call(value).filter(|call| call.is("Sequence")) {
                    made.sequence = Some(call);
                }
            }
            "use_existing_column" => made.existing = *value == Value::Bool(true),
            "system" => made.system = *value == Value::Bool(true),
            "sort_order" => {
                if let Value::Int(order) = value {
                    made.order = *order;
                }
            }
            _ => {}
        }
    }

    /// A truth value, as Python takes it; a note where it cannot be told.
    fn flag(&mut self, made: &Definition, name: &str, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::None => None,
            Value::Int(number) => Some(*number != 0),
            Value::Str(text) => Some(!text.is_empty()),
            other => {
                let what = self.interpreter.text(other);
                self.note("unresolved-column", &made.place, &format!("{name}={what} cannot be told"));
                None
            }
        }
    }

    /// A comment: its text, or its source where that cannot be told.
    pub fn words(&self, value: &Value) -> Option<String> {
        match value {
            Value::None => None,
            Value::Str(text) => Some(text.to_string()),
            other => Some(self.interpreter.text(other)),
        }
    }
}

/// The text of a string.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.to_string()),
        _ => None,
    }
}
