//! The kill switch: which halts are in force, and every way that may change.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::audit::{Audited, Outbox};
use super::document::{Document, Header};
use super::halt::{Actor, Cause, Halt, Mode, Scope, Source};
use super::release::{Request, Seen};
use super::sentinel::{Activation, Content, Found};

/// The rule of the halt that takes the place of a document that could not be used.
pub const LOST_RULE: &str = "STATE_CORRUPT";

/// The document `killswitch.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KillSwitch {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// Whether any halt is in force, of whatever scope or mode: for readers that want one bit.
    pub is_active: bool,
    /// The strongest mode in force for everything (`scope` all).
    pub mode: Option<Mode>,
    /// The halts in force, oldest first.
    pub halts: Vec<Halt>,
    /// The revision that changed the halts last: who has seen it has seen how things stand.
    #[serde(default)]
    pub halts_revision: u64,
    /// Activations of the standing stop file that are already counted here.
    #[serde(default)]
    pub stop_file_applied: Vec<String>,
    /// Releases that wait for another operator.
    #[serde(default)]
    pub requests: Vec<Request>,
    /// Decisions that may not be in the audit log yet; the next change makes sure of them.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for KillSwitch {
    const FORMAT: &'static str = "nija.killswitch";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    fn contradiction(&self) -> Option<&'static str> {
        let twin =
            |(at, halt): (usize, &Halt)| self.halts.iter().skip(at + 1).any(|other| other.id == halt.id);
        if self.halts.iter().enumerate().any(twin) {
            return Some("two halts share an id: it was edited by hand");
        }
        ((self.is_active, self.mode) != self.summary())
            .then_some("'is_active' and 'mode' do not agree with 'halts': it was edited by hand")
    }
}

impl Audited for KillSwitch {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

/// What an activation did to the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new halt.
    Added(Halt),
    /// The same source, rule, scope and mode again: counted on the halt.
    Repeated(Halt),
    /// This very activation was counted before.
    Known,
}

