//! The HTTP that channels share: one request, encrypted, bounded in time and size, through the proxy of the environment.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body, Proxy};

use super::answer::Refusal;
use super::scrub::Scrub;
use super::tls::{self, Authority};
use super::{Options, Secret, proxy};
use crate::clock::Clock;
use crate::domain::notify::delivery::{Sort, Trouble};

/// So much of an answer is read, in bytes.
const ANSWER_MAX: u64 = 16 * 1024;

/// The option that lets an address begin with http.
pub(super) const ALLOW_HTTP: (&str, &str) = (
    "allow_http",
    "lets the address begin with http, for a gateway in a network of your own; loopback may anyway",
);

/// A service, and how it is reached.
pub(super) struct Service {
    address: Secret,
    host: String,
    is_encrypted: bool,
    proxy: Option<Proxy>,
    authority: Option<Authority>,
    authorization: Option<Secret>,
    scrub: Scrub,
    clock: Arc<dyn Clock>,
}

/// What is sent.
pub(super) struct Post<'a> {
    /// What comes behind the address.
    pub(super) path: &'a str,
    /// Headers of its own.
    pub(super) headers: &'a [(&'static str, String)],
    /// What the body is.
    pub(super) content_type: &'static str,
    /// The body.
    pub(super) body: &'a [u8],
    /// Tells the answer of this service from that of whatever else is at the address; without it, any 2xx will do.
    pub(super) proof: Option<fn(&Value) -> bool>,
}

impl Service {
    /// A service at an address that anybody may know, from the option `base_url`.
    pub(super) fn at_base(options: &Options<'_>, default: &str) -> Result<Self, String> {
        let address = options.text("base_url")?.unwrap_or_else(|| default.to_owned());
        Self::open(options, "base_url", address.trim_end_matches('/'))
    }

    /// A service at an address that is itself the secret, from the option `webhook_url_file`.
    pub(super) fn at_secret(options: &Options<'_>) -> Result<Self, String> {
        let address = options.required_secret("webhook_url")?;
        Self::open(options, "the address in webhook_url_file", address.reveal())
    }

    /// A service at `address`, which errors call `name` and never repeat.
    pub(super) fn open(options: &Options<'_>, name: &str, address: &str) -> Result<Self, String> {
        let uri: Uri = address.parse().map_err(|_| format!("{name} is no URL"))?;
        let authority = uri.authority().ok_or_else(|| format!("{name} names no host"))?;
        if authority.as_str().contains('@') {
            return Err(format!("{name} has a user or a password in it; nothing would be done with them"));
        }
        let host = authority.host().to_owned();
        let is_encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if is_this_machine(&host) || options.flag("allow_http")? => false,
            _ => return Err(format!("{name} has to begin with https, or others can read it on the way")),
        };
        let mut scrub = Scrub::default();
        let rest = uri.path_and_query().map_or("", |rest| rest.as_str());
        if rest.len() > 1 {
            scrub.add(Secret::new(rest));
        }
        Ok(Self {
            proxy: proxy::of(options, if is_encrypted { "https" } else { "http" }, &host)?,
            address: Secret::new(address),
            host,
            is_encrypted,
            authority: tls::authority(options)?,
            authorization: None,
            scrub,
            clock: options.clock(),
        })
    }

    /// Whoever sends has this token.
    pub(super) fn bearer(mut self, token: &Secret) -> Self {
        self.authorization = Some(Secret::new(format!("Bearer {}", token.reveal())));
        self.keeps(token)
    }

    /// Whoever sends is this user with this password.
    pub(super) fn basic(mut self, user: &str, password: &Secret) -> Self {
        let encoded = STANDARD.encode(format!("{user}:{}", password.reveal()));
        self.scrub.add(Secret::new(encoded.clone()));
        self.authorization = Some(Secret::new(format!("Basic {encoded}")));
        self.keeps(password)
    }

    /// There is this secret that trouble must not repeat.
    pub(super) fn keeps(mut self, secret: &Secret) -> Self {
        self.scrub.add(secret.clone());
        self
    }

    /// The time by the clock.
    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Its address with a further parameter.
    pub(super) fn with_parameter(mut self, parameter: &str) -> Self {
        let mark = if self.address.reveal().contains('?') { '&' } else { '?' };
        self.address = Secret::new(format!("{}{mark}{parameter}", self.address.reveal()));
        self
    }

    /// Sends JSON.
    pub(super) fn post_json(
        &self,
        path: &str,
        body: &Value,
        proof: Option<fn(&Value) -> bool>,
        limit: Duration,
    ) -> Result<(), Trouble> {
        let body = body.to_string();
        let body = body.as_bytes();
        self.post(&Post { path, headers: &[], content_type: "application/json", body, proof }, limit)
    }

    /// Sends something.
    pub(super) fn post(&self, post: &Post<'_>, limit: Duration) -> Result<(), Trouble> {
        let address = format!("{}{}", self.address.reveal(), post.path);
        let mut request = self.agent(limit)?.post(&address).content_type(post.content_type);
        for (name, value) in post.headers {
            request = request.header(*name, value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization.reveal());
        }
        let told = |error: &ureq::Error| trouble(error, &self.host, limit);
        let mut answer = request.send(post.body).map_err(|error| told(&error))?;
        let status = answer.status();
        if !status.is_success() {
            let body = read(&mut answer).unwrap_or_default();
            let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let (host, scrub, now) = (self.host.as_str(), &self.scrub, self.clock.now());
            return Err(
                Refusal { host, status: status.as_u16(), retry_after, body: &body, scrub, now }.trouble()
            );
        }
        let Some(proof) = post.proof else { return Ok(()) };
        let body = read(&mut answer).map_err(|error| told(&ureq::Error::from(error)))?;
        let is_proof = serde_json::from_slice(&body).is_ok_and(|value| proof(&value));
        let message =
            format!("{} answered {status}, but not as this service does: is the address right?", self.host);
        let strange =
            Trouble { sort: Sort::ServerError, message, permanent: false, retry_after_seconds: None };
        if is_proof { Ok(()) } else { Err(strange) }
    }

    fn agent(&self, limit: Duration) -> Result<Agent, Trouble> {
        let mut config = Agent::config_builder()
            .timeout_global(Some(limit))
            .proxy(self.proxy.clone())
            // Nothing is sent to where an answer points: there it could be read, or by whom nobody chose.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .https_only(self.is_encrypted)
            .max_idle_connections(0)
            .user_agent(concat!("nija/", env!("CARGO_PKG_VERSION")));
        if self.is_encrypted || self.proxy.is_some() {
            config = config.tls_config(tls::config(self.authority.as_ref())?);
        }
        Ok(config.build().into())
    }
}

