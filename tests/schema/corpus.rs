//! Goes through `cases/`: what is told of each pair of versions is what its file expects.

use nija::schema::check::{Report, Request, check};

use super::case::{Case, folder, tree};
use super::told::{self, Told};

fn report(case: &Case) -> Report {
    let (from, to) = (tree(&case.before), tree(&case.after));
    let merged = case.merged.as_ref().map(tree);
    check(Request {
        from: &from,
        to: &to,
        modules: &from,
        settings: &case.settings,
        merged: merged.as_ref().map(|tree| tree as _),
        whole: case.whole,
    })
}

/// Lines that are expected and not told, and that are told and not expected.
fn difference(case: &Case, told: Vec<Told>) -> Vec<String> {
    let mut left = told;
    let mut lines = Vec::new();
    for expected in &case.expected {
        match left.iter().position(|told| told.is(expected)) {
            Some(at) => drop(left.remove(at)),
            None => lines.push(format!("    - {expected}")),
        }
    }
    lines.extend(left.iter().map(|told| format!("    + {}", told.full())));
    lines
}

#[test]
fn every_case_is_told_as_its_file_expects() {
    let mut failed = Vec::new();
    let cases = Case::all();
    for case in &cases {
        let lines = difference(case, told::of(&report(case)));
        if !lines.is_empty() {
            failed.push(format!("{}: {}\n{}", case.name, case.sentence, lines.join("\n")));
        }
    }
    let (number, all) = (failed.len(), cases.len());
    assert!(failed.is_empty(), "{number} of {all} (- expected, + told):\n\n{}\n", failed.join("\n\n"));
}

#[test]
fn there_are_cases_enough_and_the_list_names_each() {
    let list = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let cases = Case::all();
    assert!(cases.len() >= 160, "{}", cases.len());
    let named = |name: &str| list.contains(&format!("`{name}`"));
    let missing: Vec<&str> =
        cases.iter().map(|case| case.name.as_str()).filter(|name| !named(name)).collect();
    assert!(missing.is_empty(), "tests/schema/README.md does not name: {missing:#?}");
    let known = |name: &str| cases.iter().any(|case| case.name == name);
    let spans = list
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|span| span.contains('/') && !span.ends_with('/') && !span.contains(['.', ' ']));
    let dead: Vec<&str> = spans.filter(|name| !known(name)).collect();
    assert!(dead.is_empty(), "tests/schema/README.md names what is not there: {dead:#?}");
}

#[test]
fn every_case_can_fail() {
    for case in Case::all() {
        let said =
            case.expected.iter().any(|line| line.starts_with("change ") || line.starts_with("finding "));
        assert!(said || case.before != case.after || case.whole, "{}: nothing differs", case.name);
    }
}
