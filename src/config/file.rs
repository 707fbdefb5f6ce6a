//! The configuration file: found, trusted, parsed and taken over.

use std::fs::Metadata;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use toml::Value;

use super::settings;
use super::{Config, Environment, Flags, Origin};
use crate::error::{Error, Kind, Result};

/// The file to read: named by flag or environment, else the first candidate that exists.
pub fn locate(flags: &Flags, environment: &Environment) -> Result<Option<PathBuf>> {
    if let Some(named) = flags.config.clone().or_else(|| environment.path("NIJA_CONFIG")) {
        return Ok(Some(environment.absolute(&named)));
    }
    for candidate in environment.config_candidates() {
        match std::fs::symlink_metadata(&candidate) {
            Ok(_) => return Ok(Some(candidate)),
            Err(error) if absent(&error) => {}
            Err(error) => return Err(unreadable(&candidate, &error)),
        }
    }
    Ok(None)
}

fn absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(Kind::Config, format!("cannot read configuration {}: {error}", path.display()))
        .hint(format!("ls -l {}", path.display()))
}

/// Why a file must not be believed, if so: somebody else could have written it.
pub fn distrust(metadata: &Metadata, uid: u32) -> Option<String> {
    if metadata.uid() != 0 && metadata.uid() != uid {
        return Some(format!("it belongs to uid {}, neither root nor you", metadata.uid()));
    }
    let open = metadata.mode() & 0o022 != 0;
    open.then(|| format!("others can write it (mode {:04o})", metadata.mode() & 0o7777))
}

/// Reads a file with a secret. One that somebody else could have read or written is refused.
pub fn read_secret(path: &Path, uid: u32) -> Result<String> {
    let (metadata, text) = read(path).map_err(|e| Error::io(format_args!("read {}", path.display()), e))?;
    let readable = metadata.mode() & 0o044 != 0;
    let exposed = || format!("others can read it (mode {:04o})", metadata.mode() & 0o7777);
    match distrust(&metadata, uid).or_else(|| readable.then(exposed)) {
        None => Ok(text),
        Some(why) => {
            Err(Error::new(Kind::NotPermitted, format!("file {} is refused: {why}", path.display()))
                .hint(format!("chmod 600 {}", path.display())))
        }
    }
}

/// What is judged is what is read: the file is opened once.
fn read(path: &Path) -> std::io::Result<(Metadata, String)> {
    let mut file = std::fs::File::open(path)?;
    let (metadata, mut text) = (file.metadata()?, String::new());
    file.read_to_string(&mut text)?;
    Ok((metadata, text))
}

/// Reads the file and takes over its settings.
pub fn apply(config: &mut Config, path: &Path, environment: &Environment) -> Result<()> {
    let (metadata, text) = read(path).map_err(|error| unreadable(path, &error))?;
    if let Some(why) = distrust(&metadata, environment.uid) {
        return Err(Error::new(Kind::Config, format!("configuration {} is refused: {why}", path.display()))
            .hint(format!("sudo chown $(id -u) {0} && chmod go-w {0}", path.display())));
    }
    take_over(config, &text, path)
}

/// Takes over the settings in the text of the file at `path`. Every one has to be known and in range.
pub fn take_over(config: &mut Config, text: &str, path: &Path) -> Result<()> {
    take_over_part(config, text, path, "")
}

/// The same for settings whose name starts like this; the others are not looked at.
pub fn take_over_part(config: &mut Config, text: &str, path: &Path, part: &str) -> Result<()> {
    let invalid = |why: String| {
        Error::new(Kind::Config, format!("configuration {}: {why}", path.display())).hint("nija config check")
    };
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        invalid(format!("line {}: {}", before.matches('\n').count() + 1, one_line(error.message())))
    })?;
    let base = path.parent().unwrap_or(Path::new("/"));
    for (name, value) in flatten(&table).into_iter().filter(|(name, _)| name.starts_with(part)) {
        let line = line_of(text, &name);
        let Some(setting) = settings::all().find(|setting| setting.name == name) else {
            return Err(invalid(format!("line {line}: there is no setting '{name}'{}", suggest(&name))));
        };
        (setting.read)(config, value, base)
            .map_err(|why| invalid(format!("line {line}: '{name}': {why}")))?;
        config.set_origin(setting.name, Origin::File(path.to_owned()));
    }
    config.file = Some(path.to_owned());
    Ok(())
}

/// The state directory that a file which cannot be used seems to name: the text of its `state_dir` line.
pub fn guess_state_dir(path: &Path, environment: &Environment) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("state_dir")?.trim_start().strip_prefix('='))?;
    let named = line.split('#').next().unwrap_or(line).trim().trim_matches(['"', '\'']);
    let base = path.parent().unwrap_or(Path::new("/"));
    (!named.is_empty()).then(|| environment.absolute(&super::join(base, Path::new(named))))
}

/// Tables below the first level are part of the name: `[killswitch] approvals` is `killswitch.approvals`. Where the table itself
/// is a setting, its keys are names that somebody gave.
fn flatten(table: &toml::Table) -> Vec<(String, &Value)> {
    let mut flat = Vec::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) if settings::all().all(|setting| setting.name != name) => {
                flat.extend(inner.iter().map(|(key, value)| (format!("{name}.{key}"), value)))
            }
            _ => flat.push((name.clone(), value)),
        }
    }
    flat
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn line_of(text: &str, name: &str) -> usize {
    let key = name.rsplit('.').next().unwrap_or(name);
    text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |index| index + 1)
}

fn suggest(name: &str) -> String {
    let same = |(a, b): &(char, char)| a == b;
    let alike = |other: &str| {
        let from_front = other.chars().zip(name.chars()).take_while(same).count();
        from_front + other.chars().rev().zip(name.chars().rev()).take_while(same).count()
    };
    let best = settings::all().max_by_key(|setting| alike(setting.name));
    match best.filter(|setting| alike(setting.name) >= 5) {
        Some(setting) => format!("; did you mean '{}'?", setting.name),
        None => String::new(),
    }
}
