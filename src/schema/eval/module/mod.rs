//! Modules: found, lowered and run once, when something of them is needed; what imports mean.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::fuel::unknown;
use super::scope::{Kind, Scope};
use super::{Interpreter, ModuleId, ScopeId, Value};
use crate::schema::python::ast;
use crate::schema::tree::File;

mod declared;
mod import;
mod index;

pub(super) use declared::bound_names;
pub(super) use import::{Import, What};
pub(super) use index::Index;

/// Modules that a dotted name can mean in the file at a path, and whether it would be strange if it meant anything else.
pub(super) type Found = HashMap<(Arc<str>, Arc<str>), Vec<(ModuleId, bool)>>;

/// How far a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Done,
}

/// A module of the tree.
#[derive(Debug)]
pub(super) struct Module {
    /// Path of its file, or of its folder where there is no `__init__.py`.
    pub(super) path: Arc<str>,
    /// Dotted name.
    pub(super) name: Arc<str>,
    /// Folder of its submodules, of a package; otherwise the folder it is in.
    folder: Arc<str>,
    package: bool,
    pub(super) ast: Arc<ast::Module>,
    pub(super) scope: ScopeId,
    state: State,
    /// Names that it binds, once somebody asked.
    declared: Option<Rc<HashSet<Arc<str>>>>,
    /// Statements that ran before their turn.
    ahead: HashSet<usize>,
}

impl Module {
    pub(super) fn nothing() -> Self {
        Self {
            path: "".into(),
            name: "".into(),
            folder: "".into(),
            package: false,
            ast: Arc::default(),
            scope: ScopeId(u32::MAX),
            state: State::Done,
            declared: None,
            ahead: HashSet::new(),
        }
    }
}

