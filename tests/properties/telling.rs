//! A week of telling people, lived many times: every step once and in time, nothing lost and nothing too much.

use std::time::Duration;

use nija::domain::alert::Severity;
use proptest::collection::vec;
use proptest::prelude::*;

use super::telling_opinion::Opinion;
use super::telling_world::{Event, World};

const SEVERITIES: [Severity; 3] = [Severity::Warning, Severity::Critical, Severity::Emergency];
const RULES: [&str; 2] = ["ORDER_STUCK", "PRICE_STALE"];

fn severity() -> impl Strategy<Value = Severity> {
    proptest::sample::select(SEVERITIES.as_slice())
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0usize..4, severity()).prop_map(|(index, severity)| Event::Fires(index, severity)),
        4 => (0usize..4).prop_map(Event::Ends),
        2 => (0usize..4, 1i64..300).prop_map(|(index, minutes)| Event::Acked(index, minutes)),
        1 => (0usize..4).prop_map(Event::GivenBack),
        1 => (proptest::sample::select(RULES.as_slice()), 1i64..480)
            .prop_map(|(rule, minutes)| Event::Silenced(rule, minutes)),
        1 => any::<bool>().prop_map(Event::Channels),
        3 => (0i64..6).prop_map(Event::Dies),
    ]
}

/// Seconds until the next event: often within the waits, sometimes hours.
fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0u64..90, 3 => 90u64..1200, 2 => 1200u64..30_000]
}

fn live(events: &[(u64, Event)]) -> usize {
    let (mut world, mut opinion) = (World::new(), Opinion::default());
    let last = [(7 * 24 * 3600, Event::Channels(true))];
    for (gap, event) in events.iter().chain(&last) {
        let mut left = Duration::from_secs(*gap);
        // Every look in between is made exactly when it is due.
        while let Some(wait) = world.next().filter(|wait| *wait <= left) {
            world.clock.advance(wait);
            left -= wait;
            let new = world.look();
            opinion.hold(&world, &new, world.now());
            assert!(world.next() != Some(Duration::ZERO), "{}: it would look for ever", world.now());
        }
        world.clock.advance(left);
        if world.happens(event) {
            opinion.happened(event, world.now());
        }
        let new = world.look();
        opinion.hold(&world, &new, world.now());
    }
    opinion.told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_step_is_told_once_and_in_time_whenever_the_process_dies(events in vec((gap(), event()), 1..80)) {
        live(&events);
    }
}
