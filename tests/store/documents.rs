//! Typed documents under their locks: what may be written over, and what is kept.

use nija::domain::document::{Unreadable, encode};
use nija::domain::heartbeat::{Heartbeat, KillSwitchSeen};
use nija::domain::key::Key;
use nija::domain::killswitch::KillSwitch;
use nija::error::Kind;
use nija::store::document::{Opened, Stored, corrupt_suffix, open, read};
use nija::store::{Backend, Durability, Revision};

use super::place::{HANG, NO_WAIT, at, file_backend, held, on_each};

fn key() -> Key {
    Key::singleton("killswitch")
}

fn opened(backend: &dyn Backend) -> Opened<'_, KillSwitch> {
    open(backend, &key(), HANG).unwrap()
}

fn plant(backend: &dyn Backend, bytes: &[u8]) {
    let held = held(backend);
    let seen = backend.load(&key()).unwrap().map_or(Revision::Absent, |loaded| loaded.revision);
    backend.replace(&*held, &key(), seen, bytes, 0o644, Durability::Relaxed).unwrap();
}

fn stored(backend: &dyn Backend) -> Stored<KillSwitch> {
    read(backend, &key()).unwrap()
}

#[test]
fn a_commit_is_the_next_revision() {
    on_each(&|backend| {
        assert_eq!(stored(backend), Stored::Missing);
        let mut document = KillSwitch::new(at(0));
        let mut first = opened(backend);
        for (revision, durability) in
            [(1, Durability::Strict), (2, Durability::Relaxed), (3, Durability::Strict)]
        {
            let revised = at(revision);
            first.commit(&mut document, revised, durability).unwrap();
            assert_eq!(
                (document.header.updated_at, document.header.revision),
                (revised, revision.unsigned_abs())
            );
            assert_eq!(stored(backend), Stored::Present(document.clone()));
        }
        first.sync().unwrap();
        drop(first);
        assert_eq!(opened(backend).stored, Stored::Present(document));
    });
}

#[test]
fn the_lock_is_held_from_reading_to_writing() {
    on_each(&|backend| {
        let first = opened(backend);
        assert!(open::<KillSwitch>(backend, &key(), NO_WAIT).is_err_and(|error| error.kind == Kind::Busy));
        drop(first);
        open::<KillSwitch>(backend, &key(), HANG).unwrap();
    });
}

#[test]
fn a_change_past_the_lock_is_a_conflict() {
    on_each(&|backend| {
        let mut document = KillSwitch::new(at(0));
        opened(backend).commit(&mut document, at(1), Durability::Strict).unwrap();
        let mut mine = opened(backend);
        let mut theirs = document.clone();
        theirs.halts.clear();
        theirs.header.revision = 77;
        plant(backend, &encode(&theirs).unwrap());
        let refused = mine.commit(&mut document.clone(), at(2), Durability::Strict);
        assert!(refused.is_err_and(|error| error.kind == Kind::Conflict && !error.hint.is_empty()));
        assert!(mine.remove().is_err_and(|error| error.kind == Kind::Conflict));
        assert_eq!(stored(backend), Stored::Present(theirs));
    });
}

#[test]
fn a_removed_document_is_missing() {
    on_each(&|backend| {
        opened(backend).commit(&mut KillSwitch::new(at(0)), at(1), Durability::Strict).unwrap();
        opened(backend).remove().unwrap();
        assert_eq!(stored(backend), Stored::Missing);
        opened(backend).remove().unwrap();
    });
}

#[test]
fn a_newer_major_is_left_alone() {
    on_each(&|backend| {
        let newer = br#"{"format":"nija.killswitch","version":"2.0","halts":{"by":"id"}}"#;
        plant(backend, newer);
        let mut opened = opened(backend);
        assert_eq!(opened.stored, Stored::Unreadable(Unreadable::Newer("2.0".to_owned())));
        let refused = opened.commit(&mut KillSwitch::new(at(0)), at(1), Durability::Strict);
        assert!(refused.is_err_and(|error| error.kind == Kind::Newer));
        assert!(opened.set_aside(at(1)).is_err_and(|error| error.kind == Kind::Newer));
        assert_eq!(backend.load(&key()).unwrap().unwrap().bytes, newer);
    });
}

#[test]
fn a_corrupt_document_is_set_aside_before_a_new_one() {
    on_each(&|backend| {
        plant(backend, b"{\"format\":");
        let mut opened = opened(backend);
        let mut fresh = KillSwitch::new(at(0));
        let refused = opened.commit(&mut fresh, at(1), Durability::Strict);
        assert!(
            refused
                .is_err_and(|error| error.kind == Kind::Corrupt && error.message.contains("killswitch.json"))
        );
        assert_eq!(backend.load(&key()).unwrap().unwrap().bytes, b"{\"format\":");
        let name = opened.set_aside(at(1)).unwrap();
        assert_eq!(name, format!("killswitch.json.{}", corrupt_suffix(at(1))));
        assert_eq!(opened.stored, Stored::Missing);
        opened.commit(&mut fresh, at(2), Durability::Strict).unwrap();
        assert_eq!(stored(backend), Stored::Present(fresh));
    });
}

#[test]
fn corrupt_bytes_of_the_same_second_are_all_kept() {
    let (dir, backend) = file_backend();
    for bytes in [&b"one"[..], b"two", b"three"] {
        plant(&backend, bytes);
        let name = opened(&backend).set_aside(at(1)).unwrap();
        assert_eq!(std::fs::read(dir.path().join(name)).unwrap(), bytes);
    }
}

/// Two programs built by different compilers have to agree on the lock of an entry.
#[test]
fn the_lock_of_an_entry_never_changes_its_name() {
    let (dir, backend) = file_backend();
    for name in ["bot-a", "BTC/USD", "x"] {
        let key = Key::entry("heartbeats", name).unwrap();
        let seen = KillSwitchSeen { revision: 1, stop_file: false, at: at(0) };
        let mut opened = open::<Heartbeat>(&backend, &key, HANG).unwrap();
        opened.commit(&mut Heartbeat::new(name, seen, 1, "host"), at(0), Durability::Relaxed).unwrap();
    }
    let locks = super::place::names(&dir.path().join(".locks"));
    assert_eq!(locks, ["heartbeats.07", "heartbeats.6f", "heartbeats.78"]);
}
