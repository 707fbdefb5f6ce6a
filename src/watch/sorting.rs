//! What an event in a followed directory means: a stop, a document to read again, or nothing.

use std::ffi::{OsStr, OsString};

use rustix::fs::inotify::ReadFlags;

use crate::domain::key::decode;
use crate::domain::sentinel::FILE_NAME;
use crate::ops::check::changes::Changes;
use crate::ops::notify::OUTBOX;

/// A folder that changes with every look: read again when it did, and nothing to wake for.
const OWN_FOLDERS: [&str; 3] = ["alerts", "channels", OUTBOX];

/// Files that change with every look.
const OWN_FILES: [&str; 2] = ["watch.json", "observations.json"];

/// Folders that no look reads: closed segments of logs, and what the gate and the throttle keep for themselves.
const UNREAD: [&str; 4] = ["audit", "claims", "order-history", "throttles"];

/// Why a directory is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The state directory.
    State,
    /// A folder of documents in it.
    Folder(String),
    /// A second place for the stop file.
    Fallback,
    /// A directory in which one of this name would be, or lead to, a second place.
    Above(OsString),
    /// The directory of the configuration file of this name.
    Config(OsString),
}

/// Whether to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// Nothing happened.
    #[default]
    No,
    /// A document may have changed.
    Change,
    /// A stop may have been raised.
    Stop,
}

/// What happened since it was asked for last.
#[derive(Debug, Default)]
pub struct Seen {
    /// Whether to look.
    pub wake: Wake,
    /// What to read again.
    pub changes: Changes,
    /// Folders came, went or moved: what is followed has to be looked at again.
    pub moved: bool,
    /// The configuration file was changed.
    pub config: bool,
    /// There may be something new to be sent.
    pub outbox: bool,
}

impl Seen {
    fn wake(&mut self, wake: Wake) {
        self.wake = self.wake.max(wake);
    }

    fn moved(&mut self, wake: Wake) {
        self.moved = true;
        self.wake(wake);
    }

    /// Anything in this folder may be different now.
    pub fn folder_came_or_went(&mut self, name: &str) {
        self.changes.folder(name);
        self.outbox |= name == OUTBOX;
        self.wake(wake_of_folder(name));
    }
}

fn wake_of_folder(name: &str) -> Wake {
    if OWN_FOLDERS.contains(&name) { Wake::No } else { Wake::Change }
}

/// Whether a folder of the state directory holds documents.
pub fn is_folder(name: &str) -> bool {
    !name.starts_with('.') && !UNREAD.contains(&name)
}

/// Sorts in one event about `name` in a followed directory, or about the directory itself.
pub fn sort(seen: &mut Seen, place: &Place, events: ReadFlags, name: Option<&OsStr>) {
    let itself = ReadFlags::DELETE_SELF
        .union(ReadFlags::MOVE_SELF)
        .union(ReadFlags::IGNORED)
        .union(ReadFlags::UNMOUNT);
    if events.intersects(itself) {
        return seen.moved(Wake::Change);
    }
    let Some(name) = name else { return };
    match place {
        Place::State => in_state(seen, events, name),
        Place::Folder(folder) => in_folder(seen, folder, name),
        Place::Fallback if name == FILE_NAME => seen.wake(Wake::Stop),
        // A stop may stand in it by the time it is looked at.
        Place::Above(wanted) if name == wanted => seen.moved(Wake::Stop),
        Place::Config(file) if name == file => seen.config = true,
        Place::Fallback | Place::Above(_) | Place::Config(_) => {}
    }
}

fn in_state(seen: &mut Seen, events: ReadFlags, name: &OsStr) {
    let Some(name) = name.to_str() else { return };
    if name == FILE_NAME {
        seen.wake(Wake::Stop);
    } else if events.contains(ReadFlags::ISDIR) {
        if is_folder(name) && !events.contains(ReadFlags::ATTRIB) {
            seen.folder_came_or_went(name);
            seen.moved = true;
        }
    } else if name.ends_with(".json")
        && !name.starts_with('.')
        // One that is written in place is told of again when that is done.
        && !events.contains(ReadFlags::CREATE)
    {
        seen.changes.file(name);
        seen.wake(if OWN_FILES.contains(&name) { Wake::No } else { Wake::Change });
    }
}

