//! What accounts are worth: readings that confirm each other, the peak, the day, and money that comes and goes.

use std::time::Duration;

use insta::assert_snapshot;
use nija::domain::alert::{Severity, lifecycle::Transition};
use nija::domain::halt::Scope;
use nija::domain::status::Status;
use nija::ops::check::Report as Look;
use nija::ops::equity;
use rust_decimal::Decimal;

use super::golden::ask;
use super::scene::Scene;
use crate::common::{TestEnv, World};

impl World {
    /// A minute passes, the equity is read, and the rules judge.
    fn read(&self, account: Option<&str>, value: i64) -> Look {
        self.clock.advance(Duration::from_secs(60));
        self.on(|state| equity::report(state, account, Decimal::from(value), None).unwrap());
        self.check("equity")
    }
}

/// Rules that fire, and how badly.
fn firing(look: &Look) -> Vec<(&str, Severity)> {
    look.rules
        .iter()
        .flat_map(|judged| judged.alerts.iter().map(|alert| (judged.rule, alert.severity)))
        .collect()
}

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "equity show",
        "equity deposit 5",
        "equity set 10000",
        "check equity",
        "equity set 10000.50",
        "equity set 9999",
        "equity set 1",
        "check equity",
        "equity set 9999",
        "check equity 9550",
        "check equity 9540",
        "check equity 9530",
        "equity show",
        "equity deposit 10000 --reason saving",
        "equity withdraw 30000",
        "equity withdraw 4000",
        "equity reset-peak",
        "equity reset-peak --reason strategy",
        "check equity",
        "equity set 250 --account Main",
        "equity show --account main",
        "equity show --account other",
        "equity set 250 --account main --at 1999-11-20T14:00:00Z",
        "equity set 250 --account main --at 2999-01-01T00:00:00Z",
        "equity forget --account main",
        "equity forget",
        "equity forget",
        "audit show --action equity.deposit",
        "audit show --action equity.withdraw",
        "audit show --action equity.reset_peak",
        "audit show --action equity.forget",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn the_json_contract() {
    let env = TestEnv::initialised();
    env.config("[equity]\nconfirmations = 1\ndaily_loss_limit_cash = 400\n");
    ask(
        &env,
        &[
            ("equity-show-nothing", &["equity", "show"]),
            ("equity-set", &["equity", "set", "1000"]),
            ("equity-set-account", &["equity", "set", "-20", "--account", "main"]),
            ("equity-deposit", &["equity", "deposit", "100"]),
            ("equity-withdraw", &["equity", "withdraw", "50", "--reason", "rent"]),
            ("equity-reset-peak", &["equity", "reset-peak", "--reason", "strategy"]),
            ("equity-show", &["equity", "show"]),
            ("equity-forget", &["equity", "forget", "--account", "main"]),
            ("error-not-found-equity", &["equity", "show", "--account", "main"]),
        ],
    );
}

#[test]
fn bad_input_changes_nothing() {
    let env = TestEnv::initialised();
    env.nija(&["equity", "set", "1000"]).run().expect(0);
    let before = std::fs::read(env.state("equity.json")).unwrap();
    for words in [
        &["set"][..],
        &["set", ""],
        &["set", "NaN"],
        &["set", "-inf"],
        &["set", "1e3"],
        &["set", "1_000"],
        &["set", "10 000"],
        &["set", "1000000000000000.5"],
        &["set", "5", "6"],
        &["set", "5", "--account", ""],
        &["set", "5", "--at", "yesterday"],
        &["set", "5", "--at", "2999-01-01T00:00:00Z"],
        &["set", "5", "--at", "1999-01-01T00:00:00Z"],
        &["deposit", "0"],
        &["deposit", "-5"],
        &["withdraw", "NaN"],
        &["withdraw", "5"],
        &["reset-peak", "--reason", "nothing is confirmed yet"],
        &["reset-peak"],
    ] {
        let output = env.nija(&[&["equity"], words].concat()).run().expect(64);
        assert!(output.stderr.contains("error: ") && output.stderr.contains("try: "), "{}", output.render());
    }
    assert_eq!(std::fs::read(env.state("equity.json")).unwrap(), before);
    env.nija(&["equity", "set", "0", "--account", "a"]).run().expect(0);
    env.nija(&["equity", "set", "-1000000", "--account", "a"]).run().expect(0);
}

#[test]
fn a_reading_that_comes_again_is_taken_once() {
    let env = TestEnv::initialised();
    let set = ["equity", "set", "5", "--at", "2026-03-02T09:30:00Z", "--json"];
    assert!(env.nija(&set).run().expect(0).stdout.contains("\"changed\":true"));
    assert!(env.nija(&set).run().expect(0).stdout.contains("\"changed\":false"));
}

