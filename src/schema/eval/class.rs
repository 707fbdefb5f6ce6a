//! Classes: declared, decorated, and their order of look-up.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::fuel::unknown;
use super::scope::{Binding, Kind};
use super::{Attribute, Class, ClassId, Interpreter, ModuleId, Object, ScopeId, Value};
use crate::schema::place::Place;
use crate::schema::python::ast::{self, Expr};

/// Longest order of look-up.
const ORDER_MAX: usize = 200;

/// Names with their values.
pub(super) type Members = Rc<[(Arc<str>, Value)]>;

/// What is known of a class beside what it shows.
#[derive(Debug)]
pub(super) struct Inner {
    /// The scope its body ran in.
    pub(super) scope: ScopeId,
    /// Where an attribute is in the list of them.
    slots: HashMap<Arc<str>, usize>,
    /// Order of look-up, the class first.
    order: Rc<[Value]>,
    /// Members with their values, once its body ran, if it is an enum.
    pub(super) members: Option<Members>,
    /// Which run of a module it is of.
    pub(super) made_in: u32,
    /// Other names of members.
    pub(super) aliases: HashMap<Arc<str>, Arc<str>>,
}

impl Default for Inner {
    fn default() -> Self {
        let scope = ScopeId(u32::MAX);
        Self {
            scope,
            slots: HashMap::new(),
            order: Rc::new([]),
            members: None,
            made_in: 0,
            aliases: HashMap::new(),
        }
    }
}

/// The class that an id which names none stands for.
pub(super) fn nothing() -> Class {
    declared("".into(), ModuleId(u32::MAX), Place::new("", 0))
}

fn declared(name: Arc<str>, module: ModuleId, place: Place) -> Class {
    let (bases, keywords) = (Vec::new(), Vec::new());
    Class { name, module, bases, keywords, decorators: Vec::new(), attributes: Vec::new(), place }
}

