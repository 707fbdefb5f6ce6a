//! `nija check` as cron and monitoring hosts meet it: the plugin line, the exit code, nothing where all is well.

use insta::assert_snapshot;

use super::golden::ask;
use super::scene::Scene;
use crate::common::{Output, TestEnv};

/// Holds an answer to the Monitoring Plugins guidelines: the state in word and code, one bar, figures that can be read.
#[track_caller]
fn is_plugin_output(output: &Output) {
    let shown = output.render();
    let word = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::try_from(output.code).unwrap()];
    let first = output.stdout.lines().next().unwrap_or_default();
    let (text, figures) = first.split_once(" | ").unwrap_or((first, ""));
    assert!(text.starts_with(&format!("NIJA {word} - ")), "{shown}");
    assert!(
        text.chars().count() <= 200 && output.stdout.len() <= 8192,
        "{} bytes: {shown}",
        output.stdout.len()
    );
    assert_eq!(output.stdout.matches('|').count(), usize::from(!figures.is_empty()), "{shown}");
    assert!(output.stdout.lines().count() == 1 || output.code != 0, "{shown}");
    assert_eq!(output.stderr, "", "{shown}");
}

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "check killswitch",
        "check killswitch --quiet",
        "check killswitch exposure adoption",
        "adoption set --active 5 --total 100",
        "check killswitch exposure adoption",
        "check nonsense",
        "check killswitch --active 5",
        "check exposure Coinbase=4000 Kraken=500 'desk 3=100' --total 5000 --auto-kill",
        "check exposure",
        "check killswitch exposure adoption --quiet",
    ] {
        scene.nija(line);
    }
    scene.nija("check equity 1000 --at 2020-01-01T00:00:00Z");
    scene.nija("check killswitch exposure adoption DRAWDOWN");
    scene.nija("rules TRADING_HALTED");
    scene.nija("rules nonsense");
    assert_snapshot!(scene.text());
}

#[test]
fn the_json_contract() {
    let env = TestEnv::initialised();
    ask(
        &env,
        &[
            ("check-ok", &["check", "killswitch"]),
            ("check-idle", &["check", "adoption"]),
            (
                "check-critical",
                &["check", "exposure", "Coinbase=4000", "Kraken=500", "--total", "5000", "--auto-kill"],
            ),
            ("check-again", &["check", "exposure"]),
            ("error-usage-check", &["check", "adoption", "--active", "5"]),
            ("rules-one", &["rules", "TRADING_HALTED"]),
        ],
    );
    env.config("[equity]\nconfirmations = 1\n");
    env.nija(&["equity", "set", "1000"]).run().expect(0);
    std::fs::write(env.state("adoption.json"), "{}").unwrap();
    ask(&env, &[("check-warning", &["check", "equity", "955"]), ("check-unknown", &["check", "adoption"])]);
}

#[test]
fn every_answer_is_what_a_monitoring_host_reads() {
    let env = TestEnv::initialised();
    env.config("[equity]\nconfirmations = 1\n");
    let is =
        |words: &[&str], code| is_plugin_output(&env.nija(&[&["check"], words].concat()).run().expect(code));
    is(&[], 0);
    is(&["adoption"], 0);
    is(&["adoption", "--active", "5", "--total", "10"], 0);
    is(&["equity", "1000", "--account", "it's | mine = 5"], 0);
    is(&["equity", "955", "--account", "it's | mine = 5"], 1);
    is(&["equity", "2000", "--account", "it's | mine = 5"], 0);
    is(&["adoption", "--active", "9", "--total", "10"], 2);
    std::fs::write(env.state("adoption.json"), "a | b\n").unwrap();
    is(&["adoption"], 2);
    env.nija(&["adoption", "forget"]).run().expect(0);
    is(&["adoption"], 0);
    std::fs::write(env.state("adoption.json"), "a | b\n").unwrap();
    is(&["DRAWDOWN", "adoption"], 3);
    env.nija(&["kill", "a | bar in", "the reason, and words ", &"without end ".repeat(70)]).run().expect(0);
    is(&["killswitch"], 2);
    let many: Vec<String> = (0..120).map(|i| format!("platform with a long name {i}=1")).collect();
    let mut words = vec!["exposure", "--total", "120"];
    words.extend(many.iter().map(String::as_str));
    is(&words, 0);
    std::fs::write(env.state("exposure.json"), "{}").unwrap();
    env.nija(&["exposure", "forget", "--total"]).run().expect(0);
    for index in 0..120 {
        let name = format!("exposure/platform%20with%20a%20long%20name%20{index}.json");
        std::fs::write(env.state(&name), "{}").unwrap();
    }
    is(&["exposure"], 3);
    is(&[], 2);
}

#[test]
fn a_cron_job_is_silent_while_all_is_well() {
    let env = TestEnv::initialised();
    env.nija(&["adoption", "set", "--active", "5", "--total", "10"]).run().expect(0);
    let output = env.nija(&["check", "--quiet"]).run().expect(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    env.nija(&["adoption", "set", "--active", "9", "--total", "10"]).run().expect(0);
    let output = env.nija(&["check", "--quiet"]).run().expect(2);
    assert!(output.stdout.starts_with("NIJA CRITICAL - ADOPTION_GUARDRAIL"), "{}", output.render());
}

#[test]
fn whatever_goes_wrong_is_unknown() {
    let env = TestEnv::new();
    let fails = |words: &[&str]| {
        let output = env.nija(&[&["check"], words].concat()).run().expect(3);
        assert!(output.stdout.is_empty() && output.stderr.starts_with("error: "), "{}", output.render());
    };
    fails(&[]);
    env.nija(&["init"]).run().expect(0);
    for words in [
        &["nonsense"][..],
        &["--wat"],
        &["adoption", "--active"],
        &["adoption", "--active", "5"],
        &["adoption", "--total", "5"],
        &["adoption", "5"],
        &["adoption", "adoption=5"],
        &["--active", "5", "--total", "9"],
        &["killswitch", "--total", "5"],
        &["exposure", "kraken"],
        &["exposure", "kraken=0"],
        &["exposure", "kraken=5", "--total", "4"],
        &["exposure", "kraken=5", "--active", "4"],
        &["exposure", "kraken=5", "--account", "main"],
        &["exposure", "equity", "kraken=5"],
        &["equity", "NaN"],
        &["equity", "1", "2"],
        &["equity", "1", "--total", "5"],
        &["equity", "--account", "main"],
        &["equity", "1", "--at", "2999-01-01T00:00:00Z"],
        &["--auto-kill"],
        &["killswitch", "--auto-kill"],
    ] {
        fails(words);
    }
    env.config("lock_wait = 0\n");
    fails(&[]);
    let written = std::fs::read_dir(env.path("state"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect::<Vec<_>>();
    assert!(
        !written.iter().any(|name| ["exposure", "exposure.json", "adoption.json", "equity.json"]
            .iter()
            .any(|own| name == own)),
        "{written:?}"
    );
}

#[test]
fn the_reference_page_is_what_the_rules_say() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/alerts.md");
    let made = TestEnv::new().nija(&["rules", "--markdown"]).run().expect(0).stdout;
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        std::fs::write(&page, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&page).unwrap();
    assert!(
        kept == made,
        "docs/reference/alerts.md is old: nija rules --markdown > docs/reference/alerts.md"
    );
}
