//! The ping after a good tick: it arrives, never delays a tick, and never shows its URL.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use rustix::process::Signal;

use super::Watching;
use crate::common::TestEnv;

const SECRET: &str = "0b5c2f7e";

/// An environment in which pings go to the listener.
fn pinging(scheme: &str) -> (TestEnv, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let env = TestEnv::initialised();
    let url = format!("{scheme}://{}/ping/{SECRET}", listener.local_addr().unwrap());
    let file = env.secret("url", &url);
    env.config(&format!("[watch]\nping_url_file = \"{file}\"\n"));
    (env, listener)
}

fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
        bytes.extend(byte);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_good_tick_is_pinged() {
    let (env, listener) = pinging("http");
    let watching = Watching::of(&env);
    for end in ["/start", ""] {
        let (mut stream, _) = listener.accept().unwrap();
        let request = request(&mut stream);
        assert!(request.starts_with(&format!("GET /ping/{SECRET}{end} HTTP/1.1\r\n")), "{request}");
        assert!(request.to_lowercase().contains("user-agent: nija/"), "{request}");
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK").unwrap();
    }
    let (left, code) = watching.end(Signal::TERM);
    assert_eq!(code, Some(0));
    assert!(left.iter().all(|line| line["event"] != "notice"), "{left:?}");
}

#[test]
fn a_ping_that_fails_is_told_without_its_url() {
    let (env, listener) = pinging("http");
    let mut watching = Watching::of(&env);
    for _ in 0..3 {
        let (mut stream, _) = listener.accept().unwrap();
        request(&mut stream);
        stream
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .unwrap();
    }
    let notice = watching.notice("PING_FAILED");
    assert!(notice["message"].as_str().unwrap().contains("503"), "{notice}");
    assert!(!notice.to_string().contains(SECRET), "{notice}");
}

#[test]
fn a_service_that_never_answers_delays_nothing() {
    let (env, listener) = pinging("http");
    let mut watching = Watching::of(&env);
    let _unanswered = listener.accept().unwrap();
    env.nija(&["kill", "drill"]).run().expect(0);
    watching.alert("fired", "TRADING_HALTED");
    let (_, code) = watching.end(Signal::TERM);
    assert_eq!(code, Some(0));
}

#[test]
fn tls_is_spoken_where_the_url_says_so() {
    let (env, listener) = pinging("https");
    let mut watching = Watching::of(&env);
    let (mut stream, _) = listener.accept().unwrap();
    let mut hello = [0; 6];
    stream.read_exact(&mut hello).unwrap();
    assert_eq!((hello[0], hello[5]), (22, 1), "a handshake that begins with the client's hello");
    drop((stream, listener));
    watching.notice("PING_FAILED");
}

#[test]
fn a_url_that_others_could_read_is_not_used() {
    let env = TestEnv::initialised();
    let file = env.secret("url", &format!("https://127.0.0.1:9/{SECRET}"));
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let mut watching = Watching::start(env.nija(&["watch"]).env("NIJA_PING_URL_FILE", &file));
    let notice = watching.notice("PING_NOT_SET_UP");
    assert_eq!(notice["hint"], format!("chmod 600 {file}"));
    watching.tick("start");
}

#[test]
fn a_url_that_goes_out_in_the_clear_is_not_used() {
    let env = TestEnv::initialised();
    let file = env.secret("url", &format!("http://example.com/{SECRET}"));
    let mut watching = Watching::start(env.nija(&["watch"]).env("NIJA_PING_URL_FILE", file));
    let notice = watching.notice("PING_NOT_SET_UP");
    assert!(!notice.to_string().contains(SECRET), "{notice}");
}

#[test]
fn a_service_that_answers_at_last_is_no_news() {
    let (env, listener) = pinging("http");
    let watching = Watching::of(&env);
    for answer in ["503 Service Unavailable", "200 OK", "200 OK"] {
        let (mut stream, _) = listener.accept().unwrap();
        request(&mut stream);
        let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).unwrap();
    }
    let (left, _) = watching.end(Signal::TERM);
    assert!(left.iter().all(|line| line["event"] != "notice"), "{left:?}");
}

#[test]
fn a_tick_that_fails_is_pinged_as_such() {
    let (env, listener) = pinging("http");
    let mut watching = Watching::of(&env);
    std::fs::rename(env.state(""), env.path("gone")).unwrap();
    for end in ["/start", "", "/fail"] {
        let (mut stream, _) = listener.accept().unwrap();
        let request = request(&mut stream);
        assert!(request.starts_with(&format!("GET /ping/{SECRET}{end} HTTP/1.1\r\n")), "{request}");
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    }
    watching.event("tick", |tick| !tick["error"].is_null());
}
