//! Which of several things somebody means by what they typed.

use crate::error::{Error, Kind};

/// Names that an error lists at most.
const LISTED_MAX: usize = 8;

/// Why a word names nothing, or not one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nothing {
    /// Nothing is called that; there is this.
    Unknown(Vec<String>),
    /// All of these are.
    Ambiguous(Vec<String>),
}

/// The one thing that a word names: wholly, or by its beginning where no other begins so. Case does not matter. `names` says how
/// a thing may be called.
pub fn choose<'a, T>(all: &'a [T], word: &str, names: &dyn Fn(&T) -> Vec<String>) -> Result<&'a T, Nothing> {
    let word = word.trim().to_lowercase();
    let called =
        |thing: &&T, is: &dyn Fn(&str) -> bool| names(thing).iter().any(|name| is(&name.to_lowercase()));
    let whole: Vec<&T> = all.iter().filter(|thing| called(thing, &|name| name == word)).collect();
    let begun =
        || all.iter().filter(|thing| !word.is_empty() && called(thing, &|name| name.starts_with(&word)));
    let found: Vec<&T> = if whole.is_empty() { begun().collect() } else { whole };
    let listed =
        |things: &mut dyn Iterator<Item = &'a T>| things.map(|thing| names(thing).join(" ")).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Nothing::Unknown(listed(&mut all.iter()))),
        several => Err(Nothing::Ambiguous(listed(&mut several.iter().copied()))),
    }
}

impl Nothing {
    /// The error for it: what there is instead, and how to see all.
    pub fn error(&self, what: &str, word: &str, hint: &str) -> Error {
        let message = match self {
            Self::Unknown(known) if known.is_empty() => {
                format!("there is no {what} '{word}': there is none at all")
            }
            Self::Unknown(known) => format!("there is no {what} '{word}'; there is: {}", some(known)),
            Self::Ambiguous(several) => format!("'{word}' may be any of these: {}", some(several)),
        };
        Error::new(Kind::NotFound, message).hint(hint)
    }
}

fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(LISTED_MAX).map(String::as_str).collect();
    let more = names.len().saturating_sub(LISTED_MAX);
    if more > 0 { format!("{}, and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(thing: &(&str, &str)) -> Vec<String> {
        vec![thing.0.to_owned(), thing.1.to_owned()]
    }

    #[test]
    fn a_word_names_one_thing_or_says_what_there_is() {
        let all = [
            ("a-1f2e", "ORDER_STUCK:order:1"),
            ("a-1f99", "ORDER_STUCK:order:12"),
            ("a-2222", "DRAWDOWN:equity"),
        ];
        let chosen = |word| choose(&all, word, &names);
        assert_eq!(chosen("a-2"), Ok(&all[2]));
        assert_eq!(chosen("A-1F2E"), Ok(&all[0]));
        assert_eq!(chosen("order_stuck:order:1"), Ok(&all[0]), "a whole name is no beginning of another");
        assert_eq!(chosen("drawdown"), Ok(&all[2]));
        assert!(matches!(chosen("a-1f"), Err(Nothing::Ambiguous(several)) if several.len() == 2));
        assert!(matches!(chosen("x"), Err(Nothing::Unknown(known)) if known.len() == 3));
        assert!(matches!(chosen(" "), Err(Nothing::Unknown(_))));
        let error = chosen("a-1").unwrap_err().error("alert", "a-1", "nija alerts");
        assert_eq!((error.exit(), error.message.contains("a-1f2e ORDER_STUCK:order:1")), (66, true));
    }
}
