//! Where the suites run: temporary state directories, and each backend by name.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use nija::store::file::FileBackend;
use nija::store::memory::MemoryBackend;
use nija::store::{Backend, Held};
use tempfile::TempDir;

pub(super) const NO_WAIT: Duration = Duration::ZERO;

/// Waiting longer than this in a test is a hang.
pub(super) const HANG: Duration = Duration::from_secs(20);

/// A fresh directory that goes away with the value.
pub(super) fn temporary() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Makes file backends, each in a directory of its own.
#[derive(Default)]
pub(super) struct Files {
    dirs: RefCell<Vec<TempDir>>,
}

impl Files {
    pub(super) fn make(&self) -> Box<dyn Backend> {
        let dir = temporary();
        let backend = FileBackend::open(dir.path()).unwrap();
        self.dirs.borrow_mut().push(dir);
        Box::new(backend)
    }
}

/// Runs `check` on a fresh backend of every kind.
pub(super) fn on_each(check: &dyn Fn(&dyn Backend)) {
    let files = Files::default();
    check(&*files.make());
    check(&MemoryBackend::default());
}

/// A file backend and its directory.
pub(super) fn file_backend() -> (TempDir, FileBackend) {
    let dir = temporary();
    let backend = FileBackend::open(dir.path()).unwrap();
    (dir, backend)
}

pub(super) fn held(backend: &dyn Backend) -> Box<dyn Held> {
    backend.lock("test", HANG).unwrap()
}

pub(super) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

/// Names in a directory, sorted.
pub(super) fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The only file in `dir` whose name starts so.
pub(super) fn only(dir: &Path, start: &str) -> PathBuf {
    let found: Vec<String> = names(dir).into_iter().filter(|name| name.starts_with(start)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    dir.join(&found[0])
}

/// Whether this is a process of its own for `test`; otherwise runs it in one, in `dir`. For what a whole process shares.
pub(super) fn is_alone(test: &str, dir: &Path) -> bool {
    const TOLD: &str = "NIJA_TEST_ALONE";
    if std::env::var_os(TOLD).is_some() {
        return true;
    }
    let output = std::process::Command::new("sh")
        .args(["-c", "umask 077; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .current_dir(dir)
        .env(TOLD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// Runs `work` and fails if it does not come back.
pub(super) fn returns<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(HANG).unwrap_or_else(|_| panic!("{what} hangs"))
}
