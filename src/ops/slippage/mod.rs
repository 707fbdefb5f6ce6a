//! Slippage: fills are recorded in a log for each month, and summed up beside it.

pub mod hash;
pub mod record;
pub mod scan;
pub mod stats;
pub mod summary;
pub mod verify;

pub use record::{position, record, record_since};
