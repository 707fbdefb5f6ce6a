//! What a change of type costs: nothing, a scan, or a table written anew.
//!
//! PostgreSQL's is in the notes of ALTER TABLE ("binary coercible", "unconstrained domain") and the release notes
//! of 9.2; MySQL's in the table of online DDL operations.

use crate::schema::model::Type;
use crate::schema::settings::Dialect;
use crate::schema::sql::types::folded;

/// What it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// The catalogue changes and no row is looked at.
    Free,
    /// Every row is written anew.
    Rewrite,
    /// One of the types is not known.
    Unknown,
}

/// What it costs to make a column of one type into one of another.
pub fn cost(from: &Type, to: &Type, dialect: Dialect) -> Cost {
    let (old, new) = (folded(&from.sql, dialect), folded(&to.sql, dialect));
    if old == new {
        return enum_cost(from, to, dialect);
    }
    if from.unresolved || to.unresolved {
        return Cost::Unknown;
    }
    let (old, new) = (Parts::of(&old), Parts::of(&new));
    match dialect {
        Dialect::Postgresql => postgresql(&old, &new),
        Dialect::Mysql => mysql(&old, &new),
        Dialect::Sqlite => Cost::Free,
    }
}

/// MySQL keeps an enum's values in the column: more of them behind the others cost nothing.
fn enum_cost(from: &Type, to: &Type, dialect: Dialect) -> Cost {
    match (&from.values, &to.values) {
        (Some(old), Some(new)) if dialect == Dialect::Mysql && !new.values.starts_with(&old.values) => {
            Cost::Rewrite
        }
        _ => Cost::Free,
    }
}

/// `TIMESTAMP(3) WITH TIME ZONE` as its first word, its numbers and what is behind them.
struct Parts {
    word: String,
    numbers: Vec<u64>,
    rest: String,
}

impl Parts {
    fn of(kind: &str) -> Self {
        // Another collation builds indexes anew, and writes no row.
        let kind = kind.split(" COLLATE ").next().unwrap_or(kind);
        let (array, kind) = (kind.ends_with("[]"), kind.trim_end_matches("[]"));
        let (before, behind) = kind.split_once('(').unwrap_or((kind, ""));
        let (numbers, behind) = behind.split_once(')').unwrap_or(("", behind));
        let numbers = numbers.split(',').filter_map(|number| number.trim().parse().ok()).collect();
        let (word, rest) = before.trim().split_once(' ').unwrap_or((before.trim(), ""));
        let array = if array { "[]" } else { "" };
        Self { word: word.to_owned(), numbers, rest: format!("{rest}{}{array}", behind.trim()) }
    }

    fn first(&self) -> Option<u64> {
        self.numbers.first().copied()
    }

    /// Whether every value of the older fits: no limit, or one that is no smaller.
    fn holds(&self, older: &Self) -> bool {
        match (older.first(), self.first()) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(old), Some(new)) => new >= old,
        }
    }

    /// Whether the second number is the same: the digits behind the point.
    fn same_scale(&self, other: &Self) -> bool {
        self.numbers.get(1) == other.numbers.get(1)
    }
}

const TEXTS: [&str; 3] = ["VARCHAR", "TEXT", "CITEXT"];
/// Types whose number is a limit that can be raised without looking at rows.
const LIMITED: [&str; 6] = ["VARCHAR", "BIT", "TIMESTAMP", "TIME", "INTERVAL", "NUMERIC"];
/// Different types of which the first is kept as the second is.
const COERCIBLE: [(&str, &str); 5] =
    [("CIDR", "INET"), ("XML", "TEXT"), ("XML", "VARCHAR"), ("INTEGER", "OID"), ("OID", "INTEGER")];

/// Each pair of types that PostgreSQL 15 has was held against whether it gives the table a new file.
fn postgresql(old: &Parts, new: &Parts) -> Cost {
    let free = |free: bool| if free { Cost::Free } else { Cost::Rewrite };
    if COERCIBLE.contains(&(&old.word, &new.word)) {
        return free(new.numbers.is_empty() && new.rest.is_empty() && old.rest.is_empty());
    }
    let array = new.rest.ends_with("[]");
    if TEXTS.contains(&old.word.as_str()) && TEXTS.contains(&new.word.as_str()) {
        let fits = if array { old.word == new.word && new.numbers.is_empty() } else { new.holds(old) };
        return free(fits && old.rest == new.rest);
    }
    // BIT holds just as many, BIT VARYING at most.
    let widened = old.word == "BIT" && new.word == "BIT" && new.rest == "VARYING" && new.numbers.is_empty();
    if widened && !array {
        return Cost::Free;
    }
    let limited =
        LIMITED.contains(&new.word.as_str()) && old.word == new.word && old.rest == new.rest && !array;
    let fixed = new.word == "BIT" && new.rest.is_empty();
    free(
        limited
            && !fixed
            && seconds(new).holds(&seconds(old))
            && (new.same_scale(old) || new.numbers.is_empty()),
    )
}

/// Six digits of a second are all there are.
fn seconds(kind: &Parts) -> Parts {
    let time = ["TIMESTAMP", "TIME", "INTERVAL"].contains(&kind.word.as_str());
    let numbers = kind.numbers.iter().copied().filter(|number| !(time && *number >= 6)).collect();
    Parts { word: kind.word.clone(), numbers, rest: kind.rest.clone() }
}

fn mysql(old: &Parts, new: &Parts) -> Cost {
    // The byte that holds the length of a value grows to two at 256 bytes; at four bytes a character that is 64 characters.
    let same_prefix =
        old.first().is_some_and(|length| length < 64) == new.first().is_some_and(|length| length < 64);
    let widened = old.word == "VARCHAR"
        && new.word == "VARCHAR"
        && old.rest == new.rest
        && new.holds(old)
        && same_prefix;
    let enums = old.word == "ENUM" && new.word == "ENUM";
    if widened || enums { Cost::Free } else { Cost::Rewrite }
}
