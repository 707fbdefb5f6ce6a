//! Alerts and the people who take care of them: acknowledged, given back, resolved, silenced, and all of it on the record.

use std::time::Duration;

use insta::assert_snapshot;
use nija::domain::alert::Shown;
use nija::domain::alert::standing::Word;
use nija::domain::status::Status;
use nija::ops::alerts::{self, answer};
use nija::ops::check::Report as Look;
use nija::ops::{exposure, silences};

use super::golden::ask;
use super::scene::{Scene, id};
use crate::common::{TestEnv, World};

/// The id of the alert about what coinbase holds.
const COINBASE: &str = "a-4bb2d272";

fn env() -> TestEnv {
    let env = TestEnv::initialised();
    env.config("[exposure]\nauto_kill = false\n");
    env
}

impl World {
    /// So many percent of the capital on one platform.
    pub(super) fn set_share(&self, share: u32) {
        let balances = vec![("coinbase".to_owned(), share.into()), ("bank".to_owned(), 10.into())];
        let report = exposure::Report { balances, total: Some(100.into()) };
        self.on(|state| exposure::report(state, &report).unwrap());
    }

    fn holds(&self, share: u32) -> Look {
        self.set_share(share);
        self.check("exposure")
    }

    fn alerts(&self) -> Vec<Shown> {
        self.on(|state| alerts::list(state, true).unwrap().alerts)
    }

    fn word(&self) -> Word {
        self.alerts()[0].standing.word
    }

    fn ack(&self, seconds: i64) {
        let length = Some(chrono::TimeDelta::seconds(seconds));
        self.on(|state| answer::ack(state, &coinbase(), length, "").unwrap());
    }
}

fn coinbase() -> answer::Selection {
    answer::Selection { words: vec![COINBASE.to_owned()], rule: None }
}

#[test]
fn pages() {
    let mut scene = Scene::new(env());
    for line in [
        "alerts",
        "alerts --all",
        "check exposure Coinbase=4000 Kraken=3500 --total 10000",
        "alerts",
        "alerts --exit-code",
        "alerts ack a-4bb2d272 --for 1h --note 'on it' --operator alice",
        "alerts show a-4bb",
        "check exposure",
        "alerts silence PLATFORM_EXPOSURE=platform:kraken --for 2h --reason 'moving it' --operator bob",
        "alerts silences",
        "alerts list",
        "status",
        "alerts unack PLATFORM_EXPOSURE:platform:coinbase --operator bob",
        "alerts unack a-4bb2d272",
        "check exposure Coinbase=5000 Kraken=500 --auto-kill",
        "check exposure Coinbase=400",
        "alerts",
        "status",
        "alerts show a-4bb2d272",
        "alerts ack --rule PLATFORM_EXPOSURE --operator alice",
        "alerts resolve a-4bb2d272 --note 'moved to cold storage' --operator alice",
        "alerts --all",
        "check exposure",
        "alerts show a-4bb2d272",
        "alerts history",
        "alerts history a-4bb2d272 --limit 2",
    ] {
        scene.nija(line);
    }
    let silenced = scene.env.nija(&["alerts", "silences"]).run().stdout;
    let silence = id(&silenced, "s-");
    for line in [
        &format!("alerts unsilence {silence}"),
        &format!("alerts unsilence {silence}"),
        "alerts silences",
        "alerts silences --all",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut scene = Scene::new(env());
    for line in [
        "alerts ack a-1",
        "alerts ack",
        "check exposure Coinbase=2000 Kraken=2000 --total 5000",
        "alerts ack a-1",
        "alerts ack PLATFORM_EXPOSURE",
        "alerts ack a-4bb2d272 --for 25h",
        "alerts ack a-4bb2d272 --for 0s",
        "alerts ack a-4bb2d272 --for soon",
        "alerts ack a-4bb2d272 a-1 --for 1h",
        "alerts ack --rule DRAWDOWN",
        "alerts resolve a-4bb2d272",
        "alerts resolve a-4bb2d272 --note ''",
        "alerts resolve a-4bb2d272 --note done",
        "alerts show nope",
        "alerts nope",
        "alerts --all show a-4bb2d272",
        "alerts history a-00000000",
        "alerts history --since yesterday",
        "alerts silence ORDER_STUCK",
        "alerts silence ORDER_STUCK --for 1h",
        "alerts silence ORDER_STUCK --for 1h --reason ''",
        "alerts silence ORDER_STUCK --for 8h1s --reason x",
        "alerts silence ORDER_STUCK --for 0s --reason x",
        "alerts silence ORDER_STUCK --reason x",
        "alerts silence NO_RULE --for 1h --reason x",
        "alerts silence TRADING_HALTED --for 1h --reason x",
        "alerts silence ADOPTION_GUARDRAIL --for 1h --reason x",
        "alerts silence =platform:kraken --for 1h --reason x",
        "alerts silence ORDER_STUCK= --for 1h --reason x",
        "alerts silence ORDER_STUCK=kraken --for 1h --reason x",
        "alerts silence ORDER_STUCK=platform: --for 1h --reason x",
        "alerts silence ORDER_STUCK=platform:a,platform:b --for 1h --reason x",
        "alerts unsilence s-00000000",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
    let env = scene.env;
    for action in ["alert.ack", "silence.create"] {
        let records = env.nija(&["audit", "show", "--action", action]).run().stdout;
        assert_eq!(records, "nothing on record\n", "nothing was changed");
    }
}

#[test]
fn the_json_contract() {
    let env = env();
    let auto = ["check", "exposure", "Coinbase=4000", "Kraken=500", "--total", "5000", "--auto-kill"];
    ask(&env, &[("alerts-list-nothing", &["alerts"])]);
    env.nija(&auto).run().expect(2);
    ask(
        &env,
        &[
            ("alerts-list", &["alerts"]),
            (
                "alerts-ack",
                &["alerts", "ack", COINBASE, "--for", "1h", "--note", "on it", "--operator", "alice"],
            ),
            ("alerts-show", &["alerts", "show", COINBASE]),
            ("check-acked", &["check", "exposure"]),
            ("alerts-unack", &["alerts", "unack", COINBASE]),
            ("alerts-unack-again", &["alerts", "unack", COINBASE]),
            ("alerts-resolve-firing", &["alerts", "resolve", COINBASE, "--note", "x"]),
            (
                "alerts-silence",
                &["alerts", "silence", "PLATFORM_*=platform:coinbase", "--for", "2h", "--reason", "known"],
            ),
            ("alerts-silences", &["alerts", "silences"]),
            ("alerts-unsilence", &["alerts", "unsilence", "s-"]),
        ],
    );
    env.nija(&["exposure", "set", "Coinbase=400"]).run().expect(0);
    ask(
        &env,
        &[
            ("check-latched", &["check", "exposure"]),
            ("alerts-resolve", &["alerts", "resolve", COINBASE, "--note", "moved"]),
            ("alerts-list-all", &["alerts", "list", "--all"]),
            ("alerts-history", &["alerts", "history", COINBASE]),
            ("error-not-found-alerts", &["alerts", "show", "a-0"]),
        ],
    );
}

#[test]
fn an_acknowledgement_holds_until_it_is_over_or_it_gets_worse() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    assert_eq!(world.holds(40).unacknowledged(), 1);
    world.ack(60);
    assert_eq!((world.word(), world.holds(41).unacknowledged()), (Word::Acked, 0));
    world.clock.advance(Duration::from_secs(59));
    assert_eq!(world.word(), Word::Acked);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!((world.word(), world.holds(40).unacknowledged()), (Word::Firing, 1), "it is over");
    world.ack(3600);
    world.holds(50);
    assert_eq!(world.word(), Word::Firing, "it got worse");
    world.ack(3600);
    assert_eq!((world.word(), world.holds(40).unacknowledged()), (Word::Acked, 0), "it got better");
    world.clock.set_wall("2026-03-02T08:00:00Z".parse().unwrap());
    assert_eq!(world.word(), Word::Firing, "a clock that steps back makes it no longer");
}

#[test]
fn what_was_critical_waits_until_somebody_saw_it() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.holds(40);
    let look = world.holds(10);
    assert_eq!((look.status, look.unseen.len(), look.unacknowledged()), (Status::Ok, 1, 1));
    let day = Duration::from_secs(24 * 3600);
    world.clock.advance(8 * day);
    world.holds(10);
    assert_eq!(world.word(), Word::ResolvedUnseen, "it is not forgotten with those that somebody saw");
    world.ack(60);
    assert_eq!(world.holds(10).unseen.len(), 0);
    assert!(world.alerts().is_empty(), "and then it is");
    world.holds(40);
    world.holds(10);
    world.clock.advance(91 * day);
    world.holds(10);
    assert!(world.alerts().is_empty(), "nobody ever will");
}

