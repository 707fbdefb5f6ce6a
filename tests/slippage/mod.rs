//! Slippage as operations, on both backends and on a clock moved by hand.

mod desk;
mod many;
mod once;
mod rules;
mod stats;
mod summary;
mod verify;
