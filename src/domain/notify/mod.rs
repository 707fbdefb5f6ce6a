//! Telling people: who is told of what, when, through which channel, and what became of it, as pure rules.

pub mod channel;
pub mod decide;
pub mod delivery;
pub mod escalation;
pub mod message;
pub mod plan;
pub mod policy;
pub mod queue;
pub mod recall;
pub mod record;
pub mod route;
pub mod silence;
pub mod simulate;
pub mod steps;
pub mod telling;

pub use channel::Spec;
pub use delivery::Delivery;
pub use message::{Message, Reason, Topic};
pub use policy::Policy;
pub use silence::Silence;
pub use telling::Telling;
