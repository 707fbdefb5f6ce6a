//! The stop file between people who stop and one who resumes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use nija::domain::halt::{Actor, Cause, Mode, Scope, Source};
use nija::domain::sentinel::{Activation, FILE_NAME, FORMAT, parse};
use nija::error::Kind;
use nija::store::sentinel::{find, raise, take_down};

use super::place::{at, temporary};

pub(super) fn activation(id: &str) -> Activation {
    let actor = Actor { uid: 0, user: None, operator: None };
    let (reason, host) = ("because".to_owned(), "host".to_owned());
    Activation {
        format: FORMAT.to_owned(),
        version: "1.0".to_owned(),
        id: id.to_owned(),
        scope: Scope::All,
        mode: Mode::Halted,
        cause: Cause {
            source: Source::Cli,
            rule: None,
            reason,
            actor,
            host,
            at: at(0),
            extra: serde_json::Map::new(),
        },
        found: None,
    }
}

/// Raises until it is acknowledged: this release takes down again and again, as no person would.
fn recorded(dir: &Path, id: &str) -> bool {
    loop {
        match raise(dir, &activation(id)) {
            Ok(raised) => return raised.recorded,
            Err(error) => assert_eq!(error.kind, Kind::Busy, "{}", error.message),
        }
    }
}

/// A stop that is acknowledged while a release takes the file away must stand, or have been seen by that release.
#[test]
fn no_acknowledged_stop_is_lost_to_a_release() {
    let dir = temporary();
    let (done, seen) = (AtomicBool::new(false), Mutex::new(BTreeSet::new()));
    let rounds = 400;
    let look = |bytes: &[u8]| {
        let ids = parse(bytes).activations.into_iter().map(|activation| activation.id);
        seen.lock().unwrap().extend(ids);
    };
    let unrecorded: Vec<String> = std::thread::scope(|scope| {
        let stops: Vec<_> = (0..2)
            .map(|who| {
                let dir = &dir;
                scope.spawn(move || {
                    let ids = (0..rounds).map(|round| format!("h-{who}-{round}"));
                    ids.filter(|id| !recorded(dir.path(), id)).collect::<Vec<_>>()
                })
            })
            .collect();
        scope.spawn(|| {
            let mut round = 0;
            while !done.load(Ordering::Relaxed) {
                let id = format!("r-{round}");
                if let Ok(taken) = take_down(dir.path(), &id) {
                    // A writer that still has the file open may add its line until it notices.
                    std::thread::yield_now();
                    let hidden = dir.path().join(format!(".{FILE_NAME}.{id}"));
                    look(&std::fs::read(hidden).unwrap());
                    taken.discard();
                    round += 1;
                }
            }
        });
        let unrecorded = stops.into_iter().flat_map(|stop| stop.join().unwrap()).collect();
        done.store(true, Ordering::Relaxed);
        unrecorded
    });
    assert_eq!(unrecorded, Vec::<String>::new(), "acknowledged, and neither standing nor recorded");
    if let Some(standing) = find(dir.path()).unwrap() {
        look(&std::fs::read(standing.path()).unwrap());
    }
    let lost: Vec<String> = (0..2)
        .flat_map(|who| (0..rounds).map(move |round| format!("h-{who}-{round}")))
        .filter(|id| !seen.lock().unwrap().contains(id))
        .collect();
    assert_eq!(lost, Vec::<String>::new());
}

/// Between seeing that a stop file stands and opening it, a release may take it away.
#[test]
fn a_file_that_is_gone_when_it_is_opened_is_no_stop() {
    let dir = temporary();
    let (path, hidden) = (dir.path().join(FILE_NAME), dir.path().join("hidden"));
    std::fs::write(&path, activation("h-0").line()).unwrap();
    let done = AtomicBool::new(false);
    let unrecorded: Vec<usize> = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                // A stop raised meanwhile is covered; this is about the file that comes and goes.
                let _ = std::fs::rename(&path, &hidden);
                let _ = std::fs::rename(&hidden, &path);
            }
        });
        let stops = (0..150).filter(|round| !recorded(dir.path(), &format!("h-{round}"))).collect();
        done.store(true, Ordering::Relaxed);
        stops
    });
    assert_eq!(unrecorded, Vec::<usize>::new(), "acknowledged on a file that nobody could open");
}
