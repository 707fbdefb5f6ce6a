//! Components that report: whether they live, and whether they have seen the stop.

pub mod confirmation;
pub mod expectation;
pub mod gap;
pub mod life;
pub mod observation;
pub mod policy;
pub mod record;

pub use confirmation::{Awaited, Confirmation, KillSwitchSeen};
pub use expectation::Expectation;
pub use gap::Moment;
pub use life::{Component, View};
pub use observation::{Memory, Observations};
pub use policy::Policy;
pub use record::{Heartbeat, Report, Word};
