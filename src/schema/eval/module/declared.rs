//! Which names statements bind, as far as their text says.

use std::collections::HashSet;
use std::sync::Arc;

use crate::schema::python::ast::{Expr, ExprKind, Stmt, StmtKind};

/// Most nested statements that are looked through.
const DEPTH_MAX: usize = 40;

/// Names that statements bind in their own scope; `*` stands for a star import.
pub(in crate::schema::eval) fn bound_names(body: &[Stmt]) -> HashSet<Arc<str>> {
    let mut names = HashSet::new();
    for statement in body {
        collect(statement, &mut names, 0);
    }
    names
}

/// Whether a statement binds a name.
pub(super) fn binds(statement: &Stmt, name: &str) -> bool {
    let mut names = HashSet::new();
    collect(statement, &mut names, 0);
    names.contains(name)
}

fn collect(statement: &Stmt, names: &mut HashSet<Arc<str>>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    let all = |body: &[Stmt], names: &mut HashSet<Arc<str>>| {
        body.iter().for_each(|statement| collect(statement, names, depth + 1));
    };
    match &statement.kind {
        StmtKind::Import(modules) => names.extend(modules.iter().map(|(dotted, bound)| {
            let top = || dotted.split('.').next().unwrap_or(dotted).into();
            bound.clone().unwrap_or_else(top)
        })),
        StmtKind::From { names: imported, .. } => {
            names.extend(imported.iter().map(|(name, bound)| bound.as_ref().unwrap_or(name).clone()));
        }
        StmtKind::Assign { targets, .. } => {
            targets.iter().for_each(|target| target_names(target, names, depth))
        }
        StmtKind::Annotated { target, value: Some(_), .. } | StmtKind::Augmented { target, .. } => {
            target_names(target, names, depth);
        }
        StmtKind::Class(class) => drop(names.insert(class.name.clone())),
        StmtKind::Function(function) => drop(names.insert(function.name.clone())),
        StmtKind::If { body, orelse, .. } => [body, orelse].iter().for_each(|body| all(body, names)),
        StmtKind::For { target, body, orelse, .. } => {
            target_names(target, names, depth);
            [body, orelse].iter().for_each(|body| all(body, names));
        }
        StmtKind::While { body, .. } => all(body, names),
        StmtKind::With { items, body } => {
            items
                .iter()
                .filter_map(|(_, bound)| bound.as_ref())
                .for_each(|to| target_names(to, names, depth));
            all(body, names);
        }
        StmtKind::Try { body, handlers, orelse, finally } => {
            handlers.iter().for_each(|body| all(body, names));
            [body, orelse, finally].iter().for_each(|body| all(body, names));
        }
        _ => {}
    }
}

fn target_names(target: &Expr, names: &mut HashSet<Arc<str>>, depth: usize) {
    match &target.kind {
        ExprKind::Name(name) => drop(names.insert(name.clone())),
        ExprKind::Tuple(parts) | ExprKind::List(parts) if depth < DEPTH_MAX => {
            parts.iter().for_each(|part| target_names(part, names, depth + 1));
        }
        ExprKind::Starred(inner) if depth < DEPTH_MAX => target_names(inner, names, depth + 1),
        _ => {}
    }
}