impl KillSwitch {
    /// A kill switch that has never been pulled.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            is_active: false,
            mode: None,
            halts: Vec::new(),
            halts_revision: 0,
            stop_file_applied: Vec::new(),
            requests: Vec::new(),
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }

    /// The halt put in place when the stored document could not be read: doubt means stopped.
    pub fn recovered(now: DateTime<Utc>, id: &str, reason: String, actor: Actor, host: &str) -> Self {
        let mut fresh = Self::new(now);
        // The lost document's revision is unknown. Beyond anything it can have counted, so that a client that saw it is
        // not taken for one that saw this halt.
        fresh.header.revision = u64::try_from(now.timestamp()).unwrap_or(0);
        fresh.activate(&Activation::new(
            id.to_owned(),
            Scope::All,
            Mode::Halted,
            Cause {
                source: Source::AutoMonitoring,
                rule: Some(LOST_RULE.to_owned()),
                reason,
                actor,
                host: host.to_owned(),
                at: now,
                extra: Map::new(),
            },
        ));
        fresh
    }

    /// Puts a halt in force, or counts it on the one that already stands for the same source, rule, scope and mode.
    pub fn activate(&mut self, activation: &Activation) -> Change {
        if self.stop_file_applied.contains(&activation.id) || self.halts.iter().any(|h| h.id == activation.id)
        {
            return Change::Known;
        }
        let same = |halt: &&mut Halt| {
            halt.cause.source == activation.cause.source
                && halt.cause.rule == activation.cause.rule
                && halt.scope == activation.scope
                && halt.mode == activation.mode
        };
        let change = if let Some(halt) = self.halts.iter_mut().find(same) {
            halt.count = halt.count.saturating_add(1);
            halt.last_seen = halt.last_seen.max(activation.cause.at);
            Change::Repeated(halt.clone())
        } else {
            let halt = Halt {
                id: activation.id.clone(),
                scope: activation.scope.clone(),
                mode: activation.mode,
                cause: activation.cause.clone(),
                count: 1,
                last_seen: activation.cause.at,
                revision: self.header.revision.saturating_add(1),
                extra: Map::new(),
            };
            self.halts.push(halt.clone());
            Change::Added(halt)
        };
        self.refresh();
        change
    }

    /// Takes over what a standing stop file says, once: nija's own lines as they were written, a foreign file as one
    /// FILE_SYSTEM halt with its owner and time. Returns each activation with what it changed.
    pub fn adopt(
        &mut self,
        content: &Content,
        file: &Found,
        user: Option<&str>,
        host: &str,
        new_id: &mut dyn FnMut() -> String,
    ) -> Vec<(Activation, Change)> {
        let mut foreign: Vec<Found> = content.activations.iter().filter_map(|a| a.found.clone()).collect();
        if content.is_foreign() {
            foreign.push(Found { text: foreign_text(content), ..file.clone() });
        }
        let mut activations = Vec::new();
        for found in foreign {
            if !self.stop_file_applied.contains(&found.id()) {
                let actor = Actor { uid: found.uid, user: user.map(str::to_owned), operator: None };
                activations.push((found.id(), from_file(&found, new_id(), actor, host)));
            }
        }
        activations.extend(content.activations.iter().map(|a| (a.id.clone(), a.clone())));
        let mut changes = Vec::new();
        for (identity, activation) in activations {
            let change = self.activate(&activation);
            if !self.stop_file_applied.contains(&identity) {
                self.stop_file_applied.push(identity);
            }
            if change != Change::Known {
                changes.push((activation, change));
            }
        }
        if !self.needs_stop_file() {
            // It was counted once, and stands again since that halt was released: put back with its old time, or by a
            // power cut. What stops everything has to show as a halt, or nobody could release it.
            let activation = stands_again(content, file, new_id(), user.map(str::to_owned), host);
            let change = self.activate(&activation);
            changes.push((activation, change));
        }
        changes
    }

    /// Whether a stop file with this content would change nothing here.
    pub fn has_adopted(&self, content: &Content, file: &Found) -> bool {
        // A stop file that was put back carries its halt's own id.
        let known =
            |id: &String| self.stop_file_applied.contains(id) || self.halts.iter().any(|halt| halt.id == *id);
        let total = self.halts.iter().any(Halt::is_total);
        let own = content
            .activations
            .iter()
            .all(|a| known(&a.id) && a.found.as_ref().is_none_or(|f| known(&f.id())));
        total && own && (!content.is_foreign() || known(&file.id()))
    }

    /// The halts in force with their counts: what somebody who looks now has seen.
    pub fn seen(&self) -> Vec<Seen> {
        self.halts.iter().map(|halt| Seen { id: halt.id.clone(), count: halt.count }).collect()
    }

    /// Halts among `ids` that were activated again since `seen` was taken, or that it does not know.
    pub fn changed_since(&self, ids: &[String], seen: &[Seen]) -> Vec<String> {
        let unchanged = |halt: &Halt| seen.iter().any(|s| s.id == halt.id && s.count == halt.count);
        self.halts.iter().filter(|h| ids.contains(&h.id) && !unchanged(h)).map(|h| h.id.clone()).collect()
    }

    /// Takes the named halts out of force and returns them. Requests that touch them are void.
    ///
    /// Callers above this layer must hold a `Confirmed`: only people resume.
    pub fn release(&mut self, ids: &[String]) -> Vec<Halt> {
        let (released, kept) =
            std::mem::take(&mut self.halts).into_iter().partition(|halt| ids.contains(&halt.id));
        self.halts = kept;
        self.requests.retain(|request| !request.halts.iter().any(|seen| ids.contains(&seen.id)));
        self.refresh();
        released
    }

    /// Whether the stop file has to stand for this document: some halt stops everything fully.
    pub fn needs_stop_file(&self) -> bool {
        self.halts.iter().any(Halt::is_total)
    }

    fn refresh(&mut self) {
        (self.is_active, self.mode) = self.summary();
        self.halts_revision = self.header.revision.saturating_add(1);
    }

    fn summary(&self) -> (bool, Option<Mode>) {
        let everything = self.halts.iter().filter(|halt| halt.scope == Scope::All);
        (!self.halts.is_empty(), everything.map(|halt| halt.mode).max())
    }
}

fn stands_again(content: &Content, file: &Found, id: String, user: Option<String>, host: &str) -> Activation {
    let total = |a: &&Activation| a.scope == Scope::All && a.mode == Mode::Halted;
    match content.activations.iter().rfind(total) {
        Some(own) => Activation { id, found: None, ..own.clone() },
        None => {
            let found = Found { text: foreign_text(content), ..file.clone() };
            from_file(&found, id, Actor { uid: file.uid, user, operator: None }, host)
        }
    }
}

fn foreign_text(content: &Content) -> String {
    if content.reserve {
        "raised from the reserve; the cause could not be written".to_owned()
    } else {
        content.foreign.clone()
    }
}

fn from_file(found: &Found, id: String, actor: Actor, host: &str) -> Activation {
    let reason = if found.text.is_empty() { "stop file made by hand".to_owned() } else { found.text.clone() };
    Activation::new(
        id,
        Scope::All,
        Mode::Halted,
        Cause {
            source: Source::FileSystem,
            rule: None,
            reason,
            actor,
            host: host.to_owned(),
            at: found.at,
            extra: Map::new(),
        },
    )
}
