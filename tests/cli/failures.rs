//! Every kind of failure that can be provoked, as programs read it.

use fs2::FileExt as _;

use super::golden::{ask, document};
use crate::common::TestEnv;

#[test]
fn command_lines() {
    let env = TestEnv::initialised();
    ask(
        &env,
        &[
            ("error-usage-no-command", &[]),
            ("error-usage-no-subcommand", &["killswitch"]),
            ("error-usage", &["status", "--josn"]),
            ("error-usage-kill", &["kill", "--scope", "nope"]),
            ("error-usage-gate", &["gate", "BTC-USD", "--side", "up"]),
            ("error-usage-name", &["heartbeat", "ping", ""]),
        ],
    );
    env.nija(&["kill", "drill"]).run().expect(0);
    ask(&env, &[("error-usage-no-person", &["killswitch", "deactivate", "x"])]);
}

#[test]
fn no_command_line_prints_anything_but_one_document() {
    let env = TestEnv::initialised();
    for line in [
        "--json",
        "--json kill --wat",
        "kill --wat --json",
        "gate --json",
        "--json gate X --qty",
        "--json --json status",
        "--json audit",
        "--json nothing",
        "status extra --json",
        "--json --color pink status",
        "killswitch deactivate --json",
        "completions tcsh --json",
    ] {
        let output = env.nija(&line.split(' ').collect::<Vec<_>>()).run();
        assert_eq!(document(&output)["error"]["code"], "E_USAGE", "{line}");
    }
}

#[test]
fn state() {
    let env = TestEnv::initialised();
    ask(&env, &[("error-not-found", &["heartbeat", "forget", "nobody"])]);
    let file = env.state("killswitch.json");
    let sound = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "{").unwrap();
    ask(
        &env,
        &[
            ("error-corrupt", &["killswitch", "requests"]),
            ("gate-corrupt", &["gate", "BTC-USD"]),
            ("killswitch-status-corrupt", &["killswitch", "status", "--exit-code"]),
            ("killswitch-is-active-corrupt", &["killswitch", "is-active"]),
        ],
    );
    std::fs::write(&file, sound.replace("\"1.0\"", "\"2.0\"")).unwrap();
    ask(
        &env,
        &[
            ("error-newer", &["killswitch", "deactivate", "x", "--yes"]),
            ("error-newer-part", &["kill", "--scope", "symbol:X"]),
            ("gate-newer", &["gate", "BTC-USD"]),
            ("killswitch-activate-newer", &["kill", "in", "spite", "of", "it"]),
        ],
    );
    std::fs::write(&file, sound).unwrap();
    let log = env.state("audit.jsonl");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, text.replace("state.init", "state.made")).unwrap();
    ask(&env, &[("error-audit-broken", &["audit", "verify"])]);
}

#[test]
fn places() {
    let env = TestEnv::new();
    ask(
        &env,
        &[
            ("error-not-initialised", &["status"]),
            ("gate-missing", &["gate", "BTC-USD"]),
            ("killswitch-is-active-missing", &["killswitch", "is-active"]),
            ("killswitch-activate-missing", &["kill", "lost", "disk"]),
        ],
    );
    std::fs::write(env.path("file"), "").unwrap();
    let below = env.path("file/state").display().to_string();
    ask(&env, &[("error-cannot-create", &["init", &below])]);
    std::fs::remove_dir_all(env.path("fallback")).unwrap();
    std::fs::write(env.path("fallback"), "").unwrap();
    ask(&env, &[("error-io", &["kill", "--state-dir", &below])]);
    std::fs::create_dir(env.path("state")).unwrap();
    ask(&env, &[("error-not-initialised-kill", &["kill"])]);
}

#[test]
fn locks_and_settings() {
    let env = TestEnv::initialised();
    env.config("lock_wait = \"10ms\"\n");
    let lock = std::fs::File::create(env.state(".locks/killswitch")).unwrap();
    lock.lock_exclusive().unwrap();
    ask(
        &env,
        &[
            ("error-busy", &["kill", "--scope", "symbol:X"]),
            ("killswitch-activate-busy", &["kill", "hung", "process"]),
        ],
    );
    drop(lock);
    std::fs::write(env.path("nija.toml"), "state_dri = \"x\"\n").unwrap();
    ask(
        &env,
        &[
            ("error-config", &["config", "check"]),
            ("error-config-gate", &["gate", "BTC-USD"]),
            ("killswitch-activate-config", &["kill", "broken", "settings"]),
        ],
    );
}

#[test]
fn every_kind_that_can_be_provoked_has_a_golden_file() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<String> = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    // Nothing here is reached over a network or interrupted, and a defect cannot be ordered.
    let out_of_reach = ["E_UNAVAILABLE", "E_INTERNAL", "E_INTERRUPTED", "E_TERMINATED"];
    for row in nija::error::TABLE.iter().filter(|row| !out_of_reach.contains(&row.code)) {
        let code = format!("\"code\": \"{}\"", row.code);
        assert!(texts.iter().any(|text| text.contains(&code)), "{} has no golden file", row.code);
    }
}
