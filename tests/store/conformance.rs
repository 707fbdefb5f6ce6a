//! Every promise in the comments of `Backend`, kept by every backend.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use nija::domain::key::Key;
use nija::error::Kind;
use nija::store::memory::MemoryBackend;
use nija::store::{Backend, Durability, Revision, Tail};
use proptest::prelude::*;

use super::logs::{LOG, lines};
use super::place::{Files, HANG, NO_WAIT, held};

/// What every backend promises.
fn suite(make: &dyn Fn() -> Box<dyn Backend>) {
    for promise in [
        nothing_is_there_at_first,
        replacing_takes_the_version_that_was_seen,
        removing_takes_the_version_that_was_seen,
        setting_aside_never_overwrites,
        collections_hold_any_name,
        a_collection_is_shown_whole,
        a_lock_excludes_for_a_bounded_time,
        a_lock_is_handed_on,
    ] {
        promise(&*make());
    }
}

#[test]
fn files_keep_every_promise() {
    let files = Files::default();
    suite(&|| files.make());
}

#[test]
fn memory_keeps_every_promise() {
    suite(&|| Box::new(MemoryBackend::default()));
}

fn one() -> Key {
    Key::singleton("one")
}

fn bot(name: &str) -> Key {
    Key::entry("bots", name).unwrap()
}

fn put(backend: &dyn Backend, key: &Key, expected: Revision, bytes: &[u8]) -> Result<Revision, Kind> {
    let held = held(backend);
    backend.replace(&*held, key, expected, bytes, 0o644, Durability::Strict).map_err(|error| error.kind)
}

fn nothing_is_there_at_first(backend: &dyn Backend) {
    let held = held(backend);
    for key in [one(), bot("a")] {
        assert_eq!(backend.load(&key).unwrap(), None);
        backend.sync(&*held, &key).unwrap();
        backend.sync_all().unwrap();
        backend.remove(&*held, &key, Revision::Absent, Durability::Strict).unwrap();
        assert!(
            backend
                .remove(&*held, &key, Revision::Stored(1), Durability::Strict)
                .is_err_and(|e| e.kind == Kind::Conflict)
        );
        assert!(backend.set_aside(&*held, &key, "corrupt").is_err());
        assert!(backend.copy_aside(&*held, &key, "corrupt", 0o644).is_err());
    }
    assert_eq!(backend.list("bots").unwrap(), []);
    assert_eq!(backend.tail(LOG).unwrap(), Tail::default());
    assert_eq!(lines(backend, LOG, 0), (vec![], 0));
    assert_eq!(lines(backend, LOG, 7), (vec![], 7));
    backend.sync_log(LOG).unwrap();
    assert_eq!(backend.segments(LOG).unwrap(), Vec::<String>::new());
    assert!(backend.scan_segment(LOG, "none", &mut |_| true).is_err_and(|e| e.kind == Kind::NotFound));
}

fn replacing_takes_the_version_that_was_seen(backend: &dyn Backend) {
    for key in [one(), bot("a")] {
        let first = put(backend, &key, Revision::Absent, b"1").unwrap();
        assert_eq!(backend.load(&key).unwrap().map(|l| (l.bytes, l.revision)), Some((b"1".to_vec(), first)));
        assert_eq!(put(backend, &key, Revision::Absent, b"2"), Err(Kind::Conflict));
        for durability in [Durability::Relaxed, Durability::Strict] {
            let held = held(backend);
            let seen = backend.load(&key).unwrap().unwrap().revision;
            let next = backend.replace(&*held, &key, seen, b"", 0o644, durability).unwrap();
            assert_eq!(backend.load(&key).unwrap().unwrap().bytes, b"");
            backend.sync(&*held, &key).unwrap();
            backend.sync_all().unwrap();
            backend.replace(&*held, &key, next, &[b'x'; 100_000], 0o644, durability).unwrap();
            assert_eq!(backend.load(&key).unwrap().unwrap().bytes.len(), 100_000);
        }
        assert_eq!(put(backend, &key, first, b"3"), Err(Kind::Conflict), "{key:?} was changed since");
        assert_eq!(backend.load(&key).unwrap().unwrap().bytes.len(), 100_000, "a conflict changes nothing");
    }
}

