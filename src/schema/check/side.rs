//! One version of the code, read: its model, its migration scripts, and what could not be told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::affected::Affected;
use super::scope;
use crate::schema::alembic::{self, Script};
use crate::schema::eval::{Interpreter, Modules};
use crate::schema::facts::{Facts, Revision};
use crate::schema::finding::Note;
use crate::schema::model::Model;
use crate::schema::place::Place;
use crate::schema::settings::{Environment, Settings};
use crate::schema::sqlalchemy;
use crate::schema::tree::{File, Tree};

/// A version of the code, and how it is read.
#[derive(Clone, Copy)]
pub struct Version<'a> {
    /// Its files.
    pub tree: &'a dyn Tree,
    /// Its modules.
    pub modules: &'a dyn Modules,
    /// What the project says.
    pub settings: &'a Settings,
}

impl<'a> Version<'a> {
    /// Files of Python that are not excluded, each with what a glance tells.
    pub fn python(self) -> impl Iterator<Item = (&'a File, Arc<Facts>)> {
        let readable =
            move |file: &&File| file.path.ends_with(".py") && !scope::excluded(self.settings, &file.path);
        self.tree.files().iter().filter(readable).map(move |file| (file, self.modules.facts(self.tree, file)))
    }

    /// The model of an environment, of the affected files only where it is known which they are, and what could not be told.
    pub fn model(self, environment: &Environment, affected: Option<&Affected>) -> (Model, Vec<Note>) {
        let mut interpreter = Interpreter::new(self.tree, self.modules);
        let mut notes = Vec::new();
        for (file, facts) in self.python() {
            let wanted = affected.is_none_or(|affected| affected.holds(&file.path));
            if facts.declares && wanted && self.declares(environment, file, &facts) {
                notes.extend(self.trouble(file));
                interpreter.run(&file.path);
            }
        }
        let model = sqlalchemy::model(&mut interpreter, self.settings.dialect);
        notes.extend_from_slice(interpreter.notes());
        notes.sort();
        notes.dedup();
        (model, notes)
    }

    fn declares(self, environment: &Environment, file: &File, facts: &Facts) -> bool {
        facts.revision.is_none() && scope::declares(self.settings, environment, &file.path, facts.tests)
    }

    /// Where a file is no Python.
    fn trouble(self, file: &File) -> Vec<Note> {
        let module = self.modules.module(self.tree, file);
        let note = |line: &u32| Note {
            code: "syntax-error",
            place: Place::new(Arc::clone(&file.path), *line),
            message: format!("{} is no Python at line {line}; the rest of the file was read", file.path),
        };
        module.errors.iter().take(1).map(note).collect()
    }

    /// Every migration script of an environment by path, with its head.
    pub fn heads(self, environment: &Environment) -> BTreeMap<Arc<str>, Revision> {
        self.python()
            .filter(|(file, _)| scope::migrates(self.settings, environment, &file.path))
            .filter_map(|(file, facts)| Some((Arc::clone(&file.path), facts.revision.clone()?)))
            .collect()
    }

    /// The script at a path, read; its trouble, if it is no Python.
    pub fn script(self, path: &str) -> (Option<Script>, Vec<Note>) {
        let Some(file) = self.tree.find(path) else { return (None, Vec::new()) };
        let mut notes = self.trouble(file);
        if !alembic::is_script(&self.modules.module(self.tree, file)) {
            return (None, notes);
        }
        let mut interpreter = Interpreter::new(self.tree, self.modules);
        let script = alembic::read(&mut interpreter, path, self.settings.dialect);
        // What else runs because of it has nothing to say here.
        notes.extend(interpreter.notes().iter().filter(|note| *note.place.path == *path).cloned());
        (script, notes)
    }
}

/// Paths whose content differs between two trees, or that only one of them has.
pub fn changed(from: &dyn Tree, to: &dyn Tree) -> BTreeSet<Arc<str>> {
    let side = |tree: &dyn Tree| -> BTreeSet<(Arc<str>, _)> {
        tree.files().iter().map(|file| (Arc::clone(&file.path), file.blob)).collect()
    };
    side(from).symmetric_difference(&side(to)).map(|(path, _)| Arc::clone(path)).collect()
}
