//! Laws over the whole corpus: what is the same however it is written, and differences that can be turned round.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use nija::schema::change::Change;
use nija::schema::check;
use nija::schema::diff::diff;
use nija::schema::memory::Memory;
use nija::schema::model::Model;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::case::{Case, tree};
use super::reformat::{Dice, reformat};

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    // What is no Python is not the same when it is wrapped.
    Case::all().into_iter().filter(|case| !case.name.starts_with("syntax/")).collect()
});

type Files = BTreeMap<String, String>;

fn models(case: &Case, tree: &Memory) -> Vec<(String, Model)> {
    check::show(tree, tree, &case.settings).0
}

/// Models without where their parts stand.
fn plain(models: &[(String, Model)]) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(entries) => {
                entries.remove("place");
                entries.values_mut().for_each(strip);
            }
            Value::Array(entries) => entries.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(models).unwrap();
    strip(&mut value);
    value
}

fn rewritten(files: &Files, dice: &mut Dice<'_>) -> Files {
    let one = |path: &String, text: &String, dice: &mut Dice<'_>| {
        if path.ends_with(".py") { reformat(text, dice) } else { text.clone() }
    };
    files.iter().map(|(path, text)| (path.clone(), one(path, text, dice))).collect()
}

/// The two versions of a case.
fn sides(case: &Case) -> [&Files; 2] {
    [&case.before, &case.after]
}

fn stays_when_reformatted(case: &Case, throws: &[u8]) {
    for files in sides(case) {
        let anew = rewritten(files, &mut Dice::new(throws));
        let (was, is) = (models(case, &tree(files)), models(case, &tree(&anew)));
        let shown = || anew.iter().map(|(path, text)| format!("== {path}\n{text}")).collect::<String>();
        assert!(plain(&was) == plain(&is), "{}\n{}\n{:#}\n{:#}", case.name, shown(), plain(&was), plain(&is));
    }
}

fn differences(case: &Case, from: &Files, to: &Files) -> Vec<Change> {
    let (from, to) = (models(case, &tree(from)), models(case, &tree(to)));
    from.iter().zip(&to).flat_map(|((_, from), (_, to))| diff(from, to)).collect()
}

/// In an order of their own, without the places, of which a change has only one.
fn sorted(changes: &[Change]) -> Vec<String> {
    let mut lines: Vec<String> = changes
        .iter()
        .map(|change| {
            format!(
                "{:?} {} {:?} {:?} -> {:?}",
                change.kind, change.table, change.item, change.from, change.to
            )
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn every_model_stays_what_it_is_when_its_source_is_written_anew() {
    for case in CASES.iter() {
        stays_when_reformatted(case, &[0]);
        stays_when_reformatted(case, &[0, 1, 2, 3, 4, 5, 6]);
    }
}

#[test]
fn nothing_differs_from_itself() {
    for case in CASES.iter() {
        for files in sides(case) {
            assert_eq!(differences(case, files, files), [], "{}", case.name);
        }
    }
}

#[test]
fn a_difference_turned_round_is_the_difference_the_other_way() {
    for case in CASES.iter() {
        let forth = differences(case, &case.before, &case.after);
        let back = differences(case, &case.after, &case.before);
        let turned: Vec<Change> = back.into_iter().map(Change::inverse).collect();
        assert_eq!(sorted(&forth), sorted(&turned), "{}", case.name);
    }
}

#[test]
fn files_that_declare_nothing_change_nothing() {
    for case in CASES.iter() {
        let mut more = case.after.clone();
        for path in ["aaa.py", "zzz/words.py", "app/aaa.py", "app/zzz.py"] {
            more.entry(path.to_owned())
                .or_insert_with(|| "from sqlalchemy import Column\n\nX = 1\n".to_owned());
        }
        let (was, is) = (models(case, &tree(&case.after)), models(case, &tree(&more)));
        assert_eq!(plain(&was), plain(&is), "{}", case.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_model_stays_what_it_is_however_its_source_is_written(at in 0usize..10_000, throws in vec(any::<u8>(), 1..60)) {
        stays_when_reformatted(&CASES[at % CASES.len()], &throws);
    }

    #[test]
    fn the_order_in_which_files_are_handed_over_does_not_matter(at in 0usize..10_000, turn in 0usize..20) {
        let case = &CASES[at % CASES.len()];
        let mut files: Vec<(&str, &str)> =
            case.after.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let length = files.len().max(1);
        files.rotate_left(turn % length);
        prop_assert_eq!(models(case, &Memory::new(&files)), models(case, &tree(&case.after)));
    }

    /// The models of two cases that have nothing to do with each other: the difference is still turned round.
    #[test]
    fn any_two_models_differ_the_same_way_in_both_directions(a in 0usize..10_000, b in 0usize..10_000) {
        let (from, to) = (&CASES[a % CASES.len()], &CASES[b % CASES.len()]);
        let forth = differences(from, &from.after, &to.after);
        let turned: Vec<Change> = differences(from, &to.after, &from.after).into_iter().map(Change::inverse).collect();
        prop_assert_eq!(sorted(&forth), sorted(&turned));
    }
}
