//! A week of telling people, lived many times: every step once and in time, nothing lost and nothing too much.

use std::time::Duration;

use nija::domain::alert::Severity;
use nija::domain::alert::lifecycle::State as Life;
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

fn live(events: &[(u64, Event)]) {
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
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_step_is_told_once_and_in_time_whenever_the_process_dies(events in vec((gap(), event()), 1..80)) {
        live(&events);
    }
}

/// Every look finds the steps that were overlooked: they are told, and that they come late is said.
#[test]
fn a_step_that_was_overlooked_is_told_and_said() {
    for (late_seconds, wanted) in [(59, None), (60, Some("ESCALATION_OVERDUE"))] {
        let mut world = World::new();
        world.happens(&Event::Fires(0, Severity::Critical));
        assert_eq!(world.look().len(), 1, "the first is told at once");
        world.clock.advance(Duration::from_secs(5 * 60 + late_seconds));
        let told = world.look();
        assert!(told.iter().all(|one| one.message.is_step()) && told.len() == 2, "{told:?}");
        assert_eq!(world.notices.first().map(|notice| notice.code), wanted, "{:?}", world.notices);
    }
}

/// What may happen while the clock is set, now and then.
fn event_or_step() -> impl Strategy<Value = Event> {
    let step = prop_oneof![-100i64..100, -90_000i64..90_000];
    prop_oneof![
        4 => (0usize..4, severity()).prop_map(|(index, severity)| Event::Fires(index, severity)),
        2 => (0usize..4).prop_map(Event::Ends),
        2 => step.prop_map(Event::Steps),
        1 => (0i64..6).prop_map(Event::Dies),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to the clock: what fires is told within its wait, as time passes and not as clocks say, and nothing is
    /// told much more often than if the clock had been left alone.
    #[test]
    fn a_clock_that_is_set_neither_loses_nor_floods(events in vec((gap(), event_or_step()), 1..60)) {
        let mut world = World::new();
        let (mut told, mut steps) = (0usize, 0usize);
        for (gap, event) in &events {
            let mut left = Duration::from_secs(*gap);
            while let Some(wait) = world.next().filter(|wait| *wait <= left) {
                world.clock.advance(wait);
                left -= wait;
                told += world.look().len();
                prop_assert!(world.next() != Some(Duration::ZERO), "it would look for ever");
            }
            world.clock.advance(left);
            steps += usize::from(matches!(event, Event::Steps(_)));
            world.happens(event);
            told += world.look().len();
            for index in 0..4 {
                let Some(alert) = world.alert(index).filter(|alert| alert.state == Life::Firing) else { continue };
                // Something is planned for everything that fires, and soon.
                let next = world.next();
                prop_assert!(next.is_some_and(|next| next <= Duration::from_secs(4 * 3600)), "{next:?} for {alert:?}");
                let known = alert.telling.severity;
                prop_assert!(known >= Some(alert.severity) || alert.severity == Severity::Warning, "{alert:?}");
            }
        }
        // Each time of firing: the first, its steps in two rounds and the end, through two channels; repetitions every half hour
        // at most; and when the clock is set, what was to come at once.
        let hours = usize::try_from(events.iter().map(|(gap, _)| gap).sum::<u64>() / 3600).unwrap();
        let most = events.len() * 30 + hours * 4 * 2 * 2 + steps * 4 * 2 * 4;
        prop_assert!(told <= most, "{told} of at most {most}");
    }
}
