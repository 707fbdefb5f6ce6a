//! What platforms hold: reported as a whole, judged while it is fresh, and a platform halted by itself.

use std::time::Duration;

use insta::assert_snapshot;
use nija::domain::alert::lifecycle::Transition;
use nija::domain::exposure::Share;
use nija::domain::status::Status;
use nija::ops::check::Report as Look;
use nija::ops::exposure::{self, Report};
use rust_decimal::Decimal;

use super::golden::ask;
use super::scene::Scene;
use crate::common::{TestEnv, World};

fn report(balances: &[(&str, i64)], total: Option<i64>) -> Report {
    let balances = balances.iter().map(|(name, units)| ((*name).to_owned(), Decimal::from(*units))).collect();
    Report { balances, total: total.map(Decimal::from) }
}

impl World {
    fn set(&self, balances: &[(&str, i64)], total: Option<i64>) {
        self.on(|state| exposure::report(state, &report(balances, total)).unwrap());
    }

    fn refuses(&self, balances: &[(&str, i64)], total: Option<i64>) -> String {
        self.on(|state| exposure::report(state, &report(balances, total)).unwrap_err().message)
    }

    fn levels(&self) -> Vec<String> {
        let assessment = self.on(|state| exposure::show(state).unwrap());
        let level = |share: &Share| format!("{} {:?}", share.platform, share.level);
        assessment.shares.iter().map(level).collect()
    }
}

fn transitions(look: &Look) -> Vec<Transition> {
    look.changes.iter().map(|change| change.transition).collect()
}

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "exposure show",
        "check exposure",
        "exposure set Coinbase=4000 Kraken=500 --total 5000",
        "check exposure",
        "exposure set kraken=1600.50 --total 10000",
        "exposure set coinbase=3000.01",
        "check exposure --quiet",
        "exposure set coinbase=9000",
        "exposure set coinbase=1 Coinbase=2",
        "exposure forget coinbase gemini",
        "exposure forget --total",
        "exposure forget --total",
        "exposure show",
        "exposure forget COINBASE",
        "exposure show",
        "audit show --action exposure.forget",
    ] {
        scene.nija(line);
    }
    scene.env.config(
        "[exposure]\nlimit_pct = 12.5\nlimits = { Kraken = \"60\", ibkr = 100 }\nemergency_ratio = 2\n",
    );
    scene.note("other limits");
    scene.nija("exposure set kraken=55 ibkr=20 gemini=25");
    scene.nija("check exposure");
    assert_snapshot!(scene.text());
}

#[test]
fn the_json_contract() {
    let env = TestEnv::initialised();
    ask(
        &env,
        &[
            ("exposure-show-nothing", &["exposure", "show"]),
            ("exposure-set", &["exposure", "set", "Coinbase=4000", "Kraken=500", "--total", "5000"]),
            ("exposure-show", &["exposure", "show"]),
            ("exposure-forget", &["exposure", "forget", "kraken", "--total"]),
            ("error-usage-exposure", &["exposure", "set", "kraken=2", "coinbase=4000", "--total", "1"]),
            ("error-not-found-exposure", &["exposure", "forget", "kraken"]),
        ],
    );
}

