//! Modules by content: what was read once is not read again, in this run or, where git's directory takes a file, in the next.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::schema::check::scope;
use crate::schema::eval::Modules;
use crate::schema::facts::Facts;
use crate::schema::python::{self, Module, codec};
use crate::schema::settings::Settings;
use crate::schema::tree::{BlobId, File, Tree};

mod facts;
mod stored;

use stored::Stored;

/// Threads that read files nobody has read before.
const THREADS_MAX: usize = 4;

/// Everything that was read in this run, over what was stored by earlier ones.
pub struct Cache {
    slots: Mutex<HashMap<BlobId, Arc<Slot>>>,
    stored: Stored,
    path: Option<PathBuf>,
}

/// One content. Whoever comes second waits for the first.
#[derive(Default)]
struct Slot {
    facts: OnceLock<Arc<Facts>>,
    module: OnceLock<Arc<Module>>,
    /// What was not stored yet, ready to be.
    fresh: Mutex<Fresh>,
}

#[derive(Default)]
struct Fresh {
    facts: Option<Vec<u8>>,
    module: Option<Vec<u8>>,
}

impl Cache {
    /// A cache that is kept in git's own directory, never in the work tree.
    pub fn kept_in(common_dir: &Path) -> Self {
        let path = common_dir.join("nija").join("schema-cache-v1");
        Self { slots: Mutex::default(), stored: Stored::open(&path), path: Some(path) }
    }

    /// A cache of this run alone.
    pub fn of_this_run() -> Self {
        Self { slots: Mutex::default(), stored: Stored::default(), path: None }
    }

    fn slot(&self, id: BlobId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(id).or_default())
    }

    /// Reads what no earlier run has read, on several threads; its modules as well where everything will be looked at.
    pub fn warm(&self, trees: &[&dyn Tree], settings: &Settings, whole: bool) {
        let mut seen = BTreeSet::new();
        let cold: Vec<(&dyn Tree, &File)> = trees
            .iter()
            .flat_map(|tree| tree.files().iter().map(|file| (*tree, file)))
            .filter(|(_, file)| file.path.ends_with(".py") && !scope::excluded(settings, &file.path))
            .filter(|(_, file)| (whole || !self.stored.holds(file.blob)) && seen.insert(file.blob))
            .collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((tree, file)) = cold.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.read(*tree, file, whole);
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        std::thread::scope(|scope| {
            for _ in 1..threads.min(cold.len()) {
                scope.spawn(work);
            }
            work();
        });
    }

    fn read(&self, tree: &dyn Tree, file: &File, whole: bool) {
        let facts = self.facts(tree, file);
        if whole && (facts.declares || facts.revision.is_some()) {
            self.module(tree, file);
        }
    }

    /// Keeps what is new for later runs. That it cannot be kept only costs these their time.
    pub fn keep(&self) {
        let Some(path) = &self.path else { return };
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh = HashMap::new();
        for (id, slot) in slots.iter() {
            let new = std::mem::take(&mut *slot.fresh.lock().unwrap_or_else(PoisonError::into_inner));
            if new.facts.is_some() || new.module.is_some() {
                fresh.insert(*id, (new.facts, new.module));
            }
        }
        if !fresh.is_empty() {
            let seen = |id: BlobId| slots.contains_key(&id);
            let _ = crate::store::project::replace_cache(path, &self.stored.with(fresh, &seen));
        }
    }
}

impl Modules for Cache {
    fn module(&self, tree: &dyn Tree, file: &File) -> Arc<Module> {
        let slot = self.slot(file.blob);
        let make = || {
            if let Some(module) = self.stored.module(file.blob) {
                return Arc::new(module);
            }
            let Ok(source) = tree.read(file) else { return Arc::default() };
            let module = python::parse(&source);
            if self.path.is_some() {
                slot.fresh.lock().unwrap_or_else(PoisonError::into_inner).module =
                    Some(codec::encode(&module));
            }
            Arc::new(module)
        };
        Arc::clone(slot.module.get_or_init(make))
    }

    fn facts(&self, tree: &dyn Tree, file: &File) -> Arc<Facts> {
        let slot = self.slot(file.blob);
        let make = || {
            if let Some(facts) = self.stored.facts(file.blob) {
                return Arc::new(facts);
            }
            let Ok(source) = tree.read(file) else { return Arc::default() };
            let facts = Facts::of(&source);
            if self.path.is_some() {
                slot.fresh.lock().unwrap_or_else(PoisonError::into_inner).facts = Some(facts::encode(&facts));
            }
            Arc::new(facts)
        };
        Arc::clone(slot.facts.get_or_init(make))
    }
}
