//! SIGHUP: a good configuration is taken over, a bad one is refused and told, and the one before stays in force.

use rustix::process::Signal;
use serde_json::json;

use super::{Watching, expose};
use crate::common::TestEnv;

#[test]
fn limits_change_at_sighup_and_not_before() {
    let env = TestEnv::initialised();
    let mut watching = Watching::of(&env);
    expose(&env, 2000);
    watching.tick("change");
    env.config("[exposure]\nlimit_pct = 10\n[watch]\ninterval = \"5s\"\n");
    let notice = watching.notice("CONFIG_CHANGED");
    assert_eq!(notice["hint"], format!("kill -HUP {}", watching.child.id()));
    watching.signal(Signal::HUP);
    let reload = watching.event("reload", |_| true);
    assert_eq!((&reload["ok"], &reload["interval_seconds"]), (&json!(true), &json!(5)), "{reload}");
    watching.alert("fired", "PLATFORM_EXPOSURE");
}

#[test]
fn a_bad_configuration_is_refused_and_the_old_one_kept() {
    let env = TestEnv::initialised();
    env.config("[exposure]\nlimit_pct = 10\n");
    let mut watching = Watching::of(&env);
    for bad in ["[exposure]\nlimit_pct = \"many\"\n", "[[", "nonsense = 1\n"] {
        env.config(bad);
        watching.signal(Signal::HUP);
        let reload = watching.event("reload", |_| true);
        assert_eq!((&reload["ok"], &reload["error"]["code"]), (&json!(false), &json!("E_CONFIG")), "{bad}");
    }
    env.config("state_dir = \"other\"\n");
    std::fs::write(env.path("nija.toml"), "state_dir = \"other\"\n").unwrap();
    watching.signal(Signal::HUP);
    watching.event("reload", |reload| reload["ok"] == true);
    env.config("[exposure]\nlimit_pct = 10\n");
    watching.signal(Signal::HUP);
    watching.event("reload", |reload| reload["ok"] == true);
    expose(&env, 2000);
    watching.alert("fired", "PLATFORM_EXPOSURE");
}
