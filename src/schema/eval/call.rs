//! Calls: functions of the tree run, classes are instantiated, everything else is remembered.

use std::sync::Arc;

use super::expression::Arguments;
use super::fuel::unknown;
use super::scope::Kind;
use super::statement::Flow;
use super::trace::{Event, Returned};
use super::{ClassId, Function, FunctionId, Interpreter, ModuleId, Object, ObjectId, ScopeId, Value};
use crate::schema::place::Place;
use crate::schema::python::ast::{self, ParamKind};

/// The function that an id which names none stands for.
pub(super) fn nothing() -> Function {
    let ast = ast::Function {
        name: "".into(),
        line: 0,
        params: Vec::new(),
        decorators: Vec::new(),
        returns: None,
        body: None,
    };
    let scope = ScopeId(u32::MAX);
    Function { ast: Arc::new(ast), module: ModuleId(u32::MAX), class: None, decorators: Vec::new(), scope }
}

/// The object that an id which names none stands for.
pub(super) fn no_object() -> Object {
    let (args, kwargs, attributes) = (Vec::new(), Vec::new(), Vec::new());
    Object { callee: Value::None, args, kwargs, attributes, place: Place::new("", 0) }
}

impl Interpreter<'_> {
    /// Calls a value: a function of the tree runs, everything else makes an object.
    pub fn call(
        &mut self,
        callee: &Value,
        args: Vec<Value>,
        kwargs: Vec<(Arc<str>, Value)>,
        place: &Place,
    ) -> Value {
        match callee {
            Value::Function(id, bound) => {
                let mut all: Vec<Value> = bound.iter().map(|bound| (**bound).clone()).collect();
                all.extend(args);
                self.called(place, |this| this.call_function(*id, bound.as_deref(), (all, kwargs)))
            }
            Value::Class(class) => self.called(place, |this| this.instantiate(*class, args, kwargs, place)),
            Value::External(dotted) => self.call_external(&dotted.clone(), args, kwargs, place),
            Value::Member(base, name) => self.call_member(callee, base, name, (args, kwargs), place),
            Value::Item(base, _) if matches!(**base, Value::Class(_)) => self.call(base, args, kwargs, place),
            Value::Object(id) => self.call_object(*id, callee, (args, kwargs), place),
            Value::Unknown(_) | Value::Item(..) => self.make_call(callee, args, kwargs, place),
            _ => unknown(format!("a call of {}", self.text(callee))),
        }
    }

    /// Keeps an object.
    pub(super) fn make(&mut self, object: Object) -> Value {
        let id = ObjectId(self.objects.push(object));
        self.made_in.push(self.fuel.run());
        self.happened(Event::Made(id));
        Value::Object(id)
    }

    pub(super) fn make_call(
        &mut self,
        callee: &Value,
        args: Vec<Value>,
        kwargs: Vec<(Arc<str>, Value)>,
        place: &Place,
    ) -> Value {
        let callee = callee.clone();
        self.make(Object { callee, args, kwargs, attributes: Vec::new(), place: place.clone() })
    }

    fn call_object(&mut self, id: ObjectId, callee: &Value, arguments: Arguments, place: &Place) -> Value {
        let (args, kwargs) = arguments;
        if let Some(default) = self.setting(id, &args, &kwargs) {
            return default;
        }
        let object = self.object(id);
        match &object.callee {
            Value::External(dotted) if &**dotted == "functools.partial" => {
                let Some((function, first)) = object.args.split_first() else { return unknown("a partial") };
                let (function, mut all) = (function.clone(), first.to_vec());
                let mut named = object.kwargs.clone();
                named.retain(|(name, _)| !kwargs.iter().any(|(other, _)| other == name));
                all.extend(args);
                named.extend(kwargs);
                // Each call may nest another partial.
                self.nested(|this| this.call(&function, all, named, place))
            }
            Value::Class(_) => match self.attribute(callee, "__call__") {
                method @ Value::Function(..) => self.call(&method, args, kwargs, place),
                _ => self.make_call(callee, args, kwargs, place),
            },
            // `functools.wraps(f)`, a decorator from outside: what it decorates stays what it is.
            _ => match args.first() {
                Some(value @ Value::Function(..)) if args.len() == 1 && kwargs.is_empty() => value.clone(),
                _ => self.make_call(callee, args, kwargs, place),
            },
        }
    }

    /// Runs a function; `receiver` is what it is called on, also the first of the arguments.
    pub(super) fn call_function(
        &mut self,
        id: FunctionId,
        receiver: Option<&Value>,
        arguments: Arguments,
    ) -> Value {
        let function = self.function(id);
        let (ast, closure) = (function.ast.clone(), function.scope);
        let Some(body) = &ast.body else { return unknown(format!("what {} returns", ast.name)) };
        if !self.descend(closure, ast.line) {
            return unknown("too much to run");
        }
        let result = self.nested(|this| {
            let before = (this.scopes.len(), this.functions.len(), this.classes.len());
            let scope = this.open(closure, Kind::Function(id));
            this.scopes.get_mut(scope.0).receiver = receiver.or(arguments.0.first()).cloned();
            this.bind_params(scope, &ast, arguments);
            let earlier = this.function_begins();
            let flow = this.block(scope, body);
            let perhaps = this.function_ends(earlier);
            let yields = this.scopes.get(scope.0).yields;
            // Nothing closes over the scope: it is not kept.
            if (this.functions.len(), this.classes.len()) == (before.1, before.2) {
                this.scopes.truncate(before.0);
            }
            match flow {
                _ if yields => unknown("a generator"),
                _ if perhaps == Returned::Doubtful => unknown(format!("what {} returns", ast.name)),
                Flow::Return(value) => value,
                Flow::Raise => unknown(format!("what {} raises", ast.name)),
                _ => match perhaps {
                    Returned::Perhaps(value) => value,
                    _ => Value::None,
                },
            }
        });
        self.ascend();
        result
    }

    fn bind_params(&mut self, scope: ScopeId, ast: &ast::Function, (args, mut kwargs): Arguments) {
        let mut args = args.into_iter();
        let open = kwargs.iter().any(|(name, _)| &**name == "**");
        for param in &ast.params {
            let value = match param.kind {
                ParamKind::Args => {
                    let rest = args.by_ref().collect();
                    self.tuple(rest)
                }
                ParamKind::Kwargs => {
                    let rest = std::mem::take(&mut kwargs);
                    let pairs = rest.into_iter().map(|(name, value)| (Value::Str(name), value)).collect();
                    self.dict(pairs)
                }
                ParamKind::Plain | ParamKind::KeywordOnly => {
                    let given = if param.kind == ParamKind::Plain { args.next() } else { None };
                    let named = || kwargs.iter().position(|(name, _)| *name == param.name);
                    match (given, &param.default) {
                        (Some(value), _) => value,
                        (None, default) => match (named(), default) {
                            (Some(at), _) => kwargs.remove(at).1,
                            (None, Some(default)) if !open => {
                                let around = self.scopes.get(scope.0).parent.unwrap_or(scope);
                                self.eval(around, default)
                            }
                            _ => unknown(format!("the parameter {}", param.name)),
                        },
                    }
                }
            };
            self.bind(scope, &param.name, value, ast.line);
        }
    }

    /// Calls a class of the tree.
    fn instantiate(
        &mut self,
        class: ClassId,
        args: Vec<Value>,
        kwargs: Vec<(Arc<str>, Value)>,
        place: &Place,
    ) -> Value {
        if self.enum_members(class).is_some() {
            return self.enum_by_value(class, args.first());
        }
        if self.is_metaclass(class) && args.len() == 3 {
            return self.dynamic_class(&args, kwargs, place);
        }
        let init = self.class_lookup(class, "__init__");
        let callee = Value::Class(class);
        let made = self.make_call(&callee, args.clone(), kwargs.clone(), place);
        let Value::Object(id) = made else { return made };
        match init {
            Some(Value::Function(init, _)) => {
                let mut all = vec![made.clone()];
                all.extend(args);
                self.call_function(init, Some(&made), (all, kwargs));
            }
            _ => {
                let fields = self.annotated_fields(class);
                let positional = fields.into_iter().zip(args);
                let attributes = positional.chain(kwargs).collect();
                self.objects.get_mut(id.0).attributes = attributes;
            }
        }
        made
    }

    fn call_member(
        &mut self,
        callee: &Value,
        base: &Value,
        name: &str,
        (args, kwargs): Arguments,
        place: &Place,
    ) -> Value {
        if let Some(value) = self.call_method(base, name, &args, &kwargs, place) {
            return value;
        }
        if let Value::Object(id) = base {
            if let Some(default) = self.setting(*id, &args, &kwargs) {
                return default;
            }
            let object = self.object(*id);
            if matches!(&object.callee, Value::External(dotted) if &**dotted == "builtins.super") {
                let receiver = object.args.get(1).cloned();
                return self.call_super(receiver, name, args, kwargs);
            }
        }
        self.make_call(callee, args, kwargs, place)
    }

    /// A method outside the tree, called through `super()`: what `__init__` is given is remembered.
    fn call_super(
        &mut self,
        receiver: Option<Value>,
        name: &str,
        args: Vec<Value>,
        kwargs: Vec<(Arc<str>, Value)>,
    ) -> Value {
        if let (Some(Value::Object(id)), "__init__") = (&receiver, name) {
            let args = self.tuple(args);
            let pairs = kwargs.into_iter().map(|(name, value)| (Value::Str(name), value)).collect();
            let kwargs = self.dict(pairs);
            self.set_object_attribute(*id, "__super_args__", args);
            self.set_object_attribute(*id, "__super_kwargs__", kwargs);
        }
        match name {
            "__init__" | "__init_subclass__" | "__set_name__" => Value::None,
            "__new__" => receiver.unwrap_or(Value::None),
            _ => unknown(format!("super().{name}()")),
        }
    }
}
