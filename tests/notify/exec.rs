//! Programs and files as channels.

use std::sync::mpsc::channel;
use std::time::Duration;

use nija::domain::notify::delivery::Sort;

use super::{Desk, LIMIT, long, message, odd};

/// A channel that runs a script.
fn script(text: &str) -> String {
    format!("kind = \"exec\"\ncommand = [\"/bin/sh\", \"-c\", '''{text}''', \"page\", \"an argument\"]")
}

#[test]
fn a_program_gets_the_message_and_its_arguments_as_they_are() {
    let desk = Desk::new();
    for message in [message(), odd(), long()] {
        let out = desk.env.path("work/out");
        let text = format!("cat > {}; printf %s \"$1\" >> {}", out.display(), out.display());
        desk.send(&script(&text), &message, LIMIT).unwrap();
        let found = std::fs::read_to_string(&out).unwrap();
        let (line, argument) = found.split_once('\n').unwrap();
        assert_eq!(argument, "an argument");
        let found: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(found["format"], "nija.notification");
        assert_eq!(found["summary"], message.summary.as_str());
        assert_eq!(found["headline"], message.headline().as_str());
    }
}

#[test]
fn a_program_need_not_read_what_it_gets() {
    Desk::new().send(&script("exit 0"), &long(), LIMIT).unwrap();
}

#[test]
fn how_a_program_fails_is_told() {
    let desk = Desk::new();
    for (text, wanted) in [
        ("exit 3", "/bin/sh ended with exit code 3"),
        ("kill -KILL $$", "/bin/sh was ended by signal 9"),
        ("echo secret; echo secret >&2; exit 1", "/bin/sh ended with exit code 1"),
    ] {
        let trouble = desk.send(&script(text), &message(), LIMIT).unwrap_err();
        assert_eq!((trouble.sort, trouble.permanent), (Sort::Local, false));
        assert_eq!(trouble.message, wanted);
    }
    let missing = "kind = \"exec\"\ncommand = [\"/nonexistent/page\"]";
    let trouble = desk.send(missing, &message(), LIMIT).unwrap_err();
    assert!(trouble.message.starts_with("/nonexistent/page cannot be started: No such file"), "{trouble:?}");
}

#[test]
fn a_program_that_hangs_is_killed_with_all_that_it_started() {
    let desk = Desk::new();
    let pipe = desk.env.path("work/pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    // Whoever of them lives keeps the pipe open; its end comes when all of them are gone.
    let text =
        format!("exec 3> {}; sleep 99 & sleep 99 & trap '' TERM; echo started >&3; wait", pipe.display());
    let (tell, gone) = channel();
    std::thread::spawn(move || tell.send(std::fs::read_to_string(pipe).unwrap()));
    let trouble = desk.send(&script(&text), &message(), Duration::from_secs(2)).unwrap_err();
    assert_eq!((trouble.sort, trouble.permanent), (Sort::Timeout, false));
    assert_eq!(trouble.message, "/bin/sh did not end within 2s and was killed");
    assert_eq!(gone.recv_timeout(LIMIT).unwrap(), "started\n");
}

#[test]
fn a_file_gets_a_line_for_every_message() {
    let desk = Desk::new();
    let lines = "kind = \"file\"\npath = \"work/told.jsonl\"";
    for message in [message(), odd(), long()] {
        desk.send(lines, &message, LIMIT).unwrap();
    }
    let text = std::fs::read_to_string(desk.env.path("work/told.jsonl")).unwrap();
    let summaries: Vec<String> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["summary"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(summaries, [message().summary, odd().summary, long().summary]);

    let folder = "kind = \"file\"\npath = \"work\"";
    assert_eq!(desk.send(folder, &message(), LIMIT).unwrap_err().sort, Sort::Local);
    // A pipe that nobody reads would be waited for without end.
    let pipe = desk.env.path("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let trouble = desk.send("kind = \"file\"\npath = \"pipe\"", &message(), LIMIT).unwrap_err();
    assert_eq!(trouble.sort, Sort::Local);
}
