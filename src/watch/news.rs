//! What is new since the last tick: halts that came and went, and notices that were not told yet.

use std::collections::BTreeMap;

use super::events::HaltAction;
use crate::domain::halt::{Halt, Source};
use crate::domain::killswitch::KillSwitch;
use crate::ops::Notice;

/// What was told already.
#[derive(Debug, Default)]
pub struct News {
    halts: BTreeMap<String, Halt>,
    notices: Vec<Notice>,
}

impl News {
    /// Takes these halts for known.
    pub fn knows(&mut self, document: &KillSwitch) {
        self.halts = by_id(document);
    }

    /// How many halts are in force, as far as is known.
    pub fn halts(&self) -> usize {
        self.halts.len()
    }

    /// What happened to halts since the last time, the oldest first. A document that cannot be read tells nothing.
    pub fn of_halts(&mut self, document: Option<&KillSwitch>) -> Vec<(HaltAction, Halt)> {
        let Some(document) = document else { return Vec::new() };
        let before = std::mem::replace(&mut self.halts, by_id(document));
        let mut changes = Vec::new();
        for halt in &document.halts {
            match before.get(&halt.id) {
                None => changes.push((came(halt), halt.clone())),
                Some(known) if known.count < halt.count => changes.push((HaltAction::Repeated, halt.clone())),
                Some(_) => {}
            }
        }
        let gone = before.into_values().filter(|halt| !self.halts.contains_key(&halt.id));
        changes.extend(gone.map(|halt| (HaltAction::Released, halt)));
        changes
    }

    /// The notices that were not told after the last look. One that goes on is told once.
    pub fn of_notices(&mut self, notices: Vec<Notice>) -> Vec<Notice> {
        let new = notices.iter().filter(|notice| !self.notices.contains(notice)).cloned().collect();
        self.notices = notices;
        new
    }
}

fn by_id(document: &KillSwitch) -> BTreeMap<String, Halt> {
    document.halts.iter().map(|halt| (halt.id.clone(), halt.clone())).collect()
}

fn came(halt: &Halt) -> HaltAction {
    match halt.cause.source {
        Source::AutoMonitoring => HaltAction::Pulled,
        Source::FileSystem => HaltAction::Adopted,
        _ => HaltAction::Activated,
    }
}
