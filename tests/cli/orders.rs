//! Orders: said, said again, said otherwise, judged on a clock moved by hand, and moved out of the way when they are through.

use std::time::Duration;

use insta::assert_snapshot;
use nija::clock::Clock as _;
use nija::domain::alert::lifecycle::Transition;
use nija::domain::pending::{Outcome, State, Terms, Told};
use nija::domain::status::Status;
use nija::ops::check::Report as Look;
use nija::ops::orders::{self, Filter, Request};
use rust_decimal::Decimal;

use super::golden::{ask, document};
use super::scene::Scene;
use crate::common::{TestEnv, World};

impl World {
    fn track(&self, id: &str, platform: &str) {
        let terms = Terms {
            symbol: "BTC-USD".to_owned(),
            platform: Some(platform.to_owned()),
            side: Some(nija::Side::Buy),
            price: Some(Decimal::from(100)),
            ..Terms::default()
        };
        let request = Request { id: id.to_owned(), terms, submitted_at: None };
        self.on(|state| orders::track(state, &request).unwrap());
    }

    fn fill(&self, id: &str) {
        let told = Told {
            outcome: Outcome::Filled,
            filled_qty: None,
            fill_price: Some(Decimal::from(101)),
            fee: None,
            filled_at: None,
        };
        self.on(|state| orders::complete(state, id, &told).unwrap());
    }

    fn ids(&self, filter: &Filter) -> Vec<String> {
        let (orders, _) = self.on(|state| orders::list(state, filter).unwrap());
        orders.into_iter().map(|order| order.id).collect()
    }
}

fn transitions(look: &Look) -> Vec<(&str, Transition)> {
    look.changes.iter().map(|change| (change.fingerprint.as_str(), change.transition)).collect()
}

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "orders list",
        "check orders",
        "orders track A-1 --symbol BTC-USD --side buy --qty 0.5 --price 64000 --platform kraken --strategy scalper --owner alice",
        "orders track A-1 --symbol btc/usd --side buy --qty 0.50 --price 6.4e4 --platform Kraken --strategy Scalper --owner alice",
        "orders track A-1 --symbol ETH-USD --side sell --qty 0.6 --platform kraken --strategy scalper --account main",
        "orders track A-2 --symbol ETH-USD",
        "orders update A-1 --state partially-filled --filled-qty 0.2",
        "orders update A-1 --state partially-filled --filled-qty 0.2",
        "orders update A-1 --state partially-filled --filled-qty 0.1",
        "orders update A-1 --state partially-filled --filled-qty 0.6",
        "orders update A-1 --state partially-filled --filled-qty 0.5",
        "orders update A-1 --state pending",
        "orders update A-1 --state completed",
        "orders update A-1 --state pending-cancel",
        "orders show A-1",
        "orders list",
        "orders list --state pending-cancel --platform KRAKEN",
        "orders list --symbol btcusd --strategy other",
        "orders complete A-1 --outcome rejected",
        "orders complete A-1 --outcome cancelled --fill-price 64010 --fee 3.2 --filled-at 2026-11-20T14:00:00+01:00",
        "orders complete A-1 --outcome cancelled --fill-price 64010 --fee 3.2 --filled-at 2026-11-20T13:00:00Z",
        "orders complete A-1 --outcome filled",
        "orders update A-1 --state unknown",
        "orders complete A-2 --outcome filled --fill-price 3000",
        "orders complete A-3 --outcome filled",
        "orders update A-3 --state unknown",
        "orders show A-3",
        "orders list",
        "orders list --all",
        "orders list --all --limit 1",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn figures_and_names_that_make_no_sense() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "orders track A-1 --symbol BTC-USD --qty 0",
        "orders track A-1 --symbol BTC-USD --qty -1",
        "orders track A-1 --symbol BTC-USD --qty NaN",
        "orders track A-1 --symbol BTC-USD --price inf",
        "orders track A-1 --symbol BTC-USD --price 0.00",
        "orders track A-1 --symbol BTC-USD --qty 123456789012345678901234567890",
        "orders track A-1 --symbol BTC-USD --side long",
        "orders track A-1 --symbol ''",
        "orders track A-1 --symbol '-/-'",
        "orders track A-1 --symbol '*'",
        "orders track '' --symbol BTC-USD",
        "orders track ' A-1' --symbol BTC-USD",
        "orders track 'A\"1' --symbol BTC-USD",
        "orders track A-1 --symbol BTC-USD --platform ''",
        "orders track A-1 --symbol BTC-USD --submitted-at yesterday",
        "orders track A-1 --symbol BTC-USD --submitted-at 1970-01-01T00:00:00Z",
        "orders track A-1 --symbol BTC-USD --submitted-at 3026-01-01T00:00:00Z",
        "orders list",
        "orders track A-1 --symbol BTC-USD --qty 79228162514264337593543950335 --price 0.0000000000000000000000000001 --side buy",
        "orders complete A-1 --outcome filled --fill-price 0",
        "orders complete A-1 --outcome filled --fill-price -5",
        "orders complete A-1 --outcome filled --fill-price 5",
        "orders complete A-1 --outcome filled --filled-qty 1",
        "orders complete A-1 --outcome filled --filled-at 3026-01-01T00:00:00Z",
        "orders complete A-1 --outcome cancelled --fill-price 1",
        "orders complete A-1 --outcome done",
        "orders update A-1 --state filled",
        "orders update A-1 --state partially-filled --filled-qty 0",
        "orders update A-1 --state unknown --filled-qty -1",
    ] {
        scene.nija(line);
    }
    let text = scene.text().replace("machine's clock (", "machine's clock ([TIME]\n(");
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with("(2")).collect();
    assert_snapshot!(text.join("\n"));
}

