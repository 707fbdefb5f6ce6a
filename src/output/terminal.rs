//! Talking with a person on a terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

/// Whether stdin is a terminal.
pub fn is_stdin() -> bool {
    std::io::stdin().is_terminal()
}

/// Whether stdout is a terminal.
pub fn is_stdout() -> bool {
    std::io::stdout().is_terminal()
}

/// Whether stderr is a terminal.
pub fn is_stderr() -> bool {
    std::io::stderr().is_terminal()
}

/// Asks on stderr and reads one line; `None` at the end of input.
pub fn ask(question: &str) -> Option<String> {
    let _ = write!(std::io::stderr(), "{question}");
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(read) if read > 0 => Some(line.trim_end_matches(['\n', '\r']).to_owned()),
        _ => None,
    }
}

/// Asks for a secret without showing what is typed; `None` at the end of input.
pub fn ask_secret(question: &str) -> Option<String> {
    let stdin = std::io::stdin();
    let Ok(before) = tcgetattr(&stdin) else { return ask(question) };
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    let _ = tcsetattr(&stdin, OptionalActions::Flush, &silent);
    let answer = ask(question);
    let _ = tcsetattr(&stdin, OptionalActions::Flush, &before);
    let _ = writeln!(std::io::stderr());
    answer
}
