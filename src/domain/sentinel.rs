//! The stop file's content: one JSON line per activation, or anything at all when a person made it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::halt::{Cause, Mode, Scope};

/// Name of the stop file in every place where one may stand.
pub const FILE_NAME: &str = "EMERGENCY_STOP";

/// `format` of an activation line.
pub const FORMAT: &str = "nija.emergency_stop";

/// Size of the pre-made reserve in bytes: one block, so that writing the cause into it needs no new one.
pub const RESERVE_LEN: usize = 4096;

/// One activation, as the stop file carries it and the document applies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// [`FORMAT`].
    pub format: String,
    /// `1.0`.
    pub version: String,
    /// Unique; becomes the halt's id when it makes a new halt.
    pub id: String,
    /// What is stopped.
    pub scope: Scope,
    /// How hard.
    pub mode: Mode,
    /// Why, by whom and when.
    #[serde(flatten)]
    pub cause: Cause,
    /// A stop file that already stood here and was not nija's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// A stop file that nija did not write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its owner.
    pub uid: u32,
    /// When it was last written.
    pub at: DateTime<Utc>,
    /// The beginning of what it holds, control characters removed.
    pub text: String,
}

impl Found {
    /// Identifies this very file, so that re-reading it is not a new activation.
    pub fn id(&self) -> String {
        format!("file:{}:{}", self.uid, self.at.timestamp_nanos_opt().unwrap_or_else(|| self.at.timestamp()))
    }
}

/// What a stop file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// Activations written by nija, oldest first.
    pub activations: Vec<Activation>,
    /// Text that is not nija's, shortened; empty when there is none.
    pub foreign: String,
    /// Whether the file is the pre-made reserve.
    pub reserve: bool,
}

impl Content {
    /// Whether a person (or anything but nija) made this file, judged by what it holds.
    pub fn is_foreign(&self) -> bool {
        self.activations.is_empty()
    }
}

impl Activation {
    /// An activation as this nija writes it, with nothing found in its place.
    pub fn new(id: String, scope: Scope, mode: Mode, cause: Cause) -> Self {
        Self { format: FORMAT.to_owned(), version: "1.0".to_owned(), id, scope, mode, cause, found: None }
    }

    /// The line to store, newline included.
    pub fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// The bytes of the pre-made reserve: a valid stop file that takes exactly one block.
pub fn reserve() -> Vec<u8> {
    let mut bytes = format!(
        "{{\"format\":\"{FORMAT}\",\"version\":\"1.0\",\"reserve\":true,\"reason\":\"raised from the reserve\"}}"
    )
    .into_bytes();
    bytes.resize(RESERVE_LEN - 1, b' ');
    bytes.push(b'\n');
    bytes
}

/// Reads a stop file. Never fails: whatever it holds, its existence halts.
pub fn parse(bytes: &[u8]) -> Content {
    #[derive(Deserialize)]
    struct Probe {
        format: String,
        #[serde(default)]
        reserve: bool,
    }
    let mut content = Content::default();
    for line in bytes.split(|byte| *byte == b'\n') {
        if line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            continue;
        }
        if let Ok(activation) = serde_json::from_slice::<Activation>(line)
            && activation.format == FORMAT
        {
            content.activations.push(activation);
        } else if serde_json::from_slice::<Probe>(line).is_ok_and(|p| p.format == FORMAT && p.reserve) {
            content.reserve = true;
        } else if content.foreign.is_empty() {
            content.foreign = shorten(line);
        }
    }
    content
}

fn shorten(line: &[u8]) -> String {
    String::from_utf8_lossy(line)
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_reserve_is_one_block_and_reads_as_a_stop() {
        let bytes = reserve();
        assert_eq!(bytes.len(), RESERVE_LEN);
        assert!(parse(&bytes).reserve && parse(&bytes).is_foreign() && parse(&bytes).foreign.is_empty());
    }

    #[test]
    fn a_persons_file_keeps_its_words() {
        let content = parse(b"stop!! \x07 fat finger on desk 3\n");
        assert_eq!(content.foreign, "stop!!  fat finger on desk 3");
        assert!(parse(b"").is_foreign() && parse(&[0; 64]).foreign.is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let content = parse(&bytes);
            prop_assert!(content.foreign.chars().count() <= 200);
        }
    }
}