impl Interpreter<'_> {
    /// The module of a file, not run.
    pub(super) fn load(&mut self, file: &File) -> ModuleId {
        if let Some(id) = self.by_path.get(&file.path) {
            return *id;
        }
        let ast = self.modules.module(self.tree, file);
        let stem = file.path.strip_suffix(".py").unwrap_or(&file.path).to_owned();
        let (folder, last) = index::split(&stem);
        let package = last == "__init__";
        let named = if package { folder } else { stem.as_str() };
        self.add(file.path.clone(), named, folder, package, ast)
    }

    /// The package that a folder without `__init__.py` is.
    fn load_folder(&mut self, folder: &str) -> ModuleId {
        match self.by_path.get(folder) {
            Some(id) => *id,
            None => self.add(folder.into(), folder, folder, true, Arc::default()),
        }
    }

    fn add(
        &mut self,
        path: Arc<str>,
        named: &str,
        folder: &str,
        package: bool,
        ast: Arc<ast::Module>,
    ) -> ModuleId {
        let name = self.dotted(named);
        let id = ModuleId(self.loaded.len() as u32);
        let scope = ScopeId(self.scopes.push(Scope::new(id, None, Kind::Module)));
        self.by_path.insert(path.clone(), id);
        let folder = folder.into();
        let module =
            Module { path, name, folder, package, ast, scope, state: State::Waiting, ..Module::nothing() };
        self.loaded.push(module);
        id
    }

    /// Dotted name of a path without `.py`: from the first folder that is no package.
    fn dotted(&mut self, path: &str) -> Arc<str> {
        let index = self.index();
        let mut root = index::split(path).0;
        while index.is_package(root) && !root.is_empty() {
            root = index::split(root).0;
        }
        path.strip_prefix(root).unwrap_or(path).trim_start_matches('/').replace('/', ".").into()
    }

    fn index(&mut self) -> Rc<Index> {
        let tree = self.tree;
        self.index.get_or_insert_with(|| Rc::new(Index::new(tree))).clone()
    }

    /// Runs a module, unless it ran or runs.
    pub(super) fn execute(&mut self, id: ModuleId) {
        let module = self.loaded.get(id.0);
        let (scope, ast) = (module.scope, module.ast.clone());
        if module.state != State::Waiting || !self.descend(scope, 1) {
            return;
        }
        self.loaded.get_mut(id.0).state = State::Running;
        self.once(|this| {
            for (at, statement) in ast.body.iter().enumerate() {
                if !this.loaded.get(id.0).ahead.contains(&at) {
                    this.statement(scope, statement);
                }
            }
        });
        self.loaded.get_mut(id.0).state = State::Done;
        self.ascend();
    }

    /// What a name stands for within its module: global, builtin, or of a star import.
    pub(super) fn module_name_used(&mut self, id: ModuleId, name: &Arc<str>) -> Value {
        let scope = self.loaded.get(id.0).scope;
        if let Some(value) = self.local(scope, name) {
            return value;
        }
        if let Some(value) = super::builtin::named(name) {
            return value;
        }
        if let Some(value) = self.module_global(id, name) {
            return value;
        }
        match &**name {
            "__name__" => Value::Str(self.loaded.get(id.0).name.clone()),
            "__file__" => unknown("the name __file__"),
            _ => unknown(format!("the name {name}")),
        }
    }

    /// What a module binds a name to, also what is still ahead, and by star imports.
    pub(super) fn module_global(&mut self, id: ModuleId, name: &str) -> Option<Value> {
        let scope = self.loaded.get(id.0).scope;
        if let Some(value) = self.local(scope, name) {
            return Some(value);
        }
        if self.run_ahead(id, name)
            && let Some(value) = self.local(scope, name)
        {
            return Some(value);
        }
        self.starred(id, name)
    }

    /// Runs the statement that will bind a name, of a module that is being run. Modules that import each other need it.
    fn run_ahead(&mut self, id: ModuleId, name: &str) -> bool {
        let module = self.loaded.get(id.0);
        if module.state != State::Running || !self.declares(id, name) {
            return false;
        }
        let module = self.loaded.get(id.0);
        let (scope, ast) = (module.scope, module.ast.clone());
        let binds = |(at, statement): &(usize, &ast::Stmt)| {
            !self.loaded.get(id.0).ahead.contains(at) && declared::binds(statement, name)
        };
        let Some((at, statement)) = ast.body.iter().enumerate().find(binds) else { return false };
        self.loaded.get_mut(id.0).ahead.insert(at);
        if !self.descend(scope, statement.line) {
            return false;
        }
        self.once(|this| this.statement(scope, statement));
        self.ascend();
        true
    }

    /// Whether a module's source binds a name, as far as its text says.
    fn declares(&mut self, id: ModuleId, name: &str) -> bool {
        if self.loaded.get(id.0).declared.is_none() {
            let names = Rc::new(bound_names(&self.loaded.get(id.0).ast.clone().body));
            self.loaded.get_mut(id.0).declared = Some(names);
        }
        self.loaded.get(id.0).declared.as_ref().is_some_and(|names| names.contains(name))
    }

    /// Whether a module binds names by `*`, or makes them as it runs.
    fn declares_openly(&mut self, id: ModuleId) -> bool {
        self.declares(id, "*") || self.declares(id, "__getattr__")
    }

    /// A name by `from x import *`, the last first; of a module outside the tree where no other has it.
    fn starred(&mut self, id: ModuleId, name: &str) -> Option<Value> {
        let scope = self.loaded.get(id.0).scope;
        let stars = self.scopes.get(scope.0).stars.clone();
        if stars.is_empty() || name.starts_with("__") || !self.descend(scope, 1) {
            return None;
        }
        let mut external: Vec<Arc<str>> = Vec::new();
        let mut found = None;
        for star in stars.iter().rev() {
            match self.resolve_module(star) {
                Value::Module(other) if other != id => {
                    self.execute(other);
                    found = self.module_global(other, name);
                }
                Value::External(dotted) => external.push(dotted),
                _ => {}
            }
            if found.is_some() {
                break;
            }
        }
        self.ascend();
        found.or_else(|| import::external_star(&external, name))
    }
}
