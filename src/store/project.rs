//! Files of a project that people look after: changed when somebody asks for it, whole or not at all.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD};

use super::atomic::failed;
use crate::error::{Error, Kind, Result};

/// Writes a file, in a folder that is made where needed. One that is there keeps its mode unless another is asked for; of a link,
/// what it leads to is written.
pub fn write(path: &Path, bytes: &[u8], mode: Option<u32>) -> Result<()> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let dir = real
        .parent()
        .map_or(Path::new("."), |dir| if dir.as_os_str().is_empty() { Path::new(".") } else { dir });
    super::directory::make_plain(dir)?;
    let cannot = |error: std::io::Error| Error {
        kind: Kind::CannotCreate,
        ..Error::io(format_args!("write {}", path.display()), error).hint(format!("ls -ld {}", dir.display()))
    };
    let old = std::fs::metadata(&real).ok().map(|metadata| metadata.permissions().mode() & 0o7777);
    let mut file = tempfile::Builder::new().prefix(".nija-").tempfile_in(dir).map_err(cannot)?;
    file.write_all(bytes).map_err(cannot)?;
    let mode = std::fs::Permissions::from_mode(mode.or(old).unwrap_or(0o644));
    file.as_file().set_permissions(mode).map_err(cannot)?;
    file.as_file().sync_all().map_err(cannot)?;
    file.persist(&real).map_err(|error| cannot(error.error))?;
    Ok(())
}

/// Gives a file another name in its folder; what has that name already is replaced.
pub fn give_name(path: &Path, name: &str) -> Result<PathBuf> {
    let to = path.with_file_name(name);
    rustix::fs::renameat(CWD, path, CWD, &to).map_err(|errno| failed("rename", path, errno))?;
    Ok(to)
}

/// Removes a file.
pub fn remove(path: &Path) -> Result<()> {
    rustix::fs::unlinkat(CWD, path, AtFlags::empty()).map_err(|errno| failed("remove", path, errno))
}

/// Replaces a file that only saves time: whole for every reader, not synced, in a folder that is made where its own folder is
/// there. The name is not guarded by a lock: of two writers the last one wins.
pub fn replace_cache(path: &Path, bytes: &[u8]) -> Result<()> {
    let cannot = |error: std::io::Error| Error::io(format_args!("write {}", path.display()), error);
    let dir = path.parent().unwrap_or(Path::new("."));
    match std::fs::create_dir(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(cannot(error)),
        _ => {}
    }
    let mut file = tempfile::Builder::new().prefix(".nija-").tempfile_in(dir).map_err(cannot)?;
    file.write_all(bytes).map_err(cannot)?;
    file.persist(path).map_err(|error| cannot(error.error))?;
    Ok(())
}
