//! The name of a class's table: what it says, what its mixins make of it, what Flask-SQLAlchemy and SQLModel name it.

use super::{Family, Flavour};
use crate::schema::eval::{ClassId, Value};
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::column::text;

impl Builder<'_, '_> {
    /// The table's name; `None` where the class lives in that of its parent. `own` is whether the class has what a table of
    /// its own needs, a primary key, which Flask-SQLAlchemy goes by.
    pub(super) fn table_name(
        &mut self,
        class: ClassId,
        order: &[ClassId],
        family: &Family,
        parent: Option<ClassId>,
        own: bool,
    ) -> Option<String> {
        if family.flavour == Flavour::Flask && parent.is_some() && !own {
            return None;
        }
        let named = self.named_by(class, order);
        if let Some(value) = named {
            match &value {
                Value::None => return None,
                Value::Str(name) => return Some(name.to_string()),
                other => return Some(self.placeholder(class, other)),
            }
        }
        let name = self.interpreter.class(class).name.clone();
        match family.flavour {
            Flavour::Flask => Some(snake(&name)),
            Flavour::SqlModel => Some(name.to_lowercase()),
            Flavour::Guessed if parent.is_none() => {
                let base = self.path(&family.root).unwrap_or_default();
                if base.ends_with("model_base.BASEV2") {
                    return Some(format!("{}s", name.to_lowercase()));
                }
                let snakes = ["advanced_alchemy", "litestar"].iter().any(|root| base.starts_with(root));
                snakes.then(|| snake(&name))
            }
            _ => None,
        }
    }

    /// What `__tablename__` is for a class, if it or a base that is not mapped says so.
    fn named_by(&mut self, class: ClassId, order: &[ClassId]) -> Option<Value> {
        for base in order {
            let Some(value) = self.declared(*base, "__tablename__") else { continue };
            let mapped = *base != class && self.of_class.contains_key(base);
            let made = self.is_made(&value);
            if mapped && !made {
                continue;
            }
            let value = match value {
                // A property as well, and what stands in a base that is called.
                Value::Function(..) => self.interpreter.attribute(&Value::Class(class), "__tablename__"),
                Value::Object(id) if made => {
                    let function = self.interpreter.object(id).args.first().cloned().unwrap_or(Value::None);
                    let place = self.interpreter.object(id).place.clone();
                    self.interpreter.call(&function, vec![Value::Class(class)], Vec::new(), &place)
                }
                value => value,
            };
            let value = match value {
                Value::Function(..) => {
                    let place = self.nowhere();
                    self.interpreter.call(&value, Vec::new(), Vec::new(), &place)
                }
                value => value,
            };
            return Some(value);
        }
        None
    }

    /// Whether a value is made anew for every class.
    fn is_made(&self, value: &Value) -> bool {
        match value {
            Value::Function(..) => true,
            Value::Object(id) => self.is_declared_attr(&self.interpreter.object(*id).callee),
            _ => false,
        }
    }

    /// A stable name for a table whose own cannot be told.
    fn placeholder(&mut self, class: ClassId, value: &Value) -> String {
        let name = self.interpreter.class(class).name.clone();
        let place = self.interpreter.class(class).place.clone();
        let what = text(value).unwrap_or_else(|| self.interpreter.text(value));
        self.note(
            "unresolved-tablename",
            &place,
            &format!("the table name of {name} cannot be told: {what}"),
        );
        format!("<{name}>")
    }
}

/// `CamelCase` as `camel_case`, as Flask-SQLAlchemy and Advanced Alchemy do it.
pub(super) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let starts = letter.is_ascii_uppercase()
            && (before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                || at > 0 && after.is_some_and(char::is_ascii_lowercase));
        if starts {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out.trim_start_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_snaked_as_flask_sqlalchemy_does() {
        for (name, expected) in [
            ("User", "user"),
            ("UserGroup", "user_group"),
            ("HTTPLogEntry", "http_log_entry"),
            ("OAuth2Token", "o_auth2_token"),
            ("_Private", "private"),
            ("A1B", "a1_b"),
            ("snake_Case", "snake__case"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
    }
}