impl Interpreter<'_> {
    pub(super) fn class_statement(&mut self, scope: ScopeId, ast: &Arc<ast::Class>) {
        let decorators: Vec<Value> =
            ast.decorators.iter().map(|decorator| self.eval(scope, decorator)).collect();
        let (bases, keywords) = self.eval_args(scope, &ast.bases);
        let bases = bases.into_iter().map(|base| self.unwrapped_base(base)).collect();
        let place = self.place(scope, ast.line);
        let module = self.scopes.get(scope.0).module;
        let class =
            Class { bases, keywords, decorators, ..declared(ast.name.clone(), module, place.clone()) };
        let id = self.add_class(class, scope);
        let inner = self.inner.get(id.0).scope;
        for statement in &ast.body {
            self.statement(inner, statement);
        }
        self.finish_enum(id);
        let value = self.decorated(id, &place);
        self.bind(scope, &ast.name, value, ast.line);
    }

    /// The base itself, where a call wraps it for its metaclass.
    fn unwrapped_base(&self, base: Value) -> Value {
        let Value::Object(id) = &base else { return base };
        let object = self.object(*id);
        match (&object.callee, object.args.get(1)) {
            (Value::External(dotted), Some(inner)) if dotted.ends_with("with_metaclass") => inner.clone(),
            _ => base,
        }
    }

    fn add_class(&mut self, class: Class, around: ScopeId) -> ClassId {
        let order = self.order_of(&class.bases);
        let id = ClassId(self.classes.push(class));
        let scope = self.open(around, Kind::Class(id));
        let name = Value::Str(self.class(id).name.clone());
        self.scopes.get_mut(scope.0).names.insert("__qualname__".into(), Binding::Value(name));
        let order = std::iter::once(Value::Class(id)).chain(order).collect();
        self.inner.push(Inner { scope, order, made_in: self.fuel.run(), ..Inner::default() });
        id
    }

    /// Tells the bases of a new class, and lets its decorators at it.
    fn decorated(&mut self, id: ClassId, place: &Place) -> Value {
        let mut value = Value::Class(id);
        if let Some(hook @ Value::Function(..)) = self.inherited(id, "__init_subclass__") {
            let keywords =
                self.class(id).keywords.iter().filter(|(name, _)| &**name != "metaclass").cloned().collect();
            self.call(&hook, vec![value.clone()], keywords, place);
        }
        for decorator in self.class(id).decorators.clone().into_iter().rev() {
            if matches!(decorator, Value::Function(..)) {
                let result = self.call(&decorator, vec![value.clone()], Vec::new(), place);
                if matches!(result, Value::Class(_)) {
                    value = result;
                }
            }
        }
        value
    }

    /// `type(name, bases, names)`.
    pub(super) fn dynamic_class(
        &mut self,
        args: &[Value],
        keywords: Vec<(Arc<str>, Value)>,
        place: &Place,
    ) -> Value {
        let [Value::Str(name), bases, names] = args else {
            return unknown("a class whose name cannot be told");
        };
        let Some(module) = self.by_path.get(&place.path).copied() else { return unknown("a class") };
        let bases = self.elements(bases).unwrap_or_else(|| vec![unknown("bases that cannot be told")]);
        let class = Class { bases, keywords, ..declared(name.clone(), module, place.clone()) };
        let id = self.add_class(class, self.loaded.get(module.0).scope);
        let Some(entries) = self.entries(names) else {
            let message = format!("attributes of {name} that cannot be told");
            self.note(crate::schema::finding::Note {
                code: "dynamic-attribute",
                place: place.clone(),
                message,
            });
            return Value::Class(id);
        };
        for (key, value) in entries {
            if let Value::Str(key) = key {
                self.set_on_class(id, &key, value, place.clone());
            }
        }
        self.finish_enum(id);
        self.decorated(id, place)
    }

    /// A class that a call of an enum makes: `Enum("Color", "RED GREEN")`.
    pub(super) fn enum_class(
        &mut self,
        name: &Arc<str>,
        bases: Vec<Value>,
        members: Vec<(Arc<str>, Value)>,
        place: &Place,
    ) -> Value {
        let Some(module) = self.by_path.get(&place.path).copied() else { return unknown("a class") };
        let class = Class { bases, ..declared(name.clone(), module, place.clone()) };
        let id = self.add_class(class, self.loaded.get(module.0).scope);
        for (name, value) in members {
            self.set_on_class(id, &name, value, place.clone());
        }
        self.finish_enum(id);
        Value::Class(id)
    }

    /// Sets a value, an annotation or both of a class's attribute, where it has it already in its place.
    pub(super) fn set_class_attribute(
        &mut self,
        class: ClassId,
        name: &Arc<str>,
        value: Option<Value>,
        annotation: Option<Arc<Expr>>,
        place: Place,
    ) {
        let slot = self.inner.get(class.0).slots.get(name).copied();
        let attributes = &mut self.classes.get_mut(class.0).attributes;
        match slot.and_then(|slot| attributes.get_mut(slot)) {
            Some(attribute) => {
                attribute.place = place;
                attribute.value = value.or(attribute.value.take());
                attribute.annotation = annotation.or(attribute.annotation.take());
            }
            None => {
                let slot = attributes.len();
                attributes.push(Attribute { name: name.clone(), annotation, value, place });
                self.inner.get_mut(class.0).slots.insert(name.clone(), slot);
            }
        }
    }

    /// Sets an attribute of a class, as a library does that maps it.
    pub fn expose(&mut self, class: ClassId, name: &str, value: Value) {
        let place = self.class(class).place.clone();
        self.set_on_class(class, &name.into(), value, place);
    }

    /// Sets an attribute from outside: the class's own names see it, too.
    pub(super) fn set_on_class(&mut self, class: ClassId, name: &Arc<str>, value: Value, place: Place) {
        self.set_class_attribute(class, name, Some(value.clone()), None, place);
        let scope = self.inner.get(class.0).scope;
        self.scopes.get_mut(scope.0).names.insert(name.clone(), Binding::Value(value));
    }

    pub(super) fn remove_class_attribute(&mut self, class: ClassId, name: &str) {
        let attributes = &mut self.classes.get_mut(class.0).attributes;
        attributes.retain(|attribute| &*attribute.name != name);
        let slots =
            attributes.iter().enumerate().map(|(slot, attribute)| (attribute.name.clone(), slot)).collect();
        self.inner.get_mut(class.0).slots = slots;
    }

    /// An attribute that a class itself declares.
    pub fn own_attribute(&self, class: ClassId, name: &str) -> Option<&Attribute> {
        let slot = *self.inner.get(class.0).slots.get(name)?;
        self.class(class).attributes.get(slot)
    }

    /// The value of an attribute, of the class or the first of its bases that has it, as declared.
    pub(super) fn class_lookup(&self, class: ClassId, name: &str) -> Option<Value> {
        self.lookup_in(&self.inner.get(class.0).order, name)
    }

    /// The same without the class itself.
    fn inherited(&self, class: ClassId, name: &str) -> Option<Value> {
        self.lookup_in(self.inner.get(class.0).order.get(1..).unwrap_or_default(), name)
    }

    fn lookup_in(&self, order: &[Value], name: &str) -> Option<Value> {
        order.iter().find_map(|at| match at {
            Value::Class(id) => self.own_attribute(*id, name)?.value.clone(),
            _ => None,
        })
    }

    /// The value of an attribute, of the classes behind one in the order of another.
    pub(super) fn lookup_behind(&self, class: ClassId, behind: ClassId, name: &str) -> Option<Value> {
        let order = &self.inner.get(class.0).order;
        let at = order.iter().position(|at| *at == Value::Class(behind))?;
        self.lookup_in(order.get(at + 1..).unwrap_or_default(), name)
    }

    /// Classes in the order in which attributes are looked up (C3 of the tree's classes), the class itself first, each base
    /// that is not of the tree as its value. A call that takes the class it builds on (`declarative_base(cls=Base)`) is
    /// followed by that class and its bases.
    pub fn linearised(&self, class: ClassId) -> Vec<Value> {
        self.inner.get(class.0).order.to_vec()
    }

    /// Whether some value in a class's order of look-up is as asked.
    pub(super) fn derives(&self, class: ClassId, mut from: impl FnMut(&Value) -> bool) -> bool {
        self.inner.get(class.0).order.iter().skip(1).any(&mut from)
    }

    pub(super) fn is_metaclass(&self, class: ClassId) -> bool {
        self.derives(class, |base| matches!(base, Value::External(dotted) if &**dotted == "builtins.type"))
    }

    fn order_of(&self, bases: &[Value]) -> Vec<Value> {
        let bases: Vec<Value> = bases.iter().map(without_parameters).collect();
        let mut lists: Vec<Vec<Value>> = bases.iter().map(|base| self.order_behind(base)).collect();
        lists.push(bases);
        merge(lists.clone()).unwrap_or_else(|| {
            let mut order = Vec::new();
            for value in lists.into_iter().flatten().take(ORDER_MAX) {
                if !order.contains(&value) {
                    order.push(value);
                }
            }
            order
        })
    }

    /// A base, followed by what it brings along.
    fn order_behind(&self, base: &Value) -> Vec<Value> {
        let within = match base {
            Value::Class(id) => return self.linearised(*id),
            Value::Object(id) => Some(self.object(*id)),
            Value::Member(object, name) if &**name == "Model" => match &**object {
                Value::Object(id) => Some(self.object(*id)),
                _ => None,
            },
            _ => None,
        };
        let mut order = vec![base.clone()];
        order.extend(within.and_then(built_on).into_iter().flat_map(|class| self.linearised(class)));
        order
    }

    /// Names that are annotated in a class and its bases, the outermost base first: the parameters of a data class.
    pub(super) fn annotated_fields(&self, class: ClassId) -> Vec<Arc<str>> {
        let mut fields: Vec<Arc<str>> = Vec::new();
        for value in self.inner.get(class.0).order.iter().rev() {
            let Value::Class(id) = value else { continue };
            for attribute in
                self.class(*id).attributes.iter().filter(|attribute| attribute.annotation.is_some())
            {
                if !fields.contains(&attribute.name) && fields.len() < ORDER_MAX {
                    fields.push(attribute.name.clone());
                }
            }
        }
        fields
    }

    pub(super) fn function_statement(&mut self, scope: ScopeId, ast: &Arc<ast::Function>) {
        let decorators: Vec<Value> =
            ast.decorators.iter().map(|decorator| self.eval(scope, decorator)).collect();
        // `@x.setter` adds to what the name stands for already.
        let adds = |decorator: &Value| {
            matches!(decorator, Value::Member(base, name) if matches!(**base, Value::Function(..) | Value::Object(_))
                && ["setter", "deleter", "expression", "comparator", "update_expression"].contains(&&**name))
        };
        if decorators.iter().any(adds) {
            return;
        }
        let id = self.declare_function(scope, ast, decorators.clone());
        let mut value = Value::Function(id, None);
        let place = self.place(scope, ast.line);
        let mut outside = Vec::new();
        for decorator in decorators.into_iter().rev() {
            if !matches!(decorator, Value::Function(..) | Value::Class(_)) {
                outside.push(decorator);
                continue;
            }
            match self.call(&decorator, vec![value.clone()], Vec::new(), &place) {
                Value::Unknown(_) | Value::None => {}
                result => value = result,
            }
        }
        if let Value::Function(other, _) = &value
            && *other != id
        {
            outside.reverse();
            self.functions.get_mut(other.0).decorators.extend(outside);
        }
        self.bind(scope, &ast.name, value, ast.line);
    }
}

/// The class that a call builds on, as in `declarative_base(cls=Base)` or `SQLAlchemy(model_class=Base)`.
fn built_on(object: &Object) -> Option<ClassId> {
    object.kwargs.iter().find_map(|(name, value)| match value {
        Value::Class(id) if matches!(&**name, "cls" | "model_class" | "declarative_base") => Some(*id),
        _ => None,
    })
}

/// A generic class of the tree is the class.
fn without_parameters(base: &Value) -> Value {
    match base {
        Value::Item(inner, _) if matches!(**inner, Value::Class(_)) => (**inner).clone(),
        _ => base.clone(),
    }
}

/// Merges orders so that each is kept; `None` where that is impossible.
fn merge(mut lists: Vec<Vec<Value>>) -> Option<Vec<Value>> {
    let mut order = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() || order.len() >= ORDER_MAX {
            return Some(order);
        }
        let heads = lists.iter().filter_map(|list| list.first());
        let free = |head: &&Value| !lists.iter().any(|list| list.iter().skip(1).any(|value| value == *head));
        let next = heads.into_iter().find(free)?.clone();
        for list in &mut lists {
            if list.first() == Some(&next) {
                list.remove(0);
            }
        }
        order.push(next);
    }
}
