//! `nija check` from cron beside a running watch.

use super::{Watching, expose, recorded};
use crate::common::TestEnv;

#[test]
fn an_alert_fires_and_resolves_once_however_many_look() {
    let env = TestEnv::initialised();
    let mut watching = Watching::of(&env);
    for round in 1..=3 {
        for kraken in [4000, 1000] {
            let mut checks = Vec::new();
            checks.extend((0..4).map(|_| env.nija(&["check"]).spawn()));
            expose(&env, kraken);
            checks.extend((0..4).map(|_| env.nija(&["check"]).spawn()));
            for mut check in checks {
                check.wait().unwrap();
            }
        }
        for action in ["alert.fire", "alert.resolve"] {
            assert_eq!(recorded(&env, action, "PLATFORM_EXPOSURE"), round, "{action}");
        }
    }
    env.nija(&["audit", "verify"]).run().expect(0);
    watching.signal(rustix::process::Signal::HUP);
    let tick = watching.tick("reload");
    assert_eq!((tick["firing"].as_u64(), &tick["error"]), (Some(0), &serde_json::Value::Null));
}
