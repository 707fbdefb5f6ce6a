//! What imports mean: a module of the tree, something in it, or a name from outside.

use std::sync::Arc;

use super::super::fuel::unknown;
use super::super::{Interpreter, ModuleId, Value};
use super::index;

/// An import that is resolved when it is first needed.
#[derive(Debug, Clone)]
pub(in crate::schema::eval) struct Import {
    /// The module it stands in.
    pub(in crate::schema::eval) from: ModuleId,
    /// Dotted name.
    pub(in crate::schema::eval) module: Arc<str>,
    /// Dots before it.
    pub(in crate::schema::eval) level: u32,
    /// What of the module.
    pub(in crate::schema::eval) what: What,
}

/// What of a module an import binds.
#[derive(Debug, Clone)]
pub(in crate::schema::eval) enum What {
    /// The module itself, or every name of it.
    Whole,
    /// The package that its dotted name begins with.
    Top,
    /// A name of it.
    Name(Arc<str>),
}

/// Names of `sqlalchemy.orm` and so on, for where several modules outside the tree are imported by star.
const STAR_NAMES: &[(&str, &[&str])] = &[
    (
        "orm",
        &[
            "relationship",
            "mapped_column",
            "Mapped",
            "DeclarativeBase",
            "DeclarativeBaseNoMeta",
            "MappedAsDataclass",
            "declarative_base",
            "declared_attr",
            "declarative_mixin",
            "backref",
            "deferred",
            "synonym",
            "column_property",
            "registry",
            "sessionmaker",
            "Session",
            "validates",
            "object_session",
            "scoped_session",
        ],
    ),
    ("declarative", &["declarative_base", "declared_attr", "as_declarative", "AbstractConcreteBase"]),
    (
        "postgresql",
        &[
            "JSONB",
            "HSTORE",
            "TSVECTOR",
            "BYTEA",
            "INET",
            "CIDR",
            "MACADDR",
            "OID",
            "INT4RANGE",
            "ExcludeConstraint",
            "ENUM",
        ],
    ),
];

/// The module outside the tree that has a name, where modules are imported by star.
pub(super) fn external_star(modules: &[Arc<str>], name: &str) -> Option<Value> {
    let last = |dotted: &str| dotted.rsplit('.').next().unwrap_or_default().to_owned();
    let known = |dotted: &&Arc<str>| {
        STAR_NAMES.iter().any(|(module, names)| *module == last(dotted) && names.contains(&name))
    };
    let general = |dotted: &&Arc<str>| STAR_NAMES.iter().all(|(module, _)| *module != last(dotted));
    let found =
        modules.iter().find(known).or_else(|| modules.iter().find(general)).or_else(|| modules.first())?;
    Some(Value::External(format!("{found}.{name}").into()))
}

