//! The audit journal across rotation, crashes and damage.

use chrono::{DateTime, Utc};
use nija::domain::audit::{self, Event, GENESIS, Head, Outbox};
use nija::domain::halt::{Actor, Source};
use nija::store::journal::{AUDIT, Journal};
use nija::store::{Backend, Durability};
use serde_json::json;

use super::place::{HANG, at, file_backend, held, names, on_each, only};

const NEVER: u64 = u64::MAX;

fn event(number: i64) -> Event {
    let actor = Actor { uid: 0, user: None, operator: None };
    Event {
        at: at(number),
        host: "host".to_owned(),
        actor,
        source: Source::Cli,
        action: "test".to_owned(),
        subject: "test".to_owned(),
        data: json!({ "number": number }),
    }
}

fn journal(backend: &dyn Backend, rotate_bytes: u64) -> Journal<'_> {
    Journal::new(backend, HANG, rotate_bytes)
}

fn append(backend: &dyn Backend, rotate_bytes: u64, numbers: &[i64]) -> Head {
    let events: Vec<Event> = numbers.iter().map(|number| event(*number)).collect();
    journal(backend, rotate_bytes).append(&events, now(), Durability::Relaxed).unwrap()
}

fn now() -> DateTime<Utc> {
    at(1000)
}

/// Every number on the record in order, and each fault, as `verify` walks the chain.
fn walk(backend: &dyn Backend) -> (Vec<i64>, Vec<String>, Head) {
    let (mut numbers, mut faults, mut head) = (Vec::new(), Vec::new(), Head::genesis());
    let mut visit = |_: Option<&str>, line: &[u8]| {
        match audit::read(line) {
            Ok(record) => {
                faults.extend(audit::follows(&record, &head).err());
                numbers.push(record.event.data["number"].as_i64().unwrap());
                head = Head { seq: record.seq, hash: record.hash };
            }
            Err(fault) => faults.push(fault),
        }
        true
    };
    journal(backend, NEVER).lines(&mut visit).unwrap();
    (numbers, faults, head)
}

#[test]
fn records_form_one_chain() {
    on_each(&|backend| {
        assert_eq!(journal(backend, NEVER).head().unwrap(), Head { seq: 0, hash: GENESIS.to_owned() });
        append(backend, NEVER, &[1]);
        append(backend, NEVER, &[]);
        let last = append(backend, NEVER, &[2, 3]);
        journal(backend, NEVER).sync().unwrap();
        assert_eq!(walk(backend), (vec![1, 2, 3], vec![], last.clone()));
        assert_eq!(journal(backend, NEVER).head().unwrap(), last);
    });
}

#[test]
fn rotation_keeps_the_chain() {
    for rotate_bytes in [0, 1, 300, 700] {
        on_each(&|backend| {
            for number in 1..=9 {
                append(backend, rotate_bytes, &[number]);
            }
            let (numbers, faults, head) = walk(backend);
            assert_eq!((numbers, faults), ((1..=9).collect(), vec![]));
            assert_eq!(journal(backend, rotate_bytes).head().unwrap(), head);
            assert!(backend.segments(AUDIT).unwrap().len() > 1);
        });
    }
}

#[test]
fn a_crash_right_behind_a_rotation_keeps_the_chain() {
    on_each(&|backend| {
        append(backend, NEVER, &[1, 2]);
        backend.rotate(&*held(backend), AUDIT, "000000000002").unwrap();
        assert_eq!(journal(backend, NEVER).head().unwrap().seq, 2);
        append(backend, NEVER, &[3]);
        assert_eq!(walk(backend).0, [1, 2, 3]);
        assert_eq!(walk(backend).1, Vec::<String>::new());
    });
}

#[test]
fn a_torn_record_is_cut_off_and_kept() {
    let (dir, backend) = file_backend();
    for round in 1..=3 {
        append(&backend, NEVER, &[round]);
        backend.append(&*held(&backend), AUDIT, b"{\"torn\":", "torn").unwrap();
    }
    append(&backend, NEVER, &[4]);
    assert_eq!(walk(&backend).0, [1, 2, 3, 4]);
    assert_eq!(walk(&backend).1, Vec::<String>::new());
    let kept: Vec<String> = names(dir.path()).into_iter().filter(|name| name.contains(".torn-")).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    for name in kept {
        assert_eq!(std::fs::read(dir.path().join(name)).unwrap(), b"{\"torn\":");
    }
}