#[test]
fn golden() {
    let env = TestEnv::initialised();
    env.config("[orders]\nthrottle = \"2/1h\"\n");
    let track = [
        "orders", "track", "A-1", "--symbol", "BTC-USD", "--side", "buy", "--qty", "0.5", "--price", "64000",
    ];
    let complete =
        ["orders", "complete", "A-1", "--outcome", "filled", "--fill-price", "64100", "--fee", "-0.5"];
    ask(
        &env,
        &[
            ("orders-track", &track),
            ("orders-track-again", &track),
            ("orders-track-otherwise", &["orders", "track", "A-1", "--symbol", "ETH-USD"]),
            ("orders-update", &["orders", "update", "A-1", "--state", "unknown", "--filled-qty", "0.1"]),
            ("orders-list", &["orders", "list"]),
            ("orders-complete", &complete),
            ("orders-complete-again", &complete),
            ("orders-show", &["orders", "show", "A-1"]),
            ("orders-not-found", &["orders", "complete", "A-9", "--outcome", "filled"]),
        ],
    );
    let scalp = |id| vec!["orders", "track", id, "--symbol", "BTC-USD", "--strategy", "scalper"];
    env.nija(&scalp("S-1")).run().expect(0);
    ask(&env, &[("orders-track-halted", &scalp("S-2"))]);
    std::fs::write(
        env.path("work/orders.csv"),
        "id,symbol,qty,colour\nC-1,BTC-USD,1,red\nC-2,BTC-USD,-1,red\n",
    )
    .unwrap();
    ask(&env, &[("orders-import", &["orders", "import", "orders.csv"])]);
}

#[test]
fn a_stuck_order_fires_escalates_pulls_once_and_stays_until_somebody_looked() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[orders]\nauto_kill = true\n");
    world.track("A-1", "kraken");
    world.track("A-2", "gemini");
    world.clock.advance(Duration::from_secs(300));
    assert_eq!(world.check("orders").status, Status::Ok, "at exactly the limit");
    world.clock.advance(Duration::from_secs(1));
    let look = world.check("orders");
    assert_eq!(look.status, Status::Critical);
    let fired = ["ORDER_STUCK:order:A-1", "ORDER_STUCK:order:A-2"];
    assert_eq!(transitions(&look), fired.map(|name| (name, Transition::Fired)));
    world.clock.advance(Duration::from_secs(599));
    let look = world.check("orders");
    assert_eq!(transitions(&look), fired.map(|name| (name, Transition::Escalated)));
    assert_eq!(look.pulled.len(), 1, "two orders stop the same, so one halt");
    assert_eq!(env.nija(&["gate", "BTC-USD"]).run().code, 1);
    let halts = env.nija(&["killswitch", "status"]).run().stdout;
    assert!(halts.contains("AUTO_MONITORING ORDER_STUCK"), "{halts}");
    world.fill("A-1");
    let look = world.check("orders");
    assert_eq!(transitions(&look), [("ORDER_STUCK:order:A-1", Transition::Latched)]);
    env.nija(&["killswitch", "deactivate", "looked", "--all", "--yes"]).run().expect(0);
    assert_eq!(world.check("orders").pulled.len(), 0, "a person resumed, and nothing new happened");
    assert_eq!(env.nija(&["gate", "BTC-USD"]).run().code, 0);
    world.fill("A-2");
    assert_eq!(transitions(&world.check("orders")), [("ORDER_STUCK:order:A-2", Transition::Latched)]);
    let look = world.check("orders");
    assert_eq!((transitions(&look), look.latched.len(), look.status), (vec![], 2, Status::Warning));
    env.nija(&["alerts", "resolve", "--rule", "ORDER_STUCK", "--note", "looked"]).run().expect(0);
    assert_eq!(world.check("orders").status, Status::Ok, "a person ended them");
}

