//! Slippage: what is read of the recorded fills.

pub mod scan;
pub mod stats;
