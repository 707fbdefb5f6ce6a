//! Messages on their way to people: killed, failing and hanging at every step, none is lost, and none comes more than once more.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};

use serde_json::Value;

use super::machine::Machine;
use super::stage::Stage;
use super::strace::{calls, inject};
use crate::common::TestEnv;

const SIGKILL: i32 = 128 + 9;

/// A channel that takes everything, in a folder that is put back before every case.
const OPS: &str = "[channels.ops]\nkind = \"file\"\npath = \"run/ops.jsonl\"\n";

/// Two messages wait: no command takes any time to send its own.
fn two_wait(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
    env.config(&format!("[notify]\ncommand_wait = \"0s\"\n{OPS}"));
    for platform in ["kraken", "coinbase"] {
        env.nija(&["kill", "--scope", &format!("platform:{platform}"), "trouble"]).run().expect(0);
    }
    assert_eq!(states(env), BTreeMap::from([("pending".to_owned(), 2)]));
}

/// How many deliveries stand how.
fn states(env: &TestEnv) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for entry in std::fs::read_dir(env.state("outbox")).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "json") {
            let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            *states.entry(document["state"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    states
}

/// How often each message arrived.
fn arrived(env: &TestEnv) -> BTreeMap<String, usize> {
    let text = std::fs::read_to_string(env.path("run/ops.jsonl")).unwrap_or_default();
    let mut arrived = BTreeMap::new();
    for line in text.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        *arrived.entry(message["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    arrived
}

/// After whatever happened, one more run: everything has arrived, nothing more than once more, and nothing waits.
fn completes(env: &TestEnv) -> Result<(), String> {
    let again = env.nija(&["notify", "flush"]).run();
    let (arrived, states) = (arrived(env), states(env));
    let total: usize = arrived.values().sum();
    if again.code != 0 || arrived.len() != 2 || total > 3 || states.contains_key("pending") {
        return Err(format!("{arrived:?} {states:?}\n{}", again.render()));
    }
    let names = std::fs::read_dir(env.state("outbox")).unwrap();
    let names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    match names.iter().find(|name| name.contains(".corrupt-")) {
        Some(torn) => Err(format!("{torn} was set aside")),
        None => Ok(()),
    }
}

#[test]
fn killed_at_every_call_a_delivery_loses_nothing_and_repeats_one_message_at_most() {
    let stage = Stage::new(two_wait);
    let flush = || stage.env.nija(&["notify", "flush"]);
    let points = calls(&stage.env, flush());
    let (mut wrong, mut killed) = (Vec::new(), 0);
    for call in &points {
        stage.reset();
        let output = inject(flush(), call, "signal=SIGKILL").run();
        killed += usize::from(output.code == SIGKILL);
        wrong.extend(completes(&stage.env).err().map(|why| format!("{call}: {why}")));
    }
    super::report("a delivery", points.len(), &wrong);
    assert!(killed > points.len() / 2, "only {killed} of {} were killed", points.len());
}

#[test]
fn a_stop_that_is_killed_anywhere_is_told_once_or_twice() {
    let stage = Stage::new(|env| {
        env.nija(&["init"]).run().expect(0);
        env.config(OPS);
    });
    let env = &stage.env;
    let kill = || env.nija(&["kill", "emergency"]);
    let points = calls(env, kill());
    let mut wrong = Vec::new();
    for call in &points {
        stage.reset();
        let output = inject(kill(), call, "signal=SIGKILL").run();
        // Whoever looks next completes the stop, and tells of it.
        let check = env.nija(&["check", "killswitch"]).run();
        env.nija(&["notify", "flush"]).run();
        let (arrived, states) = (arrived(env), states(env));
        let expected = usize::from(env.nija(&["killswitch", "is-active"]).run().code == 0);
        let total: usize = arrived.values().sum();
        if arrived.len() != expected || total > 2 || states.contains_key("pending") {
            wrong.push(format!("{call}: {arrived:?} {states:?}\n{}{}", output.render(), check.render()));
        }
    }
    super::report("a stop that is told", points.len(), &wrong);
}

#[test]
fn a_disk_that_fails_any_call_of_a_delivery_loses_nothing() {
    const TOUCHING: [&str; 9] =
        ["openat", "write", "fsync", "fdatasync", "renameat", "renameat2", "linkat", "unlinkat", "mkdirat"];
    let stage = Stage::new(two_wait);
    let flush = || stage.env.nija(&["notify", "flush"]);
    let points: Vec<_> = calls(&stage.env, flush())
        .into_iter()
        .filter(|call| TOUCHING.contains(&call.name.as_str()) && call.mentions("json"))
        .collect();
    let mut wrong = Vec::new();
    for error in ["error=EIO", "error=ENOSPC"] {
        for call in &points {
            stage.reset();
            let output = inject(flush(), call, error).run();
            let found = completes(&stage.env);
            wrong
                .extend(found.err().map(|why| format!("{error} {call}: {why}\nbefore: {}", output.render())));
        }
    }
    super::report("a failing disk", points.len() * 2, &wrong);
}

#[test]
fn a_channel_that_hangs_delays_neither_the_stop_nor_the_others() {
    let env = TestEnv::initialised();
    // Whoever connects waits for an answer that never comes.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    env.config(&format!("{OPS}[channels.hung]\nkind = \"webhook\"\nurl = \"{url}\"\n"));
    let mut child = env.nija(&["kill", "drill"]).spawn();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.starts_with("HALTED"), "{line}");
    stdout.read_to_string(&mut line).unwrap_or_default();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("told ops in"), "{stderr}");
    assert!(stderr.contains("not told yet: hung (timeout"), "{stderr}");
    assert_eq!(arrived(&env).len(), 1);
    assert_eq!(states(&env), BTreeMap::from([("pending".to_owned(), 1), ("sent".to_owned(), 1)]));
}

#[test]
fn a_halt_is_told_even_where_nothing_can_be_stored() {
    let Some(machine) = Machine::new() else { return };
    assert!(machine.mount("-t tmpfs -o size=64k none"));
    machine.nija(&["init"]).expect(0);
    machine.env.config(OPS);
    assert!(machine.sh(
        "for size in 128k 4k 1k 1; do
        dd if=/dev/zero of=disk/fill bs=$size oflag=append conv=notrunc 2>/dev/null && exit 1; sync disk/fill; done"
    ));
    let kill = machine.nija(&["kill", "no room"]);
    assert!(kill.stdout.starts_with("HALTED"), "{}", kill.render());
    assert!(kill.stderr.contains("could not be stored; it is sent all the same"), "{}", kill.render());
    assert_eq!(arrived(&machine.env).len(), 1, "{}", kill.render());
}

#[test]
fn without_channels_a_stop_makes_no_call_more_for_them() {
    let env = TestEnv::initialised();
    let calls = calls(&env, env.nija(&["kill", "drill"]));
    for word in ["state/outbox", "state/channels", "telling"] {
        let found: Vec<_> = calls.iter().filter(|call| call.mentions(word)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
    assert!(calls.iter().all(|call| !call.name.starts_with("clone")), "no thread is started");
}

/// Answers so many requests, each with the next of these.
fn service(answers: &'static [&'static str]) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 64 * 1024];
            let mut read = Vec::new();
            while !read.ends_with(b"}") {
                let count = stream.read(&mut bytes).unwrap_or(0);
                read.extend_from_slice(&bytes[..count]);
                if count == 0 {
                    break;
                }
            }
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = std::io::Write::write_all(&mut stream, answer.as_bytes());
        }
    });
    url
}

