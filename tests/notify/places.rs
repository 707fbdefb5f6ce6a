//! The kinds that speak HTTP, each with a configuration for a server of this machine.

use super::Desk;

/// A kind, configured.
pub(super) struct Place {
    pub(super) word: &'static str,
    /// What its service answers to what it takes.
    pub(super) taken: (u16, &'static str),
    /// Whether it looks at that.
    pub(super) is_choosy: bool,
    /// What nobody must see.
    pub(super) secrets: Vec<String>,
}

/// Every kind that speaks HTTP.
pub(super) const PLACES: [&str; 8] =
    ["alertmanager", "discord", "ntfy", "pagerduty", "slack", "sms", "telegram", "webhook"];

impl Place {
    /// The kind of that word.
    pub(super) fn of(word: &'static str) -> Self {
        let secret = |text: &str| text.to_owned();
        let (taken, is_choosy, secrets) = match word {
            "alertmanager" => ((200, ""), false, vec![secret("am-correct-horse-battery")]),
            "discord" => {
                ((200, r#"{"id":"1"}"#), false, vec![secret("/api/webhooks/11223344/dIsCoRdSeCrEt")])
            }
            "ntfy" => {
                ((200, r#"{"id":"x1","event":"message"}"#), true, vec![secret("tk_AgQdq7mVBoFD37zQVN29")])
            }
            "pagerduty" => {
                ((202, r#"{"status":"success"}"#), true, vec![secret("r0ut1ngk3yr0ut1ngk3yr0ut1ngk3y00")])
            }
            "slack" => ((200, "ok"), false, vec![secret("/services/T00000000/B00000000/sLaCkSeCrEtXyZ")]),
            "sms" => ((201, r#"{"sid":"SM1"}"#), true, vec![secret("tw1l10authtokentw1l10authtoken00")]),
            "telegram" => {
                ((200, r#"{"ok":true,"result":{}}"#), true, vec![secret("110201543:AAHdqTcvCH1vGWJxfSeofSA")])
            }
            _ => (
                (204, ""),
                false,
                vec![
                    secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                    secret("/hooks/wEbHoOkSeCrEt?key=kEyKeY99"),
                ],
            ),
        };
        Self { word, taken, is_choosy, secrets }
    }

    /// Its configuration for a server at an address, further lines included. The files of its secrets are written.
    pub(super) fn lines(&self, desk: &Desk, address: &str, more: &str) -> String {
        let first = &self.secrets[0];
        let own = match self.word {
            "alertmanager" => {
                desk.secret("secret", first);
                format!("base_url = \"{address}\"\nusername = \"nija\"\npassword_file = \"secret\"")
            }
            "discord" | "slack" => {
                desk.secret("secret", &format!("{address}{first}"));
                "webhook_url_file = \"secret\"".to_owned()
            }
            "ntfy" => {
                desk.secret("secret", first);
                format!(
                    "base_url = \"{address}\"\ntopic = \"desk\"\ntags = [\"nija\"]\ntoken_file = \"secret\""
                )
            }
            "pagerduty" => {
                desk.secret("secret", first);
                format!("base_url = \"{address}\"\nrouting_key_file = \"secret\"")
            }
            "sms" => {
                desk.secret("secret", first);
                format!(
                    "base_url = \"{address}\"\naccount_sid = \"AC0123\"\nauth_token_file = \"secret\"\n\
                     from = \"+15005550006\"\nto = [\"+4915100000\"]"
                )
            }
            "telegram" => {
                desk.secret("secret", first);
                format!(
                    "base_url = \"{address}\"\ntoken_file = \"secret\"\nchat_id = -100123\nmessage_thread_id = 7"
                )
            }
            _ => {
                desk.secret("secret", first);
                desk.secret("address", &format!("{address}{}", self.secrets[1]));
                "webhook_url_file = \"address\"\nsecret_file = \"secret\"".to_owned()
            }
        };
        format!("kind = \"{}\"\n{own}\n{more}", self.word)
    }
}
