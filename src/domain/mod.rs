//! The rules, pure: no clock, no file, no environment, no printing; every fact comes in as an argument.

pub mod alert;
pub mod audit;
pub mod cooldown;
pub mod document;
pub mod gate;
pub mod halt;
pub mod heartbeat;
pub mod key;
pub mod killswitch;
pub mod month;
pub mod operator;
pub mod order;
pub mod policy;
pub mod release;
pub mod sentinel;
pub mod slippage;
pub mod status;
pub mod ticker;
pub mod watch;
