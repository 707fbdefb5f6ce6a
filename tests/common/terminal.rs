//! A person at a pseudo-terminal: what is typed, and everything the terminal shows.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{InputModes, LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::{Output, Run};

/// A new terminal, and the path of its other side.
fn open_terminal() -> (File, String) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    (File::from(terminal), name)
}

impl Run {
    /// Runs it at a terminal where `typed` is typed, one piece after each question. What the terminal shows, echo included,
    /// is the error stream of the [`Output`].
    pub(crate) fn at_terminal(self, typed: &[&str]) -> Output {
        self.at_terminal_while(typed, || {})
    }

    /// As [`Run::at_terminal`], and does something else before the first question is answered.
    pub(crate) fn at_terminal_while(self, typed: &[&str], meanwhile: impl FnOnce()) -> Output {
        let (mut terminal, name) = open_terminal();
        let side = || std::fs::OpenOptions::new().read(true).write(true).open(&name).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_nija"))
            .args(&self.args)
            .env_clear()
            .envs(&self.variables)
            .current_dir(&self.cwd)
            .stdin(side())
            .stdout(Stdio::piped())
            .stderr(side())
            .spawn()
            .unwrap();
        let mut shown = Vec::new();
        let mut meanwhile = Some(meanwhile);
        for piece in typed {
            read_until_asked(&mut terminal, &mut shown);
            if let Some(meanwhile) = meanwhile.take() {
                meanwhile();
            }
            terminal.write_all(piece.as_bytes()).unwrap();
        }
        let mut stdout = String::new();
        child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = child.wait().unwrap().code().unwrap();
        // The last one to hold the other side is gone, so reading ends with an error.
        let _ = terminal.read_to_end(&mut shown);
        let stderr = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
        Output { root: self.root, stdout, stderr, code }
    }
}

/// Reads what is shown until a question waits: a line that ends with a colon and a space.
fn read_until_asked(terminal: &mut File, shown: &mut Vec<u8>) {
    let start = shown.len();
    let mut bytes = [0; 4096];
    while !shown[start..].ends_with(b": ") {
        match terminal.read(&mut bytes) {
            Ok(read) if read > 0 => shown.extend_from_slice(&bytes[..read]),
            _ => return,
        }
    }
}

/// A program that draws over a whole terminal, and what it has drawn so far.
pub(crate) struct Session {
    terminal: Option<File>,
    /// The program's side, so that the terminal stays when the program ends.
    side: File,
    child: Child,
    shown: Vec<u8>,
}

impl Run {
    /// Starts it on a terminal of this size, which it controls.
    pub(crate) fn on_screen(self, columns: u16, rows: u16) -> Session {
        let (terminal, name) = open_terminal();
        let side = || std::fs::OpenOptions::new().read(true).write(true).open(&name).unwrap();
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
        let child = Command::new("setsid")
            .args(["--ctty", env!("CARGO_BIN_EXE_nija")])
            .args(&self.args)
            .env_clear()
            .envs(&self.variables)
            .env("TERM", "xterm")
            .current_dir(&self.cwd)
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .unwrap();
        Session { terminal: Some(terminal), side: side(), child, shown: Vec::new() }
    }
}

impl Session {
    /// Reads until a frame is as wanted, and returns its rows. Fails when none comes for a long time.
    pub(crate) fn until(&mut self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        loop {
            if let Some(rows) = last_frame(&self.shown).filter(|rows| wanted(rows)) {
                return rows;
            }
            let shown = String::from_utf8_lossy(&self.shown).into_owned();
            assert!(self.read(), "not drawn in {shown}");
        }
    }

    /// Reads what there is; `false` at the end, or when nothing comes for a long time.
    fn read(&mut self) -> bool {
        let Some(terminal) = &mut self.terminal else { return false };
        let limit = Timespec { tv_sec: 60, tv_nsec: 0 };
        let mut bytes = [0; 4096];
        if poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&limit)) != Ok(1) {
            return false;
        }
        match terminal.read(&mut bytes) {
            Ok(read) => self.shown.extend_from_slice(&bytes[..read]),
            Err(_) => return false,
        }
        true
    }

    /// Types keys.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.terminal.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Makes the terminal another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(self.terminal.as_ref().unwrap(), size).unwrap();
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Whether the process stands still, as after a Control-Z.
    pub(crate) fn stands_still(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        stat.rsplit(") ").next().unwrap().starts_with('T')
    }

    /// Whether typed lines are echoed and edited, as a shell leaves a terminal.
    pub(crate) fn is_as_found(&self) -> bool {
        let modes = tcgetattr(&self.side).unwrap();
        modes.local_modes.contains(LocalModes::ICANON | LocalModes::ECHO)
            && modes.input_modes.contains(InputModes::IXON)
    }

    /// Hangs up.
    pub(crate) fn close(&mut self) {
        self.terminal = None;
    }

    /// Waits for its end; everything that was shown, and the exit code.
    pub(crate) fn end(mut self) -> (String, Option<i32>) {
        let code = self.child.wait().unwrap().code();
        assert!(self.terminal.is_none() || self.is_as_found());
        self.side = File::open("/dev/null").unwrap();
        while self.read() {}
        (String::from_utf8_lossy(&self.shown).into_owned(), code)
    }
}

/// The rows of the last whole frame, without colour.
fn last_frame(shown: &[u8]) -> Option<Vec<String>> {
    let shown = String::from_utf8_lossy(shown);
    let (before, _) = shown.rsplit_once("\u{1b}[J\u{1b}[?2026l")?;
    let (_, frame) = before.rsplit_once("\u{1b}[?2026h\u{1b}[H")?;
    Some(frame.split("\r\n").map(without_sequences).collect())
}

fn without_sequences(row: &str) -> String {
    let mut parts = row.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    let text =
        parts.fold(first, |text, part| text + part.split_once(['m', 'K']).map_or("", |(_, rest)| rest));
    // The terminal adds its own return to each line.
    text.trim_end_matches('\r').to_owned()
}