#[test]
fn bad_input_changes_nothing() {
    let env = TestEnv::initialised();
    env.nija(&["exposure", "set", "Coinbase=4000", "Kraken=500", "--total", "5000"]).run().expect(0);
    let before = env.nija(&["exposure", "show"]).run().stdout;
    for words in [
        &["set"][..],
        &["set", "Coinbase"],
        &["set", "=5"],
        &["set", "Coinbase="],
        &["set", "Coinbase=0"],
        &["set", "Coinbase=0.00"],
        &["set", "Coinbase=-1"],
        &["set", "Coinbase=NaN"],
        &["set", "Coinbase=inf"],
        &["set", "Coinbase=1e3"],
        &["set", "Coinbase=1_000"],
        &["set", "Coinbase=1,000"],
        &["set", "Coinbase=40%"],
        &["set", "Coinbase=1000000000000001"],
        &["set", "Coinbase=0.00000000000000000000000000001"],
        &["set", "Kraken=1", "Coinbase=x"],
        &["set", "Kraken=1", "kraken=2"],
        &["set", "Kraken=1", "Coinbase=4999.01"],
        &["set", "a\nb=1"],
        &["set", "Kraken=1", "--total", "0"],
        &["set", "Kraken=1", "--total", "-5000"],
        &["set", "Kraken=1", "--total", "NaN"],
        &["set", "--total", "4499.99"],
    ] {
        let output = env.nija(&[&["exposure"], words].concat()).run().expect(64);
        assert!(output.stderr.contains("error: ") && output.stderr.contains("try: "), "{}", output.render());
        assert!(output.stdout.is_empty());
    }
    let name = format!("{}=1", "x".repeat(201));
    env.nija(&["exposure", "set", &name]).run().expect(64);
    let after = env.nija(&["exposure", "show"]).run().stdout;
    let ageless = |page: &str| {
        page.lines().map(|line| line.split("  age").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ageless(&after), ageless(&before));
}

#[test]
fn auto_kill_halts_the_platform_once_an_episode_until_a_person_resumes() {
    let env = TestEnv::initialised();
    env.config("[exposure]\nauto_kill = true\n");
    let set = |coinbase: &str| {
        env.nija(&["exposure", "set", &format!("Coinbase={coinbase}"), "Kraken=500", "--total", "5000"])
            .run()
            .expect(0);
        env.nija(&["check", "exposure"]).run()
    };
    let gate = |platform: &str| env.nija(&["gate", "X", "--platform", platform]).run().code;
    let resume = || env.nija(&["killswitch", "deactivate", "moved", "it", "--yes"]).run().expect(0);
    set("2250").expect(2);
    assert_eq!((gate("coinbase"), gate("kraken")), (0, 0), "CRITICAL pulls nothing");
    set("2250.01").expect(2);
    assert_eq!((gate("coinbase"), gate("COINBASE"), gate("kraken")), (1, 1, 0));
    resume();
    set("2300").expect(2);
    assert_eq!(gate("coinbase"), 0, "a person decided about this episode");
    set("2000").expect(2);
    set("2300").expect(2);
    assert_eq!(gate("coinbase"), 1, "it was better in between");
    resume();
    set("1500").expect(1);
    assert_eq!(gate("coinbase"), 0);
    env.nija(&["alerts", "resolve", "PLATFORM_EXPOSURE", "--note", "moved it"]).run().expect(0);
    set("1500").expect(0);
    set("4000").expect(2);
    assert_eq!((gate("coinbase"), gate("kraken")), (1, 0));
    let halts = env.nija(&["killswitch", "history"]).run().stdout;
    assert_eq!(halts.matches("PLATFORM_EXPOSURE").count(), 3, "{halts}");
}

#[test]
fn auto_kill_halts_everything_when_told_so() {
    let env = TestEnv::initialised();
    env.config("[exposure]\nauto_kill_scope = \"all\"\n");
    env.nija(&["check", "exposure", "Coinbase=4000", "Kraken=500", "--total", "5000"]).run().expect(2);
    env.nija(&["gate", "X", "--platform", "kraken"]).run().expect(0);
    env.nija(&["check", "exposure", "--auto-kill"]).run().expect(2);
    env.nija(&["gate", "X", "--platform", "kraken"]).run().expect(1);
    assert!(env.state("EMERGENCY_STOP").exists());
}

#[test]
fn old_balances_are_unknown_and_pull_nothing() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[exposure]\nauto_kill = true\nstale_after = \"10min\"\n");
    assert_eq!(world.check("exposure").status, Status::Ok, "nothing was ever reported");
    world.set(&[("a", 1), ("b", 9)], Some(100));
    assert_eq!(world.check("exposure").status, Status::Ok);
    world.clock.advance(Duration::from_secs(599));
    assert_eq!(world.check("exposure").status, Status::Ok);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.check("exposure").status, Status::Unknown);
    // What is fresh is judged, by a total that is.
    world.set(&[("a", 1)], Some(100));
    assert_eq!(world.levels(), ["a Ok", "b Unknown"]);
    assert_eq!(world.check("exposure").status, Status::Unknown);
    // A total that is not fresh is none: to take the sum instead would halt for nothing.
    world.clock.advance(Duration::from_secs(300));
    world.set(&[("a", 1), ("b", 9)], None);
    world.clock.advance(Duration::from_secs(300));
    let look = world.check("exposure");
    assert_eq!((look.status, look.pulled.len()), (Status::Unknown, 0));
    world.on(|state| exposure::forget(state, &[], true).unwrap());
    let look = world.check("exposure");
    assert_eq!((look.status, look.pulled.len()), (Status::Critical, 1), "b holds nine of ten");
}

