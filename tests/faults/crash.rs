//! `kill -9` at every system call of every changing command: afterwards the state is the old or the new one, never torn.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;

use nija::domain::document::decode;
use nija::domain::killswitch::KillSwitch;
use nija::domain::operator::Operators;
use serde_json::Value;

use super::stage::Stage;
use super::strace::{calls, inject};
use crate::common::{Output, TestEnv};

const SIGKILL: i32 = 128 + 9;

/// A changing command and what it changes.
struct Case {
    args: &'static [&'static str],
    prepare: fn(&TestEnv),
    /// An order that the change is about.
    order: &'static [&'static str],
    /// Its gate's exit code before and after.
    gate: [i32; 2],
    /// What the audit log calls it; empty when it is no decision.
    action: &'static str,
    /// How a second run may end once the first one is through.
    again: &'static [i32],
}

const STOP: Case = Case {
    args: &["kill", "emergency"],
    prepare: init,
    order: &["gate", "BTC-USD"],
    gate: [0, 1],
    action: "killswitch.activate",
    again: &[0],
};

fn init(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
}

fn halted(env: &TestEnv) {
    init(env);
    env.nija(&["kill", "first"]).run().expect(0);
}

fn with_operator(env: &TestEnv) {
    passphrase(env);
    env.nija(&ADD_OPERATOR).run().expect(0);
}

