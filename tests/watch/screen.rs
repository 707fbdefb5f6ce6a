//! The screen: what it shows, that it fits, and that the terminal is left as it was found, however the watch ends.

use rustix::process::Signal;

use super::expose;
use crate::common::TestEnv;

const LEAVE: &str = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l";

fn shows(rows: &[String], text: &str) -> bool {
    rows.iter().any(|row| row.contains(text))
}

#[test]
fn it_shows_what_happens_and_leaves_at_q() {
    let env = TestEnv::initialised();
    let mut session = env.nija(&["watch"]).on_screen(80, 24);
    let rows = session.until(|rows| shows(rows, "TRADING"));
    assert!(rows[0].starts_with("nija watch") && rows[0].ends_with("q ends"), "{rows:?}");
    assert!(!session.is_as_found(), "keys are read one by one");
    expose(&env, 4000);
    session.until(|rows| shows(rows, "ALERTS") && shows(rows, "PLATFORM_EXPOSURE"));
    std::fs::write(env.state("EMERGENCY_STOP"), "fat finger").unwrap();
    let rows = session.until(|rows| shows(rows, "HALTED"));
    assert!(rows.len() <= 24 && rows.iter().all(|row| row.chars().count() < 80), "{rows:#?}");
    session.type_keys("xq");
    let (shown, code) = session.end();
    assert_eq!(code, Some(0));
    assert!(shown.starts_with("\u{1b}[?1049h") && shown.ends_with(LEAVE), "{shown:?}");
}

#[test]
fn it_fits_whatever_the_size() {
    let env = TestEnv::initialised();
    expose(&env, 4000);
    for component in 0..30 {
        env.nija(&["heartbeat", "ping", &format!("component-{component}")]).run().expect(0);
    }
    let mut session = env.nija(&["watch"]).on_screen(100, 50);
    session.until(|rows| rows.len() > 30);
    for (columns, rows) in [(40, 10), (20, 3), (1, 1), (200, 60)] {
        session.resize(columns, rows);
        let fits = |shown: &[String]| {
            let widest = shown.iter().map(|row| row.chars().count()).max().unwrap_or(0);
            shown.len() <= rows.into() && widest < columns.into() && (columns < 100 || shown.len() > 30)
        };
        session.until(fits);
    }
    session.type_keys("q");
    assert_eq!(session.end().1, Some(0));
}

#[test]
fn the_terminal_is_left_as_it_was_found_however_it_ends() {
    let env = TestEnv::initialised();
    for end in ["control-c", "SIGTERM", "SIGQUIT"] {
        let mut session = env.nija(&["watch"]).on_screen(80, 24);
        session.until(|rows| shows(rows, "TRADING"));
        match end {
            "control-c" => session.type_keys("\u{3}"),
            "SIGTERM" => session.signal(Signal::TERM),
            _ => session.signal(Signal::QUIT),
        }
        let (shown, code) = session.end();
        assert_eq!(code, Some(0), "{end}");
        assert!(shown.ends_with(LEAVE), "{end}: {shown:?}");
    }
}

#[test]
fn a_terminal_that_hangs_up_ends_it() {
    let env = TestEnv::initialised();
    let mut session = env.nija(&["watch"]).on_screen(80, 24);
    session.until(|rows| shows(rows, "TRADING"));
    session.close();
    assert_eq!(session.end().1, Some(0));
    env.nija(&["watch", "--once"]).run().expect(0);
}

#[test]
fn the_shell_gets_the_terminal_back_meanwhile() {
    let env = TestEnv::initialised();
    let mut session = env.nija(&["watch"]).on_screen(80, 24);
    session.until(|rows| shows(rows, "TRADING"));
    session.type_keys("\u{1a}");
    while !session.stands_still() {
        std::thread::yield_now();
    }
    assert!(session.is_as_found());
    env.nija(&["kill", "drill"]).run().expect(0);
    session.signal(Signal::CONT);
    session.until(|rows| shows(rows, "HALTED"));
    assert!(!session.is_as_found());
    session.type_keys("q");
    assert_eq!(session.end().1, Some(0));
}

#[test]
fn no_screen_where_there_is_none_to_draw_on() {
    let env = TestEnv::initialised();
    let words = ["watch", "--once"];
    let output = env.nija(&words).env("TERM", "dumb").run().expect(0);
    assert!(output.stdout.starts_with("{\"format\":\"nija.stream\""), "{}", output.render());
}
