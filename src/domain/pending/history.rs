//! A line of the log of completed orders.

use serde::{Deserialize, Serialize};

use super::tracked::Tracked;
use crate::domain::line;

/// A completed order as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// The byte of the log at which the orders begin that were appended together with this one. Killed before it could
    /// remove their documents, the next look finds them from here on and appends none of them again.
    pub batch: u64,
    /// The order.
    pub order: Tracked,
}

impl Archived {
    /// Appends its line, newline included.
    pub fn write(&self, into: &mut Vec<u8>) {
        let start = into.len();
        // Writing to memory cannot fail, and every field of an order can be written.
        let _ = serde_json::to_writer(&mut *into, self);
        line::seal(into, start);
    }

    /// Reads a line, without its newline.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        line::checked(bytes).map_err(|fault| fault.to_string())?;
        serde_json::from_slice(bytes)
            .map_err(|error| format!("its checksum matches, but it is no order: {error}"))
    }

    /// Whether it is this order, and not another of the same name.
    pub fn is(&self, order: &Tracked) -> bool {
        self.order.id == order.id && self.order.tracked_at == order.tracked_at
    }
}