#[test]
fn a_platform_alone_is_stopped_where_the_configuration_says_so() {
    let env = TestEnv::initialised();
    let settings = "[orders]\nauto_kill = true\nauto_kill_scope = \"platform\"\nstuck_after_by_platform = { Gemini = \"1h\" }\n";
    let world = World::of(&env, settings);
    world.track("A-1", "Kraken");
    world.track("A-2", "gemini");
    world.clock.advance(Duration::from_secs(900));
    let look = world.check("orders");
    assert_eq!(transitions(&look), [("ORDER_STUCK:order:A-1", Transition::Fired)]);
    assert_eq!(env.nija(&["gate", "BTC-USD", "--platform", "kraken"]).run().code, 1);
    assert_eq!(env.nija(&["gate", "BTC-USD", "--platform", "gemini"]).run().code, 0);
}

#[test]
fn an_unsettled_order_is_an_alarm_until_somebody_knows() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    let update = |state| world.on(|open| orders::update(open, "A-1", state, None).unwrap());
    world.track("A-1", "kraken");
    update(State::PendingCancel);
    world.clock.advance(Duration::from_secs(60));
    update(State::Unknown);
    assert_eq!(world.check("orders").status, Status::Ok, "at exactly the limit, counted over both states");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(transitions(&world.check("orders")), [("ORDER_UNKNOWN:order:A-1", Transition::Fired)]);
    update(State::Pending);
    assert_eq!(transitions(&world.check("orders")), [("ORDER_UNKNOWN:order:A-1", Transition::Resolved)]);
}

#[test]
fn a_clock_that_was_stepped_back_leaves_what_was_known() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.track("A-1", "kraken");
    world.clock.advance(Duration::from_secs(301));
    assert_eq!(world.check("orders").status, Status::Critical);
    world.clock.set_wall(world.clock.now() - chrono::TimeDelta::hours(1));
    let look = world.check("orders");
    assert_eq!(
        (look.status, transitions(&look)),
        (Status::Critical, vec![]),
        "neither resolved nor fired anew"
    );
    assert!(look.rules[0].doubts[0].why.contains("must have been stepped back"), "{look:?}");
}

#[test]
fn a_sender_whose_clock_runs_ahead_does_not_make_its_orders_younger() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    let ahead = world.clock.now() + chrono::TimeDelta::hours(2);
    let terms = Terms { symbol: "BTC-USD".to_owned(), ..Terms::default() };
    let request = Request { id: "A-1".to_owned(), terms, submitted_at: Some(ahead) };
    let tracking = world.on(|state| orders::track(state, &request).unwrap());
    assert_eq!(tracking.notices[0].code, "SUBMITTED_AHEAD");
    world.clock.advance(Duration::from_secs(301));
    assert_eq!(world.check("orders").status, Status::Critical);
}

