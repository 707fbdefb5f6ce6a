//! What each service is asked, byte for byte, and that its limits are kept.

use insta::assert_snapshot;
use nija::domain::notify::{Message, Reason, Topic};

use super::places::{PLACES, Place};
use super::{Desk, LIMIT, long, message, odd, resolved};
use crate::common::http::{Request, Server, says};

/// What the service of a kind is asked for a message, which it takes.
fn asked(word: &'static str, message: &Message) -> Request {
    let (desk, place) = (Desk::new(), Place::of(word));
    let server = Server::start(vec![says(place.taken.0, place.taken.1)]);
    desk.send(&place.lines(&desk, &server.url(), ""), message, LIMIT).unwrap();
    server.only()
}

#[test]
fn every_service_is_asked_as_it_wants_to_be() {
    for word in PLACES {
        assert_snapshot!(format!("first_{word}"), asked(word, &message()));
    }
}

#[test]
fn every_service_is_told_of_the_end() {
    for word in ["alertmanager", "discord", "ntfy", "pagerduty", "slack"] {
        assert_snapshot!(format!("resolved_{word}"), asked(word, &resolved()));
    }
}

#[test]
fn a_message_that_is_too_long_arrives_shortened_and_keeps_what_matters() {
    let utf16 = |text: &str| text.encode_utf16().count();
    let text = |request: &Request, path: &str| {
        request.json().pointer(path).and_then(|text| text.as_str().map(str::to_owned)).unwrap()
    };
    for word in PLACES {
        let request = asked(word, &long());
        let whole = request.to_string();
        assert!(whole.contains("CRITICAL") && whole.contains("ORDER_STUCK"), "{word}");
        match word {
            "telegram" => assert!(utf16(&text(&request, "/text")) <= 4096),
            "discord" => {
                let (title, description) =
                    (text(&request, "/embeds/0/title"), text(&request, "/embeds/0/description"));
                assert!(utf16(&title) <= 256 && utf16(&description) <= 4096);
            }
            "slack" => {
                for path in ["/text", "/blocks/0/text/text"] {
                    let text = text(&request, path);
                    assert!(text.chars().count() <= 3000, "{path}");
                    let rest = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
                    assert!(!rest.contains(['&', '<', '>']), "{path}: {rest}");
                }
            }
            "ntfy" => assert!(text(&request, "/message").len() <= 4096),
            "pagerduty" => assert!(text(&request, "/payload/summary").chars().count() <= 1024),
            "sms" => {
                let body = request.body.split_once("Body=").unwrap().1;
                let letters = body.split('%').count() - 1;
                assert!(letters > 0 && body.contains("nija%20orders%20show") && body.contains("9f86d081"));
            }
            _ => {}
        }
    }
}

#[test]
fn a_text_message_is_at_most_1600_characters() {
    let ascii = Message { summary: "x".repeat(5000), remedy: "y".repeat(5000), ..message() };
    for message in [ascii, Message { summary: "x".repeat(5000), ..message() }] {
        let request = asked("sms", &message);
        let body = request.body.split_once("Body=").unwrap().1;
        // What is encoded is one character of three, or one of the ellipsis, of nine.
        let encoded = body.matches('%').count();
        let ellipses = body.matches("%E2%80%A6").count();
        assert!(body.len() - 2 * encoded - 2 * ellipses <= 1600, "{}", body.len());
    }
}

#[test]
fn no_character_is_broken_on_its_way() {
    for word in PLACES {
        let request = asked(word, &odd());
        if word == "sms" {
            assert!(request.body.contains("Z%C3%BCrich%20%E6%97%A5%E6%9C%AC%20%F0%9D%84%9E%20%3Cb%3E"));
            continue;
        }
        let whole = request.json().to_string();
        assert!(whole.contains("Z\u{FC}rich \u{65E5}\u{672C} \u{1D11E} "), "{word}: {whole}");
        assert_eq!(whole.contains("<!channel>"), word != "slack", "{word}");
    }
}

