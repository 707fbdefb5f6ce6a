//! One table from the kind of a failure to its word, exit code and HTTP status; errors carry hints that are commands.

use std::fmt;

/// What went wrong, as far as a caller has to tell cases apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The command line or request makes no sense.
    Usage,
    /// Stored state cannot be read as what it should be.
    Corrupt,
    /// Stored state was written by a newer major version.
    Newer,
    /// The audit chain does not verify.
    AuditBroken,
    /// The named thing does not exist.
    NotFound,
    /// No nija has ever initialised this directory.
    NotInitialised,
    /// A peer, channel or second location cannot be reached.
    Unavailable,
    /// A defect in nija.
    Internal,
    /// A file or directory cannot be created.
    CannotCreate,
    /// Reading or writing failed.
    Io,
    /// Somebody else holds the lock.
    Busy,
    /// The state changed since the caller looked at it.
    Conflict,
    /// The caller may not do this, or a second person is missing.
    NotPermitted,
    /// The configuration is unusable.
    Config,
    /// Stopped by SIGINT.
    Interrupted,
    /// Stopped by SIGTERM.
    Terminated,
}

/// One row of the error table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The kind this row describes.
    pub kind: Kind,
    /// Stable word for programs.
    pub code: &'static str,
    /// Process exit code (sysexits.h where one fits).
    pub exit: u8,
    /// HTTP status of the same failure.
    pub http: u16,
    /// Whether the same request may succeed when simply tried again.
    pub retryable: bool,
}

const fn row(kind: Kind, code: &'static str, exit: u8, http: u16, retryable: bool) -> Row {
    Row { kind, code, exit, http, retryable }
}

/// The error table. Codes are unique and never change meaning.
pub const TABLE: [Row; 16] = [
    row(Kind::Usage, "E_USAGE", 64, 400, false),
    row(Kind::Corrupt, "E_STATE_CORRUPT", 65, 500, false),
    row(Kind::Newer, "E_STATE_NEWER", 65, 500, false),
    row(Kind::AuditBroken, "E_AUDIT_BROKEN", 65, 500, false),
    row(Kind::NotFound, "E_NOT_FOUND", 66, 404, false),
    row(Kind::NotInitialised, "E_NOT_INITIALISED", 66, 404, false),
    row(Kind::Unavailable, "E_UNAVAILABLE", 69, 503, true),
    row(Kind::Internal, "E_INTERNAL", 70, 500, false),
    row(Kind::CannotCreate, "E_CANNOT_CREATE", 73, 500, false),
    row(Kind::Io, "E_IO", 74, 500, false),
    row(Kind::Busy, "E_BUSY", 75, 423, true),
    row(Kind::Conflict, "E_CONFLICT", 75, 409, true),
    row(Kind::NotPermitted, "E_NOT_PERMITTED", 77, 403, false),
    row(Kind::Config, "E_CONFIG", 78, 500, false),
    row(Kind::Interrupted, "E_INTERRUPTED", 130, 503, true),
    row(Kind::Terminated, "E_TERMINATED", 143, 503, true),
];

impl Kind {
    /// This kind's row of the table.
    pub fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.kind == self).unwrap_or(&TABLE[7])
    }
}

/// A failure: what happened, to what, why, and what to type next.
pub struct Error {
    /// Selects word, exit code and HTTP status.
    pub kind: Kind,
    /// One sentence naming the thing, the place and the reason.
    pub message: String,
    /// A command to type next; empty when there is none.
    pub hint: String,
    /// The failure below this one, if any.
    pub source: Option<anyhow::Error>,
}

/// The result of everything that can fail inside nija.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A failure without a hint yet.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: String::new(), source: None }
    }

    /// A failed system call on a path: `doing` says what was attempted, as in "write /var/lib/nija/x.json".
    pub fn io(doing: impl fmt::Display, source: std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::PermissionDenied => Kind::NotPermitted,
            _ => Kind::Io,
        };
        let mut error = Self::new(kind, format!("cannot {doing}: {source}"));
        error.source = Some(source.into());
        error
    }

    /// Adds the command to type next.
    #[must_use]
    pub fn hint(mut self, command: impl Into<String>) -> Self {
        self.hint = command.into();
        self
    }

    /// Adds the failure below this one.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The stable word of this failure.
    pub fn code(&self) -> &'static str {
        self.kind.row().code
    }

    /// The process exit code of this failure.
    pub fn exit(&self) -> u8 {
        self.kind.row().exit
    }

    /// The operating system's error number behind this failure, if one was.
    pub fn errno(&self) -> Option<i32> {
        self.source.as_ref()?.downcast_ref::<std::io::Error>()?.raw_os_error()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (hint: {})", self.code(), self.message, self.hint)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_codes_never_read_as_a_monitored_state() {
        for (index, row) in TABLE.iter().enumerate() {
            assert!(
                TABLE.iter().skip(index + 1).all(|other| other.code != row.code && other.kind != row.kind)
            );
            assert!(row.exit >= 64, "{} would read as a Nagios state", row.code);
            assert_eq!(row.kind.row().code, row.code);
        }
    }

    #[test]
    fn a_refused_file_is_a_permission_problem_not_an_io_fault() {
        let error = Error::io("open /x", std::io::Error::from_raw_os_error(libc::EACCES));
        assert_eq!((error.kind, error.exit(), error.errno()), (Kind::NotPermitted, 77, Some(libc::EACCES)));
    }
}
