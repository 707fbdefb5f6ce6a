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
    /// Every row is looked at.
    Scan,
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

/// `NUMERIC(10, 2)` as its word, its numbers and what is behind them.
struct Parts {
    word: String,
    numbers: Vec<u64>,
    rest: String,
}

impl Parts {
    fn of(kind: &str) -> Self {
        let (word, behind) = kind.split_once('(').unwrap_or((kind, ""));
        let (numbers, rest) = behind.split_once(')').unwrap_or(("", behind));
        let numbers = numbers.split(',').filter_map(|number| number.trim().parse().ok()).collect();
        Self { word: word.trim().to_owned(), numbers, rest: rest.trim().to_owned() }
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

    /// Whether they are the same but for their first number.
    fn like(&self, other: &Self) -> bool {
        self.word == other.word && self.rest == other.rest && self.numbers.get(1) == other.numbers.get(1)
    }
}

const TEXTS: [&str; 3] = ["VARCHAR", "TEXT", "CITEXT"];
/// Types whose number is a limit that can be raised without looking at rows.
const LIMITED: [&str; 7] = ["VARCHAR", "BIT VARYING", "VARBIT", "TIMESTAMP", "TIME", "INTERVAL", "NUMERIC"];

fn postgresql(old: &Parts, new: &Parts) -> Cost {
    let texts = TEXTS.contains(&old.word.as_str()) && TEXTS.contains(&new.word.as_str());
    if texts && old.rest == new.rest {
        return if new.holds(old) { Cost::Free } else { Cost::Scan };
    }
    if old.word == "CIDR" && new.word == "INET" {
        return Cost::Free;
    }
    if !LIMITED.contains(&new.word.as_str()) || old.word != new.word || old.rest != new.rest {
        return Cost::Rewrite;
    }
    if new.holds(old) && (new.like(old) || new.numbers.is_empty()) { Cost::Free } else { Cost::Rewrite }
}

fn mysql(old: &Parts, new: &Parts) -> Cost {
    // The byte that holds the length of a value grows to two at 256 bytes; at four bytes a character that is 64 characters.
    let same_prefix =
        old.first().is_some_and(|length| length < 64) == new.first().is_some_and(|length| length < 64);
    let widened = old.word == "VARCHAR" && new.like(old) && new.holds(old) && same_prefix;
    let enums = old.word == "ENUM" && new.word == "ENUM";
    if widened || enums { Cost::Free } else { Cost::Rewrite }
}
