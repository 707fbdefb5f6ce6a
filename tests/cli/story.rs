//! Whole stories, from the first command to the last record.

use std::os::unix::fs::MetadataExt as _;

use fs2::FileExt as _;
use serde_json::Value;

use super::golden::document;
use crate::common::{Run, TestEnv};

fn json(run: Run) -> Value {
    document(&run.run())
}

fn status(env: &TestEnv) -> Value {
    json(env.nija(&["killswitch", "status", "--json"]))["data"].clone()
}

/// The actions on record, oldest first.
fn record(env: &TestEnv) -> Vec<String> {
    let shown = json(env.nija(&["audit", "show", "--json"]));
    let records = shown["data"]["records"].as_array().unwrap();
    records.iter().map(|record| record["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_day_from_another_directory() {
    let env = TestEnv::new();
    let elsewhere = env.path("home");
    let nija = |words: &[&str]| env.nija(words).cwd(&elsewhere).run();
    nija(&["init"]).expect(0);
    nija(&["gate", "BTC-USD"]).expect(0);
    nija(&["kill", "fat", "finger"]).expect(0);
    nija(&["gate", "BTC-USD"]).expect(1);
    let shown = nija(&["status"]).expect(0).stdout;
    assert!(shown.contains("fat finger") && shown.contains(&env.state("").display().to_string()[..10]));
    nija(&["killswitch", "deactivate", "checked"]).expect(64);
    nija(&["gate", "BTC-USD"]).expect(1);
    nija(&["killswitch", "deactivate", "checked", "--yes"]).expect(0);
    nija(&["gate", "BTC-USD"]).expect(0);
    nija(&["audit", "verify"]).expect(0);
    assert_eq!(record(&env), ["state.init", "killswitch.activate", "killswitch.release"]);
    assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0, "nothing is left where one happens to be");
}

#[test]
fn a_stop_aims_at_the_directory_of_the_nearest_configuration() {
    let env = TestEnv::initialised();
    let deep = env.path("work/deep/down");
    std::fs::create_dir_all(&deep).unwrap();
    let found =
        |words: &[&str]| env.nija(words).without("NIJA_STATE_DIR").without("NIJA_CONFIG").cwd(&deep).run();
    found(&["kill", "from", "below"]).expect(0);
    assert!(env.state("EMERGENCY_STOP").exists() && !deep.join("state").exists());
    found(&["gate", "X"]).expect(1);
}

#[test]
fn wrong_passphrases_slow_down_and_are_on_record() {
    let env = TestEnv::initialised();
    let (right, wrong) = (env.secret("right", "correct horse"), env.secret("wrong", "battery staple"));
    env.nija(&["operator", "add", "alice", "--passphrase-file", &right]).run().expect(0);
    env.nija(&["kill", "drill"]).run().expect(0);
    let resume = ["killswitch", "deactivate", "over", "--yes", "--operator", "alice", "--passphrase-file"];
    for _ in 0..3 {
        let output = env.nija(&[&resume[..], &[&wrong]].concat()).run().expect(77);
        assert!(output.stderr.contains("on the record"), "{}", output.render());
    }
    let output = env.nija(&[&resume[..], &[&right]].concat()).run().expect(77);
    assert!(output.stderr.contains("too many wrong passphrases"), "{}", output.render());
    env.nija(&["gate", "X"]).run().expect(1);
    let denied = record(&env).iter().filter(|action| *action == "operator.denied").count();
    assert_eq!(denied, 3);
    let listed = json(env.nija(&["operator", "list", "--json"]));
    assert!(listed["data"]["operators"][0]["locked_until"].is_string(), "{listed}");
    env.nija(&["audit", "verify"]).run().expect(0);
}

#[test]
fn a_passphrase_that_others_can_read_is_refused() {
    let env = TestEnv::initialised();
    let secret = env.secret("secret", "correct horse");
    for mode in [0o644, 0o640, 0o602] {
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        env.nija(&["operator", "add", "alice", "--passphrase-file", &secret]).run().expect(77);
    }
}

#[test]
fn secrets_are_in_no_output_and_no_file() {
    let env = TestEnv::initialised();
    let secret = env.secret("secret", "correct horse battery");
    let mut told = String::new();
    for words in [
        &["operator", "add", "alice", "--passphrase-file", &secret][..],
        &["operator", "list"],
        &["operator", "list", "--json"],
        &["kill", "drill"],
        &[
            "killswitch",
            "deactivate",
            "x",
            "--yes",
            "--operator",
            "alice",
            "--passphrase-file",
            &secret,
            "--json",
        ],
        &["audit", "export"],
        &["status", "--json"],
        &["config", "show", "--origin"],
    ] {
        let output = env.nija(words).run().expect(0);
        told += &output.stdout;
        told += &output.stderr;
    }
    assert!(!told.contains("correct horse") && !told.contains("argon2"), "{told}");
    let operators = std::fs::read_to_string(env.state("operators.json")).unwrap();
    assert!(operators.contains("$argon2id$") && !operators.contains("correct horse"));
    let mode = std::fs::metadata(env.state("operators.json")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    let document: nija::domain::operator::Operators =
        nija::domain::document::decode(operators.as_bytes()).unwrap();
    assert!(!format!("{document:?}").contains("argon2"), "{document:?}");
}

#[test]
fn a_stop_file_made_by_hand_is_taken_over_once() {
    let env = TestEnv::initialised();
    let file = env.state("EMERGENCY_STOP");
    std::fs::write(&file, "coffee on the keyboard\n").unwrap();
    let made = std::fs::metadata(&file).unwrap();
    for _ in 0..3 {
        env.nija(&["status"]).run().expect(0);
    }
    let halts = status(&env)["halts"].clone();
    assert_eq!(halts.as_array().unwrap().len(), 1, "{halts}");
    let (halt, cause) = (&halts[0], &halts[0]["cause"]);
    assert_eq!((&halt["count"], &cause["source"]), (&1.into(), &"FILE_SYSTEM".into()));
    assert_eq!(
        (&cause["reason"], &cause["actor"]["uid"]),
        (&"coffee on the keyboard".into(), &made.uid().into())
    );
    let at = chrono::DateTime::parse_from_rfc3339(cause["at"].as_str().unwrap()).unwrap();
    assert_eq!((at.timestamp(), i64::from(at.timestamp_subsec_nanos())), (made.mtime(), made.mtime_nsec()));
    assert_eq!(record(&env), ["state.init", "killswitch.adopt"]);
    env.nija(&["kill", "beside", "it"]).run().expect(0);
    env.nija(&["status"]).run().expect(0);
    assert_eq!(record(&env), ["state.init", "killswitch.adopt", "killswitch.activate"]);
}

#[test]
fn removing_the_stop_file_does_not_resume() {
    let env = TestEnv::initialised();
    env.nija(&["kill", "fat", "finger"]).run().expect(0);
    std::fs::remove_file(env.state("EMERGENCY_STOP")).unwrap();
    env.nija(&["gate", "X"]).run().expect(1);
    let shown = json(env.nija(&["killswitch", "status", "--json"]));
    assert_eq!(shown["warnings"][0]["code"], "STOP_FILE_REMOVED", "{shown}");
    assert!(env.state("EMERGENCY_STOP").exists(), "it stands again");
    assert_eq!(status(&env)["halts"].as_array().unwrap().len(), 1);
    assert_eq!(record(&env), ["state.init", "killswitch.activate", "killswitch.stop_file_restored"]);
}

#[test]
fn a_corrupt_document_is_kept_while_a_stop_and_a_release_go_on() {
    let env = TestEnv::initialised();
    let file = env.state("killswitch.json");
    let broken = [&std::fs::read(&file).unwrap()[..40], b"\xff\x00<<<<<<< HEAD"].concat();
    std::fs::write(&file, &broken).unwrap();
    env.nija(&["kill", "state", "is", "damaged"]).run().expect(0);
    env.nija(&["gate", "X"]).run().expect(1);
    env.nija(&["killswitch", "deactivate", "rebuilt", "--all", "--yes"]).run().expect(0);
    env.nija(&["gate", "X"]).run().expect(0);
    let kept: Vec<_> = std::fs::read_dir(env.path("state"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.display().to_string().contains("killswitch.json.corrupt-"))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(std::fs::read(&kept[0]).unwrap(), broken);
    env.nija(&["audit", "verify"]).run().expect(0);
}

#[test]
fn a_configuration_that_cannot_be_used_does_not_keep_a_stop_from_both_directories() {
    for (name, mode) in [("broken", 0o644), ("untrusted", 0o666)] {
        let env = TestEnv::initialised();
        let other = env.path("home/.local/state/nija").display().to_string();
        env.nija(&["init", &other]).run().expect(0);
        let broken = if name == "broken" { "lock_wait = = 1\n" } else { "" };
        env.config(broken);
        std::fs::set_permissions(env.path("nija.toml"), std::os::unix::fs::PermissionsExt::from_mode(mode))
            .unwrap();
        env.nija(&["status"]).run().expect(78);
        env.nija(&["gate", "X"]).run().expect(3);
        // As an unprivileged user without NIJA_STATE_DIR, whose default directory is another one.
        let flags = nija::config::Flags { state_dir: None, config: Some(env.path("nija.toml")) };
        let surroundings = nija::config::Environment {
            variables: [("XDG_STATE_HOME".to_owned(), env.path("home/.local/state").into())].into(),
            cwd: Some(env.path("work")),
            uid: 4_000_000,
        };
        let target = nija::config::resolve_for_stop(&flags, &surroundings);
        assert_eq!(target.config.state_dir, env.path("state"), "{name}");
        assert_eq!(target.also, [std::path::PathBuf::from(&other)], "{name}");
        super::people::World::of(&env).stop_at(target);
        assert!(env.state("EMERGENCY_STOP").exists(), "{name}");
        assert!(std::path::Path::new(&other).join("EMERGENCY_STOP").exists(), "{name}");
    }
}

#[test]
fn a_stop_without_a_state_directory() {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("state")).unwrap();
    let output = env.nija(&["kill", "x"]).run().expect(66);
    for part in
        ["NOT STOPPED", &env.path("state").display().to_string(), "NIJA_STATE_DIR", "nija.toml", "nija init"]
    {
        assert!(output.stderr.contains(part), "{part} in {}", output.render());
    }
    assert_eq!(std::fs::read_dir(env.path("state")).unwrap().count(), 0, "it is not made one by that");
    std::fs::remove_dir(env.path("state")).unwrap();
    env.nija(&["kill", "lost", "disk"]).run().expect(1);
    assert!(env.path("fallback/EMERGENCY_STOP").exists() && !env.path("state").exists());
    env.nija(&["gate", "X"]).run().expect(1);
    env.nija(&["killswitch", "is-active"]).run().expect(0);
    env.nija(&["init"]).run();
    env.nija(&["gate", "X"]).run().expect(1);
    env.nija(&["status"]).run().expect(0);
    assert_eq!(status(&env)["halts"][0]["cause"]["reason"], "lost disk", "the cause is not lost");
    env.nija(&["killswitch", "deactivate", "disk", "is", "back", "--yes"]).run().expect(0);
    env.nija(&["gate", "X"]).run().expect(0);
}

#[test]
fn a_stop_waits_for_a_client_that_confirms() {
    let env = TestEnv::initialised();
    env.nija(&["gate", "X", "--client", "bot-a"]).run().expect(0);
    std::thread::scope(|scope| {
        scope.spawn(|| while env.nija(&["gate", "X", "--client", "bot-a"]).run().code == 0 {});
        let stopped = json(env.nija(&["kill", "--wait", "20s", "drill", "--json"]));
        assert_eq!(
            (&stopped["exit_code"], &stopped["data"]["confirmations"]["complete"]),
            (&0.into(), &true.into())
        );
        let client = &stopped["data"]["confirmations"]["clients"][0];
        assert_eq!((&client["name"], &client["confirmation"]), (&"bot-a".into(), &"confirmed".into()));
    });
    let listed = status(&env)["clients"].clone();
    assert_eq!(listed[0]["confirmation"], "confirmed", "{listed}");
}

#[test]
fn a_client_that_stopped_before_the_document_said_so_has_confirmed() {
    let env = TestEnv::initialised();
    env.nija(&["gate", "X", "--client", "bot-a"]).run().expect(0);
    let lock =
        std::fs::File::options().append(true).create(true).open(env.state(".locks/killswitch")).unwrap();
    lock.lock_exclusive().unwrap();
    env.nija(&["kill", "drill"]).run().expect(1);
    // It sees the stop file beside the old document, stops, and never asks again.
    env.nija(&["gate", "X", "--client", "bot-a"]).run().expect(1);
    drop(lock);
    let after = status(&env);
    assert_eq!(
        (&after["revision"], &after["clients"][0]["confirmation"]),
        (&2.into(), &"confirmed".into()),
        "{after}"
    );
    let listed = json(env.nija(&["heartbeat", "status", "--json"]));
    assert_eq!(listed["data"]["clients"][0]["confirmation"], "confirmed", "{listed}");
}

#[test]
fn is_active_answers_a_shell() {
    let env = TestEnv::new();
    env.nija(&["killswitch", "is-active", "--quiet"]).run().expect(0);
    env.nija(&["init"]).run().expect(0);
    env.nija(&["killswitch", "is-active", "--quiet"]).run().expect(1);
    env.nija(&["kill", "--scope", "symbol:X"]).run().expect(0);
    env.nija(&["killswitch", "is-active", "--quiet"]).run().expect(0);
    env.nija(&["killswitch", "is-active", "--wat"]).run().expect(64);
    env.nija(&["killswitch", "deactivate", "x", "--yes"]).run().expect(0);
    env.nija(&["killswitch", "is-active"]).env("NIJA_EMERGENCY_STOP", "").run().expect(0);
    std::fs::write(env.state("killswitch.json"), "").unwrap();
    env.nija(&["killswitch", "is-active"]).run().expect(0);
}

#[test]
fn nothing_but_a_verdict_exits_with_zero_from_the_gate() {
    let env = TestEnv::initialised();
    for words in [
        &["gate"][..],
        &["gate", "--help"],
        &["gate", "X", "-h"],
        &["gate", "--version"],
        &["--state-dir", "s", "gate", "--help"],
        &["gate", "X", "--side", "up"],
        &["gate", "X", "--json", "--qty"],
        &["gate", "X", "--state-dir", ""],
        &["gate", "X", "--config", "/nonexistent"],
    ] {
        env.nija(words).run().expect(3);
    }
}
