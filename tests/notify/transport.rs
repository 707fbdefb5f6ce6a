//! How channels reach their services: encrypted, through proxies, and refused where their configuration is wrong.

use std::io::Write as _;
use std::net::TcpListener;

use nija::domain::notify::delivery::Sort;

use super::places::{PLACES, Place};
use super::{Desk, LIMIT, SHORT, message};
use crate::common::certificate::Certified;
use crate::common::http::{Answer, Server, nobody, says};

#[test]
fn a_server_that_nobody_vouches_for_is_told_nothing() {
    let desk = Desk::new();
    let certified = Certified::make(&desk.env.path("work"));
    for word in PLACES {
        let place = Place::of(word);
        let server = Server::start_tls(vec![says(place.taken.0, place.taken.1)], certified.server());
        let trouble = desk.send(&place.lines(&desk, &server.url(), ""), &message(), LIMIT).unwrap_err();
        assert_eq!((trouble.sort, trouble.permanent), (Sort::Tls, false), "{word} {trouble:?}");
        assert!(trouble.message.contains("certificate"), "{word} {trouble:?}");
        assert!(server.asked().is_empty(), "{word}");
    }
}

#[test]
fn an_authority_of_ones_own_is_trusted_where_it_is_named() {
    let desk = Desk::new();
    let certified = Certified::make(&desk.env.path("work"));
    let more = format!("ca_file = \"{}\"", certified.certificate.display());
    for word in PLACES {
        let place = Place::of(word);
        let server = Server::start_tls(vec![says(place.taken.0, place.taken.1)], certified.server());
        desk.send(&place.lines(&desk, &server.url(), &more), &message(), LIMIT).unwrap();
        assert_eq!(server.asked().len(), 1, "{word}");
    }
}

#[test]
fn a_server_that_speaks_no_tls_or_never_finishes_it_is_trouble() {
    let (desk, place) = (Desk::new(), Place::of("telegram"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let silent = desk.send(&place.lines(&desk, &address, ""), &message(), SHORT).unwrap_err();
    assert_eq!((silent.sort, silent.permanent), (Sort::Timeout, false), "{silent:?}");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
            // The other side hangs up.
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    });
    let plain = desk.send(&place.lines(&desk, &address, ""), &message(), LIMIT).unwrap_err();
    assert_eq!((plain.sort, plain.permanent), (Sort::Tls, false), "{plain:?}");
}

#[test]
fn an_address_that_others_can_read_on_the_way_needs_to_be_allowed() {
    for word in PLACES {
        let (desk, place) = (Desk::new(), Place::of(word));
        let lines = |more: &str| place.lines(&desk, "http://gateway.example:8080", more);
        let why = desk.open(&lines("")).err().unwrap();
        assert!(why.ends_with("has to begin with https, or others can read it on the way"), "{word}: {why}");
        assert!(desk.open(&lines("allow_http = true")).is_ok(), "{word}");
        for address in ["ftp://127.0.0.1", "127.0.0.1", "", "https://", "https://u:p@host.example"] {
            let found = desk.open(&place.lines(&desk, address, "")).err();
            // ntfy and others have an address of their own where none is given.
            assert!(found.is_some(), "{word} {address}");
        }
    }
}

#[test]
fn a_proxy_of_the_environment_is_asked_to_connect_and_gets_no_secret() {
    let (mut desk, place) = (Desk::new(), Place::of("telegram"));
    let proxy = Server::start(vec![says(403, "")]);
    desk.variable("HTTPS_PROXY", &proxy.url());
    desk.variable("HTTP_PROXY", "http://127.0.0.1:1");
    let lines = place.lines(&desk, "https://api.telegram.example", "");
    let trouble = desk.send(&lines, &message(), LIMIT).unwrap_err();
    assert_eq!(trouble.sort, Sort::Unreachable, "{trouble:?}");
    assert_eq!(trouble.message, "the proxy does not connect to api.telegram.example");
    let asked = proxy.only();
    assert_eq!(asked.line, "CONNECT api.telegram.example:443 HTTP/1.1");
    assert!(!format!("{asked:?}").contains("110201543"));
}

