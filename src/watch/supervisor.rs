//! Tells the service manager how the watch is: ready and alive only after a completed tick, never from another thread.

use std::fmt::Write as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use crate::config::Environment;

/// The service manager, as far as there is one; see sd_notify(3).
#[derive(Debug)]
pub struct Supervisor {
    to: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
    ready: bool,
}

impl Supervisor {
    /// The service manager that the environment names. What cannot be understood is no service manager.
    pub fn find(environment: &Environment, pid: u32) -> Self {
        let address = environment.get("NOTIFY_SOCKET").and_then(|name| match name.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name).ok(),
            _ => SocketAddr::from_pathname(name).ok(),
        });
        let to = address.and_then(|address| {
            let socket = UnixDatagram::unbound().ok()?;
            // A service manager that does not read must not hold up a tick.
            socket.set_nonblocking(true).ok()?;
            Some((socket, address))
        });
        let number = |name| environment.text(name).and_then(|text| text.parse::<u64>().ok());
        let is_mine = environment.get("WATCHDOG_PID").is_none() || number("WATCHDOG_PID") == Some(pid.into());
        let watchdog = number("WATCHDOG_USEC").filter(|usec| is_mine && *usec > 0).map(Duration::from_micros);
        Self { watchdog: watchdog.filter(|_| to.is_some()), to, ready: false }
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        self.to.is_some()
    }

    /// Longest time between two ticks: with two in each period, one that comes late is not taken for a dead watch.
    pub fn longest(&self) -> Option<Duration> {
        self.watchdog.map(|period| period / 2)
    }

    /// A tick was completed; `status` is one line for people.
    pub fn ticked(&mut self, status: &str) {
        let mut text = String::new();
        if !std::mem::replace(&mut self.ready, true) {
            text.push_str("READY=1\n");
        }
        if self.watchdog.is_some() {
            text.push_str("WATCHDOG=1\n");
        }
        let _ = writeln!(text, "STATUS={}", status.replace('\n', " "));
        self.send(&text);
    }

    /// The watch ends.
    pub fn stopping(&self) {
        self.send("STOPPING=1\n");
    }

    fn send(&self, text: &str) {
        if let Some((socket, address)) = &self.to {
            let _ = socket.send_to_addr(text.as_bytes(), address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        Environment { variables, ..Environment::default() }
    }

    #[test]
    fn a_watchdog_is_honoured_only_when_it_is_meant_for_this_process() {
        let socket = ("NOTIFY_SOCKET", "@nija-test-nobody-listens");
        let longest =
            |extra: &[_]| Supervisor::find(&environment(&[&[socket], extra].concat()), 42).longest();
        assert_eq!(longest(&[("WATCHDOG_USEC", "60000000")]), Some(Duration::from_secs(30)));
        assert_eq!(
            longest(&[("WATCHDOG_USEC", "60000000"), ("WATCHDOG_PID", "42")]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(longest(&[("WATCHDOG_USEC", "60000000"), ("WATCHDOG_PID", "43")]), None);
        assert_eq!(longest(&[("WATCHDOG_USEC", "soon")]), None);
        assert_eq!(longest(&[]), None);
        let alone = Supervisor::find(&environment(&[("WATCHDOG_USEC", "60000000")]), 42);
        assert!(alone.longest().is_none() && !alone.is_there());
    }
}