#[test]
fn a_damaged_line_does_not_stop_the_record_and_is_named() {
    for damage in [
        &b"garbage\n"[..],
        b"\n",
        b"{\"seq\":1}\n",
        b"\xff\xfe\n",
        b"null\n",
        b"{\"seq\":\"9\",\"hash\":1}\n",
    ] {
        on_each(&|backend| {
            append(backend, NEVER, &[1, 2]);
            backend.append(&*held(backend), AUDIT, damage, "torn").unwrap();
            append(backend, NEVER, &[3]);
            let (numbers, faults, _) = walk(backend);
            assert_eq!(numbers, [1, 2, 3]);
            assert_eq!(faults.len(), 1, "{faults:?}");
        });
    }
}

#[test]
fn a_segment_of_nothing_but_damage_does_not_stop_the_record() {
    on_each(&|backend| {
        append(backend, 1, &[1]);
        append(backend, 1, &[2]);
        // The current segment loses its only record, and the next rotation would take a name that is taken.
        let held = held(backend);
        backend.rotate(&*held, AUDIT, "000000000002").unwrap();
        backend.append(&*held, AUDIT, b"garbage\n", "torn").unwrap();
        drop(held);
        append(backend, 1, &[3]);
        append(backend, 1, &[4]);
        assert_eq!(walk(backend).0, [1, 2, 3, 4]);
        assert_eq!(walk(backend).1.len(), 1);
    });
}

#[test]
fn what_a_crash_kept_out_of_the_log_is_found() {
    for (rotate_bytes, written) in [(NEVER, 0), (NEVER, 2), (NEVER, 5), (1, 0), (1, 2), (1, 5), (300, 3)] {
        on_each(&|backend| {
            append(backend, rotate_bytes, &[-2, -1]);
            let journal = journal(backend, rotate_bytes);
            let outbox = Outbox { after: journal.mark().unwrap(), events: (1..=5).map(event).collect() };
            for number in 1..=written {
                append(backend, rotate_bytes, &[number]);
                append(backend, rotate_bytes, &[number + 100]);
            }
            let missing: Vec<Event> = (written + 1..=5).map(event).collect();
            assert_eq!(journal.missing(&outbox).unwrap(), missing, "{rotate_bytes} {written}");
        });
    }
}

#[test]
fn of_two_equal_events_one_record_accounts_for_one() {
    on_each(&|backend| {
        let journal = journal(backend, NEVER);
        let outbox = Outbox { after: journal.mark().unwrap(), events: vec![event(1), event(1)] };
        append(backend, NEVER, &[1]);
        assert_eq!(journal.missing(&outbox).unwrap(), [event(1)]);
        append(backend, NEVER, &[1]);
        assert_eq!(journal.missing(&outbox).unwrap(), []);
    });
}

/// A relaxed append that a power cut takes back, mark and all.
#[test]
fn a_log_shorter_than_its_mark_misses_everything() {
    let (dir, backend) = file_backend();
    append(&backend, NEVER, &[1, 2, 3]);
    let journal = journal(&backend, NEVER);
    let outbox = Outbox { after: journal.mark().unwrap(), events: vec![event(4)] };
    append(&backend, NEVER, &[4]);
    let log = std::fs::OpenOptions::new().write(true).open(only(dir.path(), "audit.jsonl")).unwrap();
    log.set_len(400).unwrap();
    append(&backend, NEVER, &[9]);
    assert_eq!(journal.missing(&outbox).unwrap(), [event(4)]);
}

/// `verify` runs while others write: a rotation under its hands must not look like tampering.
#[test]
fn reading_through_a_rotation_finds_no_fault() {
    on_each(&|backend| {
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| (1..=150).for_each(|number| drop(append(backend, 1, &[number]))));
            let mut last = 0;
            while !writer.is_finished() {
                let (numbers, faults, _) = walk(backend);
                assert_eq!(faults, Vec::<String>::new());
                assert!(numbers.len() >= last, "lines are missing");
                last = numbers.len();
            }
        });
        assert_eq!(walk(backend).0.len(), 150);
    });
}