#[test]
fn an_incident_is_one_for_all_messages_of_an_alert_and_its_key_is_never_too_long() {
    let asked = |message: &Message| asked("pagerduty", message).json();
    let acknowledged = Message { reason: Reason::Acknowledged, ..message() };
    let far = Message { thread: "x".repeat(400), ..message() };
    let keys: Vec<String> = [message(), acknowledged, resolved(), far]
        .iter()
        .map(|message| asked(message)["dedup_key"].as_str().unwrap().to_owned())
        .collect();
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3]);
    assert!(keys.iter().all(|key| key.len() <= 255));
    for (reason, action) in [
        (Reason::First, "trigger"),
        (Reason::Repeat, "trigger"),
        (Reason::Escalated, "trigger"),
        (Reason::Acknowledged, "acknowledge"),
        (Reason::Resolved, "resolve"),
    ] {
        assert_eq!(asked(&Message { reason, ..message() })["event_action"], action);
    }
}

#[test]
fn incidents_of_alerts_that_were_told_together_are_kept_apart() {
    let (desk, place) = (Desk::new(), Place::of("pagerduty"));
    let server = Server::start(vec![says(202, place.taken.1)]);
    let alerts = (10..60).map(|n| (format!("ORDER_STUCK:order:o-{n}"), format!("m-{n}"))).collect();
    let many = Message { alerts, ..message() };
    desk.send(&place.lines(&desk, &server.url(), ""), &many, LIMIT).unwrap();
    let asked = server.asked();
    let keys: std::collections::BTreeSet<String> =
        asked.iter().map(|request| request.json()["dedup_key"].as_str().unwrap().to_owned()).collect();
    assert_eq!((asked.len(), keys.len()), (20, 20));
    assert!(asked[0].json()["dedup_key"].as_str().unwrap().ends_with(":ORDER_STUCK:order:o-17"));
}

#[test]
fn a_repetition_of_a_webhook_has_the_same_id() {
    let (desk, place) = (Desk::new(), Place::of("webhook"));
    let server = Server::start(vec![says(500, ""), says(204, "")]);
    let lines = place.lines(&desk, &server.url(), "");
    let channel = desk.open(&lines).unwrap();
    assert!(channel.send(&message(), LIMIT).is_err());
    channel.send(&message(), LIMIT).unwrap();
    let asked = server.asked();
    assert_eq!(asked[0].headers["webhook-id"], asked[1].headers["webhook-id"]);
    assert_eq!(asked[0].headers["webhook-signature"], asked[1].headers["webhook-signature"]);
}

#[test]
fn a_test_says_so_everywhere() {
    let test =
        Message { topic: Topic::Test, rule: None, summary: "can you read this".to_owned(), ..message() };
    for word in PLACES {
        let whole = asked(word, &test).to_string();
        assert!(whole.contains("[TEST] ") || whole.contains("%5BTEST%5D"), "{word}: {whole}");
    }
}

#[test]
fn every_number_gets_a_text_message_of_its_own() {
    let (desk, place) = (Desk::new(), Place::of("sms"));
    let lines = |server: &Server| {
        let one = place.lines(&desk, &server.url(), "");
        one.replace("[\"+4915100000\"]", "[\"+491\", \"+492\", \"+493\"]")
    };
    let server = Server::start(vec![says(201, place.taken.1)]);
    desk.send(&lines(&server), &message(), LIMIT).unwrap();
    assert_eq!(server.asked().len(), 3);

    // Those who have it are not woken again for the others' sake, and the others are not forgotten.
    let server = Server::start(vec![says(201, place.taken.1), says(503, ""), says(201, place.taken.1)]);
    let trouble = desk.send(&lines(&server), &message(), LIMIT).unwrap_err();
    assert_eq!(trouble.message, "2 of 3 were reached; +492: 127.0.0.1 answered 503");
    assert!(trouble.permanent);
    assert_eq!(server.asked().len(), 3);

    let server = Server::start(vec![says(503, "")]);
    assert!(!desk.send(&lines(&server), &message(), LIMIT).unwrap_err().permanent);
}
