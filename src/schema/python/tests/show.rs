//! A module in brackets, one statement to a line, for tests.

use super::super::ast::*;

/// The whole module; statements within others are indented by their depth.
pub fn shown(module: &Module) -> String {
    let mut text = String::new();
    statements(&module.body, 0, &mut text);
    text
}

fn statements(body: &[Stmt], depth: usize, out: &mut String) {
    for stmt in body {
        out.push_str(&format!("{}{} ", " ".repeat(depth), stmt.line));
        statement(&stmt.kind, depth + 1, out);
    }
}

fn block(name: &str, body: &[Stmt], depth: usize, out: &mut String) {
    if !body.is_empty() {
        out.push_str(&format!("{}{name}\n", " ".repeat(depth)));
        statements(body, depth, out);
    }
}

fn statement(kind: &StmtKind, depth: usize, out: &mut String) {
    let head = match kind {
        StmtKind::Import(names) => format!("(import{})", aliases(names)),
        StmtKind::From { module, level, names } => format!("(from {level} {module}{})", aliases(names)),
        StmtKind::Assign { targets, value } => format!("(={} {})", all(targets), expr(value)),
        StmtKind::Annotated { target, annotation, value } => {
            format!("(: {} {}{})", expr(target), expr(annotation), maybe(value.as_ref()))
        }
        StmtKind::Augmented { target, op, value } => format!("({op} {} {})", expr(target), expr(value)),
        StmtKind::Class(class) => {
            format!("(class {}{}{})", class.name, args(&class.bases), decorators(&class.decorators))
        }
        StmtKind::Function(function) => format!("(def {})", signature(function)),
        StmtKind::Return(value) => format!("(return{})", maybe(value.as_ref())),
        StmtKind::Expr(value) => expr(value),
        StmtKind::If { test, .. } => format!("(if {})", expr(test)),
        StmtKind::For { target, iter, .. } => format!("(for {} {})", expr(target), expr(iter)),
        StmtKind::While { test, .. } => format!("(while {})", expr(test)),
        StmtKind::With { items, .. } => {
            let items =
                items.iter().map(|(value, name)| format!(" ({}{})", expr(value), maybe(name.as_ref())));
            format!("(with{})", items.collect::<String>())
        }
        StmtKind::Try { .. } => "(try)".to_owned(),
        StmtKind::Pass => "(pass)".to_owned(),
        StmtKind::Raise(value) => format!("(raise{})", maybe(value.as_ref())),
        StmtKind::Delete(targets) => format!("(del{})", all(targets)),
        StmtKind::Jump => "(jump)".to_owned(),
        StmtKind::Other => "(other)".to_owned(),
    };
    out.push_str(&head);
    out.push('\n');
    match kind {
        StmtKind::Class(class) => statements(&class.body, depth, out),
        StmtKind::Function(function) => match &function.body {
            Some(body) => statements(body, depth, out),
            None => out.push_str(&format!("{}left out\n", " ".repeat(depth))),
        },
        StmtKind::If { body, orelse, .. } | StmtKind::For { body, orelse, .. } => {
            statements(body, depth, out);
            block("else", orelse, depth, out);
        }
        StmtKind::While { body, .. } | StmtKind::With { body, .. } => statements(body, depth, out),
        StmtKind::Try { body, handlers, orelse, finally } => {
            statements(body, depth, out);
            for handler in handlers {
                block("except", handler, depth, out);
            }
            block("else", orelse, depth, out);
            block("finally", finally, depth, out);
        }
        _ => {}
    }
}

fn aliases(names: &[(std::sync::Arc<str>, Option<std::sync::Arc<str>>)]) -> String {
    let one = |(name, alias): &(std::sync::Arc<str>, Option<std::sync::Arc<str>>)| match alias {
        Some(alias) => format!(" ({name} {alias})"),
        None => format!(" ({name})"),
    };
    names.iter().map(one).collect()
}

fn all(exprs: &[Expr]) -> String {
    exprs.iter().map(|one| format!(" {}", expr(one))).collect()
}

fn maybe(value: Option<&Expr>) -> String {
    value.map_or_else(String::new, |value| format!(" {}", expr(value)))
}

fn args(args: &[Arg]) -> String {
    let one = |arg: &Arg| match arg {
        Arg::Plain(value) => format!(" {}", expr(value)),
        Arg::Keyword(name, value) => format!(" {name}={}", expr(value)),
        Arg::Star(value) => format!(" *{}", expr(value)),
        Arg::StarStar(value) => format!(" **{}", expr(value)),
    };
    args.iter().map(one).collect()
}

