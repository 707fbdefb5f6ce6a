//! Resuming at a terminal: a person is asked, and only the word they were asked for lets trading go on.

use insta::assert_snapshot;

use super::scene::{shown, stable};
use crate::common::{Output, TestEnv};

const DEACTIVATE: [&str; 4] = ["killswitch", "deactivate", "position", "checked"];

fn halted() -> TestEnv {
    let env = TestEnv::initialised();
    env.nija(&["kill", "fat", "finger"]).run().expect(0);
    env
}

fn is_halted(env: &TestEnv) -> bool {
    let stands = env.state("EMERGENCY_STOP").exists();
    assert_eq!(env.nija(&["gate", "X"]).run().code, i32::from(stands));
    stands
}

fn page(env: &TestEnv, output: &Output) -> String {
    let text = format!("{}--- terminal\n{}--- exit {}\n", output.stdout, output.stderr, output.code);
    stable(&shown(&env.stable(&text)))
}

#[test]
fn the_word_resumes() {
    let env = halted();
    let output = env.nija(&DEACTIVATE).at_terminal(&["resume\n"]);
    assert_eq!(output.code, 0);
    assert!(!is_halted(&env));
    assert_snapshot!(page(&env, &output));
}

#[test]
fn any_other_answer_changes_nothing() {
    let env = halted();
    for typed in
        ["yes\n", "y\n", "\n", "RESUME\n", "resume now\n", "resum\u{4}\u{4}", "\u{4}", "resume\u{3}\n"]
    {
        let output = env.nija(&DEACTIVATE).at_terminal(&[typed]);
        assert_eq!(output.code, 77, "{typed:?}: {}", output.render());
        assert!(is_halted(&env), "{typed:?}");
    }
    let output = env.nija(&DEACTIVATE).at_terminal(&["no\n"]);
    assert_snapshot!(page(&env, &output));
}

#[test]
fn nobody_is_asked_where_nobody_answers() {
    let env = halted();
    for words in [&["--no-input"][..], &["--json"]] {
        let output = env.nija(&[&DEACTIVATE[..], words].concat()).at_terminal(&[]);
        assert_eq!(output.code, 64, "{}", output.render());
    }
    let output = env.nija(&DEACTIVATE).env("NIJA_NO_INPUT", "1").at_terminal(&[]);
    assert_eq!(output.code, 64, "{}", output.render());
    assert!(is_halted(&env));
}

#[test]
fn the_question_shows_what_stays() {
    let env = halted();
    let scoped = env.nija(&["kill", "--scope", "symbol:BTC-USD", "prices", "--json"]).run().expect(0).stdout;
    let id = super::scene::id(&scoped, "h-");
    let output = env.nija(&[&DEACTIVATE[..], &["--id", &id]].concat()).at_terminal(&["resume\n"]);
    assert_snapshot!(page(&env, &output));
    assert!(is_halted(&env));
}

#[test]
fn a_passphrase_is_not_shown() {
    let env = halted();
    let add = env.nija(&["operator", "add", "alice"]).at_terminal(&["correct horse\n"]);
    assert_eq!(add.code, 0, "{}", add.render());
    assert!(!add.stderr.contains("correct"), "{}", add.render());
    let words = [&DEACTIVATE[..], &["--operator", "alice"]].concat();
    let output = env.nija(&words).at_terminal(&["wrong horse\n"]);
    assert_eq!(output.code, 77);
    assert!(!output.stderr.contains("wrong horse") && is_halted(&env), "{}", output.render());
    let output = env.nija(&words).at_terminal(&["correct horse\n", "resume\n"]);
    assert!(!output.stderr.contains("correct") && !is_halted(&env), "{}", output.render());
    assert_snapshot!(page(&env, &output));
}

#[test]
fn a_stop_while_somebody_thinks_is_not_released() {
    let env = halted();
    for stop in ["kill", "touch", "part"] {
        let output = env.nija(&DEACTIVATE).at_terminal_while(&["resume\n"], || match stop {
            "touch" => {
                let file = std::fs::File::options().append(true).open(env.state("EMERGENCY_STOP")).unwrap();
                file.set_modified(std::time::SystemTime::now()).unwrap();
            }
            "part" => drop(env.nija(&["kill", "--scope", "symbol:Y"]).run().expect(0)),
            _ => drop(env.nija(&["kill", "again"]).run().expect(0)),
        });
        let expected = if stop == "part" { 0 } else { 75 };
        assert_eq!(output.code, expected, "{stop}: {}", output.render());
        assert_eq!(is_halted(&env), stop != "part", "{stop}");
    }
    env.nija(&["gate", "Y"]).run().expect(1);
}

#[test]
fn stopping_asks_nothing() {
    let env = TestEnv::initialised();
    let output = env.nija(&["kill", "fat", "finger"]).at_terminal(&[]);
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{}", output.render());
}
