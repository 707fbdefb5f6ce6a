//! Signatures of webhooks as in the Standard Webhooks specification: HMAC-SHA256 over the id, the time and the body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Secret;

/// The key of a signature.
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    /// The key in a secret, as in `whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD`.
    pub(super) fn of(secret: &Secret) -> Result<Self, String> {
        let wrong = || "what is in secret_file must be whsec_ and 24 to 64 bytes in base64".to_owned();
        let text = secret.reveal().strip_prefix("whsec_").ok_or_else(wrong)?;
        let key = STANDARD.decode(text).map_err(|_| wrong())?;
        if !(24..=64).contains(&key.len()) {
            return Err(wrong());
        }
        Hmac::new_from_slice(&key).map(Self).map_err(|_| wrong())
    }

    /// The header `webhook-signature` for a message.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mac = self.0.clone().chain_update(format!("{id}.{timestamp}.")).chain_update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let key = Key::of(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        for text in ["whsec_", "whsec_!!!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ="] {
            let why = Key::of(&Secret::new(text)).err().unwrap();
            assert!(why.starts_with("what is in secret_file"), "{why}");
        }
    }
}
