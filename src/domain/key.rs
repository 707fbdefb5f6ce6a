//! Names of documents, and their documented, reversible encoding as file names.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Longest encoded key in bytes: leaves room for prefix and suffix within the usual limit of 255.
pub const ENCODED_LEN_MAX: usize = 200;

/// Which document: a singleton such as `killswitch`, or one entry of a collection such as `heartbeats` / `bot-a`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The folder, for a collection.
    pub collection: Option<&'static str>,
    /// The document's own name, not encoded.
    pub name: String,
}

impl Key {
    /// The key of a singleton.
    pub fn singleton(name: &'static str) -> Self {
        Self { collection: None, name: name.to_owned() }
    }

    /// The key of one entry of a collection. Fails when the name is empty or too long to be a file name.
    pub fn entry(collection: &'static str, name: &str) -> Result<Self, String> {
        if name.is_empty() {
            return Err("a name must not be empty".to_owned());
        }
        if encode(name).len() > ENCODED_LEN_MAX {
            return Err(format!("'{name}' is too long: at most {ENCODED_LEN_MAX} bytes once encoded"));
        }
        Ok(Self { collection: Some(collection), name: name.to_owned() })
    }

    /// The file of this document, relative to the state directory.
    pub fn file(&self) -> String {
        match self.collection {
            Some(folder) => format!("{folder}/{}.json", encode(&self.name)),
            None => format!("{}.json", self.name),
        }
    }
}

/// Encodes a name so that it is safe as a file name: letters, digits, `_`, `-` and (not in front) `.` stay; every other
/// byte becomes `%XX`.
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (index, byte) in name.bytes().enumerate() {
        if is_plain(index, byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn is_plain(index: usize, byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || (byte == b'.' && index > 0)
}

/// Reads an encoded name back; `None` when [`encode`] would not have written it.
pub fn decode(encoded: &str) -> Option<Cow<'_, str>> {
    // Most names are their own encoding.
    if encoded.bytes().enumerate().all(|(index, byte)| is_plain(index, byte)) {
        return Some(Cow::Borrowed(encoded));
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    (encode(&name) == encoded).then_some(Cow::Owned(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dangerous_names_stay_inside_their_folder() {
        assert_eq!(encode("../etc"), "%2E.%2Fetc");
        assert_eq!(encode(".hidden"), "%2Ehidden");
        assert_eq!(encode("BTC/USD"), "BTC%2FUSD");
        assert!(Key::entry("heartbeats", "").is_err());
        assert!(Key::entry("heartbeats", &"x".repeat(201)).is_err());
    }

    proptest! {
        #[test]
        fn every_name_reads_back(name in "\\PC{1,40}") {
            let encoded = encode(&name);
            prop_assert!(!encoded.contains('/') && !encoded.starts_with('.'));
            prop_assert_eq!(decode(&encoded), Some(Cow::Borrowed(name.as_str())));
        }

        #[test]
        fn decoding_never_panics(text in ".{0,40}") {
            let _ = decode(&text);
        }
    }
}
