//! What a glance at a file tells, without reading it as Python: whether it can declare tables, imports, its migration.
//!
//! It decides which files are read at all, so it errs on the side of reading.

use std::sync::Arc;

use memchr::memmem;

use super::sqlalchemy::WORDS;

/// Tables can be declared where one of these is called as well.
const SQL_CALLS: [&str; 3] = ["execute", "text(", "DDL("];

/// What a glance tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Names a word of those that declare tables.
    pub declares: bool,
    /// May pass SQL that changes a schema to a database.
    pub sql: bool,
    /// Holds a comment for this program.
    pub ignores: bool,
    /// Looks like tests, beside what it is called: names a test framework or functions of tests.
    pub tests: bool,
    /// Modules and names it imports, dotted, with leading dots where they are relative: `from .a import b` is `.a` and `.a.b`.
    pub imports: Vec<Arc<str>>,
    /// Tables it may declare: strings behind `__tablename__` and `Table(`, and classes as they are named by default.
    pub tables: Vec<Arc<str>>,
    /// The migration it is, if it says so at its top.
    pub revision: Option<Revision>,
}

/// The head of a migration script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// `revision`, where it is a plain string.
    pub id: Option<Arc<str>>,
    /// `down_revision`, where it is made of plain strings; empty for the first.
    pub down: Option<Vec<Arc<str>>>,
    /// Whether it has labels or depends on others, which only reading it tells.
    pub more: bool,
}

impl Facts {
    /// Glances at a file.
    pub fn of(source: &[u8]) -> Self {
        let has = |word: &str| memmem::find(source, word.as_bytes()).is_some();
        let mut facts = Self {
            declares: WORDS.iter().any(|word| has(word)),
            sql: SQL_CALLS.iter().any(|word| has(word)),
            ignores: has("nija:"),
            tests: ["def test_", "pytest", "unittest", "TestCase"].iter().any(|word| has(word)),
            ..Self::default()
        };
        let text = String::from_utf8_lossy(source);
        facts.read_lines(&text);
        if memmem::find(source, b"down_revision").is_some() {
            facts.revision = revision(&text);
        }
        facts
    }

    fn read_lines(&mut self, text: &str) {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let line = line.trim_start();
            if let Some(rest) = line.strip_prefix("from ") {
                let mut statement = rest.to_owned();
                if rest.contains('(') && !rest.contains(')') {
                    for next in lines.by_ref().take(500) {
                        statement.push(' ');
                        statement.push_str(next.split('#').next().unwrap_or_default());
                        if next.contains(')') {
                            break;
                        }
                    }
                }
                self.imports_from(&statement);
            } else if let Some(rest) = line.strip_prefix("import ") {
                let names = rest.split('#').next().unwrap_or_default().split(',');
                self.imports.extend(names.filter_map(|name| name.split_whitespace().next()).map(Arc::from));
            } else if self.declares {
                let named = self.tables.len();
                self.names_table(line);
                // Where calls are laid out one argument a line, the name stands on the next.
                if line.trim_end().ends_with("Table(") && self.tables.len() == named {
                    self.tables.extend(lines.next().and_then(quoted));
                }
            }
        }
    }

    /// `a.b import c as d, e`.
    fn imports_from(&mut self, statement: &str) {
        let Some((module, names)) = statement.split_once(" import ") else { return };
        let module = module.trim();
        self.imports.push(Arc::from(module));
        let joint = if module.ends_with('.') { "" } else { "." };
        for name in names.trim_matches(['(', ')', ' ', '\\']).split([',', '(', ')']) {
            if let Some(name) = name.split_whitespace().next().filter(|name| *name != "*") {
                self.imports.push(Arc::from(format!("{module}{joint}{name}")));
            }
        }
    }

    fn names_table(&mut self, line: &str) {
        if let Some(at) = line.find("__tablename__").or_else(|| line.find("Table(")) {
            self.tables.extend(line.get(at..).and_then(quoted));
        } else if let Some(rest) = line.strip_prefix("class ") {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default();
            self.tables.push(Arc::from(name.to_lowercase()));
            self.tables.push(Arc::from(snake(name)));
        }
    }
}

