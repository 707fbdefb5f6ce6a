//! `kill -9` at every system call of a report: all of it counts or none, and one that was acknowledged counts.

use std::collections::BTreeSet;

use serde_json::Value;

use super::stage::Stage;
use super::strace::{calls, inject};
use crate::common::TestEnv;

/// Kills `report` at every call, and holds what `asked` answers then to what it answered before and after a whole one.
fn all_or_nothing(prepare: &[&[&str]], report: &[&str], asked: &[&str]) {
    let stage = Stage::new(|env| {
        env.nija(&["init"]).run().expect(0);
        for words in prepare {
            env.nija(words).run().expect(0);
        }
    });
    let env = &stage.env;
    let answer = |env: &TestEnv| {
        let mut data: Value = serde_json::from_str(&env.nija(asked).run().expect(0).stdout).unwrap();
        settle(&mut data["data"]);
        env.stable(&data["data"].to_string())
    };
    let old = answer(env);
    let points = calls(env, env.nija(report));
    let new = answer(env);
    assert_ne!(old, new);
    let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
    for call in &points {
        stage.reset();
        let output = inject(env.nija(report), call, "signal=SIGKILL").run();
        let acknowledged = !output.stdout.is_empty();
        if !judged.insert((stage.fingerprint(), acknowledged)) {
            continue;
        }
        let now = answer(env);
        if now != new && (acknowledged || now != old) {
            wrong.push(format!("{call}: acknowledged {acknowledged}: {now}"));
        }
        let again = env.nija(report).run();
        if again.code != 0 {
            wrong.push(format!("{call}: a second run: {}", again.render()));
        }
    }
    assert!(judged.len() > 2, "too little was seen: {}", judged.len());
    super::report(&format!("{report:?}"), points.len(), &wrong);
}

/// Ages grow.
fn settle(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(settle),
        Value::Object(fields) => {
            fields.remove("age_seconds");
            fields.values_mut().for_each(settle);
        }
        _ => {}
    }
}

#[test]
fn what_platforms_hold() {
    all_or_nothing(
        &[&["exposure", "set", "a=25", "b=25", "c=25", "d=25"]],
        &["exposure", "set", "a=1", "b=49", "--total", "200"],
        &["exposure", "show", "--json"],
    );
}

#[test]
fn a_platform_that_is_forgotten() {
    let set: &[&str] = &["exposure", "set", "a=25", "b=25"];
    let stage = Stage::new(|env| {
        env.nija(&["init"]).run().expect(0);
        env.nija(set).run().expect(0);
    });
    let env = &stage.env;
    let forget = ["exposure", "forget", "a"];
    let mut wrong = Vec::new();
    let points = calls(env, env.nija(&forget));
    for call in &points {
        stage.reset();
        let output = inject(env.nija(&forget), call, "signal=SIGKILL").run();
        let gone = !env.nija(&["exposure", "show", "--json"]).run().stdout.contains("\"platform\":\"a\"");
        let told = env.nija(&["audit", "export"]).run().stdout.contains("exposure.forget");
        let carried =
            std::fs::read_to_string(env.state("exposure.json")).unwrap().contains("exposure.forget");
        if gone && !told && !carried || !output.stdout.is_empty() && !gone {
            wrong.push(format!("{call}: gone {gone}, on the record {told}: {}", output.render()));
        }
    }
    super::report("exposure forget", points.len(), &wrong);
}

#[test]
fn a_reading_of_the_equity() {
    all_or_nothing(
        &[&["equity", "set", "1000", "--account", "main"]],
        &["equity", "set", "900", "--account", "main"],
        &["equity", "show", "--json"],
    );
}

#[test]
fn money_paid_in() {
    let set: &[&str] = &["equity", "set", "1000"];
    all_or_nothing(&[set, set, set], &["equity", "deposit", "500"], &["equity", "show", "--json"]);
}

#[test]
fn how_many_users_are_active() {
    all_or_nothing(
        &[&["adoption", "set", "--active", "1", "--total", "2"]],
        &["adoption", "set", "--active", "2", "--total", "3"],
        &["adoption", "show", "--json"],
    );
}
