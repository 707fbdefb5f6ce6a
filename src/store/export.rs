//! Writes files that are no state, such as manual pages.

use std::io::Write as _;
use std::path::Path;

use crate::error::{Error, Kind, Result};

/// Writes files into a directory, making it first; each appears whole or not at all.
pub fn write_files(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    super::directory::make_plain(dir)?;
    for (name, bytes) in files {
        let path = dir.join(name);
        let cannot = |error: std::io::Error| Error {
            kind: Kind::CannotCreate,
            ..Error::io(format_args!("write {}", path.display()), error)
                .hint(format!("ls -ld {}", dir.display()))
        };
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(cannot)?;
        file.write_all(bytes).map_err(cannot)?;
        super::directory::open_to_all(file.path())?;
        file.persist(&path).map_err(|error| cannot(error.error))?;
    }
    Ok(())
}

/// Replaces one file of a directory that exists: whole for every reader, and on disk before its name is. Until then it has
/// a name that nobody looks for.
pub fn replace_file(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = dir.join(name);
    let cannot = |error: std::io::Error| Error {
        kind: Kind::CannotCreate,
        ..Error::io(format_args!("write {}", path.display()), error).hint(format!("ls -ld {}", dir.display()))
    };
    // Without the name it would have had: the same failure is the same error the next time.
    let plain = |error: std::io::Error| cannot(error.kind().into());
    let mut file = tempfile::Builder::new().prefix(".nija-").tempfile_in(dir).map_err(plain)?;
    file.write_all(bytes).map_err(cannot)?;
    super::directory::open_to_all(file.path())?;
    file.as_file().sync_all().map_err(cannot)?;
    file.persist(&path).map_err(|error| cannot(error.error))?;
    Ok(())
}
