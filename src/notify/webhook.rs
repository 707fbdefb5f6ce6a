//! `webhook`: the message as JSON to an address of one's own, signed as in the Standard Webhooks specification.

use std::time::Duration;

use super::http::{ALLOW_HTTP, Post, Service};
use super::signature::Key;
use super::tls::CA_FILE;
use super::{Channel, Kind, Options, envelope};
use crate::domain::notify::Message;
use crate::domain::notify::delivery::Trouble;

/// The kind.
pub const KIND: Kind = Kind {
    word: "webhook",
    about: "the message as JSON to a program of your own, signed as in Standard Webhooks; a repetition has the same id",
    options: &[
        ("url", "the address, where anybody may know it"),
        ("webhook_url_file", "the address, where it is a secret; one of the two"),
        (
            "secret_file",
            "the key of the signature: whsec_ and 24 to 64 bytes in base64; without it nothing is signed",
        ),
        ("token_file", "a token for the header Authorization: Bearer"),
        ALLOW_HTTP,
        CA_FILE,
    ],
    open,
};

struct Webhook {
    service: Service,
    key: Option<Key>,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let url = options.text("url")?;
    let mut service = match (url, options.text("webhook_url_file")?) {
        (Some(url), None) => Service::open(options, "url", &url)?,
        (None, Some(_)) => Service::at_secret(options)?,
        _ => return Err("it needs either url or webhook_url_file".to_owned()),
    };
    if let Some(token) = options.secret("token")? {
        service = service.bearer(&token);
    }
    let mut key = None;
    if let Some(secret) = options.secret("secret")? {
        key = Some(Key::of(&secret)?);
        service = service.keeps(&secret);
    }
    Ok(Box::new(Webhook { service, key }))
}

impl Channel for Webhook {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let body = envelope(message).to_string();
        // Of this attempt: whoever gets it refuses what is too old.
        let timestamp = self.service.clock().now().timestamp();
        let mut headers =
            vec![("webhook-id", message.id.clone()), ("webhook-timestamp", timestamp.to_string())];
        if let Some(key) = &self.key {
            headers.push(("webhook-signature", key.sign(&message.id, timestamp, body.as_bytes())));
        }
        let post = Post {
            path: "",
            headers: &headers,
            content_type: "application/json",
            body: body.as_bytes(),
            proof: None,
        };
        self.service.post(&post, limit)
    }
}
