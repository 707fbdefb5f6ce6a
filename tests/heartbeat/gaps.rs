//! What the watch cannot know: it slept, crashed, was started again, lost its memory; and clocks that were stepped.

use std::time::Duration;

use chrono::TimeDelta;
use nija::clock::Clock as _;
use nija::domain::alert::lifecycle::Transition::{Fired, Resolved};
use nija::domain::status::Status;

use super::world::{changes, said, seconds, world};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn after_a_sleep_nothing_is_green_until_it_is_seen() {
    let (_env, world) = world("");
    world.live(3, 2);
    world.clock.suspend(8 * HOUR);
    let woken = world.look();
    assert_eq!(woken.status, Status::Unknown);
    assert_eq!(changes(&woken), [("WATCH_GAP".into(), Fired)], "silence in bed is no alarm");
    for rule in ["HEARTBEAT_MISSED", "PRICE_STALE", "WATCH_GAP"] {
        assert_eq!(said(&woken, rule), Status::Unknown, "{rule}");
    }
    let told = &woken.firing()[0].message;
    assert!(told.starts_with("the machine slept, and nobody looked for 8h"), "{told}");
    world.beat(2);
    let seen = world.look();
    assert_eq!(said(&seen, "HEARTBEAT_MISSED"), Status::Ok);
    assert_eq!(seen.status, Status::Unknown, "the gap itself stays reported");
    let after = world.live(6, 2);
    assert_eq!(after.last().unwrap().status, Status::Ok);
    let resolved = after.iter().flat_map(changes).collect::<Vec<_>>();
    assert_eq!(resolved, [("WATCH_GAP".into(), Resolved)], "once");
}

#[test]
fn whoever_does_not_wake_up_alarms_when_its_patience_is_over() {
    let (_env, world) = world("");
    world.live(3, 2);
    world.clock.suspend(8 * HOUR);
    world.look();
    world.pass(59);
    assert_eq!(said(&world.look(), "HEARTBEAT_MISSED"), Status::Unknown);
    world.pass(1);
    let look = world.look();
    assert_eq!(look.status, Status::Critical);
    let fired = [("HEARTBEAT_MISSED".into(), Fired), ("PRICE_STALE".into(), Fired)];
    assert_eq!(changes(&look), fired);
}

#[test]
fn a_sleep_does_not_pull_the_lever_before_anybody_could_speak() {
    let (_env, world) = world("[heartbeats]\nauto_kill = true\n");
    world.live(3, 2);
    world.clock.suspend(8 * HOUR);
    assert_eq!(world.look().pulled.len(), 0);
    world.beat(2);
    assert_eq!(world.look().pulled.len(), 0);
}

#[test]
fn a_watch_that_was_not_there_says_so_whatever_happened_meanwhile() {
    for beats in [true, false] {
        let (_env, world) = world("");
        world.live(3, 0);
        for _ in 0..19 {
            world.pass(10);
            if beats {
                world.beat(0);
            }
        }
        let look = world.look();
        assert_eq!(look.status, Status::Unknown, "it may have been down for three minutes of them");
        let told = &look.firing()[0].message;
        assert!(told.starts_with("nobody looked for 3m 10s"), "{told}");
        assert_eq!(world.recorded("HEARTBEAT_MISSED", "alert.fire"), 0);
    }
}

#[test]
fn an_alarm_from_before_a_gap_is_in_doubt_and_not_over() {
    let (_env, world) = world("");
    world.live(2, 0);
    world.pass(30);
    assert_eq!(world.status(), Status::Warning);
    world.clock.suspend(HOUR);
    let woken = world.look();
    assert_eq!((woken.status, changes(&woken)), (Status::Unknown, vec![("WATCH_GAP".into(), Fired)]));
    let missed = woken.firing().into_iter().find(|alert| alert.rule == "HEARTBEAT_MISSED").unwrap();
    assert!(missed.doubt.is_some(), "it goes on firing, and says why it is in doubt");
    world.beat(0);
    assert_eq!(changes(&world.look()), [("HEARTBEAT_MISSED".into(), Resolved)]);
}

#[test]
fn another_start_of_the_machine_begins_anew() {
    let (_env, world) = world("");
    world.live(3, 0);
    world.clock.reboot(seconds(90));
    let look = world.look();
    assert_eq!(look.status, Status::Unknown);
    let told = &look.firing()[0].message;
    assert!(told.starts_with("the machine was started again, and nobody looked for about 1m 30s"), "{told}");
    world.live(6, 0);
    assert_eq!(world.status(), Status::Ok);
    // So short a start that the clocks of both would look alike.
    world.clock.reboot(seconds(0));
    world.pass(1000);
    assert_eq!(world.status(), Status::Unknown);
}

