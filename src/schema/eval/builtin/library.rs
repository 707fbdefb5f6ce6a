//! The few functions of libraries that declarations lean on.

use std::sync::Arc;

use super::{Named, string};
use crate::schema::eval::fuel::unknown;
use crate::schema::eval::module::{Import, What};
use crate::schema::eval::{Interpreter, ObjectId, Value};
use crate::schema::place::Place;

impl Interpreter<'_> {
    /// Calls a function from outside the tree; `None` where nothing but the call itself is known.
    pub(super) fn call_library(
        &mut self,
        dotted: &str,
        args: &[Value],
        kwargs: &Named,
        place: &Place,
    ) -> Option<Value> {
        if let Some(name) = dotted.strip_prefix("re.") {
            return self.call_regex(name, args, kwargs, place);
        }
        match (dotted, args) {
            (_, [Value::Class(class)]) if dotted.ends_with(".has_inherited_table") => {
                let mapped = |base: &Value| matches!(base, Value::Class(base) if self.own_attribute(*base, "__table__").is_some());
                Some(Value::Bool(self.derives(*class, mapped)))
            }
            ("typing.cast" | "typing_extensions.cast", [_, value]) => Some(value.clone()),
            ("os.getenv" | "os.environ.get", [key, rest @ ..]) => {
                Some(self.of_environment(key, rest.first(), kwargs))
            }
            ("copy.copy" | "copy.deepcopy", [value, ..]) => Some(self.copied(value)),
            ("collections.OrderedDict", _) => self.call_builtin("dict", args, kwargs, place),
            ("collections.defaultdict", [_, rest @ ..]) => self.call_builtin("dict", rest, kwargs, place),
            ("itertools.chain", _) => {
                let lists: Option<Vec<Vec<Value>>> = args.iter().map(|arg| self.iterated(arg)).collect();
                Some(self.list(lists?.concat()))
            }
            ("itertools.chain.from_iterable", [lists]) => {
                let lists = self.iterated(lists)?;
                let lists: Option<Vec<Vec<Value>>> = lists.iter().map(|list| self.iterated(list)).collect();
                Some(self.list(lists?.concat()))
            }
            ("importlib.import_module", [Value::Str(module)]) => {
                let from = *self.by_path.get(&place.path)?;
                let import = Import { from, module: module.clone(), level: 0, what: What::Whole };
                Some(self.resolve(&import))
            }
            ("types.SimpleNamespace", []) => {
                let made = self.make_call(&Value::External(dotted.into()), Vec::new(), kwargs.clone(), place);
                if let Value::Object(id) = made {
                    self.objects.get_mut(id.0).attributes = kwargs.clone();
                }
                Some(made)
            }
            ("typing.get_args" | "typing_extensions.get_args", [Value::Item(_, parts)]) => {
                Some(self.tuple(parts.to_vec()))
            }
            ("functools.reduce", [function, list, rest @ ..]) => {
                self.reduced(function, list, rest.first(), place)
            }
            ("decouple.config" | "environ.Env" | "environs.env", [_, ..]) => default_of(args, kwargs),
            ("textwrap.dedent" | "inspect.cleandoc", [text]) => Some(text.clone()),
            ("inspect.isclass", [value]) => Some(Value::Bool(matches!(value, Value::Class(_)))),
            ("builtins.dict.fromkeys", [keys, rest @ ..]) => {
                let value = rest.first().cloned().unwrap_or(Value::None);
                let pairs = self.iterated(keys)?.into_iter().map(|key| (key, value.clone())).collect();
                Some(self.dict(pairs))
            }
            ("builtins.str.lower" | "builtins.str.upper" | "builtins.str.title", [Value::Str(text)]) => {
                self.string_method(text, dotted.rsplit('.').next()?, &[], &Vec::new())
            }
            (_, [Value::Str(text)]) => self.renamed(dotted, text),
            (_, [_, _]) if Self::is_enum_name(dotted) => {
                self.functional_enum(&Value::External(dotted.into()), args, kwargs, place)
            }
            _ => None,
        }
    }

    /// Nothing of the environment is known; what is declared without it is.
    fn of_environment(&self, key: &Value, default: Option<&Value>, kwargs: &Named) -> Value {
        let named = kwargs.iter().find(|(name, _)| &**name == "default").map(|(_, value)| value);
        let default = default.or(named).cloned();
        default.unwrap_or_else(|| unknown(format!("the environment's {}", self.text(key))))
    }

    /// Names, spelt another way by the libraries for it.
    fn renamed(&self, dotted: &str, text: &str) -> Option<Value> {
        let name = match dotted {
            "inflection.underscore"
            | "stringcase.snakecase"
            | "humps.decamelize"
            | "humps.depascalize"
            | "caseconverter.snakecase"
            | "pydantic.alias_generators.to_snake" => string::snake(text),
            "inflection.pluralize" => string::plural(text),
            "inflection.tableize" => string::plural(&string::snake(text)),
            _ => return None,
        };
        Some(Value::Str(name.into()))
    }

    fn reduced(
        &mut self,
        function: &Value,
        list: &Value,
        first: Option<&Value>,
        place: &Place,
    ) -> Option<Value> {
        let mut elements = self.iterated(list)?.into_iter();
        let mut total = first.cloned().or_else(|| elements.next())?;
        self.repeating(|this| {
            for element in elements {
                if !this.spend(1) {
                    return None;
                }
                total = this.call(function, vec![total, element], Vec::new(), place);
            }
            Some(total)
        })
    }

    /// A call of an object that reads settings, or of its method: what is declared where nothing is set.
    pub(in crate::schema::eval) fn setting(
        &self,
        object: ObjectId,
        args: &[Value],
        kwargs: &Named,
    ) -> Option<Value> {
        let readers = [
            "environs.Env",
            "environ.Env",
            "environs.EnvParser",
            "starlette.config.Config",
            "decouple.Config",
        ];
        match &self.object(object).callee {
            Value::External(dotted) if readers.contains(&&**dotted) => default_of(args, kwargs),
            _ => None,
        }
    }

    /// A copy: of collections and objects a new one.
    pub(super) fn copied(&mut self, value: &Value) -> Value {
        match value {
            Value::List(_) => {
                let elements = self.elements(value).unwrap_or_default();
                if self.spend(elements.len()) { self.list(elements) } else { unknown("too much to run") }
            }
            Value::Dict(_) => {
                let entries = self.entries(value).unwrap_or_default();
                if self.spend(entries.len()) { self.dict(entries) } else { unknown("too much to run") }
            }
            Value::Object(id) => {
                let object = self.object(*id).clone();
                self.make(object)
            }
            _ => value.clone(),
        }
    }

    /// `Base.__init__(self, …)` of a base outside the tree.
    pub(super) fn call_base_init(
        &mut self,
        id: ObjectId,
        args: Vec<Value>,
        kwargs: Vec<(Arc<str>, Value)>,
    ) -> Value {
        let args = self.tuple(args);
        let pairs = kwargs.into_iter().map(|(name, value)| (Value::Str(name), value)).collect();
        let kwargs = self.dict(pairs);
        self.set_object_attribute(id, "__super_args__", args);
        self.set_object_attribute(id, "__super_kwargs__", kwargs);
        Value::None
    }
}

/// The default that is given for a setting, by name or second.
fn default_of(args: &[Value], kwargs: &Named) -> Option<Value> {
    let named = kwargs.iter().find(|(name, _)| &**name == "default").map(|(_, value)| value);
    named.or(args.get(1)).filter(|value| !matches!(value, Value::External(_))).cloned()
}
