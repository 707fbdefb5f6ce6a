//! Expressions: what they evaluate to.

use std::rc::Rc;
use std::sync::Arc;

use super::fuel::unknown;
use super::scope::Kind;
use super::{Function, FunctionId, Interpreter, ScopeId, Value};
use crate::schema::python::ast::{self, Arg, Expr, ExprKind};

mod comprehension;
mod subscript;

/// Arguments of a call, evaluated: by position, and by name.
pub(super) type Arguments = (Vec<Value>, Vec<(Arc<str>, Value)>);

impl Interpreter<'_> {
    /// Evaluates an expression.
    pub(super) fn eval(&mut self, scope: ScopeId, expr: &Expr) -> Value {
        if !self.descend(scope, expr.line) {
            return unknown("too much to run");
        }
        let value = self.eval_kind(scope, expr);
        self.ascend();
        value
    }

    fn eval_kind(&mut self, scope: ScopeId, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Name(name) => self.lookup(scope, name),
            ExprKind::Attribute(base, name) => self.eval_attribute(scope, base, name),
            ExprKind::Call(callee, args) => self.eval_call(scope, callee, args, expr.line),
            ExprKind::Str(text) if self.annotating => self.eval_quoted(scope, text, expr.line),
            ExprKind::Str(text) => Value::Str(text.clone()),
            ExprKind::Bytes(text) => unknown(format!("bytes {text}")),
            ExprKind::Format(pieces) => self.eval_format(scope, pieces, expr.line),
            ExprKind::Int(int) => Value::Int(*int),
            ExprKind::Number(text) => Value::Number(text.clone()),
            ExprKind::Bool(bool) => Value::Bool(*bool),
            ExprKind::None => Value::None,
            ExprKind::Ellipsis => Value::Ellipsis,
            ExprKind::Tuple(parts) => {
                let parts = self.eval_parts(scope, parts);
                self.tuple(parts)
            }
            ExprKind::List(parts) => {
                let parts = self.eval_parts(scope, parts);
                self.list(parts)
            }
            ExprKind::Set(parts) => {
                let parts = self.eval_parts(scope, parts);
                self.set(parts)
            }
            ExprKind::Dict(entries) => self.eval_dict(scope, entries),
            ExprKind::Unary(op, operand) => self.eval_unary(scope, op, operand, expr.line),
            ExprKind::Binary(..) => self.eval_binary(scope, expr),
            ExprKind::Compare(op, left, right) => self.eval_compare(scope, op, left, right, expr.line),
            ExprKind::Subscript(base, index) => self.eval_subscript(scope, base, index),
            ExprKind::Slice(..) => unknown("a slice"),
            ExprKind::Lambda(function) => {
                Value::Function(self.declare_function(scope, function, Vec::new()), None)
            }
            ExprKind::Conditional(test, body, orelse) => self.eval_conditional(scope, test, body, orelse),
            ExprKind::Comprehension(comprehension) => self.eval_comprehension(scope, comprehension),
            ExprKind::Starred(inner) | ExprKind::Await(inner) => self.eval(scope, inner),
            ExprKind::Walrus(name, value) => {
                let value = self.eval(scope, value);
                let owner = self.owner(scope);
                self.bind(owner, name, value.clone(), expr.line);
                value
            }
            ExprKind::Other(text) => self.eval_other(scope, text),
        }
    }

    fn eval_attribute(&mut self, scope: ScopeId, base: &Expr, name: &str) -> Value {
        let base = self.eval(scope, base);
        self.attribute(&base, name)
    }

    fn eval_other(&mut self, scope: ScopeId, text: &Arc<str>) -> Value {
        if text.starts_with("yield")
            && let Some((around, _)) = self.function_around(scope)
        {
            self.scopes.get_mut(around.0).yields = true;
        }
        Value::Unknown(text.clone())
    }

    /// A string where an annotation stands: read as an expression.
    fn eval_quoted(&mut self, scope: ScopeId, text: &str, line: u32) -> Value {
        match crate::schema::python::parse_expression(text, line) {
            Some(Expr { kind: ExprKind::Str(text), .. }) => Value::Str(text),
            Some(expr) => self.eval(scope, &expr),
            None => unknown(format!("the annotation {text}")),
        }
    }

    /// Runs something with names read as they are outside of annotations.
    pub(super) fn plainly<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::take(&mut self.annotating);
        let result = run(self);
        self.annotating = before;
        result
    }

    /// Elements, starred ones unpacked.
    fn eval_parts(&mut self, scope: ScopeId, parts: &[Expr]) -> Vec<Value> {
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            let value = self.eval(scope, part);
            if matches!(part.kind, ExprKind::Starred(_)) {
                self.unpack_into(&value, &mut values);
            } else {
                values.push(value);
            }
        }
        values
    }

    fn unpack_into(&mut self, value: &Value, values: &mut Vec<Value>) {
        match self.iterated(value) {
            Some(elements) => values.extend(elements),
            None => values.push(unknown(format!("*{}", self.text(value)))),
        }
    }

    fn eval_dict(&mut self, scope: ScopeId, entries: &[(Option<Expr>, Expr)]) -> Value {
        let mut pairs = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if let Some(key) = key {
                let key = self.eval(scope, key);
                pairs.push((key, self.eval(scope, value)));
                continue;
            }
            let value = self.eval(scope, value);
            match self.entries(&value) {
                Some(unpacked) if self.spend(unpacked.len()) => pairs.extend(unpacked),
                _ => {
                    let missing = unknown(format!("**{}", self.text(&value)));
                    pairs.push((missing.clone(), missing));
                }
            }
        }
        self.dict(pairs)
    }

    /// Arguments of a call: what cannot be unpacked is unknown, by name under `**`.
    pub(super) fn eval_args(&mut self, scope: ScopeId, args: &[Arg]) -> Arguments {
        let (mut plain, mut named) = (Vec::new(), Vec::new());
        for arg in args {
            match arg {
                Arg::Plain(value) => plain.push(self.eval(scope, value)),
                Arg::Keyword(name, value) => named.push((name.clone(), self.eval(scope, value))),
                Arg::Star(value) => {
                    let value = self.eval(scope, value);
                    self.unpack_into(&value, &mut plain);
                }
                Arg::StarStar(value) => {
                    let value = self.eval(scope, value);
                    self.unpack_named(&value, &mut named);
                }
            }
        }
        (plain, named)
    }

    fn unpack_named(&mut self, value: &Value, named: &mut Vec<(Arc<str>, Value)>) {
        let Some(entries) = self.entries(value) else {
            named.push(("**".into(), unknown(format!("**{}", self.text(value)))));
            return;
        };
        for (key, value) in entries {
            match key {
                Value::Str(name) => named.push((name, value)),
                _ => named.push(("**".into(), unknown("a name that cannot be told"))),
            }
        }
    }

    fn eval_call(&mut self, scope: ScopeId, callee: &Expr, args: &[Arg], line: u32) -> Value {
        let callee = self.eval(scope, callee);
        let (plain, named) = self.plainly(|this| this.eval_args(scope, args));
        let place = self.place(scope, line);
        if let Value::External(dotted) = &callee
            && let Some(name) = dotted.strip_prefix("builtins.")
            && let Some(value) = self.call_in_scope(scope, name, &plain, &place)
        {
            return value;
        }
        self.call(&callee, plain, named, &place)
    }

    fn eval_conditional(&mut self, scope: ScopeId, test: &Expr, body: &Expr, orelse: &Expr) -> Value {
        let value = self.eval(scope, test);
        match self.truth(&value) {
            Some(true) => self.eval(scope, body),
            Some(false) => self.eval(scope, orelse),
            None => {
                let before = self.counts();
                let first = self.eval(scope, body);
                let second = self.eval(scope, orelse);
                self.note_conditional(scope, test.line, before, "a test that cannot be told");
                if matches!(first, Value::None | Value::Unknown(_)) { second } else { first }
            }
        }
    }

    fn eval_unary(&mut self, scope: ScopeId, op: &'static str, operand: &Expr, line: u32) -> Value {
        let operand = self.eval(scope, operand);
        let place = self.place(scope, line);
        self.unary(op, operand, &place)
    }

    fn eval_compare(
        &mut self,
        scope: ScopeId,
        op: &'static str,
        left: &Expr,
        right: &Expr,
        line: u32,
    ) -> Value {
        let left = self.eval(scope, left);
        let right = self.eval(scope, right);
        let place = self.place(scope, line);
        self.compare(op, left, right, &place)
    }

    /// A chain of operators, which may be long: from its left end.
    fn eval_binary(&mut self, scope: ScopeId, expr: &Expr) -> Value {
        let mut rest = Vec::new();
        let mut at = expr;
        while let ExprKind::Binary(op, left, right) = &at.kind {
            rest.push((*op, right, at.line));
            at = left;
        }
        let mut value = self.eval(scope, at);
        while let Some((op, right, line)) = rest.pop() {
            if !self.spend(1) {
                return unknown("too much to run");
            }
            let decided = match op {
                "and" => self.truth(&value) == Some(false),
                "or" => self.truth(&value) == Some(true),
                _ => false,
            };
            if decided {
                continue;
            }
            let right = self.eval(scope, right);
            let place = self.place(scope, line);
            value = self.binary(op, value, right, &place);
        }
        value
    }

    /// Declares a function; it closes over the scope.
    pub(super) fn declare_function(
        &mut self,
        scope: ScopeId,
        ast: &Arc<ast::Function>,
        decorators: Vec<Value>,
    ) -> FunctionId {
        let at = self.scopes.get(scope.0);
        let class = match at.kind {
            Kind::Class(class) => Some(class),
            _ => None,
        };
        let function = Function { ast: ast.clone(), module: at.module, class, decorators, scope };
        FunctionId(self.functions.push(function))
    }

    /// A tuple, unless it is too large or nested too deep.
    pub(super) fn tuple(&mut self, parts: Vec<Value>) -> Value {
        let parts: Rc<[Value]> = parts.into();
        self.sized(Value::Tuple(parts))
    }
}
