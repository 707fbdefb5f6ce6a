//! Slippage: what fills cost against what was expected, in figures a desk reads.

pub mod moments;
pub mod quality;
pub mod quantile;