fn removing_takes_the_version_that_was_seen(backend: &dyn Backend) {
    for key in [one(), bot("a")] {
        let first = put(backend, &key, Revision::Absent, b"1").unwrap();
        let second = put(backend, &key, first, b"2").unwrap();
        let held = held(backend);
        for stale in [first, Revision::Absent] {
            assert!(
                backend
                    .remove(&*held, &key, stale, Durability::Strict)
                    .is_err_and(|e| e.kind == Kind::Conflict)
            );
        }
        backend.remove(&*held, &key, second, Durability::Strict).unwrap();
        assert_eq!(backend.load(&key).unwrap(), None);
        drop(held);
        put(backend, &key, Revision::Absent, b"3").unwrap();
    }
}

fn setting_aside_never_overwrites(backend: &dyn Backend) {
    for key in [one(), bot("a")] {
        let mut names = Vec::new();
        for suffix in ["corrupt-1", "corrupt-10", "corrupt-1.1", "corrupt-1", "corrupt-1", "corrupt-1"] {
            put(backend, &key, Revision::Absent, b"bad").unwrap();
            let held = held(backend);
            names.push(backend.set_aside(&*held, &key, suffix).unwrap());
            assert_eq!(backend.load(&key).unwrap(), None);
        }
        let stored = put(backend, &key, Revision::Absent, b"bad").unwrap();
        let held = held(backend);
        names.push(backend.copy_aside(&*held, &key, "corrupt-1", 0o644).unwrap());
        names.push(backend.copy_aside(&*held, &key, "corrupt-1", 0o644).unwrap());
        assert_eq!(backend.load(&key).unwrap().unwrap().revision, stored, "it stays until it is replaced");
        backend.remove(&*held, &key, stored, Durability::Strict).unwrap();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
    }
    assert_eq!(backend.list("bots").unwrap(), [], "what is aside is no entry");
}

fn collections_hold_any_name(backend: &dyn Backend) {
    let long = "x".repeat(200);
    let weird = [
        ".",
        "..",
        "../up",
        ".hidden",
        "a/b",
        "%41",
        "%",
        "a b",
        "BTC/USD",
        "ünïcode \u{1f6d1}",
        "a.json",
        "\u{0}",
        "\n",
        "-rf",
        "a.tmp",
        "~",
        "A",
        "a",
        &long,
    ];
    for name in weird {
        put(backend, &bot(name), Revision::Absent, name.as_bytes()).unwrap();
    }
    put(backend, &Key::entry("others", "b").unwrap(), Revision::Absent, b"").unwrap();
    put(backend, &one(), Revision::Absent, b"").unwrap();
    let mut listed = backend.list("bots").unwrap();
    let mut expected: Vec<Key> = weird.iter().map(|name| bot(name)).collect();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
    for key in listed {
        assert_eq!(backend.load(&key).unwrap().unwrap().bytes, key.name.as_bytes());
    }
}

fn a_collection_is_shown_whole(backend: &dyn Backend) {
    let one_by_one = |most: usize| {
        let mut seen = BTreeMap::new();
        let show = &mut |name: &str, bytes: nija::error::Result<&[u8]>| {
            seen.insert(name.to_owned(), bytes.unwrap().to_vec());
            seen.len() < most
        };
        backend.each("bots", show).unwrap();
        seen
    };
    assert_eq!(one_by_one(9), BTreeMap::new());
    put(backend, &Key::entry("others", "x").unwrap(), Revision::Absent, b"no").unwrap();
    // Longer than what is read at a time, and enough that more than one thread takes part.
    let long = vec![b'x'; 50_000];
    let mut stored = BTreeMap::from([("long/\u{e4} ".to_owned(), long)]);
    stored.extend((0..2500).map(|number| (format!("bot.{number}"), format!("{number}\n").into_bytes())));
    let held = held(backend);
    for (name, bytes) in &stored {
        let absent = Revision::Absent;
        backend.replace(&*held, &bot(name), absent, bytes, 0o644, Durability::Relaxed).unwrap();
    }
    assert_eq!(one_by_one(usize::MAX), stored);
    assert_eq!(one_by_one(3).len(), 3, "it goes on until it is told to stop");
    let (seen, ends) = (Mutex::new(BTreeMap::new()), Mutex::new(BTreeMap::new()));
    let show = |part: usize, name: &str, bytes: nija::error::Result<&[u8]>| {
        let mut ends = ends.lock().unwrap();
        let (first, last) = ends.entry(part).or_insert_with(|| (name.to_owned(), name.to_owned()));
        assert!(name >= last.as_str(), "{name} after {last} in part {part}");
        name.clone_into(last);
        assert!(*first <= *last);
        let twice = seen.lock().unwrap().insert(name.to_owned(), bytes.unwrap().to_vec());
        assert_eq!(twice, None, "{name} was shown twice");
    };
    backend.each_shared("bots", &show).unwrap();
    assert_eq!(seen.into_inner().unwrap(), stored);
    let ends: Vec<(String, String)> = ends.into_inner().unwrap().into_values().collect();
    assert!(ends.windows(2).all(|parts| parts[0].1 < parts[1].0), "{ends:?}");
}