#[test]
fn what_a_service_refuses_goes_out_through_the_fallback_and_an_alert_says_so() {
    let env = TestEnv::initialised();
    let url = service(&["400 Bad Request", "200 OK"]);
    env.config(&format!(
        "[notify]\nfallback = \"ops\"\n{OPS}rules = [\"NONE\"]\n\
         [channels.hook]\nkind = \"webhook\"\nurl = \"{url}\"\nrules = [\"TRADING_HALTED\"]\n"
    ));
    let kill = env.nija(&["kill", "drill"]).run().expect(0);
    assert!(kill.stderr.contains("hook (client_error"), "{}", kill.render());
    assert!(kill.stderr.contains("told ops in"), "{}", kill.render());
    assert_eq!(states(&env), BTreeMap::from([("abandoned".to_owned(), 1), ("sent".to_owned(), 1)]));
    let check = env.nija(&["check", "notify"]).run().expect(2);
    assert!(check.stdout.contains("channel hook could not take a message"), "{}", check.render());
    let doctor = env.nija(&["doctor"]).run();
    assert!(doctor.stdout.contains("channel hook could not take a message"), "{}", doctor.render());
    env.nija(&["notify", "test", "hook"]).run().expect(0);
    env.nija(&["check", "notify"]).run().expect(0);
}

#[test]
fn who_is_busy_is_asked_again_only_when_it_said() {
    let env = TestEnv::initialised();
    let url = service(&["429 Too Many Requests\r\nRetry-After: 900", "200 OK", "200 OK"]);
    env.config(&format!("[channels.hook]\nkind = \"webhook\"\nurl = \"{url}\"\n"));
    env.nija(&["kill", "--scope", "platform:kraken", "drill"]).run().expect(0);
    let check = env.nija(&["check", "killswitch"]).run();
    assert_eq!(check.stderr, "", "nothing is due: {}", check.render());
    assert_eq!(states(&env), BTreeMap::from([("pending".to_owned(), 1)]));
    // What cannot wait is tried all the same, and what works again takes everything.
    let stop = env.nija(&["kill", "drill"]).run().expect(0);
    assert!(stop.stderr.contains("told hook in"), "{}", stop.render());
    env.nija(&["check", "killswitch"]).run();
    env.nija(&["notify", "flush"]).run().expect(0);
    assert_eq!(states(&env), BTreeMap::from([("sent".to_owned(), 2)]));
}
