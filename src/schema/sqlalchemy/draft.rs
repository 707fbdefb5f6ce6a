//! Tables in the making: what was declared, before types, keys and names are settled.

use std::collections::HashMap;

use super::column::Definition;
use crate::schema::eval::Value;
use crate::schema::place::Place;

/// A table in the making.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its name, or a placeholder such as `<User>`.
    pub name: String,
    /// Its schema.
    pub schema: Option<String>,
    /// Which metadata it belongs to.
    pub metadata: usize,
    /// Its columns.
    pub fields: Vec<Field>,
    /// Columns by key.
    keys: HashMap<String, usize>,
    /// Columns by name.
    names: HashMap<String, usize>,
    /// Constraints and indexes, as they were called.
    pub parts: Vec<Value>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A column in the making.
#[derive(Debug, Clone)]
pub struct Field {
    /// What Python calls it.
    pub key: String,
    /// What the database calls it.
    pub name: String,
    /// What is declared.
    pub definition: Definition,
}

impl Draft {
    /// A table without columns.
    pub fn new(name: String, schema: Option<String>, metadata: usize, place: Place) -> Self {
        Self {
            name,
            schema,
            metadata,
            fields: Vec::new(),
            keys: HashMap::new(),
            names: HashMap::new(),
            parts: Vec::new(),
            comment: None,
            place,
        }
    }

    /// Name with schema.
    pub fn full_name(&self) -> String {
        full_name(self.schema.as_deref(), &self.name)
    }

    /// Adds a column, unless one of this name is there; where it stands.
    pub fn add(&mut self, field: Field) -> usize {
        if let Some(at) = self.names.get(&field.name) {
            return *at;
        }
        let at = self.fields.len();
        self.keys.insert(field.key.clone(), at);
        self.names.insert(field.name.clone(), at);
        self.fields.push(field);
        at
    }

    /// The column of a key, or of a name where no key is so called.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.keys.get(key).or_else(|| self.names.get(key)).copied()
    }

    /// Puts columns into the order they are created in: that of `sort_order`, else that of declaration.
    pub fn order(&self) -> Vec<String> {
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        fields.sort_by_key(|field| field.definition.order);
        fields.into_iter().map(|field| field.name.clone()).collect()
    }
}

/// Name with schema.
pub fn full_name(schema: Option<&str>, name: &str) -> String {
    schema.map_or_else(|| name.to_owned(), |schema| format!("{schema}.{name}"))
}
