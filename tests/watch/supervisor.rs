//! What a service manager is told: ready and alive after a completed tick, and never otherwise.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use rustix::process::Signal;
use serde_json::json;

use super::{LIMIT, Watching};
use crate::common::TestEnv;

fn heard(socket: &UnixDatagram) -> String {
    let mut bytes = [0; 1024];
    let read = socket.recv(&mut bytes).expect("a datagram");
    String::from_utf8(bytes[..read].to_vec()).unwrap()
}

fn bound(socket: std::io::Result<UnixDatagram>) -> UnixDatagram {
    let socket = socket.unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket
}

#[test]
fn ready_and_alive_after_a_completed_tick() {
    let env = TestEnv::initialised();
    let path = env.path("notify");
    let socket = bound(UnixDatagram::bind(&path));
    let run = env.nija(&["watch"]).env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "2000000");
    let mut watching = Watching::start(run);
    let start = watching.event("start", |_| true);
    assert_eq!(start["interval_seconds"], 1, "two looks in each period of the watchdog");
    let first = heard(&socket);
    assert!(first.starts_with("READY=1\nWATCHDOG=1\nSTATUS=OK: "), "{first}");
    let second = heard(&socket);
    assert!(second.starts_with("WATCHDOG=1\nSTATUS="), "{second}");
    env.nija(&["kill", "drill"]).run().expect(0);
    while !heard(&socket).contains("STATUS=CRITICAL") {}
    watching.signal(Signal::TERM);
    while heard(&socket) != "STOPPING=1\n" {}
    let (_, code) = watching.end(Signal::TERM);
    assert_eq!(code, Some(0));
}

#[test]
fn neither_ready_nor_alive_while_no_tick_is_completed() {
    let env = TestEnv::initialised();
    env.config("lock_wait = \"10ms\"\n");
    let name = format!("nija-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let socket = bound(UnixDatagram::bind_addr(&address));
    // Another look that hangs.
    let lock = std::fs::File::create(env.state(".locks/check")).unwrap();
    lock.lock().unwrap();
    let run = env.nija(&["watch"]).env("NOTIFY_SOCKET", format!("@{name}")).env("WATCHDOG_USEC", "2000000");
    let mut watching = Watching::start(run);
    for _ in 0..2 {
        let failed = watching.event("tick", |_| true);
        assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("unknown"), &json!("E_BUSY")));
    }
    socket.set_nonblocking(true).unwrap();
    assert!(socket.recv(&mut [0; 64]).is_err(), "nothing was told");
    assert!(!env.state("watch.json").exists(), "nothing was written down");
    // A stop is taken over even so.
    std::fs::write(env.state("EMERGENCY_STOP"), "").unwrap();
    watching.event("tick", |tick| tick["cause"] == "stop");
    assert_eq!(super::recorded(&env, "killswitch.adopt", "killswitch"), 1);
    lock.unlock().unwrap();
    socket.set_nonblocking(false).unwrap();
    assert!(heard(&socket).starts_with("READY=1\nWATCHDOG=1\n"));
}

#[test]
fn a_supervised_watch_goes_on_when_nobody_reads() {
    let env = TestEnv::initialised();
    let path = env.path("notify");
    let socket = bound(UnixDatagram::bind(&path));
    let mut child = env.nija(&["watch", "--interval", "1s"]).env("NOTIFY_SOCKET", &path).spawn();
    drop(child.stdout.take());
    for _ in 0..3 {
        assert!(heard(&socket).contains("STATUS="));
    }
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}
