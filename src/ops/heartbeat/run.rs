//! Runs a command on behalf of somebody: signals go on to it, and how it ended comes back, whatever it did.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, getpgrp, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ};
use signal_hook::{flag, low_level::pipe};

use crate::clock::Clock;

/// The exit code when there is no such command, as shells have it.
pub const NOT_FOUND: u8 = 127;

/// The exit code when the command cannot be started, as shells have it.
pub const NOT_STARTED: u8 = 126;

/// Signals that go on to the command.
const FORWARDED: [(i32, Signal); 6] = [
    (SIGTERM, Signal::TERM),
    (SIGINT, Signal::INT),
    (SIGHUP, Signal::HUP),
    (SIGQUIT, Signal::QUIT),
    (SIGUSR1, Signal::USR1),
    (SIGUSR2, Signal::USR2),
];

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; 128 and the signal's number when a signal ended it.
    pub exit_code: u8,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// How long it took.
    pub duration: Duration,
    /// Why it was not started, or why its end is not known, if so.
    pub why: Option<String>,
}

/// Runs a command to its end. It has this process's standard streams, but for its output if another is named.
pub fn run(clock: &dyn Clock, command: &[OsString], output: Option<Stdio>) -> Ended {
    let begun = clock.monotonic();
    let (exit_code, signal, why) = match start(command, output) {
        Ok((mut child, signals)) => match wait(&mut child, &signals) {
            Ok(status) => (code(status), status.signal(), None),
            Err(error) => (NOT_STARTED, None, Some(format!("cannot wait for its end: {error}"))),
        },
        Err(error) => {
            let missing = error.kind() == io::ErrorKind::NotFound;
            let exit_code = if missing { NOT_FOUND } else { NOT_STARTED };
            (exit_code, None, Some(format!("cannot be started: {error}")))
        }
    };
    Ended { exit_code, signal, duration: clock.monotonic().saturating_sub(begun), why }
}

fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// What tells that a signal came, one stream each; the first is the one for the end of a child.
struct Signals {
    ended: UnixStream,
    forwarded: Vec<(Signal, UnixStream)>,
}

fn start(command: &[OsString], output: Option<Stdio>) -> io::Result<(Child, Signals)> {
    let (program, arguments) = command.split_first().ok_or(io::ErrorKind::NotFound)?;
    // Before it starts, so that a signal that comes meanwhile is not lost.
    let signals = listen()?;
    let mut command = Command::new(program);
    command.args(arguments);
    if let Some(output) = output {
        command.stdout(output);
    }
    Ok((command.spawn()?, signals))
}

fn listen() -> io::Result<Signals> {
    // A handled signal is back at its default in the command, and this one is ignored here.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let ended = stream(SIGCHLD)?;
    let ignored = ignored();
    let mut forwarded = Vec::new();
    for (number, signal) in FORWARDED {
        // Somebody wants it ignored, as `nohup` does; the command inherits that, unless it is handled here.
        if ignored & (1 << (number - 1)) == 0 {
            forwarded.push((signal, stream(number)?));
        }
    }
    Ok(Signals { ended, forwarded })
}

fn stream(signal: i32) -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    pipe::register(signal, write)?;
    Ok(read)
}

/// The signals this process was told to ignore, one bit each.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

fn wait(child: &mut Child, signals: &Signals) -> io::Result<ExitStatus> {
    // It is not reaped before its end is returned, so its number cannot be another's yet.
    let pid = Pid::from_child(child);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let streams = signals.forwarded.iter().map(|(_, stream)| stream);
        let mut waited: Vec<PollFd<'_>> = std::iter::once(&signals.ended)
            .chain(streams)
            .map(|stream| PollFd::new(stream, PollFlags::IN))
            .collect();
        match poll(&mut waited, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return child.wait(),
        }
        drained(&signals.ended);
        for (signal, stream) in &signals.forwarded {
            if drained(stream) && !reached_it_already(*signal) {
                // It may just have ended, or belong to somebody else by now; its end is waited for either way.
                let _ = kill_process(pid, *signal);
            }
        }
    }
}

/// Whether something came since this was asked last.
fn drained(mut stream: &UnixStream) -> bool {
    let mut bytes = [0; 64];
    let mut came = false;
    while matches!(stream.read(&mut bytes), Ok(1..)) {
        came = true;
    }
    came
}

/// A terminal sends what is typed there to everybody in the foreground, the command included: twice would be once too often.
fn reached_it_already(signal: Signal) -> bool {
    let typed = signal == Signal::INT || signal == Signal::QUIT;
    typed
        && std::fs::File::open("/dev/tty")
            .is_ok_and(|tty| rustix::termios::tcgetpgrp(tty).is_ok_and(|group| group == getpgrp()))
}
