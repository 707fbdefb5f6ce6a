//! The integration tests: one binary, so that it links once; each module says what it holds.

// A test is not the product: it breaks state on purpose, waits for other processes, and panics to fail.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used
)]

/// The command line as people and programs meet it.
mod cli;
/// The environment every test runs `nija` in.
mod common;
/// What holds when processes are killed, calls fail, disks fill up and locks are never given back.
mod faults;
/// The table of what the gate answers, and that the answer keeps up with what happens.
mod gate;
/// Heartbeats as the watch sees them, and commands run on behalf of a component.
mod heartbeat;
/// Channels: what each sends, and what it makes of every kind of answer.
mod notify;
/// The log of fills and its summary.
mod slippage;
/// The watch as its readers, its supervisor and its operator meet it.
mod watch;
