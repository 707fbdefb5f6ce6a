//! What happens before and around a command: file descriptors, signals, arguments, and the way to the exit code.

use std::ffi::{CStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStringExt as _;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// Runs the command in `argv` and returns the process's exit code. Called once, by C's `main`.
pub fn start(argc: c_int, argv: *const *const c_char) -> c_int {
    open_standard_streams();
    ignore_signals();
    c_int::from(super::run(&arguments(argc, argv)))
}

#[expect(unsafe_code, reason = "C hands over arguments as an array of pointers")]
fn arguments(argc: c_int, argv: *const *const c_char) -> Vec<OsString> {
    let count = usize::try_from(argc).unwrap_or(0);
    let one = |index: usize| {
        // SAFETY: `start` is only called with what the C runtime passed to `main`: `argc` valid pointers to strings that
        // end in NUL and live as long as the process.
        let text = unsafe { CStr::from_ptr(*argv.add(index)) };
        OsString::from_vec(text.to_bytes().to_vec())
    };
    (0..count).map(one).collect()
}

/// Opens `/dev/null` where a standard stream is closed: otherwise the stop file could get the number of stdout, and be
/// written over by the line that announces it.
fn open_standard_streams() {
    for stream in 0..3 {
        // SAFETY: only asked whether it is open.
        #[expect(unsafe_code, reason = "there is no safe way to name a descriptor that may be closed")]
        let descriptor = unsafe { std::os::fd::BorrowedFd::borrow_raw(stream) };
        if rustix::io::fcntl_getfd(descriptor) == Err(Errno::BADF)
            && let Ok(null) = rustix::fs::open("/dev/null", OFlags::RDONLY, Mode::empty())
        {
            std::mem::forget(null);
        }
    }
}

/// A closed pipe and a file size limit become errors that are told, instead of the process's silent end.
#[expect(unsafe_code, reason = "dispositions of signals are set by a C call")]
fn ignore_signals() {
    for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
        // SAFETY: before any thread is started, and SIG_IGN runs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}
