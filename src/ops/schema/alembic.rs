//! Where a version of the code keeps its migrations, as its configuration of Alembic or Flask-Migrate says.

use super::ini::{self, Section};
use crate::schema::tree::{File, Tree};

/// A configuration: how Alembic is told of one chain of migrations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// Path of the file from the root.
    pub file: String,
    /// Its section; empty where the file has none, as in `pyproject.toml`.
    pub section: String,
    /// The folder of `env.py`.
    pub folder: String,
    /// Folders of scripts.
    pub versions: Vec<String>,
    /// The database that it names, as in `mysql`; empty when it names none.
    pub scheme: String,
    /// Whether Flask-Migrate runs it.
    pub flask: bool,
    /// Whether its paths are relative to the directory that Alembic is run in, which is then the file's own.
    pub runs_beside: bool,
}

/// Every configuration of a version, by path.
pub fn configurations(tree: &dyn Tree) -> Vec<Configuration> {
    let mut found: Vec<Configuration> = Vec::new();
    for file in tree.files() {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let of_file = match name {
            "pyproject.toml" => of_pyproject(tree, file),
            _ if name.ends_with(".ini") => of_ini(tree, file),
            _ => Vec::new(),
        };
        for configuration in of_file {
            // The same chain, said twice: as of a pyproject.toml beside an alembic.ini, or one alembic.ini per database.
            if !found.iter().any(|other| other.folder == configuration.folder) {
                found.push(configuration);
            }
        }
    }
    found.retain(|configuration| has_scripts(tree, configuration));
    found
}

