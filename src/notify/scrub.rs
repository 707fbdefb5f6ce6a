//! Takes secrets out of what others said before it is told to anybody, parts of them included.

use super::Secret;

/// So many characters of a secret in a row are as good as all of it.
const TELLING: usize = 6;

/// The secrets of one channel.
#[derive(Default)]
pub(super) struct Scrub(Vec<Secret>);

impl Scrub {
    /// Another one.
    pub(super) fn add(&mut self, secret: Secret) {
        self.0.push(secret);
    }

    /// The text with `(secret)` for everything that is part of one; case does not matter.
    pub(super) fn clean(&self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let mut is_secret = vec![false; letters.len()];
        for secret in &self.0 {
            let secret = secret.reveal().to_ascii_lowercase();
            let width = secret.chars().count().min(TELLING);
            if width == 0 {
                continue;
            }
            for (at, window) in letters.windows(width).enumerate() {
                let part: String = window.iter().map(char::to_ascii_lowercase).collect();
                if secret.contains(&part) {
                    is_secret.iter_mut().skip(at).take(width).for_each(|mark| *mark = true);
                }
            }
        }
        let mut clean = String::with_capacity(text.len());
        let mut was_secret = false;
        for (letter, is_secret) in letters.into_iter().zip(is_secret) {
            match (is_secret, was_secret) {
                (false, _) => clean.push(letter),
                (true, false) => clean.push_str("(secret)"),
                (true, true) => {}
            }
            was_secret = is_secret;
        }
        clean
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scrub(secret: &str) -> Scrub {
        Scrub(vec![Secret::new(secret)])
    }

    #[test]
    fn a_secret_or_a_part_of_it_is_taken_out_and_the_rest_stays() {
        let scrub = scrub("123:ABCdefGHI");
        assert_eq!(scrub.clean("bot123:abcdefghi/send"), "bot(secret)/send");
        assert_eq!(scrub.clean("ends in defGHI."), "ends in (secret).");
        assert_eq!(scrub.clean("chat not found"), "chat not found");
        assert_eq!(scrub.clean(""), "");
    }

    proptest! {
        #[test]
        fn no_part_of_a_secret_remains(
            secret in "[a-zA-Z0-9:/=+-]{8,40}", before in "\\PC{0,20}", after in "\\PC{0,20}",
            from in 0usize..8, length in 6usize..40,
        ) {
            let part: String = secret.chars().skip(from).take(length).collect();
            let clean = scrub(&secret).clean(&format!("{before}{part}{after}"));
            if part.chars().count() >= TELLING {
                prop_assert!(!clean.contains(&part), "{clean}");
            }
        }
    }
}
