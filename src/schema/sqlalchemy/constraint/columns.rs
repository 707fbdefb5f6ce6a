//! Which column a value means: a key, a column object, `User.id`, `table.c.id`.

use crate::schema::eval::{ClassId, Value};
use crate::schema::sqlalchemy::builder::{Builder, Spot};

impl Builder<'_, '_> {
    /// The name of the column that a value other than a string means.
    pub fn column_name(&mut self, value: &Value, table: Option<usize>) -> Option<String> {
        let spot = self.spot(value, table)?;
        Some(self.field(spot)?.name.clone())
    }

    /// The column that a value other than a string means, in the table given where it is in several.
    pub fn spot(&mut self, value: &Value, table: Option<usize>) -> Option<Spot> {
        match value {
            Value::Object(id) => {
                if let Some(spots) = self.of_column.get(id) {
                    let here = spots.iter().find(|spot| Some(spot.0) == table);
                    return here.or_else(|| spots.first()).copied();
                }
                let call = self.call_of(*id)?;
                if !["column_property", "deferred", "foreign", "remote", "mapped_column"]
                    .contains(&&*call.name.last)
                {
                    return None;
                }
                let inner = call.args.first()?.clone();
                if matches!(inner, Value::Str(_)) { None } else { self.spot(&inner, table) }
            }
            Value::Member(inner, name) => match &**inner {
                Value::Class(class) => self.spot_of_attribute(*class, name),
                Value::Member(owner, collection) if is_collection(collection) => {
                    let at = self.table_of(owner)?;
                    Some((at, self.drafts.get(at)?.find(name)?))
                }
                _ => None,
            },
            Value::Item(inner, keys) => match (&**inner, keys.first()) {
                (Value::Member(owner, collection), Some(Value::Str(name))) if is_collection(collection) => {
                    let at = self.table_of(owner)?;
                    Some((at, self.drafts.get(at)?.find(name)?))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn spot_of_attribute(&self, class: ClassId, name: &str) -> Option<Spot> {
        let bases = self.interpreter.linearised(class);
        bases.iter().find_map(|base| match base {
            Value::Class(base) => self.of_attribute.get(&(*base, name.into())).copied(),
            _ => None,
        })
    }

    /// The table that a value stands for: `Table(…)`, `User.__table__`, `User`.
    pub fn table_of(&self, value: &Value) -> Option<usize> {
        match value {
            Value::Object(id) => self.of_table.get(id).copied(),
            Value::Class(class) => self.interpreter.linearised(*class).iter().find_map(|base| match base {
                Value::Class(base) => self.of_class.get(base).copied(),
                _ => None,
            }),
            Value::Member(inner, name) if &**name == "__table__" => self.table_of(inner),
            _ => None,
        }
    }

    /// Columns of a constraint by key and name, strings being keys.
    pub(super) fn columns_of(&mut self, values: &[Value], at: usize) -> Vec<(String, String)> {
        let mut columns = Vec::with_capacity(values.len());
        for value in values {
            if matches!(value, Value::Tuple(_) | Value::List(_)) {
                let inner = self.interpreter.elements(value).unwrap_or_default();
                columns.extend(inner.iter().map(|value| self.column_of(value, at)));
            } else if *value != Value::None {
                columns.push(self.column_of(value, at));
            }
        }
        columns
    }

    /// Key and name of one column.
    pub(super) fn column_of(&mut self, value: &Value, at: usize) -> (String, String) {
        let spot = match value {
            Value::Str(key) => self.drafts.get(at).and_then(|draft| draft.find(key)).map(|field| (at, field)),
            other => self.spot(other, Some(at)),
        };
        match spot.and_then(|spot| self.field(spot)) {
            Some(field) => (field.key.clone(), field.name.clone()),
            None => {
                let text = self.words(value).unwrap_or_default();
                (text.clone(), text)
            }
        }
    }

    /// Names of the columns of a table that an expression reads, in order.
    pub(super) fn columns_within(&mut self, value: &Value, at: usize, depth: u32) -> Vec<(String, String)> {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.step()) else { return Vec::new() };
        if let Some(field) = self.spot(value, Some(at)).and_then(|spot| self.field(spot)) {
            return vec![(field.key.clone(), field.name.clone())];
        }
        let inner: Vec<Value> = match value {
            Value::Object(id) => {
                let object = self.interpreter.object(*id);
                let callee = match &object.callee {
                    Value::Member(inner, _) => Some((**inner).clone()),
                    Value::Object(_) => Some(object.callee.clone()),
                    _ => None,
                };
                callee.into_iter().chain(object.args.iter().cloned()).collect()
            }
            Value::Item(inner, _) | Value::Member(inner, _) => vec![(**inner).clone()],
            Value::Tuple(_) | Value::List(_) => self.interpreter.elements(value).unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut columns: Vec<(String, String)> = Vec::new();
        for value in &inner {
            for column in self.columns_within(value, at, depth) {
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
        columns
    }
}

fn is_collection(name: &str) -> bool {
    ["c", "columns"].contains(&name)
}
