//! Every system call that touches a disk fails once: the exit code tells the truth, and the gate never opens by mistake.

use std::collections::BTreeMap;

use super::crash::{essence, on_record};
use super::stage::Stage;
use super::strace::{Call, calls, inject};
use crate::common::{Output, TestEnv};

/// Calls that a failing disk answers with an error, and the errors.
const DISK: [(&str, &[&str]); 9] = [
    ("write", &["EIO", "ENOSPC"]),
    ("pwrite64", &["EIO", "ENOSPC"]),
    ("fsync", &["EIO", "ENOSPC"]),
    ("fdatasync", &["EIO", "ENOSPC"]),
    ("rename", &["EIO", "ENOSPC"]),
    ("renameat", &["EIO", "ENOSPC"]),
    ("renameat2", &["EIO", "ENOSPC"]),
    ("open", &["EIO", "ENOSPC", "EMFILE", "EACCES", "ENOMEM"]),
    ("openat", &["EIO", "ENOSPC", "EMFILE", "EACCES", "ENOMEM"]),
];

fn init(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
}

fn halted(env: &TestEnv) {
    init(env);
    env.nija(&["kill", "first"]).run().expect(0);
}

#[test]
fn a_stop_tells_the_truth() {
    disk_errors(init, &["kill", "emergency"], &["gate", "BTC-USD"], stopped);
}

#[test]
fn a_stop_on_a_stopped_state_tells_the_truth() {
    disk_errors(halted, &["kill", "emergency"], &["gate", "BTC-USD"], stopped);
}

#[test]
fn a_stop_of_one_platform_tells_the_truth() {
    let args = ["killswitch", "activate", "--scope", "platform:kraken", "venue trouble"];
    disk_errors(init, &args, &["gate", "BTC-USD", "--platform", "kraken"], stopped);
}

#[test]
fn a_release_tells_the_truth() {
    let args = ["killswitch", "deactivate", "drill is over", "--all", "--yes"];
    disk_errors(halted, &args, &["gate", "BTC-USD"], released);
}

fn disk_errors(
    prepare: fn(&TestEnv),
    args: &[&str],
    order: &[&str],
    judge: fn(&Output, i32) -> Result<(), String>,
) {
    let stage = Stage::new(prepare);
    let env = &stage.env;
    let calls = calls(env, env.nija(args));
    let (mut wrong, mut cases, mut judged) = (Vec::new(), 0, BTreeMap::new());
    for (call, error) in calls.iter().flat_map(faults) {
        stage.reset();
        let output = inject(env.nija(args), call, &format!("error={error}")).run();
        let mut found = |why| wrong.push(format!("{error} at {call}: {why}after {}", output.render()));
        let gate = *judged.entry(stage.fingerprint()).or_insert_with(|| {
            let gate = env.nija(order).run().code;
            agrees(env, order, gate).unwrap_or_else(&mut found);
            gate
        });
        judge(&output, gate).unwrap_or_else(&mut found);
        if call.name.ends_with("sync") && output.code == 0 && !env.path("fallback/EMERGENCY_STOP").exists() {
            found("acknowledged, and nothing says it is on disk\n".to_owned());
        }
        cases += 1;
    }
    assert!(cases > 10, "only {cases} faults were injected into {args:?}");
    super::report(&format!("{args:?}"), cases, &wrong);
}

pub(super) fn faults(call: &Call) -> impl Iterator<Item = (&Call, &'static str)> {
    let errors = DISK.iter().find(|(name, _)| *name == call.name).map_or(&[][..], |(_, errors)| errors);
    errors.iter().map(move |error| (call, *error))
}

/// 0 and 1 mean stopped; anything else that did stop has to say so.
fn stopped(output: &Output, gate: i32) -> Result<(), String> {
    let halted = output.stdout.contains("HALTED");
    let said = halted || output.stderr.contains("not confirmed durable");
    let wrong = match (output.code, gate) {
        (0 | 1, 0) => "acknowledged, and the gate is open\n",
        (64.., 1 | 3) if !said => "stopped, and reported as not stopped\n",
        (64.., 0) if halted => "reported as halted, and the gate is open\n",
        (0 | 1 | 64.., _) => return Ok(()),
        _ => "an exit code that says nothing\n",
    };
    Err(wrong.to_owned())
}

/// 0 means resumed, 64 and above not; in between the first line says which.
fn released(output: &Output, gate: i32) -> Result<(), String> {
    let says = |word: &str| output.stdout.starts_with(word);
    let wrong = match (output.code, gate) {
        (0, 0) | (64.., 1 | 3) => return Ok(()),
        (1, 0) if says("RESUMED") => return Ok(()),
        (1, 1 | 3) if says("STILL HALTED") => return Ok(()),
        (0, _) => "acknowledged, and the gate refuses\n",
        (64.., _) => "reported as not released, and the gate is open\n",
        _ => "an exit code and a first line that do not agree\n",
    };
    Err(wrong.to_owned())
}