fn read(answer: &mut Response<Body>) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    answer.body_mut().as_reader().take(ANSWER_MAX).read_to_end(&mut body)?;
    Ok(body)
}

/// Whether a host is this machine, where nobody else listens in.
pub(super) fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// What an error means. Its own text is not repeated where it can have the address in it.
fn trouble(error: &ureq::Error, host: &str, limit: Duration) -> Trouble {
    use ureq::Error as E;
    let (sort, message, permanent) = match error {
        E::Timeout(_) => (Sort::Timeout, format!("no answer from {host} within {limit:?}"), false),
        E::HostNotFound => (Sort::Unreachable, format!("{host} is not known"), false),
        E::Io(error) => return unreachable(error, host, limit),
        E::Tls(why) => (Sort::Tls, format!("{host}: {why}"), false),
        E::Rustls(why) => (Sort::Tls, format!("{host}: {why}"), false),
        E::TlsRequired => (Sort::Tls, format!("{host} is not encrypted"), false),
        E::ConnectionFailed => (Sort::Unreachable, format!("{host} cannot be reached"), false),
        E::ConnectProxyFailed(_) => {
            (Sort::Unreachable, format!("the proxy does not connect to {host}"), false)
        }
        E::Protocol(_) | E::LargeResponseHeader(..) => {
            (Sort::ServerError, format!("{host} does not answer as HTTP"), false)
        }
        _ => (Sort::Local, format!("the request to {host} cannot be made"), true),
    };
    Trouble { sort, message, permanent, retry_after_seconds: None }
}

/// What an error of the connection means, for mail as for HTTP.
pub(super) fn unreachable(error: &std::io::Error, host: &str, limit: Duration) -> Trouble {
    use std::io::ErrorKind as K;
    let text = error.to_string();
    let (sort, message) = match error.kind() {
        K::TimedOut | K::WouldBlock => (Sort::Timeout, format!("no answer from {host} within {limit:?}")),
        // What rustls does not accept comes as this.
        K::InvalidData => (Sort::Tls, format!("{host}: {text}")),
        K::UnexpectedEof | K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe => {
            (Sort::Unreachable, format!("{host} ended the connection"))
        }
        _ if text.starts_with("failed to lookup") => {
            (Sort::Unreachable, format!("{host} is not known: {text}"))
        }
        kind => (Sort::Unreachable, format!("{host} cannot be reached: {kind}")),
    };
    Trouble { sort, message, permanent: false, retry_after_seconds: None }
}
