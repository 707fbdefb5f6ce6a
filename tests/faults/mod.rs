//! Fault tests: each injects a real fault and then asks whether a stop is still a stop and nothing is torn.

/// What people say to alerts.
mod alerts;
/// Many writers at once: nothing is lost.
mod contention;
/// A ticker that is locked stays locked.
mod cooldown;
/// Killed at every system call.
mod crash;
/// Full, read-only, missing and immutable places.
mod disk;
/// Every call that touches a disk fails once.
mod errors;
/// A component that is forgotten, and a look that a disk fails.
mod heartbeat;
/// A lock that is never given back.
mod holder;
/// Killed at every system call of a report.
mod inputs;
/// Resource limits and closed outputs.
mod limits;
/// A mount namespace to break disks in.
mod machine;
/// Messages on their way to people.
mod notify;
/// Orders, fills and throttles.
mod orders;
/// A stop and a release at the same time.
mod race;
/// A prepared environment that is put back before every case.
mod stage;
/// Killing, failing and holding a command at one of its system calls.
mod strace;

/// Fails the test if any case of a matrix went wrong; shows the first few.
#[track_caller]
fn report(what: &str, cases: usize, wrong: &[String]) {
    let shown = wrong.iter().take(12).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{what}: {} of {cases} cases went wrong, as in\n{shown}", wrong.len());
}
