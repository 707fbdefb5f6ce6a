//! What every backend promises of its logs.

use nija::domain::month::Month;
use nija::store::{Appended, Backend, Log, Tail};

use super::place::{HANG, held, on_each};

pub(super) const LOG: Log = Log::whole("test");

fn october() -> Log {
    Log::of("test", "2026-10".parse().unwrap())
}

/// Under a lock of its own, so that a test may hold the usual one.
fn append(backend: &dyn Backend, log: Log, records: &[u8]) -> Appended {
    let held = backend.lock("append", HANG).unwrap();
    backend.append(&*held, log, records, "torn").unwrap()
}

pub(super) fn lines(backend: &dyn Backend, log: Log, from: u64) -> (Vec<String>, u64) {
    let mut lines = Vec::new();
    let end = backend.scan(log, from, &mut |line| {
        lines.push(String::from_utf8_lossy(line).into_owned());
        true
    });
    (lines, end.unwrap())
}

fn a_log_keeps_its_lines(backend: &dyn Backend) {
    let mut end = 0;
    for record in ["one\n", "two\nthree\n"] {
        let appended = append(backend, LOG, record.as_bytes());
        assert_eq!((appended.start, appended.end - end, appended.cut), (end, record.len() as u64, None));
        end = appended.end;
        appended.unsynced.sync().unwrap();
    }
    backend.sync_log(LOG).unwrap();
    let tail = Tail { last_line: b"three".to_vec(), complete_len: 14, torn_len: 0 };
    assert_eq!(backend.tail(LOG).unwrap(), tail);
    assert_eq!(lines(backend, LOG, 0), (vec!["one".to_owned(), "two".to_owned(), "three".to_owned()], 14));
    assert_eq!(lines(backend, LOG, 8), (vec!["three".to_owned()], 14));
    assert_eq!(lines(backend, LOG, 14), (vec![], 14));
    assert_eq!(lines(backend, LOG, 99), (vec![], 99), "beyond the end there is nothing");
    assert_eq!(lines(backend, LOG, u64::MAX), (vec![], u64::MAX));
    let mut visits = 0;
    let stopped = backend.scan(LOG, 0, &mut |_| {
        visits += 1;
        visits < 2
    });
    assert_eq!((stopped.unwrap(), visits), (8, 2));
    append(backend, LOG, b"\n\n");
    assert_eq!(backend.tail(LOG).unwrap(), Tail { last_line: vec![], complete_len: 16, torn_len: 0 });
}

fn a_torn_record_is_seen_and_cut(backend: &dyn Backend) {
    let held = held(backend);
    let mut names = Vec::new();
    for round in 0..3u64 {
        append(backend, LOG, b"half");
        let tail = backend.tail(LOG).unwrap();
        assert_eq!((tail.complete_len, tail.torn_len), (round * 6, 4));
        assert_eq!(lines(backend, LOG, 0).1, round * 6, "an incomplete line is not visited");
        names.push(backend.cut_torn(&*held, LOG, "torn-1").unwrap());
        assert_eq!(backend.tail(LOG).unwrap().torn_len, 0);
        append(backend, LOG, b"whole\n");
    }
    names.dedup();
    assert_eq!(names.len(), 3, "the bytes of an earlier cut are kept: {names:?}");
    assert_eq!(lines(backend, LOG, 0).0, ["whole"; 3]);
}

/// Half a record never becomes one with what comes behind it.
fn an_append_cuts_what_is_torn(backend: &dyn Backend) {
    for log in [LOG, october()] {
        append(backend, log, b"whole\nhalf");
        let appended = append(backend, log, b"next\n");
        let kept = appended.cut.unwrap();
        assert_eq!(kept, format!("{}.torn", log.file()));
        assert_eq!((appended.start, appended.end), (6, 11));
        assert_eq!(lines(backend, log, 0), (vec!["whole".to_owned(), "next".to_owned()], 11));
        append(backend, log, b"half");
        assert_ne!(append(backend, log, b"").cut.unwrap(), kept, "earlier bytes are kept as well");
    }
}

