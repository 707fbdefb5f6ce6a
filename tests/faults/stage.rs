//! A prepared environment that is put back, cheaply, before every case of a matrix.

use std::collections::BTreeMap;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::time::SystemTime;

use crate::common::TestEnv;

/// Folders of an environment that commands change.
const FOLDERS: [&str; 3] = ["state", "run", "fallback"];

/// An environment and what it held when it was ready.
pub(crate) struct Stage {
    pub(crate) env: TestEnv,
    ready: BTreeMap<PathBuf, Entry>,
}

#[derive(PartialEq, Eq)]
struct Entry {
    mode: u32,
    /// Content and time; `None` for a folder.
    file: Option<(Vec<u8>, SystemTime)>,
}

impl Stage {
    /// Prepares an environment and remembers what it holds.
    pub(crate) fn new(prepare: impl Fn(&TestEnv)) -> Self {
        let env = TestEnv::new();
        prepare(&env);
        let ready = entries(&env);
        Self { env, ready }
    }

    /// Puts everything back.
    pub(crate) fn reset(&self) {
        if entries(&self.env) == self.ready {
            return;
        }
        for folder in FOLDERS {
            let _ = std::fs::remove_dir_all(self.env.path(folder));
        }
        for (path, entry) in &self.ready {
            match &entry.file {
                None => std::fs::DirBuilder::new().mode(entry.mode).create(path).unwrap(),
                Some((bytes, modified)) => {
                    std::fs::write(path, bytes).unwrap();
                    std::fs::File::open(path).unwrap().set_modified(*modified).unwrap();
                    std::fs::set_permissions(path, std::fs::Permissions::from_mode(entry.mode)).unwrap();
                }
            }
        }
    }

    /// Everything there is, without what differs from run to run: states that agree in this need judging only once.
    pub(crate) fn fingerprint(&self) -> String {
        let mut text = String::new();
        for (path, Entry { mode, file }) in entries(&self.env) {
            let content = file.map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned());
            text += &format!("{} {mode:o} {}\n", path.display(), content.as_deref().unwrap_or("folder"));
        }
        self.env.stable(&text)
    }
}

fn entries(env: &TestEnv) -> BTreeMap<PathBuf, Entry> {
    let mut entries = BTreeMap::new();
    let mut pending: Vec<PathBuf> = FOLDERS.iter().map(|folder| env.path(folder)).collect();
    while let Some(path) = pending.pop() {
        let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
        let file = if metadata.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            None
        } else {
            Some((std::fs::read(&path).unwrap(), metadata.modified().unwrap()))
        };
        entries.insert(path, Entry { mode: metadata.permissions().mode() & 0o7777, file });
    }
    entries
}
