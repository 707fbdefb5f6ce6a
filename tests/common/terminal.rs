//! A person at a pseudo-terminal: what is typed, and everything the terminal shows.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{Output, Run};

impl Run {
    /// Runs it at a terminal where `typed` is typed, one piece after each question. What the terminal shows, echo included,
    /// is the error stream of the [`Output`].
    pub(crate) fn at_terminal(self, typed: &[&str]) -> Output {
        self.at_terminal_while(typed, || {})
    }

    /// As [`Run::at_terminal`], and does something else before the first question is answered.
    pub(crate) fn at_terminal_while(self, typed: &[&str], meanwhile: impl FnOnce()) -> Output {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
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
        let mut terminal = File::from(terminal);
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
