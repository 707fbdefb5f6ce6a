//! Components that report: their record, and whether they have seen the stop.

pub mod confirmation;
pub mod record;

pub use confirmation::{Awaited, Confirmation, KillSwitchSeen};
pub use record::Heartbeat;
