//! What only files promise: modes, owners, leftovers, and things that stand where a file should.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::Mutex;

use nija::domain::document::Document;
use nija::domain::key::Key;
use nija::domain::killswitch::KillSwitch;
use nija::domain::operator::Operators;
use nija::error::Kind;
use nija::store::document::open;
use nija::store::file::FileBackend;
use nija::store::journal::{AUDIT, Journal};
use nija::store::sentinel::raise;
use nija::store::{Backend, Durability, Revision, directory};

use super::place::{HANG, NO_WAIT, at, file_backend, held, is_alone, names, returns, temporary};

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn commit<T: Document>(backend: &FileBackend, name: &'static str, mut document: T) {
    let mut opened = open::<T>(backend, &Key::singleton(name), HANG).unwrap();
    opened.commit(&mut document, at(0), Durability::Strict).unwrap();
}

fn make_pipe(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
}

#[test]
fn new_files_are_as_open_as_their_directory_and_their_type_allow() {
    for (directory, document, operators) in
        [(0o755, 0o644, 0o600), (0o775, 0o664, 0o600), (0o700, 0o644, 0o600)]
    {
        let (dir, backend) = file_backend();
        set_mode(dir.path(), directory);
        commit(&backend, "killswitch", KillSwitch::new(at(0)));
        commit(&backend, "operators", Operators::new(at(0)));
        assert_eq!(mode(&dir.path().join("killswitch.json")), document, "in {directory:o}");
        assert_eq!(mode(&dir.path().join("operators.json")), operators, "in {directory:o}");
    }
}

#[test]
fn a_rewrite_keeps_mode_and_owner() {
    let (dir, backend) = file_backend();
    let path = dir.path().join("killswitch.json");
    commit(&backend, "killswitch", KillSwitch::new(at(0)));
    set_mode(&path, 0o640);
    // Only root may give a file away.
    let given = std::os::unix::fs::chown(&path, Some(12), Some(34)).is_ok();
    commit(&backend, "killswitch", KillSwitch::new(at(1)));
    let metadata = std::fs::metadata(&path).unwrap();
    assert_eq!(metadata.mode() & 0o7777, 0o640);
    assert!(!given || (metadata.uid(), metadata.gid()) == (12, 34));
}

#[test]
fn leftovers_of_dead_writers_are_swept() {
    let (dir, backend) = file_backend();
    commit(&backend, "killswitch", KillSwitch::new(at(0)));
    std::fs::write(dir.path().join(".killswitch.json.tmp"), "half a docu").unwrap();
    commit(&backend, "killswitch", KillSwitch::new(at(1)));
    assert_eq!(names(dir.path()), [".locks", "killswitch.json"]);
    assert!(std::fs::read_to_string(dir.path().join("killswitch.json")).unwrap().ends_with("}\n"));
}

#[test]
fn a_link_in_place_of_a_document_is_refused() {
    let (dir, backend) = file_backend();
    let victim = dir.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    symlink(&victim, dir.path().join("killswitch.json")).unwrap();
    let key = Key::singleton("killswitch");
    assert!(backend.load(&key).is_err());
    let held = held(&backend);
    assert!(backend.replace(&*held, &key, Revision::Absent, b"x", 0o644, Durability::Strict).is_err());
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    // Aside it goes as what it is, its target untouched.
    let name = backend.set_aside(&*held, &key, "corrupt").unwrap();
    assert!(std::fs::symlink_metadata(dir.path().join(name)).unwrap().is_symlink());
    assert_eq!(backend.load(&key).unwrap(), None);
}

#[test]
fn a_link_in_place_of_the_log_is_refused() {
    let (dir, backend) = file_backend();
    let victim = dir.path().join("victim");
    std::fs::write(&victim, "precious\n").unwrap();
    symlink(&victim, dir.path().join("audit.jsonl")).unwrap();
    let held = held(&backend);
    assert!(backend.append(&*held, AUDIT, b"x\n", "torn").is_err());
    assert!(backend.tail(AUDIT).is_err());
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious\n");
}

#[test]
fn a_link_never_lends_its_mode() {
    let (dir, backend) = file_backend();
    symlink("nowhere", dir.path().join("name")).unwrap();
    backend.root().replace("name", b"x", 0o644, Durability::Strict).unwrap();
    assert_eq!(mode(&dir.path().join("name")), 0o644);
}

#[test]
fn a_directory_or_pipe_in_place_of_a_document_is_corrupt() {
    for pipe in [false, true] {
        let (dir, backend) = file_backend();
        let path = dir.path().join("killswitch.json");
        if pipe {
            make_pipe(&path);
        } else {
            std::fs::create_dir(&path).unwrap();
        }
        let key = Key::singleton("killswitch");
        returns("a document", move || {
            assert!(backend.load(&key).is_err_and(|error| error.kind == Kind::Corrupt));
            let held = held(&backend);
            assert!(
                backend.replace(&*held, &key, Revision::Absent, b"x", 0o644, Durability::Strict).is_err()
            );
        });
    }
}

#[test]
fn what_is_no_file_in_a_folder_is_told_and_the_rest_is_read() {
    let (dir, backend) = file_backend();
    let folder = dir.path().join("bots");
    std::fs::create_dir_all(folder.join("folder.json")).unwrap();
    make_pipe(&folder.join("pipe.json"));
    symlink("file.json", folder.join("link.json")).unwrap();
    std::fs::write(folder.join("file.json"), "1").unwrap();
    std::fs::write(folder.join("notes.txt"), "no document").unwrap();
    std::fs::write(folder.join(".file.json.tmp"), "half").unwrap();
    returns("a folder", move || {
        let seen = Mutex::new(BTreeMap::new());
        let show = |_: usize, name: &str, bytes: nija::error::Result<&[u8]>| {
            let told = bytes.map(<[u8]>::to_vec).map_err(|error| error.message.contains(name));
            seen.lock().unwrap().insert(name.to_owned(), told);
        };
        backend.each_shared("bots", &show).unwrap();
        let no = || Err(true);
        let expected = [("file", Ok(b"1".to_vec())), ("folder", no()), ("link", no()), ("pipe", no())];
        assert_eq!(*seen.lock().unwrap(), expected.map(|(name, told)| (name.to_owned(), told)).into());
    });
}

