//! No secret is ever told: not by trouble, not by what a service sends back, not by `Debug`.

use nija::notify::Secret;
use proptest::prelude::*;

use super::places::{PLACES, Place};
use super::{Desk, LIMIT, SHORT, message};
use crate::common::http::{Answer, Server, nobody};

/// Whether so many characters in a row of a secret are in a text.
fn tells(text: &str, secret: &str) -> bool {
    let letters: Vec<char> = secret.chars().collect();
    let text = text.to_lowercase();
    letters.windows(8).any(|part| text.contains(&part.iter().collect::<String>().to_lowercase()))
}

#[test]
fn what_a_service_sends_back_is_told_without_the_secrets_in_it() {
    for word in PLACES {
        for status in [400, 401, 429, 500] {
            let (desk, place) = (Desk::new(), Place::of(word));
            let server = Server::start(vec![Answer::Echo(status)]);
            let lines = place.lines(&desk, &server.url(), "");
            let trouble = desk.send(&lines, &message(), LIMIT).unwrap_err();
            let told = format!("{trouble:?} {}", serde_json::to_string(&trouble).unwrap());
            for secret in &place.secrets {
                assert!(!tells(&told, secret), "{word}: {told}");
            }
            assert!(trouble.message.contains("answered"), "{word}");
        }
    }
}

#[test]
fn a_secret_is_shown_as_dots_and_not_as_itself() {
    assert_eq!(format!("{:?}", Secret::new("hunter2hunter2")), "(secret)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_goes_wrong_no_trouble_has_a_secret_in_it(
        word in proptest::sample::select(PLACES.to_vec()),
        token in "[A-Za-z0-9]{24,40}",
        how in 0usize..6,
    ) {
        let (desk, mut place) = (Desk::new(), Place::of(word));
        place.secrets[0] = match word {
            "telegram" => format!("7{}:{token}", 1_234_567),
            "slack" | "discord" => format!("/{token}/x?y={token}"),
            "webhook" => place.secrets[0].clone(),
            _ => token.clone(),
        };
        if let Some(address) = place.secrets.get_mut(1) {
            *address = format!("/{token}");
        }
        let answer = match how {
            0 => Answer::Echo(404),
            1 => Answer::Echo(503),
            2 => Answer::Silence,
            3 => Answer::Noise,
            // Cut in the middle of what it repeats.
            4 => Answer::Says(403, Vec::new(), format!("{}{}", "x".repeat(150), place.secrets.join(" "))),
            _ => Answer::Endless(400),
        };
        let server = Server::start(vec![answer]);
        let address = if how == 5 { format!("http://127.0.0.1:{}", nobody()) } else { server.url() };
        let lines = place.lines(&desk, &address, "");
        let trouble = desk.send(&lines, &message(), if how == 2 { SHORT } else { LIMIT }).unwrap_err();
        let told = format!("{trouble:?}");
        for secret in &place.secrets {
            prop_assert!(!tells(&told, secret), "{}", told);
        }
    }

    #[test]
    fn no_error_of_a_configuration_has_a_secret_in_it(text in "\\PC{8,60}", kind in 0usize..4) {
        let desk = Desk::new();
        desk.secret("secret", &text);
        let lines = [
            "kind = \"telegram\"\ntoken_file = \"secret\"\nchat_id = 1",
            "kind = \"slack\"\nwebhook_url_file = \"secret\"",
            "kind = \"webhook\"\nurl = \"https://a.example\"\nsecret_file = \"secret\"",
            "kind = \"webhook\"\nwebhook_url_file = \"secret\"",
        ];
        if let Err(why) = desk.open(lines[kind]) {
            let own = "what is in token_file is no token of a bot, as in 123456:ABC-DEF secret_file must be whsec_ and";
            prop_assert!(tells(own, text.trim()) || !tells(&why, text.trim()), "{}", why);
        }
    }
}