pub(super) fn passphrase(env: &TestEnv) {
    init(env);
    let file = env.path("work/passphrase");
    std::fs::write(&file, "correct horse battery staple\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

pub(super) const ADD_OPERATOR: [&str; 9] = [
    "--operator",
    "alice",
    "operator",
    "add",
    "alice",
    "--passphrase-file",
    "passphrase",
    "--own-passphrase-file",
    "passphrase",
];

const REMOVE_OPERATOR: [&str; 7] =
    ["--operator", "alice", "operator", "remove", "alice", "--own-passphrase-file", "passphrase"];

#[test]
fn init_is_all_or_nothing() {
    let gate = [3, 0];
    matrix(&Case { args: &["init"], prepare: |_| {}, gate, action: "", ..STOP });
}

#[test]
fn a_stop() {
    matrix(&STOP);
}

#[test]
fn a_stop_on_a_stopped_state() {
    matrix(&Case { prepare: halted, gate: [1, 1], ..STOP });
}

#[test]
fn a_stop_of_one_platform() {
    let args = &["killswitch", "activate", "--scope", "platform:kraken", "venue trouble"];
    matrix(&Case { args, order: &["gate", "BTC-USD", "--platform", "kraken"], ..STOP });
}

#[test]
fn a_stop_of_everything_but_reducing() {
    matrix(&Case { args: &["killswitch", "activate", "--mode", "reduce-only", "thin book"], ..STOP });
}

#[test]
fn a_release() {
    let args = &["killswitch", "deactivate", "drill is over", "--all", "--yes"];
    matrix(&Case { args, prepare: halted, gate: [1, 0], action: "killswitch.release", again: &[0], ..STOP });
}

#[test]
fn adding_an_operator() {
    let (gate, again) = ([0, 0], &[0, 64]);
    matrix(&Case { args: &ADD_OPERATOR, prepare: passphrase, gate, action: "operator.add", again, ..STOP });
}

#[test]
fn removing_an_operator() {
    let (args, gate, again) = (&REMOVE_OPERATOR, [0, 0], &[0, 66]);
    matrix(&Case { args, prepare: with_operator, gate, action: "operator.remove", again, ..STOP });
}

#[test]
fn a_heartbeat() {
    let (args, gate) = (&["heartbeat", "ping", "bot-a"], [0, 0]);
    matrix(&Case { args, prepare: init, gate, action: "", ..STOP });
}

#[test]
fn an_expectation() {
    let (args, gate) = (&["heartbeat", "expect", "bot-a", "--interval", "30s"], [0, 0]);
    matrix(&Case { args, prepare: init, gate, action: "heartbeat.expect", ..STOP });
}

#[test]
fn a_pause() {
    let prepare = |env: &TestEnv| {
        init(env);
        env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
    };
    let (args, gate) = (&["heartbeat", "pause", "bot-a"], [0, 0]);
    matrix(&Case { args, prepare, gate, action: "heartbeat.pause", ..STOP });
}

fn stops_counted(env: &TestEnv) {
    init(env);
    env.config("[cooldowns]\nguard_count = 2\n");
    env.nija(&["stop-loss", "ETH-USD", "--price", "2000", "--id", "e-1"]).run().expect(0);
    env.nija(&["cooldown", "activate", "SOL-USD"]).run().expect(0);
}

const COOLDOWN: Case = Case {
    args: &["cooldown", "activate", "BTC-USD", "--reason", "whipsaw"],
    prepare: stops_counted,
    order: &["cooldown", "check", "BTC-USD"],
    gate: [0, 1],
    action: "cooldown.activate",
    again: &[0],
};

#[test]
fn a_cooldown() {
    matrix(&COOLDOWN);
}

#[test]
fn a_longer_cooldown() {
    let (args, order) =
        (&["cooldown", "extend", "SOL-USD", "--for", "1h"], &["cooldown", "check", "SOL-USD"]);
    matrix(&Case { args, order, gate: [1, 1], action: "cooldown.extend", ..COOLDOWN });
}

#[test]
fn an_end_of_a_cooldown() {
    let args = &["cooldown", "deactivate", "SOL-USD", "--reason", "looked"];
    let order = &["cooldown", "check", "SOL-USD"];
    matrix(&Case { args, order, gate: [1, 0], action: "cooldown.deactivate", ..COOLDOWN });
}

#[test]
fn a_stop_loss() {
    let args = &["stop-loss", "BTC-USD", "--price", "64000", "--id", "b-1"];
    matrix(&Case { args, action: "cooldown.stop_loss", ..COOLDOWN });
}

#[test]
fn a_stop_loss_that_locks_every_ticker() {
    let args = &["stop-loss", "BTC-USD", "--price", "64000", "--id", "b-1"];
    matrix(&Case { args, order: &["cooldown", "check", "DOGE"], action: "cooldown.guard", ..COOLDOWN });
}

fn matrix(case: &Case) {
    let stage = Stage::new(case.prepare);
    let env = &stage.env;
    let old = essence(env).unwrap();
    let points = calls(env, env.nija(case.args));
    let new = essence(env).unwrap();
    assert_ne!(old, new, "{:?} changes nothing", case.args);
    env.nija(case.args).run();
    let twice = essence(env).unwrap();
    let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
    for call in &points {
        stage.reset();
        let output = inject(env.nija(case.args), call, "signal=SIGKILL").run();
        if output.code != SIGKILL {
            wrong.push(format!("{call}: was not killed but ended with {}", output.code));
        }
        if judged.insert((stage.fingerprint(), output.stdout.is_empty())) {
            let found = survived(env, case, &output, &old, &new);
            let found = found.and_then(|()| completes(env, case, &new, &twice));
            wrong.extend(found.err().map(|why| format!("{call}: {why}")));
        }
    }
    super::report(&format!("{:?}", case.args), points.len(), &wrong);
}

/// Right after the kill: every document is the old or the new one, and what was acknowledged holds.
fn survived(env: &TestEnv, case: &Case, output: &Output, old: &Essence, new: &Essence) -> Result<(), String> {
    let now = essence(env)?;
    for name in old.keys().chain(new.keys()).chain(now.keys()) {
        let found = now.get(name);
        if found != old.get(name) && found != new.get(name) {
            return Err(format!("{name} is neither old nor new: {found:?}"));
        }
    }
    let gate = env.nija(case.order).run();
    let allowed = |code: i32| case.gate.contains(&code) || (code == 3 && case.gate[0] != 0);
    if !allowed(gate.code) {
        return Err(format!("the gate is neither old nor new:\n{}", gate.render()));
    }
    let acknowledged =
        ["HALTED", "REDUCE-ONLY", "COOLDOWN"].iter().any(|word| output.stdout.starts_with(word));
    if acknowledged && gate.code == 0 {
        return Err(format!("the gate is open after the stop was acknowledged:\n{}", gate.render()));
    }
    let active = env.nija(&["killswitch", "is-active"]).run();
    if case.order[0] == "gate" && gate.code == 1 && active.code != 0 {
        return Err(format!("the gate refuses, and is-active says:\n{}", active.render()));
    }
    Ok(())
}

/// A second run and a look around complete everything.
fn completes(env: &TestEnv, case: &Case, new: &Essence, twice: &Essence) -> Result<(), String> {
    let again = env.nija(case.args).run();
    if !case.again.contains(&again.code) {
        return Err(format!("the second run:\n{}", again.render()));
    }
    env.nija(&["status"]).run();
    let now = essence(env)?;
    if now != *new && now != *twice {
        return Err(format!("the second run did not complete it: {now:#?}"));
    }
    let gate = env.nija(case.order).run();
    if gate.code != case.gate[1] {
        return Err(format!("the second run does not count:\n{}", gate.render()));
    }
    on_record(env, case.action)
}

/// The audit chain is whole, and says what was done: the action, and the id of everything that is stopped.
pub(super) fn on_record(env: &TestEnv, action: &str) -> Result<(), String> {
    let verify = env.nija(&["audit", "verify"]).run();
    if verify.code != 0 {
        return Err(verify.render());
    }
    let export = env.nija(&["audit", "export"]).run().stdout;
    let killswitch: KillSwitch = decode(&std::fs::read(env.state("killswitch.json")).unwrap()).unwrap();
    let stop_file = std::fs::read(env.state("EMERGENCY_STOP")).unwrap_or_default();
    let activations = nija::domain::sentinel::parse(&stop_file).activations;
    let halts = killswitch.halts.into_iter().map(|halt| halt.id);
    for word in
        halts.chain(activations.into_iter().map(|activation| activation.id)).chain([action.to_owned()])
    {
        if !export.contains(&word) {
            return Err(format!("{word} is not on the record:\n{export}"));
        }
    }
    Ok(())
}

/// What every document says, without what differs from run to run: by file, as text.
type Essence = BTreeMap<String, String>;

/// Reads every document. A document that cannot be read, or one set aside as corrupt, is an error.
pub(super) fn essence(env: &TestEnv) -> Result<Essence, String> {
    let mut essence = Essence::new();
    let mut folders = vec![env.state("")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(env.state("")).unwrap().display().to_string();
            if name.contains(".corrupt-") || name.contains(".torn-") {
                return Err(format!("{name} was set aside"));
            }
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".json") {
                let text =
                    said(&name, &std::fs::read(&path).unwrap()).map_err(|why| format!("{name}: {why}"))?;
                essence.insert(name, env.stable(&text));
            }
        }
    }
    Ok(essence)
}

fn said(name: &str, bytes: &[u8]) -> Result<String, String> {
    match name {
        "killswitch.json" => drop(decode::<KillSwitch>(bytes).map_err(|why| why.to_string())?),
        "operators.json" => drop(decode::<Operators>(bytes).map_err(|why| why.to_string())?),
        _ => {}
    }
    let mut document = serde_json::from_slice(bytes).map_err(|why| why.to_string())?;
    forget(&mut document);
    Ok(document.to_string())
}

/// Drops what differs from run to run: salted hashes, and what is counted and cleared as the steps of a change go along.
fn forget(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for field in
                ["audit_outbox", "halts_revision", "passphrase_hash", "revision", "stop_file_applied"]
            {
                fields.remove(field);
            }
            fields.values_mut().for_each(forget);
        }
        Value::Array(entries) => entries.iter_mut().for_each(forget),
        _ => {}
    }
}
