//! nija stands between whatever wants to trade and the brokers.
//!
//! Arguments become a request; an operation loads state, asks a pure function what should change, commits it, and returns a
//! report; the edge prints or serialises the report.
//!
//! ```text
//! argv ─ cli ─> request ─> ops ─ asks ─> domain  (pure: no clock, no I/O, no printing)
//!                           └─ effects ─> store   (files)
//!                           └─ report ─> output (human | json) ─> exit code
//! ```
//!
//! A bot in Rust needs [`Gate`] and [`Order`] only; see `docs/architecture.md` for the whole house.

pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod notify;
pub mod ops;
pub mod output;
pub mod schema;
pub mod store;
pub mod watch;

pub use domain::gate::{Code, Reason, Verdict};
pub use domain::order::{Decimal, Order, Side};
pub use ops::gate::{Gate, Settings};
