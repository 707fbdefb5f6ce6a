//! The entry in `.pre-commit-config.yaml`: put in as text, where it can be told that this is right.

/// The marks of an entry that is there already.
const KNOWN: [&str; 2] = ["id: nija-schema", "nija schema check"];

/// The entry, each line behind this indentation.
pub fn entry(indent: &str) -> String {
    let lines = [
        "- repo: local",
        "  hooks:",
        "    - id: nija-schema",
        "      name: nija schema check",
        "      entry: nija schema check",
        "      language: system",
        "      # A commit that only removes files is a change as well.",
        "      always_run: true",
        "      pass_filenames: false",
    ];
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}

/// What is to become of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It says so already.
    None,
    /// It becomes this.
    Text(String),
    /// It cannot be told where the entry belongs.
    Unsure,
}

/// Puts the entry in at the end of the list below `repos:`.
pub fn with_entry(text: Option<&str>) -> Change {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Change::Text(format!("repos:\n{}", entry("  ")));
    };
    if KNOWN.iter().any(|known| text.contains(known)) {
        return Change::None;
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(start) = lines.iter().position(|line| is_repos(line)) else { return Change::Unsure };
    let rest = lines.get(start + 1..).unwrap_or_default();
    let Some(indent) = rest.iter().find_map(|line| indentation(line)) else { return Change::Unsure };
    let (mut last, mut end) = (start, lines.len());
    for (at, line) in lines.iter().enumerate().skip(start + 1) {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let below = line.starts_with(' ') || indent.is_empty() && line.starts_with('-');
        if !below {
            end = at;
            break;
        }
        last = at;
    }
    if lines.get(start..end).unwrap_or_default().iter().any(|line| line.contains('\t')) {
        return Change::Unsure;
    }
    let before: String = lines.get(..=last).unwrap_or_default().concat();
    let after: String = lines.get(last + 1..).unwrap_or_default().concat();
    let newline = if before.ends_with('\n') { "" } else { "\n" };
    Change::Text(format!("{before}{newline}{}{after}", entry(indent)))
}

/// `repos:` with nothing behind it.
fn is_repos(line: &str) -> bool {
    let rest = line.strip_prefix("repos:").map(|rest| rest.split('#').next().unwrap_or_default().trim());
    rest == Some("")
}

/// What stands before the dash of the list's first entry.
fn indentation(line: &str) -> Option<&str> {
    let at = line.find(|c: char| c != ' ')?;
    let (indent, rest) = line.split_at(at);
    rest.starts_with("- ").then_some(indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> String {
        match with_entry(Some(text)) {
            Change::Text(text) => text,
            other => panic!("{other:?} of {text}"),
        }
    }

    #[test]
    fn the_entry_comes_last_in_the_list_and_as_far_in_as_the_others() {
        assert_eq!(with_entry(None), Change::Text(format!("repos:\n{}", entry("  "))));
        assert_eq!(
            with("# x\nrepos:\n- repo: a\n  hooks: []"),
            format!("# x\nrepos:\n- repo: a\n  hooks: []\n{}", entry(""))
        );
        assert_eq!(
            with(
                "repos: # all\n    # first\n    - repo: a\n      hooks:\n        - id: b\n\n# later\nci:\n  x: 1\n"
            ),
            format!(
                "repos: # all\n    # first\n    - repo: a\n      hooks:\n        - id: b\n{}\n# later\nci:\n  x: 1\n",
                entry("    ")
            )
        );
    }

    #[test]
    fn nothing_is_put_in_twice_or_by_guess() {
        assert_eq!(with_entry(Some(&with("repos:\n- repo: a\n"))), Change::None);
        for text in [
            "repos: []\n",
            "repos: [{repo: a}]\n",
            "ci: {}\n",
            "repos:\n",
            "repos:\n  - repo: a\n    \thooks:\n",
        ] {
            assert_eq!(with_entry(Some(text)), Change::Unsure, "{text}");
        }
    }
}
