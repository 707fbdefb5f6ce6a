//! How many ticks a watch has completed, and how long they took.

use std::time::Duration;

use super::seconds;
use super::text::{Kind, Text};

/// Upper ends of the histogram's buckets.
const BUCKETS: [(Duration, &str); 9] = [
    (Duration::from_millis(1), "0.001"),
    (Duration::from_millis(5), "0.005"),
    (Duration::from_millis(10), "0.01"),
    (Duration::from_millis(50), "0.05"),
    (Duration::from_millis(100), "0.1"),
    (Duration::from_millis(500), "0.5"),
    (Duration::from_secs(1), "1"),
    (Duration::from_secs(5), "5"),
    (Duration::from_secs(10), "10"),
];

/// The ticks of one watch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cycles {
    completed: u64,
    spent: Duration,
    within: [u64; BUCKETS.len()],
}

impl Cycles {
    /// Counts a completed tick.
    pub fn add(&mut self, took: Duration) {
        self.completed += 1;
        self.spent = self.spent.saturating_add(took);
        for (count, (end, _)) in self.within.iter_mut().zip(BUCKETS) {
            *count += u64::from(took <= end);
        }
    }

    /// Completed ticks.
    pub fn completed(&self) -> u64 {
        self.completed
    }

    /// Writes both families.
    pub(super) fn write(&self, text: &mut Text) {
        let name = "nija_watch_cycles_total";
        text.family(name, Kind::Counter, "Ticks that the watch has completed since it was started.");
        text.sample(name, &[], self.completed);
        let name = "nija_watch_cycle_duration_seconds";
        text.family(name, Kind::Histogram, "How long ticks of the watch take.");
        let bucket = format!("{name}_bucket");
        for (count, (_, end)) in self.within.iter().zip(BUCKETS) {
            text.sample(&bucket, &[("le", end)], count);
        }
        text.sample(&bucket, &[("le", "+Inf")], self.completed);
        text.sample(&format!("{name}_sum"), &[], seconds(self.spent));
        text.sample(&format!("{name}_count"), &[], self.completed);
    }
}
