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
