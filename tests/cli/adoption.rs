//! How many users are active: reported, judged while it is fresh, and everything halted where told.

use std::time::Duration;

use insta::assert_snapshot;
use nija::domain::status::Status;
use nija::ops::adoption;

use super::golden::ask;
use super::scene::Scene;
use crate::common::{TestEnv, World};

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "adoption show",
        "adoption set --active 80 --total 100",
        "check adoption",
        "check adoption --active 85 --total 100 --auto-kill",
        "gate BTC-USD",
        "killswitch deactivate crowd has gone --yes",
        "check adoption --active 90 --total 100 --auto-kill",
        "gate BTC-USD",
        "check adoption --active 8001 --total 10000",
        "adoption show",
        "check adoption --active 0 --total 10000",
        "check adoption --active 9000 --total 10000 --auto-kill",
        "gate BTC-USD",
        "adoption forget",
        "adoption forget",
        "check adoption",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn the_json_contract() {
    let env = TestEnv::initialised();
    ask(
        &env,
        &[
            ("adoption-show-nothing", &["adoption", "show"]),
            ("adoption-set", &["adoption", "set", "--active", "2", "--total", "3"]),
            ("adoption-show", &["adoption", "show"]),
            ("error-usage-adoption", &["adoption", "set", "--active", "4", "--total", "3"]),
            ("adoption-forget", &["adoption", "forget"]),
        ],
    );
}

#[test]
fn bad_input_changes_nothing() {
    let env = TestEnv::initialised();
    env.nija(&["adoption", "set", "--active", "5", "--total", "10"]).run().expect(0);
    let before = std::fs::read(env.state("adoption.json")).unwrap();
    for (active, total) in [
        ("11", "10"),
        ("0", "0"),
        ("5", "0"),
        ("-5", "10"),
        ("5", "-10"),
        ("5.5", "10"),
        ("NaN", "10"),
        ("5", "inf"),
        ("50%", "100"),
        ("1_0", "100"),
        ("+5", "10"),
        ("", "10"),
        ("5", "18446744073709551616"),
    ] {
        let words = ["--active", active, "--total", total];
        let output = env.nija(&[&["adoption", "set"][..], &words].concat()).run().expect(64);
        assert!(output.stderr.contains("error: ") && output.stderr.contains("try: "), "{}", output.render());
        env.nija(&[&["check", "adoption"][..], &words].concat()).run().expect(3);
    }
    env.nija(&["adoption", "set", "--active", "5"]).run().expect(64);
    assert_eq!(std::fs::read(env.state("adoption.json")).unwrap(), before);
}

#[test]
fn old_figures_are_unknown_also_when_the_clock_steps_back() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[adoption]\nauto_kill = true\n");
    let set = |active| world.on(|state| adoption::report(state, active, 100).unwrap());
    assert_eq!(world.check("adoption").status, Status::Ok, "nothing was ever reported");
    set(81);
    world.clock.advance(Duration::from_secs(3600));
    let look = world.check("adoption");
    assert_eq!((look.status, look.pulled.len()), (Status::Unknown, 0), "too old to halt for");
    set(81);
    assert_eq!(world.check("adoption").pulled.len(), 1);
    set(10);
    assert_eq!(
        world.check("adoption").status,
        Status::Warning,
        "it pulled the kill switch: somebody has to look"
    );
    world.clock.set_wall("2026-03-01T00:00:00Z".parse().unwrap());
    assert_eq!(world.check("adoption").status, Status::Unknown);
    set(10);
    assert_eq!(world.check("adoption").status, Status::Warning);
}

#[test]
fn a_damaged_document_is_kept_and_replaced_by_the_next_report() {
    let env = TestEnv::initialised();
    std::fs::write(env.state("adoption.json"), "nonsense").unwrap();
    env.nija(&["check", "adoption"]).run().expect(3);
    let output = env.nija(&["adoption", "set", "--active", "1", "--total", "2"]).run().expect(0);
    assert!(output.stderr.contains("adoption.json.corrupt-"), "{}", output.render());
    env.nija(&["check", "adoption"]).run().expect(0);
    std::fs::write(env.state("adoption.json"), "nonsense").unwrap();
    env.nija(&["adoption", "forget"]).run().expect(0);
    env.nija(&["check", "adoption"]).run().expect(0);
}