fn a_lock_excludes_for_a_bounded_time(backend: &dyn Backend) {
    let first = backend.lock("a", NO_WAIT).unwrap();
    let other = backend.lock("b", NO_WAIT).unwrap();
    for wait in [NO_WAIT, Duration::from_millis(40)] {
        let start = Instant::now();
        assert!(
            backend.lock("a", wait).is_err_and(|error| error.kind == Kind::Busy && !error.hint.is_empty())
        );
        assert!(start.elapsed() >= wait && start.elapsed() < HANG);
    }
    drop(first);
    // A waiter that gave up may be handed the lock first; it lets go at once.
    drop(backend.lock("a", HANG).unwrap());
    drop(other);
}

fn a_lock_is_handed_on(backend: &dyn Backend) {
    std::thread::scope(|scope| {
        let first = backend.lock("a", NO_WAIT).unwrap();
        let waiters: Vec<_> =
            (0..4).map(|_| scope.spawn(|| backend.lock("a", HANG).map(drop).is_ok())).collect();
        drop(first);
        assert!(waiters.into_iter().all(|waiter| waiter.join().unwrap()));
    });
}

/// One call, as both backends get it.
#[derive(Debug, Clone)]
enum Call {
    Replace(Key, Vec<u8>),
    Remove(Key),
    SetAside(Key),
    CopyAside(Key),
    Append(Vec<u8>),
    CutTorn,
    Rotate(u8),
}

fn call() -> impl Strategy<Value = Call> {
    let key = || prop_oneof![Just(one()), "[ab%.]{1,2}".prop_map(|name| bot(&name))];
    let bytes = || prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'x'), any::<u8>()], 0..9);
    prop_oneof![
        (key(), bytes()).prop_map(|(key, bytes)| Call::Replace(key, bytes)),
        key().prop_map(Call::Remove),
        key().prop_map(Call::SetAside),
        key().prop_map(Call::CopyAside),
        bytes().prop_map(Call::Append),
        Just(Call::CutTorn),
        (0u8..4).prop_map(Call::Rotate),
    ]
}

fn answer(backend: &dyn Backend, call: &Call) -> Result<Option<String>, ()> {
    let held = held(backend);
    let seen = |key: &Key| backend.load(key).unwrap().map_or(Revision::Absent, |loaded| loaded.revision);
    match call {
        Call::Replace(key, bytes) => {
            backend.replace(&*held, key, seen(key), bytes, 0o644, Durability::Relaxed).map(|_| None)
        }
        Call::Remove(key) => backend.remove(&*held, key, seen(key), Durability::Strict).map(|()| None),
        Call::SetAside(key) => backend.set_aside(&*held, key, "bad").map(Some),
        Call::CopyAside(key) => backend.copy_aside(&*held, key, "bad", 0o644).map(Some),
        Call::Append(bytes) => backend.append(&*held, LOG, bytes, "torn").map(|appended| appended.cut),
        Call::CutTorn if backend.tail(LOG).unwrap().torn_len == 0 => Ok(None),
        Call::CutTorn => backend.cut_torn(&*held, LOG, "torn").map(Some),
        Call::Rotate(name) => backend.rotate(&*held, LOG, &name.to_string()).map(|()| None),
    }
    .map_err(drop)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn files_and_memory_answer_alike(calls in prop::collection::vec(call(), 0..25)) {
        let files = Files::default();
        let (files, memory) = (files.make(), MemoryBackend::default());
        for call in &calls {
            prop_assert_eq!(answer(&*files, call), answer(&memory, call), "{:?}", call);
            let sorted = |backend: &dyn Backend| {
                let mut keys = backend.list("bots").unwrap();
                keys.sort();
                keys.into_iter().chain([one()]).map(|key| (backend.load(&key).unwrap().map(|l| l.bytes), key)).collect::<Vec<_>>()
            };
            prop_assert_eq!(sorted(&*files), sorted(&memory));
            prop_assert_eq!(files.tail(LOG).unwrap(), memory.tail(LOG).unwrap());
            prop_assert_eq!(lines(&*files, LOG, 0), lines(&memory, LOG, 0));
            prop_assert_eq!(files.segments(LOG).unwrap(), memory.segments(LOG).unwrap());
        }
    }
}
