//! Who asks, from which machine: found without asking any service that may hang.

use crate::config::Environment;
use crate::domain::halt::Actor;

/// Who asks, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The acting user and person.
    pub actor: Actor,
    /// This machine's name.
    pub host: String,
    /// This process.
    pub pid: u32,
}

impl Identity {
    /// Finds out. `operator` is what the command line says.
    pub fn find(environment: &Environment, operator: Option<String>) -> Self {
        let operator =
            operator.or_else(|| environment.text("NIJA_OPERATOR")).or_else(|| environment.text("SUDO_USER"));
        let user = user_name(environment.uid).or_else(|| environment.text("LOGNAME"));
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { actor: Actor { uid: environment.uid, user, operator }, host, pid: std::process::id() }
    }
}

/// A user's name in `/etc/passwd`. Directory services are not asked: a stop must not wait for a network.
pub fn user_name(uid: u32) -> Option<String> {
    let list = std::fs::read_to_string("/etc/passwd").ok()?;
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// A prefix and eight random hex digits, as in `h-7f3a9c21`.
pub fn random_id(prefix: &str) -> String {
    format!("{prefix}-{:08x}", u32::from_le_bytes(random()))
}

/// Any number.
pub fn random_number() -> u64 {
    u64::from(u32::from_le_bytes(random()))
}

fn random() -> [u8; 4] {
    let mut bytes = [0u8; 4];
    // Without entropy, as early at boot, the clock's low bits still tell two ids apart.
    if rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::NONBLOCK) != Ok(4) {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        bytes = (u32::try_from(time.tv_nsec).unwrap_or(0) ^ std::process::id().rotate_left(16)).to_le_bytes();
    }
    bytes
}
