//! Lists, sets and dicts, which can grow.

use std::collections::HashMap;
use std::sync::Arc;

use super::Cell;
use crate::schema::eval::fuel::unknown;
use crate::schema::eval::scope::Binding;
use crate::schema::eval::{CellId, Interpreter, ScopeId, Value};

/// Most elements of a list, set or dict that grows.
const LENGTH_MAX: usize = 100_000;

/// A dict: its entries in order, strings found by hash.
#[derive(Debug, Default)]
pub(in crate::schema::eval) struct Entries {
    pub(super) pairs: Vec<(Value, Value)>,
    by_name: HashMap<Arc<str>, usize>,
}

impl Entries {
    /// Sets an entry. Keys that are not strings are looked for one by one.
    pub(super) fn set(&mut self, key: Value, value: Value) {
        if let Some(at) = self.position(&key) {
            if let Some(pair) = self.pairs.get_mut(at) {
                pair.1 = value;
            }
            return;
        }
        if self.pairs.len() >= LENGTH_MAX {
            return;
        }
        if let Value::Str(name) = &key {
            self.by_name.insert(name.clone(), self.pairs.len());
        }
        self.pairs.push((key, value));
    }

    pub(super) fn position(&self, key: &Value) -> Option<usize> {
        match key {
            Value::Str(name) => self.by_name.get(name).copied(),
            Value::Unknown(_) => None,
            _ => self.pairs.iter().position(|(other, _)| other == key),
        }
    }

    pub(super) fn get(&self, key: &Value) -> Option<&Value> {
        self.pairs.get(self.position(key)?).map(|(_, value)| value)
    }

    pub(super) fn remove(&mut self, key: &Value) -> Option<Value> {
        let at = self.position(key)?;
        let (_, value) = self.pairs.remove(at);
        self.by_name.clear();
        for (at, (key, _)) in self.pairs.iter().enumerate() {
            if let Value::Str(name) = key {
                self.by_name.insert(name.clone(), at);
            }
        }
        Some(value)
    }
}

