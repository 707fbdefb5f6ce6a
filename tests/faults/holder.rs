//! A hung process that holds the kill switch's lock for ever: stopping does not wait for it.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use fs2::FileExt as _;

use crate::common::TestEnv;

/// A stopped process (SIGSTOP) that holds a lock.
struct Holder(Child);

impl Holder {
    fn of(env: &TestEnv, lock: &str) -> Self {
        let path = env.state(".locks").join(lock);
        let child =
            Command::new("flock").args(["--no-fork"]).arg(&path).args(["sleep", "600"]).spawn().unwrap();
        let holder = Self(child);
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while file.try_lock_exclusive().is_ok() {
            file.unlock().unwrap();
            assert!(Instant::now() < deadline, "flock does not take its lock");
            std::thread::yield_now();
        }
        rustix::process::kill_process(holder.pid(), rustix::process::Signal::STOP).unwrap();
        holder
    }

    fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.0)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_stop_does_not_wait_for_a_hung_process() {
    let env = TestEnv::initialised();
    let holder = Holder::of(&env, "killswitch");
    let kill = env.nija(&["kill", "emergency"]).under(["timeout", "30"]).run().expect(1);
    assert!(kill.stdout.starts_with("HALTED"), "{}", kill.render());
    let names = format!("process {}", holder.0.id());
    assert!(format!("{}{}", kill.stdout, kill.stderr).contains(&names), "{names} in\n{}", kill.render());
    env.nija(&["gate", "BTC-USD"]).under(["timeout", "30"]).run().expect(1);
    drop(holder);

    env.nija(&["status"]).run().expect(0);
    super::crash::on_record(&env, "killswitch.activate").unwrap();
    let document = std::fs::read_to_string(env.state("killswitch.json")).unwrap();
    assert!(document.contains("emergency"), "{document}");
}

#[test]
fn what_needs_the_lock_says_who_holds_it() {
    let env = TestEnv::initialised();
    env.config("lock_wait = \"50ms\"\n");
    let holder = Holder::of(&env, "killswitch");
    let args = ["killswitch", "activate", "--scope", "platform:kraken", "venue trouble"];
    let refused = env.nija(&args).under(["timeout", "30"]).run().expect(75);
    assert!(refused.stderr.contains(&format!("process {}", holder.0.id())), "{}", refused.render());
    env.nija(&["gate", "BTC-USD", "--platform", "kraken"]).run().expect(0);
}