/// After one look around, document, stop file, gate and audit log tell the same story.
fn agrees(env: &TestEnv, order: &[&str], before: i32) -> Result<(), String> {
    let status = env.nija(&["status"]).run().render();
    let gate = env.nija(order).run().code;
    if (gate != 0) != (before != 0) {
        return Err(format!("the gate went from {before} to {gate} by looking:\n{status}"));
    }
    essence(env).map_err(|why| format!("{why}\n{status}"))?;
    let active = env.nija(&["killswitch", "is-active"]).run().code == 0;
    let stop_file = env.state("EMERGENCY_STOP").exists();
    if (gate != 0) != active || (stop_file && !active) {
        return Err(format!("gate {gate}, is-active {active}, stop file {stop_file}:\n{status}"));
    }
    let export = env.nija(&["audit", "export"]).run().stdout;
    if export.contains("FILE_SYSTEM") {
        return Err(format!("the record tells of a stop file made by hand, and nobody made one:\n{status}"));
    }
    on_record(env, "").map_err(|why| format!("{why}\n{status}"))
}

#[test]
fn a_gate_that_cannot_look_never_opens() {
    let stop_file = |env: &TestEnv| drop(env.nija(&["kill", "emergency"]).run().expect(0));
    let document = |env: &TestEnv| {
        let args = ["killswitch", "activate", "--scope", "platform:kraken", "venue trouble"];
        env.nija(&args).run().expect(0);
    };
    let by_hand = |env: &TestEnv| std::fs::write(env.state("EMERGENCY_STOP"), "").unwrap();
    let elsewhere = |env: &TestEnv| std::fs::write(env.path("fallback/EMERGENCY_STOP"), "").unwrap();
    for halt in [stop_file as fn(&TestEnv), document, by_hand, elsewhere] {
        let env = TestEnv::initialised();
        halt(&env);
        never_opens(&env, "");
    }
}

/// What keeps an order from going out beside a halt.
#[test]
fn a_gate_that_cannot_look_for_cooldowns_the_watch_or_duplicates_never_opens() {
    let lock = |env: &TestEnv, file: &str| {
        let cause = r#"{"source":"CLI","reason":"stop-loss","actor":{"uid":0},"host":"h","at":"2026-03-02T09:30:00Z"}"#;
        let lock = format!(r#"{{"id":"c-1","side":"both","until":"2999-01-01T00:00:00Z","cause":{cause}}}"#);
        let header =
            r#""format":"nija.cooldown","version":"1.0","revision":1,"updated_at":"2026-03-02T09:30:00Z""#;
        std::fs::create_dir_all(env.state("cooldowns")).unwrap();
        std::fs::write(env.state(file), format!(r#"{{{header},"ticker":"X","locks":[{lock}]}}"#)).unwrap();
    };
    let of_the_ticker = |env: &TestEnv| lock(env, "cooldowns/BTCUSD.json");
    let of_every_ticker = |env: &TestEnv| lock(env, "cooldowns/%2A.json");
    let no_watch = |env: &TestEnv| env.config("gate.require_watch = \"1h\"\n");
    let old_watch = |env: &TestEnv| {
        let header =
            r#""format":"nija.watch","version":"1.0","revision":1,"updated_at":"2026-03-02T09:30:00Z""#;
        let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let tick =
            format!(r#""ticked_at":"2026-03-02T09:30:00Z","boot_id":"{}","since_boot_ns":0"#, boot_id.trim());
        let watch = format!(r#"{{{header},{tick},"pid":1,"interval_seconds":30}}"#);
        std::fs::write(env.state("watch.json"), watch).unwrap();
        env.config("gate.require_watch = \"1s\"\n");
    };
    let let_out_already = |env: &TestEnv| {
        env.config("gate.dedupe_window = \"24h\"\n");
        env.nija(&ORDER).run().expect(0);
    };
    for stands in
        [&of_the_ticker as &dyn Fn(&TestEnv), &of_every_ticker, &no_watch, &old_watch, &let_out_already]
    {
        let env = TestEnv::initialised();
        stands(&env);
        assert_ne!(env.nija(&ORDER).run().code, 0);
        // What comes before is held by the test above.
        never_opens(&env, "EMERGENCY_STOP");
    }
}

/// A fault while an order is noted may cost that order, but never lets it out twice.
#[test]
fn an_order_is_let_out_once_whatever_fails_while_it_is_noted() {
    let stage = Stage::new(|env| {
        init(env);
        env.config("gate.dedupe_window = \"24h\"\n");
    });
    let env = &stage.env;
    for (call, error) in calls(env, env.nija(&ORDER)).iter().flat_map(faults) {
        stage.reset();
        let first = inject(env.nija(&ORDER), call, &format!("error={error}")).run();
        let outs = [first.code, env.nija(&ORDER).run().code, env.nija(&ORDER).run().code];
        let let_out = outs.iter().filter(|code| **code == 0).count();
        assert!(let_out <= 1, "{error} at {call}: {outs:?}\n{}", first.render());
    }
}

const ORDER: [&str; 8] = ["gate", "BTC-USD", "--platform", "kraken", "--side", "buy", "--qty", "1"];

/// Fails each call from the first that mentions `begins` on.
fn never_opens(env: &TestEnv, begins: &str) {
    let gate = || env.nija(&ORDER);
    let calls = calls(env, gate());
    let begun = calls.iter().skip_while(|call| !call.mentions(begins));
    for call in begun.filter(|call| call.name != "exit_group") {
        for error in ["EIO", "EACCES", "EMFILE", "ENOMEM", "EINTR", "ELOOP"] {
            let output = inject(gate(), call, &format!("error={error}")).run();
            assert_ne!(output.code, 0, "{error} at {call} opened the gate:\n{}", output.render());
        }
    }
}
