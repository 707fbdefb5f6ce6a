//! The reference page about channels, made from the registry of kinds.

use std::fmt::Write as _;

use crate::notify::KINDS;

/// What every channel understands.
const COMMON: [(&str, &str); 6] = [
    ("kind", "one of the kinds below"),
    ("timeout", "longest that one attempt may take, 100ms to 1min; 10s without it"),
    (
        "min_severity",
        "info, warning, critical or emergency: what is less severe is not sent; warning without it",
    ),
    ("rules", "a list of rules it is for, as in [\"ORDER_*\"]; all without it"),
    (
        "quiet_hours",
        "as in \"22:00-07:00 +01:00\": then only an EMERGENCY and changes of the kill switch are sent",
    ),
    (
        "rate_limit",
        "so many messages in so long; the rest waits, but for an EMERGENCY and changes of the kill switch",
    ),
];

/// The page, as Markdown.
pub fn reference() -> String {
    let mut page = "# Channels\n\nMade by `nija notify channels --markdown`; a test keeps it so. A channel is a table of the configuration, \
        as in `[channels.ops]` with `kind = \"telegram\"`. Secrets are in files of their own, mode 0600, whose names are \
        relative to the configuration file.\n\n"
        .to_owned();
    page.push_str("HTTPS and SMTP trust the certificate authorities of this machine. HTTP goes through the proxy of `HTTPS_PROXY`, \
        `HTTP_PROXY` or `ALL_PROXY`, unless `NO_PROXY` leaves the host out; mail does not. A redirect is never followed. A message \
        that is too long for a service is shortened. What a service refuses (4xx, but 408, 425 and 429) is not tried again.\n\n\
        ## Every channel\n\n");
    page.push_str(&table(&COMMON));
    for kind in KINDS {
        // Writing to a text does not fail.
        let _ = write!(page, "\n## {}\n\n{}.\n\n{}", kind.word, sentence(kind.about), table(kind.options));
    }
    page
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn table(options: &[(&str, &str)]) -> String {
    let rows = options.iter().map(|(name, about)| format!("| `{name}` | {} |\n", about.replace('|', "\\|")));
    format!("| option | what it is |\n|---|---|\n{}", rows.collect::<String>())
}