#[test]
fn a_drawdown_halts_its_account_after_three_readings_and_once_an_episode() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[equity]\nauto_kill = true\ndaily_loss_limit_pct = 100\n");
    for value in [1000, 1000, 1000, 1, 1, 1000, 5_000_000, 1000] {
        let look = world.read(Some("Main"), value);
        assert_eq!((look.status, look.pulled.len()), (Status::Ok, 0), "{value}");
    }
    assert!(world.read(Some("Main"), 700).pulled.is_empty());
    assert!(world.read(Some("main"), 690).pulled.is_empty());
    let look = world.read(Some("main"), 680);
    assert_eq!(firing(&look), [("DRAWDOWN", Severity::Emergency)]);
    assert_eq!(look.pulled[0].pull.scope, Scope::Account("Main".to_owned()));
    let gate = |account: &str| env.nija(&["gate", "X", "--account", account]).run().code;
    assert_eq!((gate("MAIN"), gate("other")), (1, 0));
    env.nija(&["killswitch", "deactivate", "smaller", "positions", "--yes"]).run().expect(0);
    assert!(world.read(Some("main"), 650).pulled.is_empty(), "a person decided about this episode");
    assert_eq!(
        firing(&world.read(Some("main"), 1000)),
        [("DRAWDOWN", Severity::Emergency)],
        "one tick resolves nothing"
    );
    for value in [1000, 1000, 700, 700] {
        world.read(Some("main"), value);
    }
    let look = world.read(Some("main"), 700);
    assert_eq!((look.pulled.len(), gate("main")), (1, 1), "a new episode");
}

#[test]
fn the_equity_of_all_accounts_halts_everything() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[equity]\nauto_kill = true\nconfirmations = 1\n");
    world.read(None, 1000);
    assert_eq!(firing(&world.read(None, 960)), [("DAILY_LOSS", Severity::Warning)]);
    let look = world.read(None, 949);
    assert_eq!(look.pulled[0].pull.scope, Scope::All);
    env.nija(&["gate", "X", "--account", "other"]).run().expect(1);
}

#[test]
fn a_new_day_begins_at_the_hour_that_was_set() {
    let env = TestEnv::initialised();
    let world =
        World::of(&env, "[equity]\nconfirmations = 1\nday_start = \"22:00\"\ndrawdown_limit_pct = 50\n");
    let at = |text: &str| world.clock.set_wall(format!("2026-03-02T{text}Z").parse().unwrap());
    world.read(None, 1000);
    world.read(None, 900);
    at("21:58:59");
    assert_eq!(firing(&world.read(None, 900)), [("DAILY_LOSS", Severity::Emergency)]);
    world.clock.advance(Duration::from_secs(1));
    let look = world.check("equity");
    assert_eq!(look.changes[0].transition, Transition::Latched, "{:?}", look.changes);
    assert_eq!(firing(&world.read(None, 850)), [("DAILY_LOSS", Severity::Emergency)], "of 900");
}

#[test]
fn an_old_reading_is_unknown_and_resolves_nothing() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[equity]\nconfirmations = 1\n");
    assert_eq!(world.check("equity").status, Status::Ok, "nothing was ever reported");
    world.read(None, 1000);
    world.read(None, 700);
    world.clock.advance(Duration::from_secs(900));
    let look = world.check("equity");
    assert_eq!(look.rules.iter().map(|judged| judged.doubts.len()).sum::<usize>(), 2);
    assert_eq!((look.status, look.changes.len()), (Status::Critical, 0), "what fired is not over");
    assert!(look.rules[0].alerts[0].doubt.is_some());
    world.clock.set_wall("2026-03-02T07:00:00Z".parse().unwrap());
    assert_eq!(world.check("equity").changes.len(), 0, "nor does a clock that stepped back make it fresh");
    assert_eq!(world.read(None, 990).changes.len(), 2, "and the next reading counts");
}

#[test]
fn a_damaged_document_is_not_started_anew_without_a_person() {
    let env = TestEnv::initialised();
    env.nija(&["equity", "set", "1000", "--account", "main"]).run().expect(0);
    let file = env.state("equity/main.json");
    std::fs::write(&file, "nonsense").unwrap();
    let output = env.nija(&["equity", "set", "10", "--account", "main"]).run().expect(65);
    assert!(output.stderr.contains("try: nija equity forget --account 'main'"), "{}", output.render());
    env.nija(&["check", "equity"]).run().expect(3);
    assert_eq!(std::fs::read(&file).unwrap(), b"nonsense");
    env.nija(&["equity", "forget", "--account", "main"]).run().expect(0);
    env.nija(&["equity", "set", "10", "--account", "main"]).run().expect(0);
    let recorded = env.nija(&["audit", "show", "--action", "equity.forget", "--json"]).run().stdout;
    assert!(recorded.contains("main.json.corrupt-"), "{recorded}");
}
