//! The rules, pure: no clock, no file, no environment, no printing; every fact comes in as an argument.

pub mod adoption;
pub mod alert;
pub mod amount;
pub mod audit;
pub mod cooldown;
pub mod document;
pub mod equity;
pub mod exposure;
pub mod freshness;
pub mod gate;
pub mod halt;
pub mod heartbeat;
pub mod key;
pub mod killswitch;
pub mod line;
pub mod month;
pub mod operator;
pub mod order;
pub mod pending;
pub mod policy;
pub mod release;
pub mod sentinel;
pub mod slippage;
pub mod status;
pub mod ticker;
pub mod watch;
