//! Heartbeats as the watch sees them, and commands that are run on behalf of a component.

mod days;
mod gaps;
mod run;
mod world;
