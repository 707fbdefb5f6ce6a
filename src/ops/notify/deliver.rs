//! Delivering: every channel that has something to take does so on a thread of its own, so that none waits for another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::notify::Delivery;
use crate::domain::notify::channel::Spec;
use crate::domain::notify::queue::{Next, Patience, next};
use crate::error::Result;
use crate::ops::{Notice, State};

use super::Means;
use super::drain::{Drained, Task, drain};
use super::outbox::{self, Outbox};

/// What to deliver.
#[derive(Debug, Clone)]
pub enum What {
    /// What is due.
    Due,
    /// What waits after a failure as well.
    Everything,
    /// These and nothing else.
    These {
        /// The deliveries.
        deliveries: Vec<Delivery>,
        /// Names of those that could not be stored.
        unstored: BTreeSet<String>,
    },
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Channels that were through in time.
    pub drained: Vec<Drained>,
    /// Channels that were not.
    pub late: Vec<String>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// Delivers, waiting at most `within`. Whatever is not through by then is left behind; what was stored stays in the outbox.
pub fn deliver(means: &Means, what: What, within: Duration) -> Delivered {
    let deadline = means.clock.monotonic().saturating_add(within);
    let mut delivered = Delivered::default();
    let tasks = match what {
        What::Due => due(means, Patience::Due, &mut delivered.notices),
        What::Everything => due(means, Patience::None, &mut delivered.notices),
        What::These { deliveries, unstored } => Ok(these(means, deliveries, &unstored, within)),
    };
    let tasks = tasks.unwrap_or_else(|error| {
        delivered.notices.push(Notice::of("OUTBOX_UNREADABLE", "nobody is told", &error));
        Vec::new()
    });
    let (tell, ended) = channel();
    let (mut tasks, mut under_way) = (tasks, BTreeSet::<String>::new());
    let mut handed_on: Vec<Delivery> = Vec::new();
    loop {
        for task in tasks {
            let name = task.spec.name.clone();
            match start(means, Task { deadline: Some(deadline), ..task }, &tell, |drained| drained) {
                Ok(()) => drop(under_way.insert(name)),
                Err(notice) => delivered.notices.push(notice),
            }
        }
        if under_way.is_empty() {
            break;
        }
        let left = deadline.saturating_sub(means.clock.monotonic());
        let Ok(drained) = ended.recv_timeout(left) else { break };
        under_way.remove(&drained.channel);
        handed_on.extend(drained.handed_on.iter().cloned());
        delivered.drained.push(drained);
        // What a channel refused goes out through another at once, when that has its hands free.
        let free;
        (free, handed_on) = handed_on.into_iter().partition(|one| !under_way.contains(&one.channel));
        let left = deadline.saturating_sub(means.clock.monotonic());
        tasks = these(means, free, &BTreeSet::new(), left);
    }
    delivered.late = under_way.into_iter().collect();
    delivered
}

/// Starts a channel's thread, which reports what it did. Nobody joins it.
pub fn start<T: Send + 'static>(
    means: &Means,
    task: Task,
    tell: &Sender<T>,
    wrap: fn(Drained) -> T,
) -> std::result::Result<(), Notice> {
    let (means, tell, name) = (means.clone(), tell.clone(), task.spec.name.clone());
    let work = move || {
        let _ = tell.send(wrap(drain(&means, task)));
    };
    let started = std::thread::Builder::new().name("deliver".to_owned()).spawn(work);
    started.map(drop).map_err(|error| {
        Notice::new("NOT_TOLD", format!("channel {name}: cannot start a thread: {error}"), "ulimit -u")
    })
}

/// The channels that have something to take now.
fn due(means: &Means, patience: Patience, notices: &mut Vec<Notice>) -> Result<Vec<Task>> {
    let plan = plan(means, patience, notices)?;
    let now = means.clock.now();
    Ok(plan.into_iter().filter_map(|(task, at)| (at <= now).then_some(task)).collect())
}

/// What every channel has to take, and from when on; channels that have nothing to take are left out. What ended long ago is
/// forgotten on the way.
pub fn plan(
    means: &Means,
    patience: Patience,
    notices: &mut Vec<Notice>,
) -> Result<Vec<(Task, DateTime<Utc>)>> {
    let context = means.context();
    let state = context.open()?;
    let found = outbox::load(&state)?;
    notices.extend(found.notices());
    notices.extend(outbox::prune(&state, &found));
    let channels = context.config.policies.notify.channels.iter();
    Ok(channels.filter_map(|spec| planned(&state, &found, spec, patience)).collect())
}

fn planned(
    state: &State<'_>,
    found: &Outbox,
    spec: &Spec,
    patience: Patience,
) -> Option<(Task, DateTime<Utc>)> {
    let deliveries: Vec<Delivery> = found.pending(&spec.name).cloned().collect();
    if deliveries.is_empty() {
        return None;
    }
    let record = outbox::record(state, &spec.name);
    let at = match next(&deliveries, spec, &record, patience, state.now()) {
        Next::Send(_) => state.now(),
        Next::From(at) => at,
        Next::Nothing => return None,
    };
    let task = Task {
        spec: spec.clone(),
        deliveries,
        unstored: BTreeSet::new(),
        patience,
        wait: Duration::ZERO,
        deadline: None,
    };
    Some((task, at))
}

fn these(
    means: &Means,
    deliveries: Vec<Delivery>,
    unstored: &BTreeSet<String>,
    within: Duration,
) -> Vec<Task> {
    let mut by_channel: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        by_channel.entry(delivery.channel.clone()).or_default().push(delivery);
    }
    let policy = &means.config.policies.notify;
    let task = |(name, deliveries): (String, Vec<Delivery>)| {
        let spec = policy.channel(&name)?.clone();
        let unstored = unstored.clone();
        // Whoever is at it already may be sending these very ones.
        Some(Task { spec, deliveries, unstored, patience: Patience::None, wait: within, deadline: None })
    };
    by_channel.into_iter().filter_map(task).collect()
}
