//! Killing, failing and holding a command at each of its system calls, with strace.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use crate::common::{Run, TestEnv};

/// One system call of a command.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Its name.
    pub(crate) name: String,
    /// Which one of this name it is, from 1: that is how strace counts.
    pub(crate) ordinal: usize,
    line: String,
}

impl Call {
    /// Whether it is about this path or text.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.line.contains(text)
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} #{}, {:.100}", self.name, self.ordinal, self.line)
    }
}

/// The system calls of `run` in order, from a dry run that does run it.
pub(crate) fn calls(env: &TestEnv, run: Run) -> Vec<Call> {
    let trace = env.path("trace");
    strace(run, &trace, &["-s60".to_owned()]).run();
    let text = String::from_utf8_lossy(&std::fs::read(&trace).unwrap()).into_owned();
    let mut counts = BTreeMap::new();
    let mut calls: Vec<Call> = Vec::new();
    for (pid, line) in text.lines().filter_map(|line| line.split_once(' ')) {
        let name = line.trim_start().split('(').next().unwrap_or_default();
        // The first one starts the program; lines in brackets are the second halves of calls in several threads.
        if name == "execve" || name.starts_with('<') || name.starts_with('+') {
            continue;
        }
        // strace counts in each thread on its own, and the first thread to get there takes the fault.
        let ordinal: &mut usize = counts.entry((pid, name)).or_default();
        *ordinal += 1;
        if !calls.iter().any(|call| call.name == name && call.ordinal == *ordinal) {
            calls.push(Call { name: name.to_owned(), ordinal: *ordinal, line: line.trim_start().to_owned() });
        }
    }
    assert!(calls.len() > 20, "strace saw too little:\n{text}");
    calls
}

/// `run` with something happening at one call: `signal=SIGKILL` before it, `error=EIO` instead of it.
pub(crate) fn inject(run: Run, call: &Call, what: &str) -> Run {
    inject_logged(run, call, what, Path::new("/dev/null"))
}

/// The same, with what strace sees going to `log`.
pub(crate) fn inject_logged(run: Run, call: &Call, what: &str, log: &Path) -> Run {
    let Call { name, ordinal, .. } = call;
    strace(run, log, &[format!("-etrace={name}"), format!("-einject={name}:{what}:when={ordinal}")])
}

fn strace(run: Run, log: &Path, options: &[String]) -> Run {
    let command = ["strace", "-f", "-qq", "-o"].map(OsString::from).into_iter().chain([log.into()]);
    run.under(command.chain(options.iter().map(OsString::from)))
}
