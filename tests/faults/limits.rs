//! Resource limits and closed outputs: a stop that nobody can read about is still a stop.

use crate::common::{Output, Run, TestEnv};

/// Stops through `adjust`; whatever is missing is completed by a later look around.
fn halts(adjust: impl Fn(Run) -> Run) -> Output {
    let env = TestEnv::initialised();
    let kill = adjust(env.nija(&["kill", "emergency"])).run();
    assert!(matches!(kill.code, 0 | 1), "{}", kill.render());
    env.nija(&["gate", "BTC-USD"]).run().expect(1);
    env.nija(&["status"]).run();
    env.nija(&["audit", "verify"]).run().expect(0);
    let export = env.nija(&["audit", "export"]).run().expect(0).stdout;
    // Where not a byte may be written there is no cause to find, only the stop.
    let action =
        if kill.stderr.contains("cause is not in it") { "killswitch.adopt" } else { "killswitch.activate" };
    assert!(export.contains(action), "{export}");
    // The gate is held to the same limits, and never opens because of them.
    let gate = adjust(env.nija(&["gate", "BTC-USD"])).run();
    assert!(matches!(gate.code, 1 | 3), "{}", gate.render());
    kill
}

fn shell(run: Run, script: &str) -> Run {
    run.under(["sh", "-c", script, "sh"])
}

#[test]
fn files_may_not_grow() {
    for limit in ["--fsize=0", "--fsize=100"] {
        let kill = halts(|run| run.under(["prlimit", limit]));
        assert!(kill.stdout.starts_with("HALTED"), "{}", kill.render());
    }
}

#[test]
fn one_file_at_a_time() {
    let kill = halts(|run| run.under(["prlimit", "--nofile=4"]));
    assert!(kill.stdout.starts_with("HALTED"), "{}", kill.render());
}

#[test]
fn closed_outputs() {
    for script in ["exec \"$@\" >&-", "exec \"$@\" 2>&-", "exec \"$@\" <&- >&- 2>&-"] {
        halts(|run| shell(run, script));
    }
}

#[test]
fn nobody_reads() {
    halts(|run| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        run.stdout(writer)
    });
}

#[test]
fn output_to_a_full_disk() {
    halts(|run| shell(run, "exec \"$@\" >/dev/full 2>&1"));
}
