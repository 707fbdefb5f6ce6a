//! The chain of scripts: which follows which, where it is broken, and where it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Script;
use crate::schema::finding::{Finding, Level};
use crate::schema::place::Place;
use crate::schema::rules;
use links::Links;

mod links;
#[cfg(test)]
mod tests;

/// Revisions that no other follows.
pub fn heads(scripts: &[Script]) -> Vec<String> {
    let links = Links::of(scripts);
    let ends = scripts.iter().enumerate().filter(|(at, _)| !links.is_followed(*at));
    let names: BTreeSet<&str> = ends.map(|(_, script)| script.revision.as_str()).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// What is wrong with a chain: `multiple-heads`, `broken-chain`, `duplicate-revision`. Messages do not depend on line numbers.
///
/// Scripts that hang together, or share a folder, are one chain: a repository may hold several that know nothing of each
/// other, and these may use the same ids. Heads of different branch labels stand beside each other on purpose.
pub fn chain(scripts: &[Script]) -> Vec<Finding> {
    let links = Links::of(scripts);
    let mut found = duplicates(scripts);
    found.extend(missing(scripts, &links));
    found.extend(cycles(scripts, &links));
    found.extend(several_heads(scripts, &links));
    found.sort_by(|a, b| (&a.place, a.rule, &a.message).cmp(&(&b.place, b.rule, &b.message)));
    found
}

fn duplicates(scripts: &[Script]) -> Vec<Finding> {
    let mut by_id: BTreeMap<(&str, &str), Vec<&Script>> = BTreeMap::new();
    for script in scripts {
        by_id.entry((links::folder(&script.path), &script.revision)).or_default().push(script);
    }
    let several = by_id.into_values().filter(|same| same.len() > 1);
    several
        .filter_map(|same| {
            let paths: Vec<&str> = same.iter().map(|script| &*script.path).collect();
            let (last, first) = (same.last()?, paths.join(" and "));
            let message = format!("revision {} is declared more than once: in {first}", last.revision);
            Some(finding("duplicate-revision", last, message, "give one of them a new id: alembic revision"))
        })
        .collect()
}

fn missing(scripts: &[Script], links: &Links) -> Vec<Finding> {
    let mut found = Vec::new();
    for (script, gone) in scripts.iter().zip(&links.missing) {
        for id in gone {
            let message = format!("migration {} follows {id}, which does not exist", script.revision);
            let help = "set down_revision to a revision that is there: alembic heads";
            found.push(finding("broken-chain", script, message, help));
        }
    }
    found
}

fn cycles(scripts: &[Script], links: &Links) -> Vec<Finding> {
    let within: Vec<&Script> = scripts
        .iter()
        .enumerate()
        .filter(|(at, _)| links.is_in_cycle(*at))
        .map(|(_, script)| script)
        .collect();
    let Some(first) = within.first() else { return Vec::new() };
    let ids: Vec<&str> = within.iter().map(|script| script.revision.as_str()).collect();
    let message = format!("migrations follow each other in a circle: {}", ids.join(", "));
    vec![finding("broken-chain", first, message, "set one down_revision to an earlier revision")]
}

/// Heads that nothing joins. A chain that is broken has more of them than it will have once it is mended.
fn several_heads(scripts: &[Script], links: &Links) -> Vec<Finding> {
    let broken: BTreeSet<usize> = (0..scripts.len())
        .filter(|at| links.missing.get(*at).is_some_and(|gone| !gone.is_empty()) || links.is_in_cycle(*at))
        .map(|at| links.chain_of(at))
        .collect();
    let mut groups: BTreeMap<(usize, &BTreeSet<&str>), Vec<&Script>> = BTreeMap::new();
    for (at, script) in scripts.iter().enumerate().filter(|(at, _)| !links.is_followed(*at)) {
        let labels = links.labels.get(at).unwrap_or(&links.no_labels);
        groups.entry((links.chain_of(at), labels)).or_default().push(script);
    }
    let whole = groups.into_iter().filter(|((chain, _), _)| !broken.contains(chain));
    whole
        .filter_map(|(_, ends)| {
            let ids: BTreeSet<&str> = ends.iter().map(|script| script.revision.as_str()).collect();
            let ids: Vec<&str> = ids.into_iter().collect();
            // Two scripts of one id are another finding.
            if ids.len() < 2 {
                return None;
            }
            // No ids: a step further on one of two heads that were there before is the same finding.
            let message = format!("{} revisions are followed by none", ids.len());
            let help =
                format!("alembic merge -m \"join\" {}    # or let one follow the other", ids.join(" "));
            Some(finding("multiple-heads", ends.last()?, message, &help))
        })
        .collect()
}

fn finding(rule: &'static str, script: &Script, message: String, help: &str) -> Finding {
    let level = rules::find(rule).map_or(Level::Error, |rule| rule.level);
    let place = Place::new(Arc::clone(&script.path), 1);
    Finding { rule, level, place, message, help: help.to_owned(), table: None, item: None }
}
