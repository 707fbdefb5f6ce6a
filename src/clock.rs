//! Wall and monotonic time behind one trait, so that everything above can be tested at any instant.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// Wall-clock time: for records, never for measuring how long something took.
    fn now(&self) -> DateTime<Utc>;
    /// Time since an arbitrary start that never runs backwards: for waiting and measuring.
    fn monotonic(&self) -> Duration;
    /// Time since the machine was started, the time it was suspended included: the same for every process, so that one can
    /// go on measuring what another began. Says nothing across a restart; see [`Clock::boot_id`].
    fn since_boot(&self) -> Duration;
    /// Time since the machine was started without the time it was suspended, the same for every process: what
    /// [`Clock::since_boot`] gained on it between two looks is how long the machine slept.
    fn awake(&self) -> Duration;
    /// Names the start that [`Clock::since_boot`] counts from; empty when it cannot be known.
    fn boot_id(&self) -> String;
    /// Lets `duration` pass.
    fn sleep(&self, duration: Duration);
}

/// The machine's own clocks.
#[derive(Debug, Clone, Copy)]
pub struct System {
    start: Instant,
}

impl System {
    /// Starts the monotonic clock at zero.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for System {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn since_boot(&self) -> Duration {
        duration(rustix::time::clock_gettime(rustix::time::ClockId::Boottime))
    }

    fn awake(&self) -> Duration {
        duration(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic))
    }

    fn boot_id(&self) -> String {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        id.trim().to_owned()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

fn duration(since: rustix::time::Timespec) -> Duration {
    Duration::new(u64::try_from(since.tv_sec).unwrap_or(0), u32::try_from(since.tv_nsec).unwrap_or(0))
}

/// A clock moved by hand.
#[derive(Debug)]
pub struct Manual {
    state: Mutex<Hands>,
}

#[derive(Debug, Clone, Copy)]
struct Hands {
    wall: DateTime<Utc>,
    monotonic: Duration,
    since_boot: Duration,
    boots: u32,
}

impl Manual {
    /// A clock standing at `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        let hands = Hands { wall: now, monotonic: Duration::ZERO, since_boot: Duration::ZERO, boots: 1 };
        Self { state: Mutex::new(hands) }
    }

    /// Lets time pass on every clock.
    pub fn advance(&self, duration: Duration) {
        let mut hands = self.hands();
        hands.wall += duration;
        hands.monotonic += duration;
        hands.since_boot += duration;
    }

    /// Steps the wall clock alone, as an operator or NTP would.
    pub fn set_wall(&self, now: DateTime<Utc>) {
        self.hands().wall = now;
    }

    /// Suspends the machine: the monotonic clock stands still meanwhile.
    pub fn suspend(&self, duration: Duration) {
        let mut hands = self.hands();
        hands.wall += duration;
        hands.since_boot += duration;
    }

    /// Restarts the machine, which takes `duration`.
    pub fn reboot(&self, duration: Duration) {
        let mut hands = self.hands();
        hands.wall += duration;
        hands.monotonic = Duration::ZERO;
        hands.since_boot = Duration::ZERO;
        hands.boots += 1;
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Manual {
    fn now(&self) -> DateTime<Utc> {
        self.hands().wall
    }

    fn monotonic(&self) -> Duration {
        self.hands().monotonic
    }

    fn since_boot(&self) -> Duration {
        self.hands().since_boot
    }

    fn awake(&self) -> Duration {
        self.hands().monotonic
    }

    fn boot_id(&self) -> String {
        format!("boot-{}", self.hands().boots)
    }

    fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}