#[test]
fn a_clock_that_steps_back_keeps_no_balance_fresh() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.set(&[("a", 10), ("b", 10)], Some(100));
    let then: chrono::DateTime<chrono::Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    world.clock.set_wall(then);
    assert_eq!(world.check("exposure").status, Status::Unknown);
    world.set(&[("a", 40), ("b", 10)], Some(100));
    let look = world.check("exposure");
    assert_eq!((look.status, transitions(&look)), (Status::Critical, vec![Transition::Fired]));
    world.clock.advance(Duration::from_secs(3600));
    let look = world.check("exposure");
    assert_eq!((look.status, transitions(&look)), (Status::Critical, vec![]), "in doubt it is not resolved");
    world.set(&[("a", 30), ("b", 10)], Some(100));
    assert_eq!(transitions(&world.check("exposure")), [Transition::Resolved]);
}

#[test]
fn a_report_that_a_crash_cut_short_counts_as_a_whole() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.set(&[("a", 25), ("b", 25), ("c", 25), ("d", 25)], None);
    let document = |name: &str| env.state(&format!("exposure/{name}.json"));
    let old = std::fs::read(document("b")).unwrap();
    world.set(&[("a", 1), ("b", 49)], None);
    std::fs::write(document("b"), &old).unwrap();
    assert_eq!(world.levels(), ["a Ok", "b Emergency", "c Ok", "d Ok"]);
    // The next report finds it in the book, and completes it first.
    world.set(&[("c", 26)], None);
    assert_eq!(world.levels(), ["a Ok", "b Emergency", "c Ok", "d Ok"]);
    assert_ne!(std::fs::read(document("b")).unwrap(), old);
    // A platform that is forgotten does not come back from the book either.
    world.set(&[("b", 50)], None);
    std::fs::write(document("b"), &old).unwrap();
    world.on(|state| exposure::forget(state, &["B".to_owned()], false).unwrap());
    assert_eq!(world.levels(), ["a Ok", "c Emergency", "d Emergency"]);
}

#[test]
fn damaged_documents_are_kept_and_told() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.set(&[("a", 10), ("b", 10)], Some(100));
    std::fs::write(env.state("exposure/a.json"), "{").unwrap();
    // The book has it as well, but of the same report it does not know better than a document.
    assert_eq!(world.levels(), ["a Ok", "b Ok"], "the book still has it");
    std::fs::write(env.state("exposure.json"), "{").unwrap();
    assert_eq!(world.check("exposure").status, Status::Unknown);
    assert!(
        world.refuses(&[("a", 10)], None).contains("exposure.json: it is corrupt"),
        "it may have held a total"
    );
    world.set(&[("a", 10)], Some(100));
    assert_eq!(world.levels(), ["a Ok", "b Ok"]);
    let kept = |name: &str| {
        let folder = std::fs::read_dir(env.path("state"))
            .unwrap()
            .chain(std::fs::read_dir(env.state("exposure")).unwrap());
        folder.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(name)).count()
    };
    assert_eq!((kept("exposure.json.corrupt-"), kept("a.json.corrupt-")), (1, 1));
    std::fs::write(env.state("exposure/b.json"), "[]").unwrap();
    assert_eq!(world.check("exposure").status, Status::Unknown);
    env.nija(&["exposure", "forget", "b"]).run().expect(0);
    assert_eq!((kept("b.json.corrupt-"), world.check("exposure").status), (1, Status::Ok));
    env.nija(&["audit", "verify"]).run().expect(0);
}

#[test]
fn reports_at_the_same_time_are_all_taken_and_never_seen_by_halves() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[exposure]\nlimit_pct = 50\n");
    world.set(&[("a", 50), ("b", 50)], None);
    std::thread::scope(|scope| {
        let swap = |a: i64, b: i64| {
            let world = &world;
            scope.spawn(move || (0..40).for_each(|_| world.set(&[("a", a), ("b", b)], None)))
        };
        let writers = [swap(500_000, 500_000), swap(1, 1), swap(50, 50)];
        while !writers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            assert_eq!(world.levels(), ["a Ok", "b Ok"]);
        }
    });
}
