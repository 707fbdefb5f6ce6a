//! Signals as facts for the loop: each is noted, and wakes it.

use std::io::Read as _;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::low_level::{emulate_default_handler, pipe};

use crate::error::{Error, Result};

/// The signals that end the watch.
const ENDING: [(i32, &str); 3] = [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT"), (SIGQUIT, "SIGQUIT")];

/// Signals that arrived.
#[derive(Debug)]
pub struct Signals {
    woken: UnixStream,
    end: Arc<AtomicUsize>,
    reload: Arc<AtomicBool>,
    pause: Arc<AtomicBool>,
}

impl Signals {
    /// Takes note of signals from now on. Those of a terminal only matter to a screen.
    pub fn follow(with_screen: bool) -> Result<Self> {
        let failed = |error| Error::io("take note of signals", error).hint("nija check");
        let (woken, wake) = UnixStream::pair().map_err(failed)?;
        woken.set_nonblocking(true).map_err(failed)?;
        let signals = Self { woken, end: Arc::default(), reload: Arc::default(), pause: Arc::default() };
        for (number, (signal, _)) in (1..).zip(ENDING) {
            signal_hook::flag::register_usize(signal, Arc::clone(&signals.end), number).map_err(failed)?;
        }
        signal_hook::flag::register(SIGHUP, Arc::clone(&signals.reload)).map_err(failed)?;
        let mut all: Vec<i32> = ENDING.iter().map(|(signal, _)| *signal).chain([SIGHUP]).collect();
        if with_screen {
            signal_hook::flag::register(SIGTSTP, Arc::clone(&signals.pause)).map_err(failed)?;
            all.extend([SIGTSTP, SIGCONT, SIGWINCH]);
        }
        // Registered last, so that whoever is woken finds the note.
        for signal in all {
            pipe::register(signal, wake.try_clone().map_err(failed)?).map_err(failed)?;
        }
        Ok(signals)
    }

    /// What to wait for.
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.woken.as_fd()
    }

    /// Has been woken, and wants to be again.
    pub fn heard(&self) {
        let mut bytes = [0; 64];
        while (&self.woken).read(&mut bytes).is_ok_and(|read| read == bytes.len()) {}
    }

    /// The signal that ends the watch, if one arrived.
    pub fn ending(&self) -> Option<&'static str> {
        let number = self.end.load(Ordering::Relaxed).checked_sub(1)?;
        ENDING.get(number).map(|(_, name)| *name)
    }

    /// Whether the configuration is to be read again; asking forgets.
    pub fn reload(&self) -> bool {
        self.reload.swap(false, Ordering::Relaxed)
    }

    /// Whether the shell wants the terminal back; asking forgets.
    pub fn pause(&self) -> bool {
        self.pause.swap(false, Ordering::Relaxed)
    }

    /// Stops this process as if nobody had taken note of SIGTSTP; returns when it goes on.
    pub fn stand_still(&self) {
        let _ = emulate_default_handler(SIGTSTP);
    }
}
