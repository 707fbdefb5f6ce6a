//! One conformance suite for every backend, what only files promise, and the typed layers above them.
#![expect(
    clippy::disallowed_methods,
    reason = "tests damage files on purpose, and read what a child was told"
)]

#[cfg(test)]
mod store {
    mod conformance;
    mod corpus;
    mod documents;
    mod files;
    mod journal;
    mod logs;
    mod place;
    mod stop_file;
}
