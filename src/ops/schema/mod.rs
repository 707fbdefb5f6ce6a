//! The schema freeze over a git repository: which versions are compared, what holds for them, and what is remembered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::schema::change::Change;
use crate::schema::check::{self, Report, Request};
use crate::schema::eval::Modules as _;
use crate::schema::finding::Note;
use crate::schema::model::Model;
use crate::schema::place::Place;
use crate::schema::settings::Dialect;
use crate::schema::tree::Tree as _;

pub mod alembic;
mod blobs;
mod cache;
mod git;
pub mod hook;
mod ini;
pub mod init;
mod listing;
mod pre_commit;
mod settings;
mod snapshot;

use blobs::Blobs;
use cache::Cache;
use git::Git;
pub use settings::Found;
use snapshot::Snapshot;
pub use snapshot::Version;

/// Branches whose migrations count as merged, the first that there is.
const TRUNKS: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The older version; the last commit when nothing is said, and nothing is compared where everything is looked at.
    pub from: Option<Version>,
    /// The newer version; the index when nothing is said, the work tree where everything is looked at.
    pub to: Option<Version>,
    /// The older version is where the newer one branched off from it.
    pub merge_base: bool,
    /// Look at everything, not only at what a change touches.
    pub whole: bool,
    /// The dialect, whatever else says.
    pub dialect: Option<Dialect>,
    /// A `nija.toml` that is named outright.
    pub file: Option<PathBuf>,
    /// Neither read what earlier runs kept, nor keep anything.
    pub without_cache: bool,
}

/// A repository with the two versions in question.
struct Compared {
    git: Git,
    blobs: Arc<Blobs>,
    cache: Cache,
    from: Arc<Snapshot>,
    to: Arc<Snapshot>,
    names: (String, String),
    found: Found,
}

/// What a check found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The older version, by name.
    pub from: String,
    /// The newer version, by name.
    pub to: String,
    /// What held.
    pub found: Found,
    /// The answer.
    pub report: Report,
}

/// Compares two versions and their migrations.
pub fn check(cwd: &Path, asked: &Asked) -> Result<Checked> {
    let compared = Compared::open(cwd, asked)?;
    let merged = if asked.from.is_none() && !asked.whole { compared.merged()? } else { None };
    let request = Request { merged: merged.as_ref().map(|tree| tree as _), ..compared.request(asked.whole) };
    let mut report = guarded(|| check::check(request))?;
    compared.finish(&mut report.notes);
    let (from, to) = compared.names;
    Ok(Checked { from, to, found: compared.found, report })
}

/// The difference of the models of two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The older version, by name.
    pub from: String,
    /// The newer version, by name.
    pub to: String,
    /// What held.
    pub found: Found,
    /// Every difference.
    pub changes: Vec<Change>,
    /// What could not be told.
    pub notes: Vec<Note>,
}

/// Compares the models of two versions.
pub fn difference(cwd: &Path, asked: &Asked) -> Result<Difference> {
    let compared = Compared::open(cwd, asked)?;
    let (changes, mut notes) = guarded(|| check::compare(compared.request(asked.whole)))?;
    compared.finish(&mut notes);
    let (from, to) = compared.names;
    Ok(Difference { from, to, found: compared.found, changes, notes })
}

/// The models of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The version, by name.
    pub version: String,
    /// What held.
    pub found: Found,
    /// Models by environment.
    pub models: Vec<(String, Model)>,
    /// What could not be told.
    pub notes: Vec<Note>,
}

/// Reads the models of one version.
pub fn show(cwd: &Path, asked: &Asked) -> Result<Shown> {
    let compared = Compared::open(cwd, &Asked { whole: true, from: None, ..asked.clone() })?;
    let (models, mut notes) =
        guarded(|| check::show(&*compared.to, &compared.cache, &compared.found.settings))?;
    compared.finish(&mut notes);
    Ok(Shown { version: compared.names.1, found: compared.found, models, notes })
}

