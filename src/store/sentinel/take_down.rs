//! Takes the stop file down in two steps: out of sight, looked at once more, then gone or back.

use std::os::fd::AsFd as _;
use std::path::Path;

use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::super::atomic::{Directory, failed};
use super::{Standing, found, read, rename_new};
use crate::domain::sentinel::FILE_NAME;
use crate::error::Result;

/// A stop file on its way down: out of sight, not yet gone.
#[derive(Debug)]
pub struct TakenDown {
    directory: Directory,
    name: String,
}

/// Moves the stop file of `dir` out of sight. The caller must then look at what it holds: an activation may have been
/// written into it until this very moment.
pub fn take_down(dir: &Path, release_id: &str) -> Result<TakenDown> {
    let directory = Directory::open(dir)?;
    let name = format!(".{FILE_NAME}.{release_id}");
    rustix::fs::renameat(&directory, FILE_NAME, &directory, &name).map_err(|e| {
        failed("take down", &dir.join(FILE_NAME), e).hint(format!("ls -la {}", dir.display()))
    })?;
    Ok(TakenDown { directory, name })
}

impl TakenDown {
    /// Whether this is still the file that was looked at: nothing was written into it, nobody touched it again.
    pub fn is_still(&self, looked_at: &Standing) -> bool {
        let stat = rustix::fs::statat(&self.directory, &*self.name, AtFlags::SYMLINK_NOFOLLOW);
        let Ok(stat) = stat else { return false };
        let content = read(&self.directory.path().join(&self.name), &stat);
        found(&stat) == looked_at.file && content.is_ok_and(|content| content == looked_at.content)
    }

    /// Puts the stop file back. A newer one that stands by now stays: either way a stop file stands.
    pub fn restore(self) -> Result<()> {
        let directory = &self.directory;
        match rename_new(directory.as_fd(), Path::new(&self.name), Path::new(FILE_NAME)) {
            Ok(()) | Err(Errno::EXIST) => directory.sync(),
            Err(errno) => Err(failed("put back", &directory.path().join(FILE_NAME), errno)),
        }
    }

    /// Removes the file for good. What remains after a failure is out of sight and harmless.
    pub fn discard(self) {
        let removed = rustix::fs::unlinkat(&self.directory, &*self.name, AtFlags::empty());
        if removed.is_err() {
            let _ = rustix::fs::unlinkat(&self.directory, &*self.name, AtFlags::REMOVEDIR);
        }
    }
}
