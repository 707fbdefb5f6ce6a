//! What the gate answers: one table for every implementation, and one gate that is asked all day.

mod table;
mod time;
