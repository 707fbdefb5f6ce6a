//! A terminal as one screen that is drawn over and over: entered, drawn without flicker, and left as it was found.

use std::fmt::Write as _;
use std::io;
use std::os::fd::AsFd as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};

use super::terminal;

/// The alternate screen, no cursor, no line that wraps.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";

/// Everything as before.
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/// Longest wait for a terminal that takes nothing any more.
const LEAVE_LIMIT: Duration = Duration::from_millis(500);

/// Size of a terminal that does not tell.
const USUAL: (usize, usize) = (80, 24);

/// How the terminal was found, while a screen is up.
static FOUND: Mutex<Option<Found>> = Mutex::new(None);

#[derive(Debug, Clone)]
struct Found {
    keyboard: Option<Termios>,
}

/// The screen.
#[derive(Debug)]
pub struct Screen {
    shared: Arc<Shared>,
    has_keyboard: bool,
}

#[derive(Debug, Default)]
struct Shared {
    next: Mutex<Next>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Next {
    frame: Option<String>,
    writing: bool,
    end: bool,
}

impl Screen {
    /// Takes over the terminal and starts the thread that draws: a terminal that hangs must not hold up the rest.
    pub fn open() -> io::Result<Self> {
        enter();
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("screen".to_owned())
            .spawn(move || own.write_frames())
            .inspect_err(|_| restore())?;
        Ok(Self { shared, has_keyboard: terminal::is_stdin() })
    }

    /// Width and height in characters.
    pub fn size(&self) -> (usize, usize) {
        match tcgetwinsize(io::stdout().as_fd()) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
            _ => USUAL,
        }
    }

    /// Shows these rows from the top, each at most as wide as the screen. A frame that was not shown yet is skipped.
    pub fn draw(&self, rows: &[String]) {
        // Held back until it is complete, where a terminal knows how; no line is erased before it is written over.
        let mut frame = "\x1b[?2026h\x1b[H".to_owned();
        for (index, row) in rows.iter().enumerate() {
            let _ = write!(frame, "{}{row}\x1b[K", if index > 0 { "\r\n" } else { "" });
        }
        frame.push_str("\x1b[J\x1b[?2026l");
        self.shared.lock().frame = Some(frame);
        self.shared.changed.notify_all();
    }

    /// Whether keys can be typed: standard input is a terminal, or was when the screen was opened.
    pub fn has_keyboard(&self) -> bool {
        self.has_keyboard
    }

    /// Keys that were typed and not asked for yet. Never waits.
    pub fn keys(&self) -> Vec<u8> {
        let mut bytes = [0; 64];
        let read = rustix::io::read(io::stdin(), &mut bytes).unwrap_or(0);
        bytes.get(..read).unwrap_or_default().to_vec()
    }

    /// Gives the terminal back for a while.
    pub fn leave(&self) {
        self.shared.settle();
        restore();
    }

    /// Takes it again.
    pub fn enter(&self) {
        enter();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.shared.settle();
        self.shared.lock().end = true;
        self.shared.changed.notify_all();
        restore();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Next> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_frames(&self) {
        let mut next = self.lock();
        while !next.end {
            if let Some(frame) = next.frame.take() {
                next.writing = true;
                drop(next);
                let _ = super::stdout(frame.as_bytes());
                next = self.lock();
                next.writing = false;
                self.changed.notify_all();
            } else {
                next = self.changed.wait(next).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Drops what is not shown yet and waits until nothing is being written, for a limited time.
    fn settle(&self) {
        let mut next = self.lock();
        next.frame = None;
        let _ = self.changed.wait_timeout_while(next, LEAVE_LIMIT, |next| next.writing);
    }
}

fn found() -> MutexGuard<'static, Option<Found>> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner)
}

fn enter() {
    let keyboard = terminal::is_stdin().then(|| tcgetattr(io::stdin()).ok()).flatten();
    if let Some(keyboard) = &keyboard {
        let mut raw = keyboard.clone();
        raw.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        // Control-S would hold up the output.
        raw.input_modes.remove(InputModes::IXON);
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &raw);
    }
    *found() = Some(Found { keyboard });
    let _ = super::stdout(ENTER.as_bytes());
}

/// Leaves the terminal as it was found; nothing when no screen is up. Also for a panic, which knows no screen.
pub fn restore() {
    let Some(found) = found().take() else { return };
    if let Some(keyboard) = &found.keyboard {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, keyboard);
    }
    // Past the lock of the standard library, which a thread that hangs in a write may hold; and only if it is taken now.
    let stdout = io::stdout();
    let limit = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
    if poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], Some(&limit)) == Ok(1) {
        let _ = rustix::io::write(&stdout, LEAVE.as_bytes());
    }
}