/// A defect in reading source is told as one, and refuses the commit: it must not read as a clean answer.
fn guarded<T>(read: impl FnOnce() -> T) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).map_err(|_| {
        Error::new(Kind::Internal, "a defect in nija: the source was not read to its end")
            .hint("nija schema check --no-cache")
    })
}

impl Compared {
    fn open(cwd: &Path, asked: &Asked) -> Result<Self> {
        let git = Git::find(cwd)?;
        let blobs = Arc::new(Blobs::of(git.clone()));
        let to = asked.to.clone().unwrap_or_else(|| default_version(&git, asked.whole));
        let newer = Arc::new(Snapshot::take(&git, &blobs, &to)?);
        let (from, older) = match older(&git, asked, &to)? {
            None => (to.clone(), Arc::clone(&newer)),
            Some(from) => (from.clone(), Arc::new(Snapshot::take(&git, &blobs, &from)?)),
        };
        let found = settings::find(&git, &*newer, asked.file.as_deref(), asked.dialect)?;
        let cache = if asked.without_cache { Cache::of_this_run() } else { Cache::kept_in(&git.common_dir) };
        cache.warm(&[&*newer, &*older], &found.settings, asked.whole);
        let names = (from.to_string(), to.to_string());
        Ok(Self { git, blobs, cache, from: older, to: newer, names, found })
    }

    fn request(&self, whole: bool) -> Request<'_> {
        let (from, to, modules) = (&*self.from, &*self.to, &self.cache);
        Request { from, to, modules, settings: &self.found.settings, merged: None, whole }
    }

    /// The trunk, where a migration is edited: there it counts whether it was merged.
    fn merged(&self) -> Result<Option<Snapshot>> {
        let edited = self.to.files().iter().any(|file| {
            let before = self.from.find(&file.path).filter(|before| before.blob != file.blob);
            let is_script = |before| self.cache.facts(&*self.from, before).revision.is_some();
            file.path.ends_with(".py") && before.is_some_and(is_script)
        });
        if !edited {
            return Ok(None);
        }
        let listing = self.git.run(&[&["for-each-ref", "--format=%(refname)"][..], &TRUNKS].concat())?;
        let there = String::from_utf8_lossy(&listing).into_owned();
        let trunk = TRUNKS.into_iter().find(|trunk| there.lines().any(|line| line == *trunk));
        let take = |trunk: &str| Snapshot::take(&self.git, &self.blobs, &Version::Revision(trunk.to_owned()));
        trunk.map(take).transpose()
    }

    /// Adds what could not be told because it was not read, and keeps what was.
    fn finish(&self, notes: &mut Vec<Note>) {
        let too_large = self.blobs.too_large();
        let large = self.to.files().iter().filter(|file| too_large.contains(&file.blob)).map(|file| Note {
            code: "too-large",
            place: Place::new(Arc::clone(&file.path), 1),
            message: format!("{} is above {} MiB and was not read", file.path, blobs::SIZE_MAX >> 20),
        });
        let unmerged = self.to.unmerged.iter().map(|path| Note {
            code: "unmerged",
            place: Place::new(Arc::clone(path), 1),
            message: format!("{path} is being merged; the version of this branch was read"),
        });
        notes.extend(large.chain(unmerged));
        self.cache.keep();
    }
}

fn default_version(git: &Git, whole: bool) -> Version {
    match (whole, &git.top) {
        (_, None) => Version::Revision("HEAD".to_owned()),
        (true, Some(_)) => Version::WorkTree,
        (false, Some(_)) => Version::Index,
    }
}

/// The older version; `None` where there is nothing to compare with.
fn older(git: &Git, asked: &Asked, to: &Version) -> Result<Option<Version>> {
    let from = match &asked.from {
        None if asked.whole => return Ok(None),
        None => Version::Revision("HEAD".to_owned()),
        Some(from) => from.clone(),
    };
    match (&from, asked.merge_base) {
        (Version::Revision(from), true) => {
            let tip = if let Version::Revision(to) = to { to } else { "HEAD" };
            snapshot::merge_base(git, from, tip).map(|base| Some(Version::Revision(base)))
        }
        _ => Ok(Some(from)),
    }
}
