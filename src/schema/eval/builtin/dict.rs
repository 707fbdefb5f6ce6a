//! Methods of dicts.

use super::{Cell, Named, container::Entries};
use crate::schema::eval::fuel::unknown;
use crate::schema::eval::{CellId, Interpreter, Value};

impl Interpreter<'_> {
    pub(super) fn dict_method(
        &mut self,
        cell: CellId,
        base: &Value,
        name: &str,
        args: &[Value],
        kwargs: &Named,
    ) -> Option<Value> {
        match (name, args) {
            ("get", [key, rest @ ..]) => Some(self.dict_value(cell, base, key, rest.first())),
            ("items" | "keys" | "values" | "copy", []) => self.dict_view(base, name),
            ("update", _) => {
                let mut pairs = match args.first() {
                    Some(more) => self.pairs_of(more),
                    None => Vec::new(),
                };
                pairs.extend(kwargs.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone())));
                self.extend_dict(cell, pairs);
                Some(Value::None)
            }
            ("pop", [key, rest @ ..]) => {
                let found = match self.cells.get_mut(cell.0) {
                    Cell::Dict(entries) => entries.remove(key),
                    Cell::List(_) => None,
                };
                let missing =
                    || rest.first().cloned().unwrap_or_else(|| unknown("an entry that is not there"));
                Some(found.unwrap_or_else(missing))
            }
            ("setdefault", [key, rest @ ..]) => {
                if let Some(value) = self.dict_get(cell, key) {
                    return Some(value);
                }
                let value = rest.first().cloned().unwrap_or(Value::None);
                self.extend_dict(cell, vec![(key.clone(), value.clone())]);
                Some(value)
            }
            ("clear", []) => {
                *self.cells.get_mut(cell.0) = Cell::Dict(Entries::default());
                Some(Value::None)
            }
            _ => None,
        }
    }

    fn dict_value(&self, cell: CellId, base: &Value, key: &Value, default: Option<&Value>) -> Value {
        match self.dict_get(cell, key) {
            Some(value) => value,
            None if self.is_open(base) || matches!(key, Value::Unknown(_)) => {
                unknown("an entry that cannot be told")
            }
            None => default.cloned().unwrap_or(Value::None),
        }
    }

    fn dict_view(&mut self, base: &Value, name: &str) -> Option<Value> {
        let entries = self.entries(base)?;
        if !self.spend(entries.len()) {
            return Some(unknown("too much to run"));
        }
        Some(match name {
            "keys" => self.list(entries.into_iter().map(|(key, _)| key).collect()),
            "values" => self.list(entries.into_iter().map(|(_, value)| value).collect()),
            "copy" => self.dict(entries),
            _ => {
                let pairs = entries.into_iter().map(|(key, value)| self.tuple(vec![key, value])).collect();
                self.list(pairs)
            }
        })
    }

    /// Entries of a dict, or pairs of a list; one that cannot be told where neither is.
    pub(super) fn pairs_of(&mut self, value: &Value) -> Vec<(Value, Value)> {
        if let Some(entries) = self.entries(value) {
            return entries;
        }
        let missing = || vec![(unknown("entries"), unknown("entries"))];
        let Some(elements) = self.iterated(value) else { return missing() };
        let mut pairs = Vec::with_capacity(elements.len());
        for element in &elements {
            match self.elements(element).as_deref() {
                Some([key, value]) => pairs.push((key.clone(), value.clone())),
                _ => return missing(),
            }
        }
        pairs
    }

    fn extend_dict(&mut self, cell: CellId, pairs: Vec<(Value, Value)>) {
        if !self.spend(pairs.len()) {
            return;
        }
        if let Cell::Dict(entries) = self.cells.get_mut(cell.0) {
            for (key, value) in pairs {
                entries.set(key, value);
            }
        }
    }
}
