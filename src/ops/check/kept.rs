//! Documents as facts, kept between the looks of a watch: read again only where something changed.

use std::sync::Arc;

use crate::domain::alert::Input;
use crate::domain::alert::facts::Collection;
use crate::domain::document::{Decode, Document};
use crate::domain::key::Key;
use crate::error::Result;
use crate::store::document::{self, Stored};

use super::super::State;
use super::changes::{Changed, Changes};

/// A collection.
#[derive(Debug, Clone)]
pub struct Folder<T>(Input<Collection<T>>);

impl<T> Default for Folder<T> {
    fn default() -> Self {
        Self(Input::NotRead)
    }
}

impl<T: Decode + Clone + Send> Folder<T> {
    /// Reads what changed in the folder `name`; all of it the first time.
    pub fn refresh(&mut self, state: &State<'_>, name: &'static str, changes: &Changes) {
        match (&mut self.0, changes.of_folder(name)) {
            (Input::Known(_), None) => {}
            (Input::Known(entries), Some(Changed::Names(names))) => {
                // In place, unless a rule that hangs still holds the facts of an earlier look.
                let entries = Arc::make_mut(entries);
                for name_of_one in names {
                    let key = Key { collection: Some(name), name: name_of_one.clone() };
                    match entry::<T>(document::read(&*state.backend, &key)) {
                        Some(entry) => drop(entries.insert(key.name, entry)),
                        None => drop(entries.remove(name_of_one)),
                    }
                }
            }
            _ => self.0 = read(state, name),
        }
    }

    /// The collection as a fact.
    pub fn input(&self) -> Input<Collection<T>> {
        self.0.clone()
    }
}

/// A document of which there is one.
#[derive(Debug, Clone)]
pub struct Single<T>(Input<T>);

impl<T> Default for Single<T> {
    fn default() -> Self {
        Self(Input::NotRead)
    }
}

impl<T: Document + Clone> Single<T> {
    /// Reads it if it changed.
    pub fn refresh(&mut self, state: &State<'_>, key: &Key, changes: &Changes) {
        if !matches!(self.0, Input::Known(_)) || changes.has_file(&key.file()) {
            self.0 = single(state, key);
        }
    }

    /// The document as a fact.
    pub fn input(&self) -> Input<T> {
        self.0.clone()
    }
}

/// One document as a fact.
pub fn single<T: Document>(state: &State<'_>, key: &Key) -> Input<T> {
    match document::read(&*state.backend, key) {
        Ok(Stored::Present(document)) => Input::Known(document),
        Ok(Stored::Missing) => Input::Missing,
        Ok(Stored::Unreadable(why)) => {
            Input::Unreadable(document::unreadable(&*state.backend, key, &why).message)
        }
        Err(error) => Input::Unreadable(error.message),
    }
}

fn read<T: Decode + Send>(state: &State<'_>, name: &'static str) -> Input<Collection<T>> {
    match document::gather::<T>(&*state.backend, name) {
        Ok(all) => {
            let entries = all.into_iter().filter_map(|(key, stored)| Some((key, entry(stored)?)));
            Input::Known(Arc::new(entries.collect()))
        }
        Err(error) => Input::Unreadable(error.message),
    }
}

/// What stands under a name; `None` for nothing.
fn entry<T>(stored: Result<Stored<T>>) -> Option<std::result::Result<T, String>> {
    match stored {
        Ok(Stored::Present(document)) => Some(Ok(document)),
        Ok(Stored::Unreadable(why)) => Some(Err(why.to_string())),
        Ok(Stored::Missing) => None,
        Err(error) => Some(Err(error.message)),
    }
}
