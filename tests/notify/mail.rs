//! Mail over real SMTP, into a sink that keeps it.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use insta::assert_snapshot;
use nija::domain::notify::Message;
use nija::domain::notify::delivery::{Sort, Trouble};
use serde_json::Value;

use super::{Desk, LIMIT, SHORT, long, message, odd, resolved};
use crate::common::certificate::Certified;
use crate::common::http::nobody;

const PASSWORD: &str = "correct-horse-battery-staple";

/// A mail server of this test's own. Killed when dropped.
struct Sink {
    child: Child,
    lines: Receiver<String>,
    port: u16,
}

impl Sink {
    /// Starts one that is `plain`, `starttls` or `tls`, with and without users, and refuses with `refusals`, as in `RCPT=550`.
    fn start(mode: &str, certified: Option<&Certified>, refusals: &[&str]) -> Self {
        let path = |path: Option<&Path>| path.map_or_else(String::new, |path| path.display().to_string());
        let mut child = Command::new("/usr/bin/python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notify/sink.py"))
            .arg(mode)
            .arg(path(certified.map(|certified| certified.certificate.as_path())))
            .arg(path(certified.map(|certified| certified.key.as_path())))
            .args(refusals)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Read as it is said: a mail is longer than a pipe, and the sink answers once it has said it.
        let (say, lines) = channel();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || said.map_while(Result::ok).try_for_each(|line| say.send(line)));
        let port =
            lines.recv_timeout(LIMIT).expect("python3-aiosmtpd; try scripts/setup.sh").parse().unwrap();
        Self { child, lines, port }
    }

    /// The next mail that it took.
    fn next(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(LIMIT).unwrap()).unwrap()
    }

    fn lines(&self, security: &str, more: &str) -> String {
        let to = "to = [\"a@desk.example\", \"B <b@desk.example>\", \"c@desk.example\"]";
        format!(
            "kind = \"email\"\nhost = \"localhost\"\nport = {}\nsecurity = \"{security}\"\n\
             from = \"nija <nija@bots.example>\"\n{more}\n{}",
            self.port,
            if more.contains("to = ") { "" } else { to }
        )
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The mail a sink gets for a message.
fn mail(message: &Message) -> Value {
    let (desk, sink) = (Desk::new(), Sink::start("plain", None, &[]));
    desk.send(&sink.lines("none", ""), message, LIMIT).unwrap();
    sink.next()
}

/// What is made of a sink that refuses.
fn trouble(refusals: &[&str], to: &str) -> Trouble {
    let (desk, sink) = (Desk::new(), Sink::start("plain", None, refusals));
    desk.send(&sink.lines("none", to), &message(), LIMIT).unwrap_err()
}

#[test]
fn a_mail_is_plain_and_all_of_an_alert_are_a_thread() {
    let first = mail(&message());
    assert_snapshot!(
        "mail_first",
        format!("{}\n{}", first["to"], first["raw"].as_str().unwrap().replace('\r', ""))
    );
    let end = mail(&resolved());
    assert_eq!(first["headers"]["References"], end["headers"]["References"]);
    assert_eq!(first["headers"]["In-Reply-To"], first["headers"]["References"]);
    assert_ne!(first["headers"]["Message-ID"], end["headers"]["Message-ID"]);
    assert_eq!(
        end["headers"]["Subject"],
        "RESOLVED ORDER_STUCK: order o-17 on kraken has been open for 95 s"
    );
}

#[test]
fn no_character_is_broken_in_a_mail_and_none_of_them_makes_a_header() {
    let found = mail(&odd());
    assert_eq!(found["headers"]["Subject"], odd().headline().as_str());
    assert!(found["text"].as_str().unwrap().starts_with(&odd().headline()));
    let evil = Message {
        summary: "x\r\nBcc: evil@example.com\r\n\r\n.\r\nMAIL FROM:<evil@example.com>".to_owned(),
        id: "m-1".to_owned(),
        thread: "a\r\nX-Evil: 1 <>".to_owned(),
        host: "bad host\r\nX".to_owned(),
        ..message()
    };
    let found = mail(&evil);
    let names: Vec<&String> = found["headers"].as_object().unwrap().keys().collect();
    assert!(!names.iter().any(|name| ["Bcc", "X-Evil"].contains(&name.as_str())), "{names:?}");
    assert_eq!(found["to"].as_array().unwrap().len(), 3);
    assert!(found["text"].as_str().unwrap().contains("MAIL FROM:<evil@example.com>"));
}

#[test]
fn a_long_message_has_a_short_subject_and_arrives() {
    let found = mail(&long());
    assert!(found["headers"]["Subject"].as_str().unwrap().chars().count() <= 200);
    let text = found["text"].as_str().unwrap();
    assert!(text.chars().count() > 10_000 && text.contains("log 412:9f86d081"));
}

#[test]
fn mail_is_encrypted_and_whoever_sends_it_says_who_they_are() {
    let desk = Desk::new();
    let certified = Certified::make(&desk.env.path("work"));
    desk.secret("password", PASSWORD);
    let more = format!(
        "username = \"nija\"\npassword_file = \"password\"\nca_file = \"{}\"",
        certified.certificate.display()
    );
    for security in ["starttls", "tls"] {
        let sink = Sink::start(security, Some(&certified), &["AUTH=nija"]);
        desk.send(&sink.lines(security, &more), &message(), LIMIT).unwrap();
        let found = sink.next();
        assert_eq!((&found["tls"], &found["user"]), (&true.into(), &"nija".into()), "{security}");
    }
}

#[test]
fn a_mail_server_that_nobody_vouches_for_is_told_nothing() {
    let desk = Desk::new();
    let certified = Certified::make(&desk.env.path("work"));
    desk.secret("password", PASSWORD);
    let user = "username = \"nija\"\npassword_file = \"password\"";
    for security in ["starttls", "tls"] {
        let sink = Sink::start(security, Some(&certified), &["AUTH=nija"]);
        let trouble = desk.send(&sink.lines(security, user), &message(), LIMIT).unwrap_err();
        assert_eq!((trouble.sort, trouble.permanent), (Sort::Tls, false), "{security} {trouble:?}");
        assert!(trouble.message.contains("certificate"), "{trouble:?}");
    }
    // Whoever is in between may hide that the server could do it.
    let sink = Sink::start("plain", None, &[]);
    let trouble = desk.send(&sink.lines("starttls", user), &message(), LIMIT).unwrap_err();
    assert_eq!((trouble.sort, trouble.permanent), (Sort::Tls, false), "{trouble:?}");
}

#[test]
fn a_wrong_password_is_trouble_that_does_not_pass_and_is_not_told() {
    let desk = Desk::new();
    let certified = Certified::make(&desk.env.path("work"));
    desk.secret("password", "wrong-horse-battery-staple");
    let more = format!(
        "username = \"nija\"\npassword_file = \"password\"\nca_file = \"{}\"",
        certified.certificate.display()
    );
    let sink = Sink::start("starttls", Some(&certified), &["AUTH=nija"]);
    let trouble = desk.send(&sink.lines("starttls", &more), &message(), LIMIT).unwrap_err();
    assert_eq!((trouble.sort, trouble.permanent), (Sort::AuthError, true), "{trouble:?}");
    assert!(!trouble.message.contains("horse"), "{trouble:?}");
}

#[test]
fn every_refusal_means_what_its_code_says() {
    let one = "to = [\"a@desk.example\"]";
    for (refusal, sort, permanent) in [
        ("MAIL=451", Sort::ServerError, false),
        ("MAIL=550", Sort::ClientError, true),
        ("MAIL=530", Sort::AuthError, true),
        ("RCPT=450", Sort::ServerError, false),
        ("RCPT=550", Sort::ClientError, true),
        ("DATA=452", Sort::ServerError, false),
        ("DATA=554", Sort::ClientError, true),
    ] {
        let trouble = trouble(&[refusal], one);
        assert_eq!((trouble.sort, trouble.permanent), (sort, permanent), "{refusal} {trouble:?}");
        let (_, code) = refusal.split_once('=').unwrap();
        assert!(trouble.message.contains(&format!("localhost answered {code}: not today")), "{trouble:?}");
    }
}

#[test]
fn an_address_that_is_refused_keeps_nobody_else_from_it() {
    let (desk, sink) = (Desk::new(), Sink::start("plain", None, &["RCPT=550:b@desk.example"]));
    let trouble = desk.send(&sink.lines("none", ""), &message(), LIMIT).unwrap_err();
    let wanted = "2 of 3 addresses were taken; b@desk.example: localhost answered 550: not today";
    assert_eq!(trouble.message, wanted);
    assert!(trouble.permanent);
    assert_eq!(sink.next()["to"], serde_json::json!(["a@desk.example", "c@desk.example"]));
    // One that may be taken later is not waited for when others have it already.
    let (desk, sink) = (Desk::new(), Sink::start("plain", None, &["RCPT=450:b@desk.example"]));
    assert!(desk.send(&sink.lines("none", ""), &message(), LIMIT).unwrap_err().permanent);
}

#[test]
fn a_mail_server_that_is_not_there_or_says_nothing_is_trouble_that_passes() {
    let desk = Desk::new();
    let lines = |port: u16, security: &str| {
        format!(
            "kind = \"email\"\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"{security}\"\n\
             from = \"nija@bots.example\"\nto = \"a@desk.example\""
        )
    };
    // It connects and never says a word.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    for security in ["none", "starttls", "tls"] {
        let trouble = desk.send(&lines(nobody(), security), &message(), LIMIT).unwrap_err();
        assert_eq!((trouble.sort, trouble.permanent), (Sort::Unreachable, false), "{trouble:?}");
        let trouble = desk.send(&lines(port, security), &message(), SHORT).unwrap_err();
        assert_eq!((trouble.sort, trouble.permanent), (Sort::Timeout, false), "{trouble:?}");
    }
    let unknown = lines(25, "starttls").replace("127.0.0.1", "mail.invalid");
    let trouble = desk.send(&unknown, &message(), LIMIT).unwrap_err();
    assert_eq!((trouble.sort, trouble.permanent), (Sort::Unreachable, false), "{trouble:?}");
}
