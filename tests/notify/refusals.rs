//! What a channel makes of every way in which a service does not take a message.

use nija::domain::notify::delivery::{Sort, Trouble};

use super::places::{PLACES, Place};
use super::{Desk, LIMIT, SHORT, message};
use crate::common::http::{Answer, Server, nobody, says};

/// What the channel of a kind makes of an answer.
fn trouble(word: &'static str, answer: Answer) -> Trouble {
    let (desk, place) = (Desk::new(), Place::of(word));
    let server = Server::start(vec![answer]);
    let trouble = desk.send(&place.lines(&desk, &server.url(), ""), &message(), LIMIT).unwrap_err();
    assert_eq!(server.asked().len(), 1, "{word}: one attempt is one request");
    trouble
}

#[test]
fn every_status_means_the_same_for_every_channel() {
    for word in PLACES {
        for (status, sort, permanent) in [
            (307, Sort::ClientError, true),
            (400, Sort::ClientError, true),
            (401, Sort::AuthError, true),
            (403, Sort::AuthError, true),
            (404, Sort::ClientError, true),
            (408, Sort::ClientError, false),
            (425, Sort::ClientError, false),
            (429, Sort::RateLimited, false),
            (500, Sort::ServerError, false),
            (503, Sort::ServerError, false),
        ] {
            let trouble = trouble(word, says(status, "no, thank you"));
            assert_eq!((trouble.sort, trouble.permanent), (sort, permanent), "{word} {status}");
            assert!(trouble.message.contains(&format!("127.0.0.1 answered {status}")), "{}", trouble.message);
            assert!(trouble.message.ends_with(": no, thank you"), "{}", trouble.message);
        }
    }
}

#[test]
fn after_trouble_of_the_service_the_next_attempt_is_taken() {
    for word in PLACES {
        let (desk, place) = (Desk::new(), Place::of(word));
        let server = Server::start(vec![says(503, ""), says(500, ""), says(place.taken.0, place.taken.1)]);
        let channel = desk.open(&place.lines(&desk, &server.url(), "")).unwrap();
        assert!(channel.send(&message(), LIMIT).is_err() && channel.send(&message(), LIMIT).is_err());
        channel.send(&message(), LIMIT).unwrap();
        let asked = server.asked();
        assert_eq!(asked[0].body, asked[2].body, "{word}");
    }
}

#[test]
fn a_service_that_asks_to_wait_is_heard() {
    for word in PLACES {
        let asks = |header: &str, body: &str| {
            Answer::Says(429, vec![("Retry-After", header.to_owned())], body.to_owned())
        };
        let wait = |answer| trouble(word, answer).retry_after_seconds;
        assert_eq!(wait(asks("17", "")), Some(17), "{word}");
        assert_eq!(wait(asks("Mon, 02 Mar 2026 09:30:35 GMT", "")), Some(30), "{word}");
        assert_eq!(wait(asks("1", r#"{"ok":false,"parameters":{"retry_after":31}}"#)), Some(31), "{word}");
        assert_eq!(wait(says(429, r#"{"message":"slow","retry_after":0.41,"global":false}"#)), Some(1));
        assert_eq!(wait(says(429, "")), None);
    }
}

#[test]
fn a_service_that_never_answers_costs_the_limit_and_no_more() {
    for word in PLACES {
        let (desk, place) = (Desk::new(), Place::of(word));
        let server = Server::start(vec![Answer::Silence]);
        let trouble = desk.send(&place.lines(&desk, &server.url(), ""), &message(), SHORT).unwrap_err();
        assert_eq!((trouble.sort, trouble.permanent), (Sort::Timeout, false), "{word} {trouble:?}");
        assert!(trouble.message.contains("no answer from 127.0.0.1 within 300ms"), "{}", trouble.message);
    }
}

#[test]
fn where_nobody_listens_nobody_is_reached() {
    for word in PLACES {
        let (desk, place) = (Desk::new(), Place::of(word));
        let address = format!("http://127.0.0.1:{}", nobody());
        let trouble = desk.send(&place.lines(&desk, &address, ""), &message(), LIMIT).unwrap_err();
        assert_eq!((trouble.sort, trouble.permanent), (Sort::Unreachable, false), "{word}");
        assert!(trouble.message.contains("127.0.0.1 cannot be reached: connection refused"), "{trouble:?}");
    }
}

#[test]
fn an_answer_without_end_or_sense_is_trouble_and_nothing_worse() {
    for word in PLACES {
        let (desk, place) = (Desk::new(), Place::of(word));
        let server = Server::start(vec![Answer::Endless(500)]);
        let endless = desk.send(&place.lines(&desk, &server.url(), ""), &message(), LIMIT).unwrap_err();
        assert_eq!(endless.sort, Sort::ServerError, "{word}");
        assert!(endless.message.len() < 300, "{word}");
        // What the system keeps for both sides is less than that.
        assert!(server.endless() < 64 << 20, "{word}: {}", server.endless());
        let noise = trouble(word, Answer::Noise);
        assert_eq!((noise.sort, noise.permanent), (Sort::ServerError, false), "{word} {noise:?}");
    }
}

#[test]
fn a_page_that_says_ok_to_everything_is_not_taken_for_the_service() {
    for word in PLACES {
        let (desk, place) = (Desk::new(), Place::of(word));
        for body in ["<html>please log in</html>", "{}", ""] {
            let server = Server::start(vec![says(200, body)]);
            let result = desk.send(&place.lines(&desk, &server.url(), ""), &message(), LIMIT);
            assert_eq!(result.is_err(), place.is_choosy, "{word} {body}: {result:?}");
        }
    }
}

#[test]
fn where_an_answer_points_nothing_is_sent() {
    for word in PLACES {
        let elsewhere = Server::start(vec![says(200, "{}")]);
        let answer = Answer::Says(302, vec![("Location", elsewhere.url())], String::new());
        let trouble = trouble(word, answer);
        assert!(trouble.message.contains("the address has moved"), "{word}: {}", trouble.message);
        assert!(elsewhere.asked().is_empty(), "{word}");
    }
}
