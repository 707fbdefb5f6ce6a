//! The check as a plain hook of git: put before a commit, in front of whatever hook is there, and taken away again.

use std::path::{Path, PathBuf};

use super::alembic::quoted;
use super::git::Git;
use crate::error::{Error, Kind, Result};
use crate::store::project;

/// By this line a hook is known as ours.
const MARK: &str = "# Installed by nija schema install-hook.";

/// The name of the hook.
const HOOK: &str = "pre-commit";

/// The name that a hook which was there before gets.
const BEFORE: &str = "pre-commit.before-nija";

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hooked {
    /// The hook.
    pub path: PathBuf,
    /// Whether anything was changed.
    pub changed: bool,
    /// A hook that is there beside it: run first, or put back.
    pub other: Option<PathBuf>,
    /// Whether other repositories have the same hooks.
    pub shared: bool,
}

/// Where the hook belongs, wherever git looks for hooks.
fn place(cwd: &Path) -> Result<(PathBuf, bool)> {
    let git = Git::find(cwd)?;
    let said = git.line(&["rev-parse", "--git-path", "hooks"]);
    let folder = said.map_or_else(|| git.common_dir.join("hooks"), |path| cwd.join(path));
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let own = [Some(git.common_dir.as_path()), git.top.as_deref()];
    let shared = !own.into_iter().flatten().any(|own| real(&folder).starts_with(real(own)));
    Ok((folder.components().collect::<PathBuf>().join(HOOK), shared))
}

/// The text of a hook, if there is one.
fn text(path: &Path) -> Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // A link that leads nowhere is in the way all the same.
            Ok(std::fs::symlink_metadata(path).is_ok().then(String::new))
        }
        Err(error) => Err(Error::io(format_args!("read {}", path.display()), error)),
    }
}

/// Installs the hook. What is there is kept under another name and run first. `program` is run where there is no nija on the path.
pub fn install(cwd: &Path, program: &Path, force: bool) -> Result<Hooked> {
    let (path, shared) = place(cwd)?;
    let before = path.with_file_name(BEFORE);
    let kept = text(&before)?.is_some();
    let wanted = script(program);
    let there = text(&path)?;
    let other = |there: bool| there.then(|| before.clone());
    match there {
        Some(there) if there == wanted => {
            return Ok(Hooked { path, changed: false, other: other(kept), shared });
        }
        Some(there) if there.contains(MARK) => {}
        Some(_) if kept && !force => {
            let message = format!(
                "{} is no hook of nija's, and {BEFORE} beside it was kept from before",
                path.display()
            );
            let hint = "nija schema install-hook --force";
            return Err(Error::new(Kind::Conflict, message).hint(hint));
        }
        Some(_) => drop(project::give_name(&path, BEFORE)?),
        None => {}
    }
    project::write(&path, wanted.as_bytes(), Some(0o755))?;
    let kept = text(&before)?.is_some();
    Ok(Hooked { path, changed: true, other: other(kept), shared })
}

/// Takes the hook away, and puts back what was there before.
pub fn uninstall(cwd: &Path) -> Result<Hooked> {
    let (path, shared) = place(cwd)?;
    let before = path.with_file_name(BEFORE);
    match text(&path)? {
        Some(there) if there.contains(MARK) => {}
        Some(_) => {
            let message = format!("{} is no hook of nija's, and stays", path.display());
            return Err(
                Error::new(Kind::Conflict, message).hint(format!("cat {}", quoted(&path.to_string_lossy())))
            );
        }
        None => return Ok(Hooked { path, changed: false, other: None, shared }),
    }
    let other = if text(&before)?.is_some() { Some(project::give_name(&before, HOOK)?) } else { None };
    if other.is_none() {
        project::remove(&path)?;
    }
    Ok(Hooked { path, changed: true, other, shared })
}

fn script(program: &Path) -> String {
    let program = quoted(&program.to_string_lossy());
    format!(
        "#!/bin/sh\n\
         {MARK}\n\
         # To take it away: nija schema install-hook --uninstall\n\
         before=\"$(dirname \"$0\")/{BEFORE}\"\n\
         if [ -x \"$before\" ]; then\n    \
             \"$before\" \"$@\" || exit $?\n\
         fi\n\
         if command -v nija >/dev/null 2>&1; then\n    \
             exec nija schema check\n\
         fi\n\
         exec {program} schema check\n"
    )
}
