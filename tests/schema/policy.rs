//! The examples of the migration policy: those it calls safe are, and those it refuses are found by the rule it names.

use nija::schema::check::{Request, check};
use nija::schema::finding::Level;
use nija::schema::memory::Memory;
use nija::schema::settings::Settings;

/// Fenced blocks of Python that are bodies of `upgrade`, with their line.
fn examples(page: &str) -> Vec<(usize, String)> {
    let (mut found, mut inside) = (Vec::new(), false);
    for (at, line) in page.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```python";
            if inside {
                found.push((at + 1, String::new()));
            }
        } else if let Some((_, body)) = found.last_mut().filter(|_| inside) {
            body.push_str(&format!("    {line}\n"));
        }
    }
    found
}

/// Rules that a body breaks as a warning or worse.
fn broken(body: &str) -> Vec<&'static str> {
    let script = format!(
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"b2\"\ndown_revision = None\n\n\ndef upgrade():\n{body}\n\n\ndef downgrade():\n    raise NotImplementedError(\"irreversible\")\n"
    );
    let (from, to) = (Memory::new(&[]), Memory::new(&[("migrations/versions/b2.py", &script)]));
    let settings = Settings::default();
    let request =
        Request { from: &from, to: &to, modules: &to, settings: &settings, merged: None, whole: false };
    let report = check(request);
    report
        .findings
        .iter()
        .filter(|finding| finding.level >= Level::Warning)
        .map(|finding| finding.rule)
        .collect()
}

#[test]
fn every_example_of_the_policy_is_what_the_page_calls_it() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/DATABASE_MIGRATION_POLICY.md");
    let page = std::fs::read_to_string(path).unwrap();
    let examples = examples(&page);
    assert!(examples.len() > 20, "{}", examples.len());
    for (line, body) in examples {
        let refused = body.lines().next().and_then(|first| first.trim().strip_prefix("# refused: "));
        let expected: Vec<&str> = refused.into_iter().collect();
        assert_eq!(broken(&body), expected, "line {line}:\n{body}");
    }
}
