//! Scopes: what names are bound to, and where they are looked up.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::fuel::unknown;
use super::module::Import;
use super::{ClassId, FunctionId, Interpreter, ModuleId, ScopeId, Value};

/// Most imports that lead to one another.
const IMPORTS_MAX: usize = 200;

/// What a name is bound to.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// A value.
    Value(Value),
    /// An import, resolved when it is first needed.
    Import(Rc<Import>),
}

/// What a scope is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names are globals.
    Module,
    /// Names are attributes.
    Class(ClassId),
    /// Names are local.
    Function(FunctionId),
    /// Names are local; everything around is seen, a class as well. Of comprehensions.
    Block,
}

/// Names and what they stand for.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) module: ModuleId,
    pub(super) parent: Option<ScopeId>,
    pub(super) kind: Kind,
    pub(super) names: HashMap<Arc<str>, Binding>,
    /// Names that are not bound again for now: another branch has bound them.
    pub(super) kept: HashSet<Arc<str>>,
    /// `from x import *`, in order.
    pub(super) stars: Vec<Rc<Import>>,
    /// What the function was called on.
    pub(super) receiver: Option<Value>,
    /// Whether the function yields.
    pub(super) yields: bool,
}

impl Scope {
    pub(super) fn new(module: ModuleId, parent: Option<ScopeId>, kind: Kind) -> Self {
        Self {
            module,
            parent,
            kind,
            names: HashMap::new(),
            kept: HashSet::new(),
            stars: Vec::new(),
            receiver: None,
            yields: false,
        }
    }

    pub(super) fn nothing() -> Self {
        Self::new(ModuleId(u32::MAX), None, Kind::Block)
    }
}

impl Interpreter<'_> {
    pub(super) fn open(&mut self, parent: ScopeId, kind: Kind) -> ScopeId {
        let module = self.scopes.get(parent.0).module;
        ScopeId(self.scopes.push(Scope::new(module, Some(parent), kind)))
    }

    /// Binds a name, unless another branch has; in a class it becomes an attribute.
    pub(super) fn bind(&mut self, scope: ScopeId, name: &Arc<str>, value: Value, line: u32) {
        if self.scopes.get(scope.0).kept.contains(name) {
            return;
        }
        if let Kind::Class(class) = self.scopes.get(scope.0).kind {
            let place = self.place(scope, line);
            self.set_class_attribute(class, name, Some(value.clone()), None, place);
        }
        self.scopes.get_mut(scope.0).names.insert(name.clone(), Binding::Value(value));
    }

    pub(super) fn bind_import(&mut self, scope: ScopeId, name: &Arc<str>, import: Import) {
        let scope = self.scopes.get_mut(scope.0);
        if !scope.kept.contains(name) {
            scope.names.insert(name.clone(), Binding::Import(Rc::new(import)));
        }
    }

    pub(super) fn unbind(&mut self, scope: ScopeId, name: &str) {
        self.scopes.get_mut(scope.0).names.remove(name);
        if let Kind::Class(class) = self.scopes.get(scope.0).kind {
            self.remove_class_attribute(class, name);
        }
    }

    /// Runs something while names are kept from being bound again.
    pub(super) fn keeping<T>(
        &mut self,
        scope: ScopeId,
        names: HashSet<Arc<str>>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut kept = self.scopes.get(scope.0).kept.clone();
        kept.extend(names);
        let before = std::mem::replace(&mut self.scopes.get_mut(scope.0).kept, kept);
        let result = run(self);
        self.scopes.get_mut(scope.0).kept = before;
        result
    }

    /// Names bound in a scope.
    pub(super) fn bound(&self, scope: ScopeId) -> HashSet<Arc<str>> {
        self.scopes.get(scope.0).names.keys().cloned().collect()
    }

    /// What a name stands for where it is used: local, around, global, builtin.
    pub(super) fn lookup(&mut self, scope: ScopeId, name: &Arc<str>) -> Value {
        let mut at = Some(scope);
        let mut inside = true;
        while let Some(id) = at {
            let scope = self.scopes.get(id.0);
            let (kind, parent, module) = (scope.kind, scope.parent, scope.module);
            match kind {
                Kind::Module => return self.module_name_used(module, name),
                Kind::Class(_) if !inside => {}
                _ => {
                    if let Some(value) = self.local(id, name) {
                        let hidden = self.annotating && matches!(kind, Kind::Class(_)) && !names_type(&value);
                        if !hidden {
                            return value;
                        }
                    }
                }
            }
            inside = inside && kind == Kind::Block;
            at = parent;
        }
        unknown(format!("the name {name}"))
    }

    /// What a scope itself binds a name to.
    pub(super) fn local(&mut self, scope: ScopeId, name: &str) -> Option<Value> {
        match self.scopes.get(scope.0).names.get(name)?.clone() {
            Binding::Value(value) => Some(value),
            Binding::Import(import) => {
                let circular = self.resolving.iter().any(|other| Rc::ptr_eq(other, &import));
                if circular || self.resolving.len() >= IMPORTS_MAX {
                    return None;
                }
                self.resolving.push(import.clone());
                let value = self.resolve(&import);
                self.resolving.pop();
                let names = &mut self.scopes.get_mut(scope.0).names;
                if let Some(binding) = names.get_mut(name)
                    && matches!(binding, Binding::Import(other) if Rc::ptr_eq(other, &import))
                    && !matches!(value, Value::Unknown(_))
                {
                    *binding = Binding::Value(value.clone());
                }
                Some(value)
            }
        }
    }

    /// The innermost scope of a function around, and the function.
    pub(super) fn function_around(&self, scope: ScopeId) -> Option<(ScopeId, FunctionId)> {
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.scopes.get(id.0);
            match scope.kind {
                Kind::Function(function) => return Some((id, function)),
                Kind::Block => at = scope.parent,
                _ => return None,
            }
        }
        None
    }

    /// The scope that names are bound in: of a comprehension the one around it.
    pub(super) fn owner(&self, mut scope: ScopeId) -> ScopeId {
        while self.scopes.get(scope.0).kind == Kind::Block {
            match self.scopes.get(scope.0).parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        scope
    }

    /// The scope of a scope's module.
    pub(super) fn globals(&self, scope: ScopeId) -> ScopeId {
        self.loaded.get(self.scopes.get(scope.0).module.0).scope
    }
}

/// Whether an annotation can mean a value that the class binds to the name, rather than what is global.
fn names_type(value: &Value) -> bool {
    matches!(value, Value::Class(_) | Value::External(_) | Value::Item(..))
}
