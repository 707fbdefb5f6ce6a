//! Tickers that read almost like the one asked for, so that a slip of the keyboard is no silent mismatch.

/// Most near misses that are told.
pub const NEAR_MAX: usize = 5;

/// Which of the known tickers are near the one asked for, the nearest first: part of one another, one character apart, or the
/// same characters in another order. Letters and digits count, in upper case. (Two characters apart are BTCUSD and ETHUSD.)
pub fn near<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let asked_letters = letters(asked);
    let mut found: Vec<(usize, &str)> = known
        .filter(|name| *name != asked)
        .filter_map(|name| distance(&asked_letters, &letters(name)).map(|distance| (distance, name)))
        .collect();
    found.sort_unstable();
    found.into_iter().take(NEAR_MAX).map(|(_, name)| name.to_owned()).collect()
}

fn letters(ticker: &str) -> Vec<char> {
    ticker.chars().flat_map(char::to_uppercase).filter(|c| c.is_alphanumeric()).collect()
}

fn distance(asked: &[char], known: &[char]) -> Option<usize> {
    let (short, long) = if asked.len() < known.len() { (asked, known) } else { (known, asked) };
    if short.len() < 2 {
        return None;
    }
    // As many characters as one is longer have to change at least, so that nothing more needs counting then.
    let more = long.len() - short.len();
    let edits = if more <= 1 { edits(short, long) } else { more };
    let within = || long.windows(short.len()).any(|part| part == short);
    (edits <= 1 || within() || (more == 0 && sorted(short) == sorted(long))).then_some(edits)
}

fn sorted(letters: &[char]) -> Vec<char> {
    let mut sorted = letters.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The Levenshtein distance: characters to insert, remove or replace.
fn edits(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (taken, letter) in from.iter().enumerate() {
        let mut diagonal = taken;
        let mut left = taken + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(to) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *cell;
            *cell = replaced.min(diagonal + 1).min(left + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = taken + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_parts_are_near_and_others_are_not() {
        let known = ["BTCUSD", "BTCEUR", "ETHUSD", "SOL", "*"];
        let near = |asked| near(asked, known.into_iter());
        assert_eq!(near("BTC"), ["BTCEUR", "BTCUSD"]);
        assert_eq!(near("BTCUSDT"), ["BTCUSD"]);
        assert_eq!(near("btc-usd"), ["BTCUSD"]);
        assert_eq!(near("BTUCSD"), ["BTCUSD"]);
        assert_eq!(near("ETHUSE"), ["ETHUSD"]);
        assert!(
            near("DOGE").is_empty()
                && near("").is_empty()
                && near("BTCUSD").is_empty()
                && near("S").is_empty()
        );
    }

    #[test]
    fn edits_are_counted_as_levenshtein_did() {
        let edits = |from: &str, to: &str| edits(&letters(from), &letters(to));
        assert_eq!((edits("kitten", "sitting"), edits("", "abc"), edits("abc", "")), (3, 3, 3));
    }
}