#[test]
fn a_pipe_in_place_of_a_log_or_a_lock_does_not_hang() {
    let (dir, backend) = file_backend();
    make_pipe(&dir.path().join("audit.jsonl"));
    let outcome = returns("the log", move || {
        Journal::new(&backend, HANG, u64::MAX).append(&[], at(0), Durability::Strict).map(drop)
    });
    assert!(outcome.is_err());
    let (dir, backend) = file_backend();
    std::fs::create_dir(dir.path().join(".locks")).unwrap();
    make_pipe(&dir.path().join(".locks/killswitch"));
    returns("the lock", move || drop(backend.lock("killswitch", NO_WAIT)));
}

#[test]
fn a_lock_file_is_never_replaced() {
    let (dir, backend) = file_backend();
    let path = dir.path().join(".locks/a");
    drop(backend.lock("a", NO_WAIT).unwrap());
    let inode = std::fs::metadata(&path).unwrap().ino();
    drop(backend.lock("a", NO_WAIT).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().ino(), inode);
}

#[test]
fn a_busy_lock_names_its_holder() {
    let (_dir, backend) = file_backend();
    let _held = backend.lock("a", NO_WAIT).unwrap();
    let error = backend.lock("a", NO_WAIT).err().unwrap();
    assert!(error.message.contains("held by"), "{}", error.message);
}

#[test]
fn strangers_in_a_collection_are_not_listed() {
    let (dir, backend) = file_backend();
    let folder = dir.path().join("bots");
    std::fs::create_dir(&folder).unwrap();
    for name in [
        ".a.json.tmp",
        ".json",
        "a.json~",
        "a b.json",
        "%zz.json",
        "%2e.json",
        "%41.json",
        "README",
        ".b.json",
    ] {
        std::fs::write(folder.join(name), "").unwrap();
    }
    std::fs::write(folder.join("ok.json"), "").unwrap();
    assert_eq!(backend.list("bots").unwrap(), [Key::entry("bots", "ok").unwrap()]);
}

/// The state directory is renamed, and another one takes its place, while a process has it open.
#[test]
fn every_step_works_on_the_directory_that_was_opened() {
    let parent = temporary();
    let (dir, moved) = (parent.path().join("state"), parent.path().join("moved"));
    std::fs::create_dir(&dir).unwrap();
    let backend = FileBackend::open(&dir).unwrap();
    let key = Key::entry("bots", "a").unwrap();
    let held = held(&backend);
    let seen = backend.replace(&*held, &key, Revision::Absent, b"mine", 0o644, Durability::Strict).unwrap();
    std::fs::rename(&dir, &moved).unwrap();
    std::fs::create_dir_all(dir.join("bots")).unwrap();
    std::fs::write(dir.join("bots/a.json"), "not mine").unwrap();
    assert_eq!(backend.load(&key).unwrap().unwrap().revision, seen);
    backend.remove(&*held, &key, seen, Durability::Strict).unwrap();
    assert_eq!(std::fs::read(dir.join("bots/a.json")).unwrap(), b"not mine");
}

/// A process that never ends holds the lock, and a watch loop tries every second.
#[test]
fn waiting_in_vain_leaves_few_threads_behind() {
    if !is_alone("store::files::waiting_in_vain_leaves_few_threads_behind", Path::new("/")) {
        return;
    }
    let (_dir, backend) = file_backend();
    let hung = backend.lock("a", NO_WAIT).unwrap();
    for _ in 0..200 {
        assert!(backend.lock("a", std::time::Duration::from_millis(1)).is_err_and(|e| e.kind == Kind::Busy));
    }
    let threads = std::fs::read_dir("/proc/self/task").unwrap().count();
    assert!(threads < 30, "{threads} threads");
    drop(hung);
    drop(backend.lock("a", HANG).unwrap());
}

/// The umask and the current directory belong to the whole process.
#[test]
fn a_narrow_umask_locks_nobody_out() {
    let here = temporary();
    if !is_alone("store::files::a_narrow_umask_locks_nobody_out", here.path()) {
        return;
    }
    // A plain relative name has an empty parent.
    let dir = Path::new("state");
    directory::make(dir, 0o2775).unwrap();
    let backend = FileBackend::open(dir).unwrap();
    commit(&backend, "killswitch", KillSwitch::new(at(0)));
    Journal::new(&backend, HANG, u64::MAX).append(&[], at(0), Durability::Strict).unwrap();
    let held = held(&backend);
    let key = Key::entry("bots", "a").unwrap();
    backend.replace(&*held, &key, Revision::Absent, b"x", 0o644, Durability::Strict).unwrap();
    raise(dir, &super::stop_file::activation("h-1")).unwrap().durable.unwrap();
    for (name, expected) in [
        ("", 0o2775),
        (".locks", 0o2775),
        ("bots", 0o2775),
        (".locks/killswitch", 0o644),
        ("killswitch.json", 0o664),
        ("audit.jsonl", 0o664),
        ("bots/a.json", 0o664),
        ("EMERGENCY_STOP", 0o644),
    ] {
        assert_eq!(mode(&dir.join(name)), expected, "{name}: {:o}", mode(&dir.join(name)));
    }
}
