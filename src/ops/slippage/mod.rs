//! Slippage: fills are recorded in a log for each month, and summed up beside it.

pub mod damage;
pub mod events;
pub mod hash;
pub mod quality;
pub mod recent;
pub mod record;
pub mod report;
pub mod scan;
pub mod stats;
pub mod summary;
pub mod verify;

pub use record::{position, record, record_since};
