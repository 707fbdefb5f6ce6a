//! The time of a component or of an order is over: the watch looks then, and does not wait for its interval.

use nija::domain::heartbeat::{Heartbeat, Observations};

use super::{Watching, recorded};
use crate::common::TestEnv;

#[test]
fn silence_is_told_when_it_has_lasted_and_not_at_the_next_interval() {
    let env = TestEnv::initialised();
    env.config("[watch]\ninterval = \"1h\"\n");
    let mut watching = Watching::of(&env);
    let ping = ["heartbeat", "ping", "bot-a", "--interval", "1s", "--grace", "1h", "--open-positions", "1"];
    for _ in 0..2 {
        env.nija(&ping).run().expect(0);
        let fired = watching.alert("fired", "HEARTBEAT_MISSED");
        assert_eq!(fired["severity"], "critical");
        let tick = watching.event("tick", |_| true);
        assert_eq!(tick["cause"], "deadline");
        env.nija(&ping).run().expect(0);
        watching.alert("resolved", "HEARTBEAT_MISSED");
    }
    assert_eq!(recorded(&env, "alert.fire", "HEARTBEAT_MISSED"), 2);
    let read = |name: &str| std::fs::read(env.state(name)).unwrap();
    let record: Heartbeat = serde_json::from_slice(&read("heartbeats/bot-a.json")).unwrap();
    let memory: Observations = serde_json::from_slice(&read("observations.json")).unwrap();
    let seen = memory.components["bot-a"].beat.unwrap();
    assert_eq!((seen.seq, seen.certain), (record.beat.unwrap().seq, true));
}

#[test]
fn an_order_is_stuck_when_its_time_is_over_and_not_at_the_next_interval() {
    let env = TestEnv::initialised();
    env.config(
        "[watch]\ninterval = \"1h\"\n[orders]\nstuck_after = \"1s\"\nemergency_ratio = 2\nauto_kill = true\n",
    );
    let mut watching = Watching::of(&env);
    env.nija(&["orders", "track", "A-1", "--symbol", "BTC-USD"]).run().expect(0);
    assert_eq!(watching.alert("fired", "ORDER_STUCK")["severity"], "critical");
    assert_eq!(watching.event("tick", |_| true)["cause"], "deadline");
    assert_eq!(watching.alert("escalated", "ORDER_STUCK")["severity"], "emergency");
    env.nija(&["gate", "BTC-USD"]).run().expect(1);
}
