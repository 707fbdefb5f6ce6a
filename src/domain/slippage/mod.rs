//! Slippage: what was expected of a fill and what it came to, signed so that positive is adverse.

pub mod fill;
pub mod fixed;
pub mod line;
mod moment;
pub mod policy;
pub mod sample;

pub use fill::{Facts, Fill};
pub use policy::Policy;
pub use sample::Sample;