/// `CamelCase` as `camel_case`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let small = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_lowercase());
        let starts = small(before) || before.is_some_and(|c| c.is_uppercase()) && small(letters.get(at + 1));
        if letter.is_uppercase() && starts {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// The first string in a text.
fn quoted(text: &str) -> Option<Arc<str>> {
    let start = text.find(['"', '\''])?;
    let rest = text.get(start + 1..)?;
    let end = rest.find(text.get(start..=start)?)?;
    rest.get(..end).map(Arc::from)
}

/// The head of a script: `revision` and `down_revision` assigned at the start of a line.
fn revision(text: &str) -> Option<Revision> {
    let id = assigned(text, "revision")?;
    let down = assigned(text, "down_revision")?;
    let more = ["branch_labels", "depends_on"]
        .iter()
        .any(|name| assigned(text, name).is_some_and(|value| value.trim_end_matches(',') != "None"));
    let down =
        if down == "None" { Some(Vec::new()) } else { Some(strings(&down)).filter(|ids| !ids.is_empty()) };
    Some(Revision { id: strings(&id).into_iter().next(), down, more })
}

/// The text behind `name =` or `name: T =`, brackets and all.
fn assigned(text: &str, name: &str) -> Option<String> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        // A line of a docstring may begin with the name as well.
        let assigns = |rest: &&str| rest.trim_start().starts_with(['=', ':']) && rest.contains('=');
        if let Some(rest) = line.strip_prefix(name).filter(assigns) {
            let value = rest.find('=').and_then(|at| rest.get(at + 1..))?;
            let from = offset + line.len() - value.len();
            let all = text.get(from..)?;
            let value = value.split(" #").next().unwrap_or_default().trim();
            return Some(match value.chars().next() {
                Some('(' | '[') => all.get(..all.find([')', ']'])? + 1)?.to_owned(),
                _ => value.to_owned(),
            });
        }
        offset += line.len();
    }
    None
}

/// Every string in a text that is made of nothing else; empty when there is something else.
fn strings(text: &str) -> Vec<Arc<str>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let between = rest.get(..start).unwrap_or_default();
        if between.chars().any(char::is_alphanumeric) {
            return Vec::new();
        }
        let Some(string) = quoted(rest) else { return Vec::new() };
        rest = rest.get(start + string.len() + 2..).unwrap_or_default();
        found.push(string);
    }
    if rest.chars().any(char::is_alphanumeric) { Vec::new() } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(source: &str) -> Facts {
        Facts::of(source.as_bytes())
    }

    #[test]
    fn imports_are_dotted_and_relative_ones_keep_their_dots() {
        let found = facts(
            "import a.b as c, d\nfrom .x import (\n    y as z,  # why\n    w,\n)\nfrom .. import q\nfrom m import *\n",
        );
        let names: Vec<&str> = found.imports.iter().map(|name| &**name).collect();
        assert_eq!(names, ["a.b", "d", ".x", ".x.y", ".x.w", "..", "..q", "m"]);
    }

    #[test]
    fn tables_are_guessed_from_names() {
        let found = facts(
            "class HTTPLogEntry(Base):\n    __tablename__ = 'log'\nx = Table(\"t\", m)\ny = Table(\n    \"u\",\n)\nid = Column(Integer)\n",
        );
        let names: Vec<&str> = found.tables.iter().map(|name| &**name).collect();
        assert_eq!(names, ["httplogentry", "http_log_entry", "log", "t", "u"]);
        assert!(found.declares);
    }

    #[test]
    fn the_head_of_a_script_is_read_where_it_is_plain() {
        let head = |source: &str| facts(source).revision;
        let revision = head(
            "\"\"\"x\n\nRevision ID: 1\n\"\"\"\nrevision: str = 'ab'\ndown_revision: Union[str, None] = \"cd\"\nbranch_labels = None\n",
        );
        let expected = Revision { id: Some("ab".into()), down: Some(vec!["cd".into()]), more: false };
        assert_eq!(revision, Some(expected));
        let prose =
            head("\"\"\"x\n\nrevision rather than that.\n\"\"\"\nrevision = 'a'\ndown_revision = 'b'\n")
                .unwrap();
        assert_eq!(prose.id, Some("a".into()));
        let merge = head("revision = 'm'\ndown_revision = (\n  'a',\n  'b',\n)\ndepends_on = 'z'\n").unwrap();
        assert_eq!((merge.down, merge.more), (Some(vec!["a".into(), "b".into()]), true));
        let first = head("revision = 'm'\ndown_revision = None # the first\n").unwrap();
        assert_eq!(first.down, Some(vec![]));
        let computed = head("revision = make('m')\ndown_revision = OTHER\n").unwrap();
        assert_eq!((computed.id, computed.down), (None, None));
        assert_eq!(head("x = 'down_revision'\n"), None);
    }
}
