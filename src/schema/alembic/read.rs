//! Reads migration scripts: what they are called, what they follow, what they do.

use std::sync::Arc;

use super::{Script, steps};
use crate::schema::eval::{Interpreter, ModuleId, Value};
use crate::schema::finding::Note;
use crate::schema::model::{Table, Type};
use crate::schema::operation::{Operation, Step};
use crate::schema::place::Place;
use crate::schema::python::ast::{self, ExprKind, StmtKind};
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy::pieces;

/// What says in a comment or docstring that there is no way back.
const NO_WAY_BACK: [&str; 14] = [
    "irreversible",
    "not reversible",
    "non-reversible",
    "nonreversible",
    "can't be reversed",
    "cannot be reversed",
    "cannot be undone",
    "can't be undone",
    "no downgrade",
    "no way back",
    "one-way",
    "one way migration",
    "cannot downgrade",
    "can't downgrade",
];

/// Ways that migrations ask for the dialect, each an expression that has the attribute `name`.
const DIALECTS: [&str; 6] = [
    "alembic.op.get_bind().dialect",
    "alembic.op.get_bind().engine.dialect",
    "alembic.op.get_bind().engine",
    "alembic.op.get_context().dialect",
    "alembic.op.get_context().bind.dialect",
    "alembic.context.get_context().dialect",
];

/// Whether a module is a migration script: `revision` and `down_revision` at its top.
pub fn is_script(module: &ast::Module) -> bool {
    let assigns = |name: &str| module.body.iter().any(|statement| binds(&statement.kind, name));
    assigns("revision") && assigns("down_revision")
}

fn binds(statement: &StmtKind, name: &str) -> bool {
    let is = |target: &ast::Expr| matches!(&target.kind, ExprKind::Name(own) if &**own == name);
    match statement {
        StmtKind::Assign { targets, .. } => targets.iter().any(is),
        StmtKind::Annotated { target, value: Some(_), .. } => is(target),
        _ => false,
    }
}

/// Reads the script at a path; `None` where it names no revision or has no `upgrade`.
pub fn read(interpreter: &mut Interpreter<'_>, path: &str, dialect: Dialect) -> Option<Script> {
    for base in DIALECTS {
        interpreter.assume(base, "name", Value::Str(dialect.word().into()));
    }
    let module = interpreter.run(path)?;
    let mut reader = Reader { interpreter, module, path: path.into(), dialect };
    let mut script = Script {
        path: Arc::clone(&reader.path),
        revision: reader.ids("revision").into_iter().next()?,
        down_revisions: reader.ids("down_revision"),
        branch_labels: reader.ids("branch_labels"),
        depends_on: reader.ids("depends_on"),
        ..Script::default()
    };
    let (upgrade, _) = reader.steps("upgrade")?;
    script.upgrade = upgrade;
    if let Some((downgrade, raised)) = reader.steps("downgrade") {
        script.downgrade = downgrade;
        script.downgrade_line = reader.line("downgrade");
        script.irreversible = raised.is_some() || reader.says_irreversible(script.downgrade_line);
    }
    reader.note_opaque(&script.upgrade);
    Some(script)
}

/// A script being read.
pub(super) struct Reader<'i, 'a> {
    pub(super) interpreter: &'i mut Interpreter<'a>,
    module: ModuleId,
    pub(super) path: Arc<str>,
    pub(super) dialect: Dialect,
}

impl Reader<'_, '_> {
    /// The ids that a global holds: one, several, none.
    fn ids(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.interpreter.global(self.module, name) else { return Vec::new() };
        let several = self.interpreter.elements(&value).unwrap_or_else(|| vec![value]);
        let text = |value: &Value| match value {
            Value::Str(text) => Some(text.to_string()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        };
        several.iter().filter_map(text).collect()
    }

    /// What a function does, and where it surely raises. Several databases have one each (`upgrade_users()`), which the
    /// function with their name as its parameter looks up.
    fn steps(&mut self, name: &str) -> Option<(Vec<Step>, Option<u32>)> {
        let function = self.interpreter.global(self.module, name)?;
        let Value::Function(id, _) = &function else { return Some(steps::of(self, &function, Vec::new())) };
        let takes_name =
            self.interpreter.function(*id).ast.params.iter().any(|param| param.default.is_none());
        let (mut all, mut raised) = steps::of(self, &function, Vec::new());
        if takes_name && all.is_empty() {
            for part in self.parts(&format!("{name}_")) {
                let (steps, line) = steps::of(self, &part, Vec::new());
                all.extend(steps);
                raised = raised.or(line);
            }
        }
        Some((all, raised))
    }

    /// Functions of the script whose names begin so.
    fn parts(&mut self, prefix: &str) -> Vec<Value> {
        let names: Vec<Arc<str>> = self.functions().filter(|name| name.starts_with(prefix)).collect();
        names.iter().filter_map(|name| self.interpreter.global(self.module, name)).collect()
    }

    fn functions(&self) -> impl Iterator<Item = Arc<str>> {
        let body = self.interpreter.module_ast(self.module);
        let names: Vec<Arc<str>> = body
            .body
            .iter()
            .filter_map(|statement| match &statement.kind {
                StmtKind::Function(function) => Some(Arc::clone(&function.name)),
                _ => None,
            })
            .collect();
        names.into_iter()
    }

    fn line(&mut self, name: &str) -> Option<u32> {
        match self.interpreter.global(self.module, name)? {
            Value::Function(id, _) => Some(self.interpreter.function(id).ast.line),
            _ => None,
        }
    }

    /// Whether a comment or docstring from a line on says that there is no way back. The tree holds neither.
    fn says_irreversible(&self, line: Option<u32>) -> bool {
        let (Some(line), Some(source)) = (line, self.interpreter.source(&self.path)) else { return false };
        let text = String::from_utf8_lossy(&source);
        let from = text.lines().skip(line.saturating_sub(1) as usize);
        // The next thing at the left margin is no longer part of the function.
        let mut body =
            from.skip(1).take_while(|line| line.is_empty() || line.starts_with([' ', '\t', '#', ')']));
        body.any(|line| {
            let line = line.to_lowercase();
            NO_WAY_BACK.iter().any(|words| line.contains(words))
        })
    }

    fn note_opaque(&mut self, steps: &[Step]) {
        for step in steps {
            if let Operation::Opaque { why, .. } = &step.operation {
                let message = format!("it cannot be told what this step does: {why}");
                self.interpreter.note(Note { code: "opaque-step", place: step.place.clone(), message });
            }
        }
    }

    /// A type in the words of the dialect.
    pub(super) fn kind(&mut self, value: &Value) -> Type {
        pieces::type_of(self.interpreter, self.dialect, value)
    }

    /// A server default.
    pub(super) fn server_default(&mut self, value: &Value) -> Option<String> {
        pieces::default_of(self.interpreter, self.dialect, value)
    }

    /// An expression as SQL.
    pub(super) fn sql(&mut self, value: &Value) -> String {
        match self.text_of(value) {
            Some(text) => text,
            None => pieces::sql_of(self.interpreter, self.dialect, value),
        }
    }

    /// A table of columns and constraints.
    pub(super) fn table(
        &mut self,
        name: &str,
        schema: Option<String>,
        parts: Vec<Value>,
        place: &Place,
    ) -> Table {
        pieces::table_of(self.interpreter, self.dialect, (name, schema), parts, place)
    }
}