fn in_folder(seen: &mut Seen, folder: &str, name: &OsStr) {
    let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { return };
    if let Some(document) = name.strip_suffix(".json").and_then(decode) {
        seen.changes.entry(folder, &document);
    } else if name.ends_with(".jsonl") {
        seen.changes.folder(folder);
    } else {
        return;
    }
    seen.outbox |= folder == OUTBOX;
    seen.wake(wake_of_folder(folder));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(place: &Place, events: ReadFlags, name: &str) -> Seen {
        let mut seen = Seen::default();
        sort(&mut seen, place, events, Some(OsStr::new(name)));
        seen
    }

    fn wake(place: &Place, events: ReadFlags, name: &str) -> Wake {
        after(place, events, name).wake
    }

    #[test]
    fn a_stop_wakes_wherever_it_stands() {
        for place in [Place::State, Place::Fallback] {
            assert_eq!(wake(&place, ReadFlags::CREATE, FILE_NAME), Wake::Stop);
            assert_eq!(wake(&place, ReadFlags::ATTRIB, FILE_NAME), Wake::Stop);
            assert_eq!(wake(&place, ReadFlags::CREATE, ".EMERGENCY_STOP.h-01234567"), Wake::No);
        }
        let came = after(&Place::Above("nija".into()), ReadFlags::CREATE.union(ReadFlags::ISDIR), "nija");
        assert!(came.moved && came.wake == Wake::Stop);
        assert_eq!(wake(&Place::Above("nija".into()), ReadFlags::CREATE, "other"), Wake::No);
    }

    #[test]
    fn documents_wake_and_what_a_look_writes_does_not() {
        let orders = Place::Folder("orders".to_owned());
        let seen = after(&orders, ReadFlags::MOVED_TO, "BTC%2FUSD.json");
        let mut expected = Changes::default();
        expected.entry("orders", "BTC/USD");
        assert_eq!((seen.wake, seen.changes), (Wake::Change, expected));
        for name in [".1.json.tmp", "1.json.corrupt-20261120T141832Z", "notes"] {
            let seen = after(&orders, ReadFlags::CLOSE_WRITE, name);
            assert!(seen.wake == Wake::No && seen.changes.is_empty(), "{name}");
        }
        let alerts = after(&Place::Folder("alerts".to_owned()), ReadFlags::MOVED_TO, "A.json");
        assert!(alerts.wake == Wake::No && alerts.changes.of_folder("alerts").is_some());
        let outbox = after(&Place::Folder("outbox".to_owned()), ReadFlags::MOVED_TO, "A.ops.json");
        assert!(outbox.wake == Wake::No && outbox.outbox && !alerts.outbox);
        let silence = after(&Place::Folder("silences".to_owned()), ReadFlags::MOVED_TO, "s-1.json");
        assert!(silence.wake == Wake::Change && silence.changes.of_folder("silences").is_some());
        for (name, expected) in [
            ("watch.json", Wake::No),
            ("observations.json", Wake::No),
            ("equity.json", Wake::Change),
            // Somebody acknowledged an alert.
            ("alerts.json", Wake::Change),
            ("audit.jsonl", Wake::No),
        ] {
            assert_eq!(wake(&Place::State, ReadFlags::MOVED_TO, name), expected, "{name}");
        }
    }

    #[test]
    fn folders_that_come_and_go_are_followed_anew() {
        let made = ReadFlags::CREATE.union(ReadFlags::ISDIR);
        let seen = after(&Place::State, made, "cooldowns");
        assert!(seen.moved && seen.wake == Wake::Change && seen.changes.of_folder("cooldowns").is_some());
        for name in ["audit", "claims", ".locks"] {
            assert!(!after(&Place::State, made, name).moved, "{name}");
        }
        let mut seen = Seen::default();
        sort(&mut seen, &Place::Folder("orders".to_owned()), ReadFlags::IGNORED, None);
        assert!(seen.moved);
    }

    #[test]
    fn a_changed_configuration_is_told_and_is_no_reason_to_look() {
        let seen = after(&Place::Config("nija.toml".into()), ReadFlags::CLOSE_WRITE, "nija.toml");
        assert!(seen.config && seen.wake == Wake::No);
    }
}
