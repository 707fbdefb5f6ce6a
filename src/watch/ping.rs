//! Tells a monitoring service, by a URL, that the watch began, and how its ticks go; on a thread of its own, so that it never
//! delays one.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;

use crate::error::{Error, Kind, Result};
use crate::ops::Notice;

/// Longest time one ping may take, names looked up, redirects followed and everything tried again.
const LIMIT: Duration = Duration::from_secs(10);

/// How often a ping is tried, and how long to wait in between.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_millis(1500)];

/// Pings are at least this far apart: services drop those that come more often.
const SPACING: Duration = Duration::from_secs(10);

/// What became of a ping that went wrong; never the URL, which is a secret.
pub type Trouble = String;

/// What there is to tell, as healthchecks.io and what is like it understand it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ping {
    /// The watch began.
    Start,
    /// A tick was good.
    Good,
    /// A tick failed.
    Fail,
}

impl Ping {
    /// What the URL ends with.
    fn suffix(self) -> &'static str {
        match self {
            Self::Start => "/start",
            Self::Good => "",
            Self::Fail => "/fail",
        }
    }
}

/// Where to tell it.
#[derive(Debug)]
pub struct Pinger {
    due: SyncSender<Ping>,
    ended: Receiver<Option<Trouble>>,
    next: Duration,
    last: Option<Ping>,
    under_way: u32,
    trouble: Option<Trouble>,
}

impl Pinger {
    /// Starts the thread. `url` may be http only where nobody else listens in: on this machine.
    pub fn start(url: &str) -> Result<Self> {
        let url = sound(url.trim())?;
        // Pings that are still under way when the next is due are enough.
        let (due, orders) = sync_channel::<Ping>(2);
        let (tell, ended) = sync_channel(16);
        let work = move || {
            let agent = agent(&url);
            while let Ok(ping) = orders.recv() {
                let trouble = aimed(&url, ping).and_then(|url| tried(&agent, &url));
                if tell.send(trouble).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("ping".to_owned())
            .spawn(work)
            .map_err(|error| Error::io("start a thread for pings", error).hint("ulimit -u"))?;
        Ok(Self { due, ended, next: Duration::ZERO, last: None, under_way: 0, trouble: None })
    }

    /// Tells it at `now` by the monotonic clock. The same again is told only so often.
    pub fn tell(&mut self, ping: Ping, now: Duration) {
        let is_due = now >= self.next || self.last != Some(ping);
        if is_due && self.due.try_send(ping).is_ok() {
            self.next = now.saturating_add(SPACING);
            self.last = Some(ping);
            self.under_way += 1;
        }
    }

    /// Whether one is under way.
    pub fn is_under_way(&self) -> bool {
        self.under_way > 0
    }

    /// What is worth telling about pings that ended: a trouble that is new, and its end.
    pub fn news(&mut self) -> Option<Notice> {
        let mut news = None;
        while let Ok(trouble) = self.ended.try_recv() {
            self.under_way = self.under_way.saturating_sub(1);
            if trouble != self.trouble {
                news = Some(match &trouble {
                    Some(why) => Notice::new("PING_FAILED", format!("a ping failed: {why}"), ""),
                    None => Notice::new("PING_ARRIVED", "pings arrive again", ""),
                });
                self.trouble = trouble;
            }
        }
        news
    }
}

/// A URL to ping, or why it is none; its text is never part of the error.
fn sound(url: &str) -> Result<Uri> {
    let refuse = |why: &str| {
        Error::new(Kind::Config, format!("the URL in the file of watch.ping_url_file {why}"))
            .hint("nija config show --origin")
    };
    let uri: Uri = url.parse().map_err(|_| refuse("is no URL"))?;
    let host = uri.host().ok_or_else(|| refuse("names no host"))?;
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if is_this_machine(host) => Ok(uri),
        Some("http") => Err(refuse("has to begin with https: others could read it on the way")),
        _ => Err(refuse("has to begin with https")),
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// TLS by rustls with ring, which the crate's features choose; no proxy from the environment; bounded in time.
fn agent(url: &Uri) -> Agent {
    // A redirect must not take a secret off the encrypted way.
    let encrypted = url.scheme_str() == Some("https");
    let config = Agent::config_builder().timeout_global(Some(LIMIT)).proxy(None).max_redirects(3);
    config.https_only(encrypted).user_agent(concat!("nija/", env!("CARGO_PKG_VERSION"))).build().into()
}

/// Where a ping goes. A URL with a query is of a service that knows of good ticks only.
fn aimed(url: &Uri, ping: Ping) -> Option<Uri> {
    if ping == Ping::Good {
        return Some(url.clone());
    }
    let text = url.to_string();
    let plain = !text.contains('?');
    plain.then(|| format!("{}{}", text.trim_end_matches('/'), ping.suffix()).parse().ok()).flatten()
}

/// Asks for a URL until it answers, a few times at most, and never longer than the limit.
fn tried(agent: &Agent, url: &Uri) -> Option<Trouble> {
    // Nobody sends: receiving is a pause that ends on time.
    let (_sender, pause) = sync_channel::<()>(0);
    let mut last = None;
    let each = LIMIT.saturating_sub(PAUSES.iter().sum()) / u32::try_from(PAUSES.len()).unwrap_or(1);
    for wait in PAUSES {
        if !wait.is_zero() {
            let _ = pause.recv_timeout(wait);
        }
        let error = agent.get(url).config().timeout_global(Some(each)).build().call().err()?;
        let is_refused = matches!(error, ureq::Error::StatusCode(400..=428 | 430..=499));
        last = Some(trouble(&error));
        if is_refused {
            break;
        }
    }
    last
}

fn trouble(error: &ureq::Error) -> Trouble {
    match error {
        ureq::Error::StatusCode(code) => format!("the service answered {code}"),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "its host is not known".to_owned(),
        ureq::Error::Io(error) => format!("it cannot be reached: {}", error.kind()),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "its certificate or TLS is not accepted".to_owned(),
        ureq::Error::TooManyRedirects => "it leads elsewhere again and again".to_owned(),
        _ => "it failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_the_end_of_the_url() {
        let aimed = |url: &str, ping| aimed(&url.parse().unwrap(), ping).map(|url| url.to_string());
        let url = "https://hc.example/uuid";
        assert_eq!(aimed(url, Ping::Good).as_deref(), Some(url));
        assert_eq!(aimed(url, Ping::Start).as_deref(), Some("https://hc.example/uuid/start"));
        assert_eq!(
            aimed("https://hc.example/uuid/", Ping::Fail).as_deref(),
            Some("https://hc.example/uuid/fail")
        );
        assert_eq!(aimed("https://push.example/x?status=up", Ping::Fail), None);
    }

    #[test]
    fn a_secret_goes_out_encrypted_or_not_at_all_and_never_into_an_error() {
        for url in [
            "https://hc.example/secret",
            "http://127.0.0.1:1/secret",
            "http://[::1]/secret",
            "http://localhost/secret",
        ] {
            assert!(sound(url).is_ok(), "{url}");
        }
        for url in [
            "http://hc.example/secret",
            "ftp://127.0.0.1/secret",
            "/secret",
            "",
            "secret",
            "http://127.0.0.1.example/secret",
        ] {
            let error = sound(url).unwrap_err();
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
            assert_eq!(error.exit(), 78);
        }
    }
}
