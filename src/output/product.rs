//! A document that is the answer itself and too long to keep, written bit by bit.

use std::io::{BufWriter, ErrorKind, StdoutLock, Write as _};

use crate::error::{Error, Result};

/// What goes to stdout as it is.
pub struct Product {
    stdout: BufWriter<StdoutLock<'static>>,
}

impl Default for Product {
    fn default() -> Self {
        Self { stdout: BufWriter::with_capacity(64 * 1024, std::io::stdout().lock()) }
    }
}

impl Product {
    /// Writes more of it. `false` when whoever reads it has seen enough.
    pub fn write(&mut self, bytes: &[u8]) -> Result<bool> {
        let result = self.stdout.write_all(bytes);
        told(result)
    }

    /// Writes what is left of it.
    pub fn finish(mut self) -> Result<bool> {
        let result = self.stdout.flush();
        told(result)
    }
}

fn told(result: std::io::Result<()>) -> Result<bool> {
    match result {
        Ok(()) => Ok(true),
        // A reader that has seen enough is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::io("write to stdout", error)),
    }
}