impl Interpreter<'_> {
    /// What an import stands for.
    pub(in crate::schema::eval) fn resolve(&mut self, import: &Import) -> Value {
        let What::Name(name) = &import.what else { return self.resolve_module(import) };
        let found = self.modules_named(import);
        // Of several files that can be meant, the one that has the name is.
        let chosen = found.iter().copied().find(|(id, _)| {
            found.len() == 1 || self.declares(*id, name) || self.submodule(*id, name).is_some()
        });
        match chosen.or_else(|| found.first().copied()) {
            Some((id, sure)) => self.name_of_module(id, name, sure),
            None if import.level > 0 => unknown(format!("{}.{name} is not there", import.module)),
            None => Value::External(format!("{}.{name}", import.module).into()),
        }
    }

    /// The module that an import is from.
    pub(super) fn resolve_module(&mut self, import: &Import) -> Value {
        let found = self.modules_named(import).first().copied();
        match (found, &import.what) {
            (Some((id, _)), What::Top) => self.top(id, &import.module),
            (Some((id, _)), _) => Value::Module(id),
            (None, _) if import.level > 0 => unknown(format!("the module {} is not there", import.module)),
            (None, What::Top) => Value::External(import.module.split('.').next().unwrap_or_default().into()),
            (None, _) => Value::External(import.module.clone()),
        }
    }

    /// Modules of the tree that an import can be from, and whether it would be strange if it was not.
    fn modules_named(&mut self, import: &Import) -> Vec<(ModuleId, bool)> {
        if import.level > 0 {
            return self.relative(import).map(|id| (id, true)).into_iter().collect();
        }
        let from = self.loaded.get(import.from.0).path.clone();
        let key = (import.module.clone(), from);
        if let Some(found) = self.found.get(&key) {
            return found.clone();
        }
        let candidates = self.index().find(&key.0, &key.1);
        let load = |candidate: &index::Candidate| {
            let id = match self.tree.find(&candidate.path) {
                Some(file) => self.load(&file.clone()),
                None => self.load_folder(&candidate.path),
            };
            (id, candidate.sure)
        };
        let found: Vec<(ModuleId, bool)> = candidates.iter().map(load).collect();
        self.found.insert(key, found.clone());
        found
    }

    fn relative(&mut self, import: &Import) -> Option<ModuleId> {
        let from = self.loaded.get(import.from.0);
        let mut folder: &str = &from.folder.clone();
        for _ in 1..import.level.min(64) {
            folder = index::split(folder).0;
        }
        if import.module.is_empty() {
            return self.package(folder);
        }
        let under = import.module.replace('.', "/");
        self.at_path(&join(folder, &under))
    }

    /// The package of a folder.
    fn package(&mut self, folder: &str) -> Option<ModuleId> {
        match self.tree.find(&join(folder, "__init__.py")) {
            Some(file) => Some(self.load(&file.clone())),
            None => Some(self.load_folder(folder)),
        }
    }

    /// The module at a path without `.py`: a package, a file or a folder of modules.
    fn at_path(&mut self, path: &str) -> Option<ModuleId> {
        let file =
            [join(path, "__init__.py"), format!("{path}.py")].iter().find_map(|path| self.tree.find(path));
        if let Some(file) = file {
            return Some(self.load(&file.clone()));
        }
        let within = format!("{path}/");
        let at = self.tree.files().partition_point(|file| *file.path < *within);
        let holds = self.tree.files().get(at).is_some_and(|file| file.path.starts_with(&within));
        holds.then(|| self.load_folder(path))
    }

    /// A module within a package.
    fn submodule(&mut self, id: ModuleId, name: &str) -> Option<ModuleId> {
        let module = self.loaded.get(id.0);
        let path = module.package.then(|| join(&module.folder, name))?;
        self.at_path(&path)
    }

    /// The package that a dotted name begins with, of the module that it ends with.
    fn top(&mut self, id: ModuleId, dotted: &str) -> Value {
        let module = self.loaded.get(id.0);
        if !dotted.contains('.') {
            return Value::Module(id);
        }
        let path = module.path.clone();
        let stem = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py"));
        let mut folder: &str = stem.unwrap_or(&path);
        for _ in 1..dotted.split('.').count() {
            folder = index::split(folder).0;
        }
        self.package(folder).map_or_else(|| unknown(dotted), Value::Module)
    }

    /// `from module import name`.
    fn name_of_module(&mut self, id: ModuleId, name: &str, sure: bool) -> Value {
        if !self.declares(id, name)
            && let Some(submodule) = self.submodule(id, name)
        {
            return Value::Module(submodule);
        }
        self.execute(id);
        let value = self.module_global(id, name);
        // A package that imports its own parts lazily, or for type checkers only, names a submodule all the same.
        if matches!(value, None | Some(Value::Unknown(_) | Value::External(_)))
            && let Some(submodule) = self.submodule(id, name)
        {
            return Value::Module(submodule);
        }
        if let Some(value) = value {
            return value;
        }
        let dotted = format!("{}.{name}", self.loaded.get(id.0).name);
        if sure || self.declares_openly(id) { unknown(dotted) } else { Value::External(dotted.into()) }
    }

    /// `module.name`.
    pub(in crate::schema::eval) fn module_attribute(&mut self, id: ModuleId, name: &str) -> Value {
        match name {
            "__name__" => Value::Str(self.loaded.get(id.0).name.clone()),
            _ => self.name_of_module(id, name, self.loaded.get(id.0).name.contains('.')),
        }
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
