//! `exec`: a program of one's own gets the message as JSON; what it ends with says whether it was taken.

use std::io::{Seek as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::deadline::Deadline;
use super::{Channel, Kind, Options, envelope, local};
use crate::clock::Clock;
use crate::domain::notify::Message;
use crate::domain::notify::delivery::{Sort, Trouble};

/// So long a program that was killed has to be gone.
const GONE_AFTER: Duration = Duration::from_millis(200);

/// The kind.
pub const KIND: Kind = Kind {
    word: "exec",
    about: "a program of your own, with the message as JSON on its standard input; exit code 0 says that it was taken",
    options: &[(
        "command",
        "the program and its arguments, as a list, without a shell: an absolute path, or a name that PATH leads to; \
         at the limit of time it is killed, with everything it started in its process group",
    )],
    open,
};

struct Program {
    program: String,
    arguments: Vec<String>,
    clock: Arc<dyn Clock>,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let command = options.list("command")?;
    let (program, arguments) = command.split_first().ok_or("it has no command")?;
    if program.contains('/') && !program.starts_with('/') {
        return Err(format!("command: {program} is relative, and would depend on where nija is started"));
    }
    let (program, arguments) = (program.clone(), arguments.to_vec());
    Ok(Box::new(Program { program, arguments, clock: options.clock() }))
}

impl Channel for Program {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let deadline = Deadline::after(limit, &self.clock);
        let mut child = self.start(message).map_err(|why| local(format!("{} {why}", self.program), false))?;
        match ends(&mut child, &deadline) {
            Ok(true) => self.judge(&mut child),
            Ok(false) => {
                kill(&mut child, &self.clock);
                let message = format!("{} did not end within {limit:?} and was killed", self.program);
                Err(Trouble { sort: Sort::Timeout, message, permanent: false, retry_after_seconds: None })
            }
            Err(error) => {
                kill(&mut child, &self.clock);
                Err(local(format!("{} cannot be waited for: {error}", self.program), false))
            }
        }
    }
}

impl Program {
    /// Starts it in a process group of its own. Its input is a file in memory: nobody waits for it to be read.
    fn start(&self, message: &Message) -> Result<Child, String> {
        let memory = memfd_create("nija-message", MemfdFlags::CLOEXEC);
        let mut input = std::fs::File::from(memory.map_err(|error| format!("gets no input: {error}"))?);
        let written = writeln!(input, "{}", envelope(message)).and_then(|()| input.rewind());
        written.map_err(|error| format!("gets no input: {error}"))?;
        Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::from(input))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot be started: {error}"))
    }

    fn judge(&self, child: &mut Child) -> Result<(), Trouble> {
        let status = child.wait().map_err(|error| local(format!("{}: {error}", self.program), false))?;
        if status.success() {
            return Ok(());
        }
        Err(local(
            match (status.code(), status.signal()) {
                (Some(code), _) => format!("{} ended with exit code {code}", self.program),
                (None, Some(signal)) => format!("{} was ended by signal {signal}", self.program),
                (None, None) => format!("{} ended strangely", self.program),
            },
            false,
        ))
    }
}

/// Whether it ends in time. It is not waited for here, so its number stays its own until it is killed.
fn ends(child: &mut Child, deadline: &Deadline) -> std::io::Result<bool> {
    let handle = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    loop {
        let left = deadline.left();
        let wait = Timespec::try_from(left).unwrap_or_default();
        match poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&wait)) {
            Ok(0) => return Ok(false),
            Ok(_) => return Ok(true),
            Err(rustix::io::Errno::INTR) if !left.is_zero() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Ends it and its group, and takes note of its end unless the system holds it back.
fn kill(child: &mut Child, clock: &Arc<dyn Clock>) {
    // They may just have ended by themselves.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    if matches!(ends(child, &Deadline::after(GONE_AFTER, clock)), Ok(true)) {
        let _ = child.wait();
    }
}