#[test]
fn an_order_that_cannot_be_read_is_unknown_and_can_be_tracked_anew() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.track("A-1", "kraken");
    world.clock.advance(Duration::from_secs(301));
    world.check("orders");
    std::fs::write(env.state("orders/A-1.json"), "{").unwrap();
    let look = world.check("orders");
    assert_eq!((look.status, transitions(&look)), (Status::Critical, vec![]), "its alert stays");
    let complete = env.nija(&["orders", "complete", "A-1", "--outcome", "filled"]).run();
    assert_eq!(complete.code, 65, "{}", complete.render());
    let listed = env.nija(&["orders", "list", "--json"]).run();
    assert_eq!(document(&listed)["warnings"][0]["code"], "ORDER_UNREADABLE");
    let tracked = env.nija(&["orders", "track", "A-1", "--symbol", "BTC-USD"]).run().expect(0);
    assert!(
        tracked.stderr.contains("its bytes are kept as orders/A-1.json.corrupt-"),
        "{}",
        tracked.render()
    );
    assert_eq!(env.nija(&["check", "orders"]).run().code, 0);
    std::fs::write(env.state("orders/A-1.json"), r#"{"format":"nija.order","version":"2.0"}"#).unwrap();
    env.nija(&["orders", "track", "A-1", "--symbol", "BTC-USD"]).run().expect(65);
    assert_eq!(env.nija(&["check", "orders"]).run().code, 3);
}

#[test]
fn what_is_through_moves_to_the_log_and_is_found_there() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[orders]\nkeep_completed = \"1h\"\n");
    for id in ["A-1", "A-2", "A-3"] {
        world.track(id, "kraken");
    }
    world.fill("A-1");
    world.clock.advance(Duration::from_secs(3599));
    world.fill("A-2");
    world.check("orders");
    assert_eq!(world.ids(&Filter { all: true, ..Filter::default() }), ["A-1", "A-2", "A-3"]);
    world.clock.advance(Duration::from_secs(1));
    world.check("orders");
    assert_eq!(world.ids(&Filter { all: true, ..Filter::default() }), ["A-2", "A-3"]);
    world.fill("A-1");
    let cancelled =
        Told { outcome: Outcome::Cancelled, filled_qty: None, fill_price: None, fee: None, filled_at: None };
    let late = |told: &Told| world.on(|state| orders::complete(state, "A-1", told).map(|done| done.changed));
    let refused = late(&cancelled).unwrap_err().message;
    assert!(refused.contains("it is completed as filled since 2026-03-02T09:30:00Z"), "{refused}");
    let update = world.on(|state| orders::update(state, "A-1", State::Unknown, None)).unwrap_err();
    assert!(update.message.contains("it is completed: filled"), "{}", update.message);
    assert_eq!(world.on(|state| orders::show(state, "A-1")).unwrap().state, State::Completed);
    assert_eq!(world.on(|state| orders::show(state, "A-9")).unwrap_err().exit(), 66);
    world.track("A-1", "gemini");
    assert_eq!(world.ids(&Filter::default()), ["A-3", "A-1"], "by then the name is free again");
}

#[test]
fn a_strategy_that_sends_too_much_is_halted_until_a_person_resumes_it() {
    let env = TestEnv::initialised();
    env.config("[orders]\nthrottle = \"3/1h\"\nthrottle_by_strategy = { Manual = \"off\" }\n");
    let track = |id: &str, strategy: &str| {
        env.nija(&["orders", "track", id, "--symbol", "BTC-USD", "--strategy", strategy]).run().expect(0)
    };
    let gate = |strategy| env.nija(&["gate", "BTC-USD", "--strategy", strategy]).run().code;
    for id in ["A-1", "A-2", "A-2", "A-1"] {
        track(id, "scalper");
    }
    for number in 0..5 {
        track(&format!("M-{number}"), "manual");
        env.nija(&["orders", "track", &format!("N-{number}"), "--symbol", "BTC-USD"]).run().expect(0);
    }
    assert_eq!((gate("scalper"), gate("manual")), (0, 0), "the same order counts once");
    let tripped = track("A-3", "SCALPER");
    assert!(tripped.stderr.contains("strategy scalper is HALTED"), "{}", tripped.render());
    assert_eq!((gate("scalper"), gate("manual")), (1, 0));
    track("A-3", "scalper");
    track("A-4", "scalper");
    let halts = env.nija(&["killswitch", "status"]).run().stdout;
    assert!(halts.contains("AUTO_MONITORING ORDER_THROTTLE") && !halts.contains("times"), "{halts}");
    env.nija(&["killswitch", "deactivate", "looked", "--all", "--yes"]).run().expect(0);
    track("A-5", "scalper");
    assert_eq!(gate("scalper"), 0, "it counts anew");
    track("A-6", "scalper");
    assert_eq!(gate("scalper"), 1);
}
