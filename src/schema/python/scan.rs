//! What is looked for anywhere in the tree: lines that are no Python, ignore comments, SQL in calls.

use std::sync::Arc;

use memchr::memmem;
use tree_sitter::Node;

use super::ast::Ignore;
use super::lower::{Lower, plain};
use super::syntax::{Kind, grammar};

/// Lines of what could not be read, sorted, each once.
pub(super) fn errors(root: Node<'_>) -> Vec<u32> {
    let mut lines = Vec::new();
    visit(root, |node| {
        if node.is_error() || node.is_missing() {
            lines.push(broken_line(node));
            return false;
        }
        node.has_error()
    });
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// An error that spans whole statements is where the first thing stands that is none.
fn broken_line(error: Node<'_>) -> u32 {
    let mut cursor = error.walk();
    let broken = error.children(&mut cursor).find(|child| {
        let kind = grammar().kind(*child);
        !kind.is_statement() && kind != Kind::Comment
    });
    let row = broken.unwrap_or(error).start_position().row;
    u32::try_from(row).map_or(u32::MAX, |row| row.saturating_add(1))
}

/// Comments of the form `# nija: ignore[rule, rule] reason`.
pub(super) fn ignores(source: &str, root: Node<'_>) -> Vec<Ignore> {
    let places: Vec<usize> = memmem::find_iter(source.as_bytes(), "nija:").collect();
    let mut found = Vec::new();
    visit_around(root, &places, |node| {
        if grammar().kind(node) != Kind::Comment {
            return;
        }
        let text = source.get(node.byte_range()).unwrap_or("");
        if let Some((rules, reason)) = ignore(text) {
            let before = source.get(..node.start_byte()).unwrap_or("");
            let before = before.rsplit('\n').next().unwrap_or("");
            let line = u32::try_from(node.start_position().row).map_or(u32::MAX, |row| row.saturating_add(1));
            found.push(Ignore { line, alone: before.trim().is_empty(), rules, reason });
        }
    });
    found
}

/// Rules and reason of an ignore comment; one without brackets names no rule.
fn ignore(comment: &str) -> Option<(Vec<String>, String)> {
    let rest = comment.trim_start_matches('#').trim_start().strip_prefix("nija:")?.trim_start();
    let rest = rest.strip_prefix("ignore")?;
    if rest.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
        return None;
    }
    let rest = rest.trim_start();
    let (rules, reason) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((rules, reason)) => (rules, reason),
        None => ("", rest),
    };
    let rules = rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    Some((rules, reason.trim().to_owned()))
}

/// Calls that run a text as SQL.
const CALLS: [&str; 6] = ["execute", "exec_driver_sql", "executescript", "executemany", "text", "DDL"];

/// Statements that change a schema.
const VERBS: [&str; 5] = ["create", "alter", "drop", "rename", "comment"];

/// Literals that are passed to calls which run SQL, where they may change a schema, with their lines.
pub(super) fn sql<'s>(lower: &mut Lower<'s>, root: Node<'s>) -> Vec<(u32, Arc<str>)> {
    let mut places: Vec<usize> = ["execut", "exec_driver_sql", "text", "DDL"]
        .into_iter()
        .flat_map(|word| memmem::find_iter(lower.source.as_bytes(), word))
        .collect();
    if places.is_empty() || !changes_schema(lower.source) {
        return Vec::new();
    }
    places.sort_unstable();
    let mut found = Vec::new();
    visit_around(root, &places, |node| {
        if grammar().kind(node) == Kind::Call && runs_sql(lower, node) {
            strings(lower, node, &mut found);
        }
    });
    found
}

fn runs_sql<'s>(lower: &Lower<'s>, call: Node<'s>) -> bool {
    let fields = &grammar().fields;
    let Some(callee) = lower.field(call, fields.function) else { return false };
    let name = lower.field(callee, fields.attribute).unwrap_or(callee);
    CALLS.contains(&lower.text(name))
}

fn strings<'s>(lower: &mut Lower<'s>, call: Node<'s>, found: &mut Vec<(u32, Arc<str>)>) {
    let Some(arguments) = lower.field(call, grammar().fields.arguments) else { return };
    for argument in lower.children(arguments) {
        let value = match lower.kind(argument) {
            Kind::KeywordArgument => lower.field(argument, grammar().fields.value),
            Kind::Identifier | Kind::Attribute => None,
            _ => Some(argument),
        };
        let Some(value) = value else { continue };
        let expr = lower.expression(value);
        if let Some(text) = plain(&expr).filter(|text| changes_schema(text)) {
            found.push((expr.line, Arc::from(text)));
        }
    }
}

/// Whether a text names a statement that changes a schema at all: a cheap look before anything is parsed.
fn changes_schema(text: &str) -> bool {
    let bytes = text.as_bytes();
    VERBS.into_iter().any(|verb| contains(bytes, verb.as_bytes()))
}

fn contains(bytes: &[u8], lower: &[u8]) -> bool {
    let Some(first) = lower.first() else { return true };
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), bytes).any(|at| {
        bytes.get(at..at.saturating_add(lower.len())).is_some_and(|word| word.eq_ignore_ascii_case(lower))
    })
}

/// Visits nodes in order; goes into those where `into` says so.
fn visit<'s>(root: Node<'s>, mut into: impl FnMut(Node<'s>) -> bool) {
    let mut cursor = root.walk();
    loop {
        if into(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Visits the nodes that hold one of the places, which are sorted.
fn visit_around<'s>(root: Node<'s>, places: &[usize], mut see: impl FnMut(Node<'s>)) {
    if places.is_empty() {
        return;
    }
    visit(root, |node| {
        let first = places.partition_point(|at| *at < node.start_byte());
        let holds = places.get(first).is_some_and(|at| *at < node.end_byte());
        if holds {
            see(node);
        }
        holds
    });
}