fn months_are_logs_of_their_own(backend: &dyn Backend) {
    assert_eq!(backend.months("test").unwrap(), []);
    append(backend, LOG, b"in one piece\n");
    assert_eq!(backend.months("test").unwrap(), []);
    let months = ["2026-02", "2025-12", "2026-10"].map(|month| month.parse::<Month>().unwrap());
    for month in months {
        append(backend, Log::of("test", month), format!("{month}\n").as_bytes()).unsynced.sync().unwrap();
    }
    assert_eq!(backend.months("test").unwrap(), [months[1], months[0], months[2]]);
    assert_eq!(lines(backend, october(), 0), (vec!["2026-10".to_owned()], 8));
    assert_eq!(backend.tail(october()).unwrap().complete_len, 8);
    backend.sync_log(october()).unwrap();
    assert_eq!(lines(backend, LOG, 0).0, ["in one piece"]);
}

fn an_open_log_is_read_at_any_place(backend: &dyn Backend) {
    for log in [LOG, october()] {
        assert!(backend.reader(log).unwrap().is_none());
        append(backend, log, b"one\ntwo\nhalf");
        let reader = backend.reader(log).unwrap().unwrap();
        assert_eq!(reader.size().unwrap(), 12);
        let read = |from| {
            let mut bytes = [b'.'; 6];
            let count = reader.read_at(from, &mut bytes).unwrap();
            (count, String::from_utf8_lossy(&bytes).into_owned())
        };
        assert_eq!(read(2), (6, "e\ntwo\n".to_owned()));
        assert_eq!(
            (read(10), read(12), read(99)),
            ((2, "lf....".to_owned()), (0, "......".to_owned()), (0, "......".to_owned()))
        );
    }
}

fn long_lines_are_whole(backend: &dyn Backend) {
    let mut total = 0;
    for len in [4095usize, 4096, 4097, 8191, 300_000, 1, 12_288] {
        let record = [&vec![b'x'; len][..], b"\n"].concat();
        append(backend, LOG, &record);
        total += record.len() as u64;
        let tail = backend.tail(LOG).unwrap();
        assert_eq!((tail.last_line.len(), tail.complete_len, tail.torn_len), (len, total, 0));
    }
    let (seen, end) = lines(backend, LOG, 0);
    assert_eq!((seen.len(), seen.iter().map(String::len).max(), end), (7, Some(300_000), total));
    append(backend, LOG, &[b'y'; 9000]);
    let tail = backend.tail(LOG).unwrap();
    assert_eq!((tail.last_line.len(), tail.complete_len, tail.torn_len), (12_288, total, 9000));
}

fn closed_segments_stay(backend: &dyn Backend) {
    let held = held(backend);
    for (record, name) in [(b"one\n", "000000000001"), (b"two\n", "000000000002"), (b"ten\n", "000000000010")]
    {
        append(backend, LOG, record);
        backend.rotate(&*held, LOG, name).unwrap();
        assert_eq!(backend.tail(LOG).unwrap(), Tail::default());
    }
    append(backend, LOG, b"now\n");
    assert!(backend.rotate(&*held, LOG, "000000000010").is_err(), "a closed segment is never replaced");
    assert_eq!(backend.segments(LOG).unwrap(), ["000000000001", "000000000002", "000000000010"]);
    let mut seen = Vec::new();
    for name in backend.segments(LOG).unwrap() {
        let end = backend.scan_segment(LOG, &name, &mut |line| {
            seen.push(String::from_utf8_lossy(line).into_owned());
            true
        });
        assert_eq!(end.unwrap(), 4);
    }
    assert_eq!(seen, ["one", "two", "ten"]);
    assert_eq!(lines(backend, LOG, 0).0, ["now"]);
}

#[test]
fn every_backend_keeps_them() {
    for promise in [
        a_log_keeps_its_lines,
        a_torn_record_is_seen_and_cut,
        an_append_cuts_what_is_torn,
        months_are_logs_of_their_own,
        an_open_log_is_read_at_any_place,
        long_lines_are_whole,
        closed_segments_stay,
    ] {
        on_each(&promise);
    }
}
