//! Waits for whatever comes first: a change, a signal, a key, a step of the wall clock, a reader that goes away, or time.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};

/// What came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Came {
    /// Something in a followed folder.
    pub folders: bool,
    /// A signal.
    pub signal: bool,
    /// A key.
    pub key: bool,
    /// The wall clock was set, or the machine woke up.
    pub clock: bool,
    /// The terminal or the reader of standard output went away.
    pub gone: bool,
}

/// What is waited for; all but the signals may be missing.
#[derive(Debug)]
pub struct Sources<'a> {
    /// Followed folders.
    pub folders: Option<BorrowedFd<'a>>,
    /// Signals.
    pub signals: BorrowedFd<'a>,
    /// The keyboard.
    pub keyboard: Option<BorrowedFd<'a>>,
    /// Steps of the wall clock.
    pub steps: Option<&'a ClockSteps>,
    /// Where lines go.
    pub reader: Option<BorrowedFd<'a>>,
}

impl Sources<'_> {
    /// Waits for the first that comes, for at most `limit`.
    pub fn wait(&self, limit: Duration) -> Came {
        let mut came = Came::default();
        let over = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        let steps = self.steps.map(|steps| steps.timer.as_fd());
        let wanted = [self.folders, Some(self.signals), self.keyboard, steps, self.reader];
        let mut polled: Vec<(usize, PollFd<'_>)> = Vec::with_capacity(wanted.len());
        for (index, source) in wanted.into_iter().enumerate() {
            // Only that nobody reads is to be known of the reader.
            let flags = if index == 4 { PollFlags::empty() } else { PollFlags::IN };
            polled.extend(source.map(|source| (index, PollFd::from_borrowed_fd(source, flags))));
        }
        let (indices, mut descriptors): (Vec<usize>, Vec<PollFd<'_>>) = polled.into_iter().unzip();
        let limit = Timespec {
            tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: limit.subsec_nanos().into(),
        };
        if !poll(&mut descriptors, Some(&limit)).is_ok_and(|ready| ready > 0) {
            return came;
        }
        for (index, descriptor) in indices.into_iter().zip(&descriptors) {
            let events = descriptor.revents();
            match index {
                0 => came.folders = !events.is_empty(),
                1 => came.signal = !events.is_empty(),
                2 => {
                    came.key = events.contains(PollFlags::IN);
                    came.gone |= events.intersects(over);
                }
                3 => came.clock = !events.is_empty(),
                _ => came.gone |= events.intersects(over),
            }
        }
        came
    }
}

/// Notices when the wall clock is set, and when the machine wakes up.
#[derive(Debug)]
pub struct ClockSteps {
    timer: OwnedFd,
}

impl ClockSteps {
    /// Starts to notice; `None` where the kernel cannot tell.
    pub fn follow() -> Option<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Realtime, flags).ok()?;
        let steps = Self { timer };
        steps.arm().ok()?;
        Some(steps)
    }

    /// Whether it happened since this was asked last.
    pub fn happened(&self) -> bool {
        let happened = rustix::io::read(&self.timer, &mut [0; 8]) == Err(Errno::CANCELED);
        if happened {
            let _ = self.arm();
        }
        happened
    }

    /// A timer that never goes off, but is cancelled by every step of the clock.
    fn arm(&self) -> io::Result<()> {
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        let never = Timespec { tv_sec: i64::MAX / 1_000_000_000, tv_nsec: 0 };
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        timerfd_settime(&self.timer, flags, &Itimerspec { it_interval: zero, it_value: never })?;
        Ok(())
    }
}
