//! A component's time is over: the watch looks then, and does not wait for its interval.

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