#[test]
fn a_proxy_is_left_out_for_this_machine_and_where_the_environment_says_so() {
    let place = Place::of("slack");
    for (variable, text) in [("https_proxy", ""), ("ALL_PROXY", "socks5://"), ("all_proxy", "")] {
        let (mut desk, proxy) = (Desk::new(), Server::start(vec![Answer::Noise]));
        desk.variable(variable, &format!("{text}127.0.0.1:{}", proxy.port));
        let server = Server::start(vec![says(200, "ok")]);
        desk.send(&place.lines(&desk, &server.url(), ""), &message(), LIMIT).unwrap();
        let far = place.lines(&desk, "https://hooks.invalid", "");
        assert!(desk.send(&far, &message(), LIMIT).is_err());
        let through = proxy.asked().len();
        desk.variable("NO_PROXY", "example.com, .invalid");
        let trouble = desk.send(&far, &message(), LIMIT).unwrap_err();
        assert_eq!(trouble.sort, Sort::Unreachable, "{trouble:?}");
        assert_eq!(proxy.asked().len(), through, "{variable}");
    }
}

#[test]
fn a_proxy_that_is_none_is_an_error_before_anything_is_sent_and_its_password_stays_secret() {
    let (mut desk, place) = (Desk::new(), Place::of("ntfy"));
    desk.variable("ALL_PROXY", "gopher://user:proxypassword@127.0.0.1:1");
    let why = desk.open(&place.lines(&desk, "https://ntfy.example", "")).err().unwrap();
    assert_eq!(why, "ALL_PROXY in the environment is no address of a proxy");
}

#[test]
fn what_is_wrong_with_options_is_said_when_they_are_read() {
    let desk = Desk::new();
    desk.secret("good", "110201543:AAHdqTcvCH1vGWJxfSeofSA");
    desk.secret("empty", "");
    std::fs::write(desk.env.path("open"), "110201543:AAHdqTcvCH1vGWJxfSeofSA").unwrap();
    let port = nobody();
    for (lines, wanted) in [
        ("kind = \"pigeon\"", "'pigeon' is none of alertmanager, discord, email,"),
        ("kind = \"telegram\"", "it has no token_file"),
        ("kind = \"telegram\"\ntoken_file = \"empty\"", "empty is empty"),
        ("kind = \"telegram\"\ntoken_file = \"missing\"", "missing: No such file"),
        ("kind = \"telegram\"\ntoken_file = \"open\"", "others can read it"),
        ("kind = \"telegram\"\ntoken_file = \"good\"", "it has no chat_id"),
        (
            "kind = \"telegram\"\ntoken_file = \"good\"\nchat = 1",
            "telegram has no 'chat'; it has token_file,",
        ),
        (
            "kind = \"telegram\"\ntoken_file = \"good\"\nchat_id = 1\nmessage_thread_id = \"x\"",
            "whole number",
        ),
        (
            "kind = \"telegram\"\ntoken_file = \"good\"\nchat_id = 1\nca_file = \"good\"",
            "no certificate in it",
        ),
        ("kind = \"telegram\"\ntoken_file = \"good\"\nchat_id = 1\nca_file = \"missing\"", "ca_file"),
        (
            "kind = \"slack\"\nwebhook_url_file = \"good\"",
            "the address in webhook_url_file has to begin with https",
        ),
        ("kind = \"webhook\"", "it needs either url or webhook_url_file"),
        ("kind = \"webhook\"\nurl = \"https://a.example\"\nsecret_file = \"good\"", "must be whsec_"),
        ("kind = \"ntfy\"\ntopic = \"a b\"", "topic must be"),
        ("kind = \"alertmanager\"", "it has no base_url"),
        ("kind = \"exec\"", "it has no command"),
        ("kind = \"exec\"\ncommand = [\"\"]", "command must be a list of texts"),
        ("kind = \"exec\"\ncommand = [\"bin/page\"]", "relative"),
        ("kind = \"email\"\nhost = \"mail.example\"\nsecurity = \"none\"", "loopback only"),
        ("kind = \"email\"\nhost = \"mail.example\"\nsecurity = \"ssl\"", "one of starttls, tls, none"),
        ("kind = \"email\"\nhost = \"mail.example\"\nusername = \"u\"", "belong together"),
        ("kind = \"email\"\nhost = \"mail.example\"\nfrom = \"a\"\nto = \"b@c.example\"", "is no address"),
        ("kind = \"email\"\nhost = \"mail.example\"\nport = 99999", "99999 is no port"),
    ] {
        let why = desk.open(lines).err().unwrap_or_else(|| panic!("{lines} is taken; port {port}"));
        assert!(why.contains(wanted), "{lines}: {why}");
        assert!(!why.contains("AAHdqTcv"), "{why}");
    }
}
