//! The command line as people and programs meet it.

mod adoption;
mod alerts;
mod alerts_beside;
mod check;
mod colour;
mod cooldown;
mod equity;
mod escalation;
mod exposure;
mod failures;
mod gate;
mod golden;
mod heartbeat;
mod help;
mod notify;
mod orders;
mod orders_import;
mod pages;
mod people;
mod scene;
mod schema;
mod slippage_stats;
mod start;
mod story;
mod terminal;
mod trouble;