#[test]
fn a_stepped_clock_is_reported_once_and_changes_no_age() {
    for hours in [-1, 1, -24 * 365, 24 * 365] {
        let (_env, world) = world("");
        world.live(3, 1);
        world.clock.set_wall(world.clock.now() + TimeDelta::hours(hours));
        let looks = world.live(4, 1);
        assert_eq!(looks[0].status, Status::Warning, "{hours}");
        assert_eq!(changes(&looks[0]), [("CLOCK_SKEW".into(), Fired)]);
        let told = &looks[0].firing()[0];
        let way = if hours < 0 { "set back by " } else { "set forward by " };
        assert!(told.message.contains(way) && told.labels["direction"] == way.split(' ').nth(1).unwrap());
        let (rest, first) = (&looks[1..], looks[0].status);
        assert!(rest.iter().all(|look| look.status == first && changes(look).is_empty()), "{hours}");
        // Five minutes by the clock that was not stepped.
        let over = world.live(2, 1).iter().flat_map(changes).collect::<Vec<_>>();
        assert_eq!(over, [("CLOCK_SKEW".into(), Resolved)], "{hours}");
        assert_eq!(world.status(), Status::Ok);
        let recorded = ["alert.fire", "alert.resolve"].map(|action| world.recorded("CLOCK_SKEW", action));
        assert_eq!(recorded, [1, 1]);
    }
}

#[test]
fn a_clock_that_is_steered_is_not_stepped() {
    let (_env, world) = world("");
    for _ in 0..30 {
        world.live(1, 1);
        // A second a minute is more than any steering, and less than the limit.
        world.clock.set_wall(world.clock.now() + TimeDelta::seconds(1));
        assert_eq!(said(&world.look(), "CLOCK_SKEW"), Status::Ok);
    }
}

#[test]
fn the_night_of_summer_time_is_a_night_like_any_other() {
    let (_env, world) = world("");
    // Clocks on walls in Berlin are set forward at 01:00 UTC, those in New York five hours later.
    for night in ["2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z"] {
        world.clock.reboot(Duration::ZERO);
        world.clock.set_wall(night.parse().unwrap());
        world.live(7, 1);
        let looks = world.live(120, 1);
        assert!(looks.iter().all(|look| look.status == Status::Ok && look.changes.is_empty()), "{night}");
    }
}

#[test]
fn a_memory_that_is_damaged_is_kept_and_everything_is_unknown() {
    let (env, world) = world("");
    world.live(2, 0);
    std::fs::write(env.state("observations.json"), "{\"format\":").unwrap();
    let look = world.look();
    assert_eq!(look.status, Status::Unknown);
    assert_eq!(look.notices[0].code, "OBSERVATIONS_LOST");
    assert_eq!(changes(&look), [("WATCH_GAP".into(), Fired)]);
    let kept = std::fs::read_dir(env.path("state")).unwrap().flatten();
    let kept: Vec<String> = kept.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(kept.iter().any(|name| name.starts_with("observations.json.corrupt-")), "{kept:?}");
    world.beat(0);
    assert_eq!(said(&world.look(), "HEARTBEAT_MISSED"), Status::Ok);
}

#[test]
fn a_memory_of_a_newer_nija_is_left_alone() {
    let (env, world) = world("");
    world.live(2, 0);
    let text = std::fs::read_to_string(env.state("observations.json")).unwrap();
    let newer = text.replace("\"version\": \"1.0\"", "\"version\": \"2.0\"");
    std::fs::write(env.state("observations.json"), &newer).unwrap();
    let look = world.look();
    assert_eq!(look.status, Status::Unknown);
    for rule in ["HEARTBEAT_MISSED", "HEARTBEAT_NEVER", "PRICE_STALE", "WATCH_GAP", "CLOCK_SKEW"] {
        assert_eq!(said(&look, rule), Status::Unknown, "{rule}");
    }
    assert_eq!(std::fs::read_to_string(env.state("observations.json")).unwrap(), newer);
}

#[test]
fn a_record_that_is_damaged_is_unknown_until_it_beats_again() {
    let (env, world) = world("");
    world.live(2, 1);
    std::fs::write(env.state("heartbeats/bot.json"), "").unwrap();
    let look = world.look();
    assert_eq!((look.status, changes(&look).len()), (Status::Unknown, 0));
    let present = world.on(|state| nija::ops::heartbeat::present::components(state).unwrap());
    assert_eq!((present.components.len(), present.unreadable[0].name.as_str()), (0, "bot"));
    world.beat(1);
    assert_eq!(world.status(), Status::Ok);
}
