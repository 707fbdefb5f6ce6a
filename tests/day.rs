//! A whole trading day on a clock moved by hand, judged by a second, simple opinion.

#[cfg(test)]
#[path = "day/desk.rs"]
mod desk;
#[cfg(test)]
#[path = "day/dice.rs"]
mod dice;
#[cfg(test)]
#[path = "day/opinion.rs"]
mod opinion;

#[cfg(test)]
mod day {
    use std::time::Duration;

    use chrono::TimeDelta;
    use nija::clock::Clock as _;

    use super::desk::Desk;
    use super::dice::Dice;
    use super::opinion::Opinion;

    const STEP: Duration = Duration::from_secs(60);

    /// What disturbs the day, by the step at which it happens.
    fn disturb(desk: &Desk, step: u32) {
        let wall = |delta| desk.clock.set_wall(desk.clock.now() + delta);
        match step {
            // The hour that local clocks repeat in this night: nija keeps UTC, so nothing may happen.
            120 => {}
            300 => wall(TimeDelta::minutes(7)),
            420 => wall(-TimeDelta::hours(1)),
            600 => desk.clock.suspend(Duration::from_secs(1800)),
            780 => wall(TimeDelta::days(1)),
            840 => wall(-TimeDelta::days(1)),
            1000 => desk.clock.reboot(Duration::from_secs(240)),
            _ => {}
        }
    }

    /// One day: every look is held against the second opinion; a watch that died is started anew now and then.
    fn live(seed: u64) {
        let mut desk = Desk::open("2026-10-24T22:00:00Z");
        let (mut dice, mut opinion) = (Dice::new(seed), Opinion::default());
        for step in 0..1440 {
            desk.clock.advance(STEP);
            disturb(&desk, step);
            desk.trade(&mut dice, &mut opinion);
            if dice.one_in(97) {
                desk.restart_watch();
            }
            let now = desk.clock.now();
            let report = desk.look();
            opinion.hold(&report, now);
            if dice.one_in(5) {
                // A `check` from cron beside the watch finds the same, and nothing new.
                let beside = desk.look_once();
                assert!(beside.changes.is_empty() && beside.pulled.is_empty(), "{:?}", beside.changes);
            }
            if opinion.wants_release(now) {
                desk.release();
                opinion.released();
            }
        }
        opinion.hold_record(&desk.recorded_alerts());
        assert!(opinion.saw_everything(), "the day was too quiet to show anything: {opinion:?}");
    }

    #[test]
    fn every_alert_of_a_disturbed_day_fires_and_resolves_once_and_for_a_reason() {
        live(1);
    }

    #[test]
    fn so_it_is_on_another_day() {
        live(20_261_120);
    }
}
