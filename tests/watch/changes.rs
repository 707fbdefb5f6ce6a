//! What wakes the watch, what does not, and that nothing is missed wherever it happens.

use serde_json::json;

use super::{Watching, expose, recorded};
use crate::common::TestEnv;

#[test]
fn a_folder_made_later_is_followed() {
    let env = TestEnv::initialised();
    let mut watching = Watching::of(&env);
    assert!(!env.state("exposure").exists());
    expose(&env, 4000);
    watching.alert("fired", "PLATFORM_EXPOSURE");
    expose(&env, 5000);
    watching.alert("escalated", "PLATFORM_EXPOSURE");
    expose(&env, 1000);
    let resolved = watching.alert("resolved", "PLATFORM_EXPOSURE");
    assert_eq!(resolved["count"], 1);
    for (action, count) in [("alert.fire", 1), ("alert.escalate", 1), ("alert.resolve", 1)] {
        assert_eq!(recorded(&env, action, "PLATFORM_EXPOSURE"), count, "{action}");
    }
}

#[test]
fn what_people_say_to_an_alert_is_seen_at_once() {
    let env = TestEnv::initialised();
    let mut watching = Watching::of(&env);
    expose(&env, 4000);
    watching.alert("fired", "PLATFORM_EXPOSURE");
    watching.tick("change");
    env.nija(&["alerts", "ack", "--rule", "PLATFORM_EXPOSURE"]).run().expect(0);
    watching.tick("change");
    env.nija(&["alerts", "unack", "--rule", "PLATFORM_EXPOSURE"]).run().expect(0);
    watching.tick("change");
    let words = ["alerts", "silence", "PLATFORM_EXPOSURE", "--for", "5m", "--reason", "known"];
    env.nija(&words).run().expect(0);
    watching.tick("change");
    env.nija(&["alerts", "unsilence", "s-"]).run().expect(0);
    watching.tick("change");
}

#[test]
fn a_document_that_is_broken_mended_or_removed_is_noticed() {
    let env = TestEnv::initialised();
    env.nija(&["adoption", "set", "--active", "85", "--total", "100"]).run().expect(0);
    let mut watching = Watching::start(env.nija(&["watch"]));
    watching.alert("fired", "ADOPTION_GUARDRAIL");
    watching.tick("start");
    let document = env.state("adoption.json");
    let good = std::fs::read(&document).unwrap();
    std::fs::write(&document, "{").unwrap();
    let tick = watching.event("tick", |tick| tick["unknown"] != 0);
    assert_eq!(tick["firing"], 1, "doubt resolves nothing");
    std::fs::write(&document, good).unwrap();
    watching.event("tick", |tick| tick["unknown"] == 0);
    std::fs::remove_file(&document).unwrap();
    watching.alert("resolved", "ADOPTION_GUARDRAIL");
}

#[test]
fn a_stop_in_a_second_place_is_noticed_even_where_that_is_made_later() {
    let env = TestEnv::initialised();
    env.config("");
    let places = "state_dir = \"state\"\nfallback_dirs = [\"run/deep/nija\", \"fallback\"]\n";
    std::fs::write(env.path("nija.toml"), places).unwrap();
    let mut watching = Watching::of(&env);
    std::fs::write(env.path("fallback/EMERGENCY_STOP"), "").unwrap();
    watching.halt("adopted");
    std::fs::create_dir(env.path("run/deep")).unwrap();
    std::fs::create_dir(env.path("run/deep/nija")).unwrap();
    std::fs::write(env.path("run/deep/nija/EMERGENCY_STOP"), "").unwrap();
    watching.halt("repeated");
    assert_eq!(env.nija(&["gate", "X"]).run().code, 1);
}

#[test]
fn a_stop_file_that_is_touched_again_is_one_more_stop() {
    let env = TestEnv::initialised();
    let mut watching = Watching::of(&env);
    let stop = env.state("EMERGENCY_STOP");
    std::fs::write(&stop, "").unwrap();
    watching.halt("adopted");
    std::fs::remove_file(&stop).unwrap();
    watching.notice("STOP_FILE_REMOVED");
    assert!(stop.exists(), "only people resume");
}

#[test]
fn what_the_watch_writes_does_not_wake_it() {
    let env = TestEnv::initialised();
    env.nija(&["kill", "drill"]).run().expect(0);
    let mut watching = Watching::start(env.nija(&["watch", "--interval", "1s"]));
    let causes: Vec<_> = (0..4).map(|_| watching.event("tick", |_| true)["cause"].clone()).collect();
    assert_eq!(causes, [json!("start"), json!("interval"), json!("interval"), json!("interval")]);
}

#[test]
fn a_state_directory_that_goes_away_is_not_known_until_it_is_back() {
    let env = TestEnv::initialised();
    let mut watching = Watching::of(&env);
    std::fs::rename(env.path("state"), env.path("away")).unwrap();
    let failed = watching.event("tick", |tick| !tick["error"].is_null());
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("unknown"), &json!("E_NOT_INITIALISED"))
    );
    std::fs::rename(env.path("away"), env.path("state")).unwrap();
    watching.signal(rustix::process::Signal::HUP);
    watching.event("tick", |tick| tick["error"].is_null());
    expose(&env, 4000);
    watching.alert("fired", "PLATFORM_EXPOSURE");
}

#[test]
fn a_state_directory_that_takes_the_place_of_another_is_claimed_anew() {
    let env = TestEnv::initialised();
    let mut watching = Watching::start(env.nija(&["watch", "--interval", "1s"]));
    watching.tick("start");
    let other = env.path("other");
    env.nija(&["--state-dir", &other.display().to_string(), "init"]).run().expect(0);
    std::fs::rename(env.path("state"), env.path("away")).unwrap();
    std::fs::rename(other, env.path("state")).unwrap();
    watching.notice("STATE_DIR_REPLACED");
    env.nija(&["watch", "--once"]).run().expect(75);
    std::fs::write(env.state("EMERGENCY_STOP"), "").unwrap();
    watching.halt("adopted");
}
