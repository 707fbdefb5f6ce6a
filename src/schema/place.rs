//! Where something stands: a file of the tree and a line.

use std::sync::Arc;

use serde::Serialize;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Path from the root of the tree, with forward slashes.
    #[serde(serialize_with = "as_text")]
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

impl Place {
    /// A line of a file.
    pub fn new(path: impl Into<Arc<str>>, line: u32) -> Self {
        Self { path: path.into(), line }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

fn as_text<S: serde::Serializer>(path: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(path)
}
