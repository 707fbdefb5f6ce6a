//! Orders that were sent and are not known to be through: what is said of each, how it changes, and when it is stuck.

mod change;
mod glance;
pub mod history;
pub mod policy;
pub mod terms;
pub mod throttle;
mod tracked;

pub use change::Told;
pub use glance::Glance;
pub use policy::Policy;
pub use terms::Terms;
pub use throttle::Rate;
pub use tracked::{Completion, FillOutbox, Outcome, State, Tracked};