fn decorators(decorators: &[Expr]) -> String {
    decorators.iter().map(|decorator| format!(" @{}", expr(decorator))).collect()
}

fn signature(function: &Function) -> String {
    let one = |param: &Param| {
        let mark = match param.kind {
            ParamKind::Plain => "",
            ParamKind::KeywordOnly => "!",
            ParamKind::Args => "*",
            ParamKind::Kwargs => "**",
        };
        let default = param.default.as_ref().map_or_else(String::new, |value| format!("={}", expr(value)));
        format!(" {mark}{}{default}", param.name)
    };
    let params: String = function.params.iter().map(one).collect();
    let returns =
        function.returns.as_ref().map_or_else(String::new, |returns| format!(" -> {}", expr(returns)));
    format!("{}{params}{returns}{}", function.name, decorators(&function.decorators))
}

/// One expression.
pub fn expr(value: &Expr) -> String {
    let boxed = |part: &Option<Box<Expr>>| part.as_ref().map_or_else(|| "-".to_owned(), |part| expr(part));
    match &value.kind {
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Attribute(object, name) => format!("(. {} {name})", expr(object)),
        ExprKind::Call(callee, given) => format!("(call {}{})", expr(callee), args(given)),
        ExprKind::Str(text) => format!("{text:?}"),
        ExprKind::Bytes(text) => format!("b{text:?}"),
        ExprKind::Format(pieces) => {
            let one = |piece: &Piece| match piece {
                Piece::Text(text) => format!(" {text:?}"),
                Piece::Value(value, format) => format!(" ({} {format:?})", expr(value)),
            };
            format!("(f{})", pieces.iter().map(one).collect::<String>())
        }
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Number(text) => format!("#{text}"),
        ExprKind::Bool(true) => "True".to_owned(),
        ExprKind::Bool(false) => "False".to_owned(),
        ExprKind::None => "None".to_owned(),
        ExprKind::Ellipsis => "...".to_owned(),
        ExprKind::Tuple(elements) => format!("(tuple{})", all(elements)),
        ExprKind::List(elements) => format!("(list{})", all(elements)),
        ExprKind::Set(elements) => format!("(set{})", all(elements)),
        ExprKind::Dict(entries) => {
            let one = |(key, value): &(Option<Expr>, Expr)| match key {
                Some(key) => format!(" ({} {})", expr(key), expr(value)),
                None => format!(" **{}", expr(value)),
            };
            format!("(dict{})", entries.iter().map(one).collect::<String>())
        }
        ExprKind::Unary(op, inner) => format!("({op} {})", expr(inner)),
        ExprKind::Binary(op, left, right) => format!("({op} {} {})", expr(left), expr(right)),
        ExprKind::Compare(op, left, right) => format!("({op} {} {})", expr(left), expr(right)),
        ExprKind::Subscript(object, index) => format!("([] {} {})", expr(object), expr(index)),
        ExprKind::Slice(from, to, step) => format!("(slice {} {} {})", boxed(from), boxed(to), boxed(step)),
        ExprKind::Lambda(function) => match function.body.as_deref() {
            Some([Stmt { kind: StmtKind::Return(value), .. }]) => {
                format!("(lambda {}{})", signature(function), maybe(value.as_ref()))
            }
            _ => "(lambda?)".to_owned(),
        },
        ExprKind::Conditional(test, body, orelse) => {
            format!("(if {} {} {})", expr(test), expr(body), expr(orelse))
        }
        ExprKind::Comprehension(inner) => comprehension(inner),
        ExprKind::Starred(inner) => format!("*{}", expr(inner)),
        ExprKind::Await(inner) => format!("(await {})", expr(inner)),
        ExprKind::Walrus(name, inner) => format!("(:= {name} {})", expr(inner)),
        ExprKind::Other(text) => format!("<{text}>"),
    }
}

fn comprehension(inner: &Comprehension) -> String {
    let clauses: String = inner
        .clauses
        .iter()
        .map(|(target, iter, tests)| format!(" (for {} {}{})", expr(target), expr(iter), all(tests)))
        .collect();
    format!("({:?} {}{}{clauses})", inner.kind, expr(&inner.element), maybe(inner.value.as_ref()))
}