impl Interpreter<'_> {
    pub(in crate::schema::eval) fn list(&mut self, elements: Vec<Value>) -> Value {
        Value::List(CellId(self.cells.push(Cell::List(elements))))
    }

    /// A set: a list without what it holds already.
    pub(in crate::schema::eval) fn set(&mut self, elements: Vec<Value>) -> Value {
        let mut kept = Entries::default();
        for element in elements {
            if kept.pairs.len() < 500 || matches!(element, Value::Str(_)) {
                kept.set(element, Value::None);
            } else {
                kept.pairs.push((element, Value::None));
            }
        }
        self.list(kept.pairs.into_iter().map(|(key, _)| key).collect())
    }

    pub(in crate::schema::eval) fn dict(&mut self, pairs: Vec<(Value, Value)>) -> Value {
        let mut entries = Entries::default();
        for (key, value) in pairs {
            if entries.pairs.len() < 500 || matches!(key, Value::Str(_)) {
                entries.set(key, value);
            } else {
                entries.pairs.push((key, value));
            }
        }
        Value::Dict(CellId(self.cells.push(Cell::Dict(entries))))
    }

    pub(in crate::schema::eval) fn cell_len(&self, cell: CellId) -> usize {
        match self.cells.get(cell.0) {
            Cell::List(elements) => elements.len(),
            Cell::Dict(entries) => entries.pairs.len(),
        }
    }

    /// Elements of a tuple, list or set; `None` for anything else.
    pub fn elements(&self, value: &Value) -> Option<Vec<Value>> {
        match value {
            Value::Tuple(parts) => Some(parts.to_vec()),
            Value::List(cell) => match self.cells.get(cell.0) {
                Cell::List(elements) => Some(elements.clone()),
                Cell::Dict(_) => None,
            },
            _ => None,
        }
    }

    /// Entries of a dict in order; `None` for anything else.
    pub fn entries(&self, value: &Value) -> Option<Vec<(Value, Value)>> {
        let Value::Dict(cell) = value else { return None };
        match self.cells.get(cell.0) {
            Cell::Dict(entries) => Some(entries.pairs.clone()),
            Cell::List(_) => None,
        }
    }

    /// What a loop over a value goes through; `None` where it cannot be told.
    pub(in crate::schema::eval) fn iterated(&mut self, value: &Value) -> Option<Vec<Value>> {
        let elements = match value {
            Value::Tuple(_) | Value::List(_) => self.elements(value)?,
            Value::Dict(_) => self.entries(value)?.into_iter().map(|(key, _)| key).collect(),
            Value::Str(text) => text.chars().map(|c| Value::Str(c.to_string().into())).collect(),
            Value::Class(class) => {
                let members = self.enum_members(*class)?;
                members.into_iter().map(|(name, _)| Value::Member(Box::new(value.clone()), name)).collect()
            }
            _ => return None,
        };
        self.spend(elements.len() / 4).then_some(elements)
    }

    /// What an element is of something whose elements cannot be told.
    pub(in crate::schema::eval) fn element_of_unknown(&self, value: &Value) -> Value {
        unknown(format!("an element of {}", self.text(value)))
    }

    /// What a part is of something that cannot be taken apart.
    pub(in crate::schema::eval) fn part_of_unknown(&self, value: &Value, at: usize) -> Value {
        unknown(format!("part {at} of {}", self.text(value)))
    }

    pub(in crate::schema::eval) fn dict_get(&self, cell: CellId, key: &Value) -> Option<Value> {
        match self.cells.get(cell.0) {
            Cell::Dict(entries) => {
                entries.get(&self.plain(key.clone())).or_else(|| entries.get(key)).cloned()
            }
            Cell::List(_) => None,
        }
    }

    /// Whether a dict may have entries that cannot be told.
    pub(in crate::schema::eval) fn is_open(&self, value: &Value) -> bool {
        let Value::Dict(cell) = value else { return false };
        match self.cells.get(cell.0) {
            Cell::Dict(entries) => entries.pairs.iter().any(|(key, _)| matches!(key, Value::Unknown(_))),
            Cell::List(_) => false,
        }
    }

    /// `base[index] = value`.
    pub(in crate::schema::eval) fn set_entry(
        &mut self,
        scope: ScopeId,
        base: &Value,
        index: Value,
        value: Value,
        line: u32,
    ) {
        if let (Some(names), Value::Str(name)) = (self.names_of(scope, base), &index) {
            self.bind(names, name, value, line);
            return;
        }
        let (Value::Dict(cell) | Value::List(cell)) = base else { return };
        match (self.cells.get_mut(cell.0), index) {
            (Cell::Dict(entries), key) => entries.set(key, value),
            (Cell::List(elements), Value::Int(at)) => {
                let len = i64::try_from(elements.len()).unwrap_or(i64::MAX);
                let at =
                    usize::try_from(if at < 0 { at.saturating_add(len) } else { at }).unwrap_or(usize::MAX);
                if let Some(element) = elements.get_mut(at) {
                    *element = value;
                }
            }
            _ => {}
        }
    }

    pub(in crate::schema::eval) fn remove_entry(&mut self, base: &Value, index: &Value) {
        let (Value::Dict(cell) | Value::List(cell)) = base else { return };
        match (self.cells.get_mut(cell.0), index) {
            (Cell::Dict(entries), key) => drop(entries.remove(key)),
            (Cell::List(elements), Value::Int(at)) => {
                if let Some(at) = usize::try_from(*at).ok().filter(|at| *at < elements.len()) {
                    elements.remove(at);
                }
            }
            _ => {}
        }
    }

    /// The scope that `locals()`, `vars()` or `globals()` stands for.
    fn names_of(&self, scope: ScopeId, base: &Value) -> Option<ScopeId> {
        let Value::Object(id) = base else { return None };
        match &self.object(*id).callee {
            Value::External(dotted) if &**dotted == "builtins.globals" => Some(self.globals(scope)),
            Value::External(dotted) if matches!(&**dotted, "builtins.locals" | "builtins.vars") => {
                Some(self.owner(scope))
            }
            _ => None,
        }
    }

    /// `globals()["name"]`.
    pub(in crate::schema::eval) fn scope_entry(
        &mut self,
        scope: ScopeId,
        base: &Value,
        index: &Value,
    ) -> Option<Value> {
        let names = self.names_of(scope, base)?;
        match index {
            Value::Str(name) => Some(self.lookup(names, name)),
            _ => Some(unknown("a name that cannot be told")),
        }
    }

    /// `locals().update(…)`: whether the base was such a scope.
    pub(super) fn update_scope(
        &mut self,
        base: &Value,
        pairs: Vec<(Value, Value)>,
        at: (ScopeId, u32),
    ) -> bool {
        let Some(names) = self.names_of(at.0, base) else { return false };
        for (key, value) in pairs {
            if let Value::Str(name) = key
                && !matches!(self.scopes.get(names.0).names.get(&name), Some(Binding::Import(_)))
            {
                self.bind(names, &name, value, at.1);
            }
        }
        true
    }

    /// `list += more`: whether it was a list.
    pub(in crate::schema::eval) fn extend_in_place(&mut self, list: &Value, more: &Value) -> bool {
        let Value::List(cell) = list else { return false };
        let more = match self.iterated(more) {
            Some(elements) => elements,
            None => vec![unknown(format!("*{}", self.text(more)))],
        };
        if let Cell::List(elements) = self.cells.get_mut(cell.0)
            && elements.len() + more.len() <= LENGTH_MAX
        {
            elements.extend(more);
        }
        true
    }

    pub(super) fn list_method(
        &mut self,
        cell: CellId,
        base: &Value,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        let first = args.first().cloned();
        match (name, first) {
            ("extend" | "update", Some(more)) => {
                self.extend_in_place(base, &more);
                return Some(Value::None);
            }
            ("copy", None) => {
                let elements = self.elements(base)?;
                return Some(if self.spend(elements.len()) {
                    self.list(elements)
                } else {
                    unknown("too much to run")
                });
            }
            ("union", _) => {
                let mut all = self.elements(base)?;
                for more in args {
                    all.extend(self.iterated(more)?);
                }
                return Some(self.set(all));
            }
            ("append" | "add", Some(value)) => {
                if let Cell::List(elements) = self.cells.get_mut(cell.0)
                    && elements.len() < LENGTH_MAX
                {
                    elements.push(value);
                }
                return Some(Value::None);
            }
            ("insert", Some(Value::Int(at))) => {
                if let (Cell::List(elements), Some(value)) = (self.cells.get_mut(cell.0), args.get(1)) {
                    let at = usize::try_from(at).unwrap_or(0).min(elements.len());
                    elements.insert(at, value.clone());
                }
                return Some(Value::None);
            }
            _ => {}
        }
        self.list_removal(cell, base, name, args)
    }

    fn list_removal(&mut self, cell: CellId, base: &Value, name: &str, args: &[Value]) -> Option<Value> {
        if !self.spend(self.cell_len(cell) / 4) {
            return Some(unknown("too much to run"));
        }
        let at = match (name, args) {
            ("index" | "count", [_]) => return self.sequence_method(base, name, args),
            ("clear", _) => {
                *self.cells.get_mut(cell.0) = Cell::List(Vec::new());
                return Some(Value::None);
            }
            ("reverse", _) => {
                if let Cell::List(elements) = self.cells.get_mut(cell.0) {
                    elements.reverse();
                }
                return Some(Value::None);
            }
            ("sort", _) => {
                let sorted = self.sorted(base, None, false)?;
                *self.cells.get_mut(cell.0) = Cell::List(sorted);
                return Some(Value::None);
            }
            ("pop", []) => self.cell_len(cell).checked_sub(1)?,
            ("pop", [Value::Int(at)]) => usize::try_from(*at).ok()?,
            ("remove" | "discard", [value]) => {
                let elements = self.elements(base)?;
                match elements.iter().position(|element| self.equal(element, value) == Some(true)) {
                    Some(at) => at,
                    None => return Some(Value::None),
                }
            }
            _ => return None,
        };
        let Cell::List(elements) = self.cells.get_mut(cell.0) else { return None };
        if at >= elements.len() {
            return Some(unknown("an index out of range"));
        }
        let value = elements.remove(at);
        Some(if name == "pop" { value } else { Value::None })
    }

    pub(super) fn sequence_method(&mut self, base: &Value, name: &str, args: &[Value]) -> Option<Value> {
        let elements = self.elements(base)?;
        let value = args.first()?;
        let is = |element: &Value| self.equal(element, value) == Some(true);
        match name {
            "index" => {
                let at = elements.iter().position(is).and_then(|at| i64::try_from(at).ok());
                Some(at.map_or_else(|| unknown("an element that is not there"), Value::Int))
            }
            "count" => {
                Some(Value::Int(i64::try_from(elements.iter().filter(|at| is(at)).count()).unwrap_or(0)))
            }
            _ => None,
        }
    }
}