#[test]
fn a_latched_alert_stays_until_a_person_resolves_it_and_pulls_again_when_it_returns() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[exposure]\nauto_kill = true\n");
    assert_eq!(world.holds(50).pulled.len(), 1);
    world.holds(40);
    let look = world.holds(10);
    assert_eq!((look.status, look.latched.len()), (Status::Warning, 1), "though it was better in between");
    world.clock.advance(Duration::from_secs(100 * 24 * 3600));
    assert_eq!(world.holds(10).latched.len(), 1);
    let look = world.holds(50);
    assert_eq!(
        (look.pulled.len(), look.latched.len(), world.alerts()[0].count),
        (1, 0, 1),
        "the same once more"
    );
    let firing = world.on(|state| answer::resolve(state, &coinbase(), "looked").unwrap_err());
    assert_eq!((firing.exit(), firing.message.contains("still holds")), (64, true));
    world.holds(10);
    world.on(|state| answer::resolve(state, &coinbase(), "looked").unwrap());
    assert_eq!((world.word(), world.holds(10).status), (Word::Resolved, Status::Ok));
    world.holds(50);
    assert_eq!(world.alerts()[0].count, 2, "what is resolved begins anew");
}

#[test]
fn a_silence_hides_for_its_time_and_is_forgotten_a_day_later() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    let request = |hours| silences::Request {
        rule: "platform_*".to_owned(),
        labels: [("platform".to_owned(), "coin*".to_owned())].into(),
        length: chrono::TimeDelta::hours(hours),
        reason: "known".to_owned(),
    };
    world.holds(40);
    let report = world.on(|state| silences::create(state, &request(2)).unwrap());
    assert_eq!(report.shown.hides, [COINBASE]);
    assert_eq!((world.word(), world.holds(40).unacknowledged()), (Word::Shelved, 0));
    assert_eq!(world.holds(50).unacknowledged(), 1, "an EMERGENCY is never hidden");
    world.holds(40);
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(world.word(), Word::Firing, "what is CRITICAL is hidden for an hour");
    world.clock.advance(Duration::from_secs(3600));
    let kept = |every| world.on(|state| silences::list(state, every).unwrap().0.len());
    assert_eq!((kept(false), kept(true)), (0, 1));
    world.clock.advance(Duration::from_secs(24 * 3600));
    world.holds(40);
    assert_eq!(kept(true), 0);
    assert!(world.on(|state| silences::create(state, &request(9)).is_err()));
    env.nija(&["audit", "verify"]).run().expect(0);
}
