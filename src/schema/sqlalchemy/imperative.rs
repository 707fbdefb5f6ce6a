//! Tables that are called for: `Table("name", metadata, Column(…), …)`, and what is added to tables later.

use super::builder::Builder;
use super::constraint::PARTS;
use super::declarative::arguments::Arguments;
use super::draft::Draft;
use super::names::Call;
use crate::schema::eval::{ObjectId, Value};

impl Builder<'_, '_> {
    /// Makes tables of every call of `Table` so far that none is made of yet.
    pub fn tables(&mut self) {
        let objects: Vec<ObjectId> = self.interpreter.objects().map(|(id, _)| id).collect();
        for id in objects {
            if self.of_table.contains_key(&id) || !self.may_call(id, &["Table"]) {
                continue;
            }
            let Some(call) = self.call_of(id).filter(|call| call.is("Table")) else { continue };
            self.table(&call);
        }
    }

    fn table(&mut self, call: &Call) {
        let Some(name) = call.arg(0, "name") else { return };
        let name = match name {
            Value::Str(name) => name.to_string(),
            other => {
                let text = self.interpreter.text(other);
                self.note(
                    "unresolved-tablename",
                    &call.place,
                    &format!("the name of a table cannot be told: {text}"),
                );
                format!("<{text}>")
            }
        };
        let (metadata, rest) = self.metadata_of_call(call);
        let mut arguments = Arguments { parts: Vec::new(), options: call.kwargs.clone() };
        let mut columns = Vec::new();
        for value in rest {
            match self.interpreter.elements(&value) {
                Some(inner) if !self.is_column(&value) => {
                    columns.extend(inner.into_iter().filter(|value| self.is_column(value)));
                }
                _ if self.is_column(&value) => columns.push(value),
                _ => arguments.parts.push(value),
            }
        }
        if self.reflects(call) {
            self.note("reflected-table", &call.place, &format!("{name} is read from the database"));
        }
        let mut draft = Draft::new(name, None, metadata, call.place.clone());
        self.apply(&arguments, &mut draft);
        let known = self.by_name.get(&(metadata, draft.full_name())).copied();
        // Asking for a table that is there, or adding to it, makes no second one.
        let same = columns.is_empty() || call.kwarg("extend_existing") == Some(&Value::Bool(true));
        let at = match known.filter(|_| same) {
            Some(at) => {
                if let Some(there) = self.drafts.get_mut(at) {
                    there.parts.append(&mut draft.parts);
                }
                at
            }
            None if columns.is_empty() => return,
            None => self.add_draft(draft),
        };
        self.of_table.insert(call.id, at);
        for value in &columns {
            for made in self.definitions(value) {
                self.add_definition(at, made);
            }
        }
    }

    fn reflects(&self, call: &Call) -> bool {
        let given = |name: &str| {
            call.kwarg(name).is_some_and(|value| !matches!(value, Value::None | Value::Bool(false)))
        };
        given("autoload_with") || given("autoload")
    }

    /// The metadata of a call of `Table`, and the arguments behind it; `db.Table` knows its own.
    fn metadata_of_call(&mut self, call: &Call) -> (usize, Vec<Value>) {
        let args = call.args.get(1..).unwrap_or_default().to_vec();
        let callee = self.interpreter.object(call.id).callee.clone();
        let own = match &callee {
            Value::Member(inner, _) => Some((**inner).clone()),
            _ => None,
        };
        let part = |value: &Value| {
            self.is_column(value) || self.call(value).is_some_and(|call| PARTS.contains(&&*call.name.last))
        };
        match (args.split_first(), own) {
            (Some((first, rest)), _) if !part(first) => (self.metadata_of(&first.clone()), rest.to_vec()),
            (_, Some(own)) if call.kwarg("metadata").is_none() => (self.metadata_of(&own), args),
            _ => {
                let given = call.kwarg("metadata").cloned().unwrap_or(Value::None);
                (self.metadata_of(&given), args)
            }
        }
    }

    /// Puts constraints and indexes that stand on their own into the table whose columns they name, and what
    /// `append_constraint` and `append_column` add.
    pub fn attach(&mut self) {
        let objects: Vec<ObjectId> = self.interpreter.objects().map(|(id, _)| id).collect();
        for id in objects {
            if self.appended(id) || self.placed.contains(&id) {
                continue;
            }
            let Some(call) = self.call_of(id).filter(|call| PARTS.contains(&&*call.name.last)) else {
                continue;
            };
            if call.is("ForeignKeyConstraint") || call.is("PrimaryKeyConstraint") {
                continue;
            }
            if let Some(at) = self.table_of_part(id) {
                self.placed.insert(id);
                if let Some(draft) = self.drafts.get_mut(at) {
                    draft.parts.push(Value::Object(id));
                }
            }
        }
    }

    /// `User.__table__.append_constraint(…)`.
    fn appended(&mut self, id: ObjectId) -> bool {
        let object = self.interpreter.object(id);
        let Value::Member(owner, method) = &object.callee else { return false };
        let (Some(value), Some(at)) = (object.args.first().cloned(), self.table_of(owner)) else {
            return false;
        };
        match &**method {
            "append_constraint" => {
                if let Value::Object(part) = &value {
                    self.placed.insert(*part);
                }
                if let Some(draft) = self.drafts.get_mut(at) {
                    draft.parts.push(value);
                }
            }
            "append_column" => {
                for made in self.definitions(&value) {
                    self.add_definition(at, made);
                }
            }
            _ => return false,
        }
        true
    }

    /// `registry.map_imperatively(User, table)` and `mapper(User, table)`.
    pub fn map_imperatively(&mut self) {
        let objects: Vec<ObjectId> = self.interpreter.objects().map(|(id, _)| id).collect();
        for id in objects {
            let object = self.interpreter.object(id);
            let maps = match &object.callee {
                Value::Member(_, name) => &**name == "map_imperatively",
                Value::External(path) => path.starts_with("sqlalchemy.orm") && path.ends_with(".mapper"),
                _ => false,
            };
            let (Some(Value::Class(class)), Some(table)) = (object.args.first(), object.args.get(1)) else {
                continue;
            };
            if let Some(at) = self.table_of(table).filter(|_| maps) {
                let class = *class;
                self.map_class(class, at);
            }
        }
    }
}