/// Whether the folder is there: a template of a configuration leads nowhere.
fn has_scripts(tree: &dyn Tree, configuration: &Configuration) -> bool {
    let inside = |folder: &str, path: &str| {
        folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let folders = || configuration.versions.iter().chain([&configuration.folder]);
    tree.files()
        .iter()
        .any(|file| file.path.ends_with(".py") && folders().any(|folder| inside(folder, &file.path)))
}

fn text(tree: &dyn Tree, file: &File) -> String {
    tree.read(file).map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn of_ini(tree: &dyn Tree, file: &File) -> Vec<Configuration> {
    let sections = ini::read(&text(tree, file));
    let here = folder_of(&file.path);
    let mut found: Vec<Configuration> =
        sections.iter().filter_map(|section| of_section(&file.path, here, section)).collect();
    // Flask-Migrate says where the scripts are by putting the file there.
    let beside = |name: &str| tree.find(&join(here, name)).is_some();
    if found.is_empty() && beside("env.py") && sections.iter().any(|section| section.name == "alembic") {
        found.push(Configuration {
            file: file.path.to_string(),
            section: "alembic".to_owned(),
            folder: here.to_owned(),
            versions: vec![join(here, "versions")],
            flask: true,
            ..Configuration::default()
        });
    }
    found
}

fn of_section(path: &str, here: &str, section: &Section) -> Option<Configuration> {
    let location = section.get("script_location")?;
    let folder = place(here, location)?;
    let separator = section.get("path_separator").or_else(|| section.get("version_path_separator"));
    let said = section.get("version_locations").unwrap_or_default();
    let mut versions: Vec<String> =
        split(said, separator).into_iter().filter_map(|part| place(here, &part)).collect();
    if versions.is_empty() {
        versions.push(join(&folder, "versions"));
    }
    let url = section.get("sqlalchemy.url").unwrap_or_default();
    Some(Configuration {
        file: path.to_owned(),
        section: section.name.clone(),
        folder,
        versions,
        scheme: url.split([':', '+']).next().unwrap_or_default().to_owned(),
        flask: false,
        runs_beside: !location.contains("%(here)s") && !here.is_empty(),
    })
}

/// Parts of a list, which older versions of Alembic split at spaces and commas, and newer ones as they are told to.
fn split(text: &str, separator: Option<&str>) -> Vec<String> {
    let parts: Vec<&str> = match separator {
        Some("space") => text.split(' ').collect(),
        Some("newline") => text.split('\n').collect(),
        Some("os" | ":") => text.split(':').collect(),
        Some(";") => text.split(';').collect(),
        _ => text.split([' ', ',', '\n']).collect(),
    };
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn of_pyproject(tree: &dyn Tree, file: &File) -> Vec<Configuration> {
    let text = text(tree, file);
    let Ok(table) = toml::from_str::<toml::Table>(&text) else { return Vec::new() };
    let Some(alembic) = table.get("tool").and_then(|tool| tool.get("alembic")) else { return Vec::new() };
    let here = folder_of(&file.path);
    let Some(location) = alembic.get("script_location").and_then(toml::Value::as_str) else {
        return Vec::new();
    };
    let Some(folder) = place(here, location) else { return Vec::new() };
    let list = alembic.get("version_locations").and_then(toml::Value::as_array);
    let mut versions: Vec<String> = list
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .filter_map(|part| place(here, part))
        .collect();
    if versions.is_empty() {
        versions.push(join(&folder, "versions"));
    }
    vec![Configuration {
        file: file.path.to_string(),
        folder,
        versions,
        runs_beside: !here.is_empty(),
        ..Configuration::default()
    }]
}

/// A path that a configuration names, from the root. `package:folder` is a folder of a package.
fn place(here: &str, said: &str) -> Option<String> {
    let said = said.trim().trim_matches(['"', '\'']);
    let said = said.replace("%(here)s", ".").replace("%%", "%");
    if said.is_empty() || said.starts_with('/') || said.contains("%(") {
        return None;
    }
    let said = match said.split_once(':') {
        Some((package, folder)) => format!("{}/{folder}", package.replace('.', "/")),
        None => said,
    };
    Some(join(here, &said))
}

/// A path below a folder, `.` and `..` resolved.
pub fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Configuration {
    /// The command that writes an empty migration.
    pub fn revision(&self, message: &str, head: Option<&str>) -> String {
        let mut words: Vec<String> = Vec::new();
        let here = folder_of(&self.file);
        if self.flask {
            words.push("flask db revision".to_owned());
            if self.folder != "migrations" {
                words.push(format!("-d {}", quoted(&self.folder)));
            }
        } else {
            if self.runs_beside {
                words.push(format!("cd {} &&", quoted(here)));
            }
            words.push("alembic".to_owned());
            let file =
                if self.runs_beside { self.file.rsplit('/').next().unwrap_or_default() } else { &self.file };
            if !["alembic.ini", "pyproject.toml", ""].contains(&file) {
                words.push(format!("-c {}", quoted(file)));
            }
            if !["alembic", ""].contains(&self.section.as_str()) {
                words.push(format!("-n {}", quoted(&self.section)));
            }
            words.push("revision".to_owned());
        }
        words.push(format!("-m {}", quoted_always(message)));
        words.extend(head.map(|head| format!("--head {}", quoted(head))));
        words.join(" ")
    }
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn quoted_always(text: &str) -> String {
    let risky = text.contains(['"', '$', '`', '\\', '!']);
    if risky { quoted(text) } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::memory::Memory;

    const INI: &str = "[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = mysql+pymysql://x\n";

    fn found(files: &[(&str, &str)]) -> Vec<Configuration> {
        configurations(&Memory::new(files))
    }

    #[test]
    fn scripts_are_where_the_configuration_says() {
        let all = found(&[
            ("a/alembic.ini", INI),
            ("a/db/env.py", ""),
            ("b/alembic.ini", "[alembic]\nscript_location = app:migrations\nversion_locations = x/one two\n"),
            ("b/app/migrations/env.py", ""),
            ("c/pyproject.toml", "[tool.alembic]\nscript_location = \"%(here)s/m\"\n"),
            ("c/m/versions/x.py", ""),
            ("flask/migrations/alembic.ini", "[alembic]\n# template\n"),
            ("flask/migrations/env.py", ""),
            ("template/alembic.ini", INI),
        ]);
        let places: Vec<(&str, Vec<&str>)> = all
            .iter()
            .map(|one| (one.folder.as_str(), one.versions.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(
            places,
            [
                ("a/db", vec!["a/db/versions"]),
                ("b/app/migrations", vec!["b/x/one", "b/two"]),
                ("c/m", vec!["c/m/versions"]),
                ("flask/migrations", vec!["flask/migrations/versions"]),
            ]
        );
        assert_eq!(all.first().map(|one| one.scheme.as_str()), Some("mysql"));
    }

    #[test]
    fn the_command_runs_where_the_configuration_is_found() {
        let command = |files: &[(&str, &str)]| found(files).first().unwrap().revision("add a", None);
        let at_root = [("alembic.ini", INI), ("db/env.py", "")];
        assert_eq!(command(&at_root), "alembic revision -m \"add a\"");
        assert_eq!(
            command(&[("a/alembic.ini", INI), ("a/db/env.py", "")]),
            "alembic -c a/alembic.ini revision -m \"add a\""
        );
        let relative = "[billing]\nscript_location = db\n";
        assert_eq!(
            command(&[("a/alembic.ini", relative), ("a/db/env.py", "")]),
            "cd a && alembic -n billing revision -m \"add a\""
        );
        let flask = [("x/migrations/alembic.ini", "[alembic]\n"), ("x/migrations/env.py", "")];
        assert_eq!(command(&flask), "flask db revision -d x/migrations -m \"add a\"");
        let two = found(&at_root).first().unwrap().revision("it's $x", Some("b2"));
        assert_eq!(two, "alembic revision -m 'it'\\''s $x' --head b2");
    }
}
