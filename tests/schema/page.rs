//! The reference page names every rule at its level, and nothing else as a rule.

use nija::schema::finding::Level;
use nija::schema::rules;

fn page() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/schema.md");
    std::fs::read_to_string(path).unwrap()
}

/// A row of the table of rules, as the registry has it.
fn row(rule: &rules::Rule) -> String {
    let level = match rule.level {
        Level::Off => "off",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    format!("| `{}` | {level} | {} |", rule.id, rule.about)
}

#[test]
fn the_page_has_a_row_for_every_rule() {
    let page = page();
    let missing: Vec<String> = rules::all().map(row).filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/reference/schema.md lacks:\n{}", missing.join("\n"));
}

#[test]
fn the_page_has_no_rule_that_does_not_exist() {
    let page = page();
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.split('|').count() == 5);
    let levels = ["off", "note", "warning", "error"];
    let rules_rows = rows.filter(|line| levels.iter().any(|level| line.contains(&format!("| {level} |"))));
    for line in rules_rows {
        let id = line.split('`').nth(1).unwrap_or_default();
        assert!(rules::find(id).is_some(), "there is no rule '{id}'");
    }
}
