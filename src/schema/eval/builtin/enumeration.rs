//! Enums: their members, and what these are worth.

use std::rc::Rc;
use std::sync::Arc;

use crate::schema::eval::fuel::unknown;
use crate::schema::eval::{ClassId, Interpreter, ObjectId, Value};

/// Names of the standard library's enum classes, which other libraries keep.
const ENUMS: [&str; 8] =
    ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum", "TextChoices", "IntegerChoices"];
/// Of these, the ones whose members are strings or numbers as well.
const PLAIN_ENUMS: [&str; 5] = ["IntEnum", "StrEnum", "IntFlag", "TextChoices", "IntegerChoices"];

fn is_enum_base(dotted: &str) -> bool {
    let last = dotted.rsplit('.').next().unwrap_or_default();
    ENUMS.contains(&last) && !dotted.starts_with("sqlalchemy") && !dotted.starts_with("graphene")
}

impl Interpreter<'_> {
    /// Members of an enum with their values, in order and without aliases; `None` of any other class. An enum that is still
    /// being declared has none.
    pub fn enum_members(&self, class: ClassId) -> Option<Vec<(Arc<str>, Value)>> {
        self.inner.get(class.0).members.as_ref().map(|members| members.to_vec())
    }

    /// What a member of an enum is worth, as in `Color.RED.value`; `None` of anything else.
    pub fn enum_value(&self, value: &Value) -> Option<Value> {
        let Value::Member(base, name) = value else { return None };
        let Value::Class(class) = **base else { return None };
        let members = self.inner.get(class.0).members.as_ref()?;
        members.iter().find(|(at, _)| at == name).map(|(_, value)| value.clone())
    }

    /// Whether an enum's members are strings or numbers as well.
    pub(in crate::schema::eval) fn mixes_plain(&self, class: ClassId) -> bool {
        self.derives(class, |base| match base {
            Value::External(dotted) => {
                matches!(&**dotted, "builtins.str" | "builtins.int")
                    || (is_enum_base(dotted) && PLAIN_ENUMS.iter().any(|name| dotted.ends_with(name)))
            }
            _ => false,
        })
    }

    /// The member that a name means.
    pub(in crate::schema::eval) fn enum_member(&self, class: ClassId, name: &str) -> Option<Value> {
        let inner = self.inner.get(class.0);
        let members = inner.members.as_ref()?;
        let name = inner.aliases.get(name).map_or(name, |name| name);
        let (name, _) = members.iter().find(|(at, _)| &**at == name)?;
        Some(Value::Member(Box::new(Value::Class(class)), name.clone()))
    }

    /// Finds the members of a class whose body ran, if it is an enum.
    pub(in crate::schema::eval) fn finish_enum(&mut self, class: ClassId) {
        if !self.derives(class, |base| matches!(base, Value::External(dotted) if is_enum_base(dotted))) {
            return;
        }
        let attributes = self.class(class).attributes.clone();
        let mut members: Vec<(Arc<str>, Value)> = Vec::new();
        for attribute in attributes {
            let Some(value) = attribute.value else { continue };
            let hidden = attribute.name.starts_with('_') && attribute.name.ends_with('_');
            if hidden || matches!(value, Value::Function(..) | Value::Class(_)) || self.is_descriptor(&value)
            {
                continue;
            }
            let value = self.member_value(class, &attribute.name, value, &members);
            let same = |(_, other): &&(Arc<str>, Value)| self.equal(other, &value) == Some(true);
            let alias = if members.len() < 500 {
                members.iter().find(same).map(|(name, _)| name.clone())
            } else {
                None
            };
            match alias {
                Some(name) => drop(self.inner.get_mut(class.0).aliases.insert(attribute.name, name)),
                None => members.push((attribute.name, value)),
            }
        }
        self.inner.get_mut(class.0).members = Some(Rc::from(members));
    }

    fn is_descriptor(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        matches!(&self.object(*id).callee, Value::External(dotted)
            if matches!(&**dotted, "builtins.property" | "enum.nonmember" | "enum.property" | "types.DynamicClassAttribute"))
    }

    /// The value of a member as it will be: of `auto()`, of a tuple that `__new__` takes apart.
    fn member_value(
        &mut self,
        class: ClassId,
        name: &Arc<str>,
        value: Value,
        before: &[(Arc<str>, Value)],
    ) -> Value {
        let value = match &value {
            Value::Object(id) => match self.enum_call(*id) {
                Some("auto") => self.auto_value(class, name, before),
                Some("member") => self.object(*id).args.first().cloned().unwrap_or(Value::None),
                _ => value,
            },
            _ => value,
        };
        let Some(Value::Function(new, _)) = self.class_lookup(class, "__new__") else { return value };
        let receiver = Value::Class(class);
        let mut args = vec![receiver.clone()];
        match &value {
            Value::Tuple(parts) => args.extend(parts.iter().cloned()),
            other => args.push(other.clone()),
        }
        match self.call_function(new, Some(&receiver), (args, Vec::new())) {
            Value::Object(made) => {
                let attributes = &self.object(made).attributes;
                attributes.iter().find(|(at, _)| &**at == "_value_").map_or(value, |(_, value)| value.clone())
            }
            _ => value,
        }
    }

    /// Which function of the module `enum` made an object.
    fn enum_call(&self, id: ObjectId) -> Option<&'static str> {
        match &self.object(id).callee {
            Value::External(dotted) if dotted.ends_with("enum.auto") => Some("auto"),
            Value::External(dotted) if dotted.ends_with("enum.member") => Some("member"),
            _ => None,
        }
    }

    fn auto_value(&mut self, class: ClassId, name: &Arc<str>, before: &[(Arc<str>, Value)]) -> Value {
        let count = i64::try_from(before.len()).unwrap_or(i64::MAX);
        if let Some(Value::Function(next, _)) = self.class_lookup(class, "_generate_next_value_") {
            let values = before.iter().map(|(_, value)| value.clone()).collect();
            let values = self.list(values);
            let args = vec![Value::Str(name.clone()), Value::Int(1), Value::Int(count), values];
            return self.call_function(next, None, (args, Vec::new()));
        }
        if self.derives(class, |base| matches!(base, Value::External(dotted) if dotted.ends_with("StrEnum")))
        {
            return Value::Str(name.to_lowercase().into());
        }
        let last = before.iter().rev().find_map(|(_, value)| match value {
            Value::Int(int) => Some(*int),
            _ => None,
        });
        let flag =
            self.derives(class, |base| matches!(base, Value::External(dotted) if dotted.ends_with("Flag")));
        match last {
            None => Value::Int(1),
            Some(last) if flag => last.checked_mul(2).map_or_else(|| unknown("a large number"), Value::Int),
            Some(last) => Value::Int(last.saturating_add(1)),
        }
    }

    /// `Color("red")`.
    pub(in crate::schema::eval) fn enum_by_value(&self, class: ClassId, value: Option<&Value>) -> Value {
        let found = value.and_then(|value| {
            if matches!(value, Value::Member(base, _) if **base == Value::Class(class)) {
                return Some(value.clone());
            }
            let members = self.enum_members(class)?;
            let (name, _) = members.into_iter().find(|(_, other)| self.equal(other, value) == Some(true))?;
            Some(Value::Member(Box::new(Value::Class(class)), name))
        });
        found.unwrap_or_else(|| unknown(format!("a member of {}", self.class(class).name)))
    }

    /// An attribute of a member: its name, its value, what `__init__` sets, what the class declares.
    pub(in crate::schema::eval) fn member_attribute(
        &mut self,
        class: ClassId,
        member: &Value,
        member_name: &Arc<str>,
        name: &str,
    ) -> Option<Value> {
        let value = self.enum_value(member)?;
        match name {
            "value" | "_value_" => return Some(value),
            "name" | "_name_" => return Some(Value::Str(member_name.clone())),
            "__class__" => return Some(Value::Class(class)),
            _ => {}
        }
        if let Some(found) = self.class_lookup(class, name)
            && matches!(found, Value::Function(..))
        {
            return Some(self.bound_to(found, member, class, name));
        }
        if let Some(Value::Function(init, _)) = self.class_lookup(class, "__init__") {
            let place = self.class(class).place.clone();
            let made = self.make_call(&Value::Class(class), Vec::new(), Vec::new(), &place);
            let mut args = vec![made.clone()];
            match value {
                Value::Tuple(parts) => args.extend(parts.iter().cloned()),
                other => args.push(other),
            }
            self.call_function(init, Some(&made), (args, Vec::new()));
            let Value::Object(id) = made else { return None };
            return self
                .object(id)
                .attributes
                .iter()
                .find(|(at, _)| &**at == name)
                .map(|(_, value)| value.clone());
        }
        None
    }

    /// The class of `Enum("Color", "RED GREEN")`.
    pub(in crate::schema::eval) fn functional_enum(
        &mut self,
        base: &Value,
        args: &[Value],
        kwargs: &[(Arc<str>, Value)],
        place: &crate::schema::place::Place,
    ) -> Option<Value> {
        let [Value::Str(name), names] = args else { return None };
        let words: Vec<Value> = match names {
            Value::Str(text) => {
                let words = text.split([' ', ',']).filter(|word| !word.is_empty());
                words.map(|word| Value::Str(word.into())).collect()
            }
            Value::Dict(_) => {
                let entries = self.entries(names)?;
                entries.into_iter().map(|(key, value)| self.tuple(vec![key, value])).collect()
            }
            other => self.elements(other)?,
        };
        let mut members = Vec::new();
        for (at, word) in (1..).zip(&words) {
            match (word, self.elements(word).as_deref()) {
                (Value::Str(name), _) => members.push((name.clone(), Value::Int(at))),
                (_, Some([Value::Str(name), value])) => members.push((name.clone(), value.clone())),
                _ => return None,
            }
        }
        let mut bases = vec![base.clone()];
        bases.extend(kwargs.iter().filter(|(name, _)| &**name == "type").map(|(_, value)| value.clone()));
        Some(self.enum_class(name, bases, members, place))
    }

    /// Whether a name from outside is an enum class.
    pub(in crate::schema::eval) fn is_enum_name(dotted: &str) -> bool {
        is_enum_base(dotted)
    }
}
