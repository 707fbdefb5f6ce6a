//! What the gate answers: one table for every implementation, and one gate that is asked all day.

mod cooldowns;
mod guard;
mod start;
mod table;
mod time;
