//! `file`: appends each message to a file, one JSON document per line.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use super::{Channel, Kind, Options, envelope, local};
use crate::domain::notify::Message;
use crate::domain::notify::delivery::Trouble;

/// The kind.
pub const KIND: Kind = Kind {
    word: "file",
    about: "appends each message to a file, one JSON document per line",
    options: &[("path", "the file, relative to the configuration file; made when it is missing")],
    open,
};

struct Lines {
    path: PathBuf,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    Ok(Box::new(Lines { path: options.required("path")?.into() }))
}

impl Channel for Lines {
    fn send(&self, message: &Message, _: Duration) -> Result<(), Trouble> {
        let mut line = envelope(message).to_string();
        line.push('\n');
        let append = || -> std::io::Result<()> {
            let mut file = OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                // A pipe that nobody reads is an error, and not a wait without end.
                .custom_flags(libc::O_NONBLOCK)
                .open(&self.path)?;
            // One write, so that lines of several writers do not mix.
            file.write_all(line.as_bytes())?;
            file.sync_data()
        };
        append().map_err(|error| local(format!("cannot append to {}: {error}", self.path.display()), false))
    }
}
