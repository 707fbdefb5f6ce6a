//! `email`: a mail through a server of one's own or of a provider (SMTP).

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::SMTP_PORT;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, SUBMISSION_PORT, SUBMISSIONS_PORT};

use super::deadline::Deadline;
use super::http::{is_this_machine, unreachable};
use super::scrub::Scrub;
use super::tls::{self, Authority, CA_FILE};
use super::{Channel, Kind, Options, Secret, letter, local};
use crate::clock::Clock;
use crate::domain::notify::Message;
use crate::domain::notify::delivery::{Sort, Trouble};
use crate::domain::notify::message::{characters, shorten};

/// Most of what a server says that is passed on, in characters.
const SAID_MAX: usize = 200;

/// The kind.
pub const KIND: Kind = Kind {
    word: "email",
    about: "a mail, one thread for all messages of an alert",
    options: &[
        ("host", "the SMTP server"),
        ("port", "its port; 587 for starttls, 465 for tls, 25 for none"),
        ("security", "starttls, which is the default, tls, or none, which loopback only may have"),
        ("username", "a user, where the server wants one"),
        ("password_file", "the user's password"),
        ("from", "who sends it, as in \"nija <nija@example.com>\""),
        ("to", "a list of addresses; when only some of them are taken, it is not tried again but given up"),
        CA_FILE,
    ],
    open,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Security {
    StartTls,
    Tls,
    None,
}

struct Email(Arc<Server>);

/// The server, and who writes to whom.
struct Server {
    host: String,
    port: u16,
    security: Security,
    user: Option<(String, Secret)>,
    from: Mailbox,
    to: Vec<Mailbox>,
    authority: Option<Authority>,
    scrub: Scrub,
    clock: Arc<dyn Clock>,
}

fn open(options: &Options<'_>) -> Result<Box<dyn Channel>, String> {
    let host = options.required("host")?;
    let (security, usual) = match options.text("security")?.as_deref() {
        None | Some("starttls") => (Security::StartTls, SUBMISSION_PORT),
        Some("tls") => (Security::Tls, SUBMISSIONS_PORT),
        Some("none") if is_this_machine(&host) => (Security::None, SMTP_PORT),
        Some("none") => {
            return Err("security none is for loopback only: others can read it on the way".to_owned());
        }
        Some(_) => return Err("security is one of starttls, tls, none".to_owned()),
    };
    let user = match (options.text("username")?, options.secret("password")?) {
        (None, None) => None,
        (Some(name), Some(password)) => Some((name, password)),
        _ => return Err("username and password_file belong together".to_owned()),
    };
    let mut scrub = Scrub::default();
    if let Some((name, password)) = &user {
        use base64::Engine as _;
        let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
        scrub.add(Secret::new(encode(format!("\0{name}\0{}", password.reveal()))));
        scrub.add(Secret::new(encode(password.reveal().to_owned())));
        scrub.add(password.clone());
    }
    let mailbox = |name: &str, text: &str| {
        text.parse::<Mailbox>().map_err(|why| format!("{name}: '{text}' is no address: {why}"))
    };
    let port = match options.number("port")? {
        None => usual,
        Some(port) => u16::try_from(port).map_err(|_| format!("{port} is no port"))?,
    };
    Ok(Box::new(Email(Arc::new(Server {
        host,
        port,
        security,
        user,
        from: mailbox("from", &options.required("from")?)?,
        to: options.list("to")?.iter().map(|text| mailbox("to", text)).collect::<Result<_, String>>()?,
        authority: tls::authority(options)?,
        scrub,
        clock: options.clock(),
    }))))
}

impl Channel for Email {
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let mail = letter::write(message, &self.0.from, &self.0.to)
            .map_err(|why| local(format!("the mail cannot be written: {why}"), true))?;
        // The name of the server is looked up without a limit: when that hangs, its thread is left behind.
        let (tell, ended) = sync_channel(1);
        let server = Arc::clone(&self.0);
        let hello = hello(&message.host);
        let work = move || {
            let deadline = Deadline::after(limit, &server.clock);
            // Nobody may be waiting any more.
            let _ = tell.send(server.deliver(&mail, &hello, &deadline, limit));
        };
        std::thread::Builder::new()
            .name("mail".to_owned())
            .spawn(work)
            .map_err(|error| local(format!("no thread for mail: {error}"), false))?;
        let result = ended.recv_timeout(limit).unwrap_or_else(|why| {
            Err(match why {
                RecvTimeoutError::Timeout => {
                    let message = format!("no answer from {} within {limit:?}", self.0.host);
                    Trouble { sort: Sort::Timeout, message, permanent: false, retry_after_seconds: None }
                }
                RecvTimeoutError::Disconnected => local("the thread for mail failed", false),
            })
        });
        result.map_err(|trouble| Trouble { message: self.0.scrub.clean(&trouble.message), ..trouble })
    }
}

impl Server {
    /// The whole conversation. Recipients that are refused keep nobody else from getting it.
    fn deliver(
        &self,
        mail: &[u8],
        hello: &ClientId,
        deadline: &Deadline,
        limit: Duration,
    ) -> Result<(), Trouble> {
        let told = |error: &Error| self.trouble(error, limit);
        let mut server = self.connect(hello, deadline).map_err(|error| told(&error))?;
        let step = |server: &mut SmtpConnection, command: &dyn std::fmt::Display| {
            let left = deadline.left().max(Duration::from_millis(1));
            // Where this fails the command does as well.
            let _ = server.set_timeout(Some(left));
            server.command(command)
        };
        step(&mut server, &Mail::new(Some(self.from.email.clone()), Vec::new()))
            .map_err(|error| told(&error))?;
        let mut refused = None;
        let mut taken = 0_usize;
        for to in &self.to {
            match step(&mut server, &Rcpt::new(to.email.clone(), Vec::new())) {
                Ok(_) => taken += 1,
                Err(error) => {
                    refused.get_or_insert((to, told(&error)));
                }
            }
        }
        if taken > 0 {
            step(&mut server, &Data).map_err(|error| told(&error))?;
            server.message(mail).map_err(|error| told(&error))?;
        }
        // It is taken; how it says good-bye does not matter.
        let _ = server.quit();
        let Some((to, why)) = refused else { return Ok(()) };
        let message =
            format!("{taken} of {} addresses were taken; {}: {}", self.to.len(), to.email, why.message);
        // Those who have it would get it again and again for the others' sake.
        Err(Trouble { message, permanent: why.permanent || taken > 0, ..why })
    }

    fn connect(&self, hello: &ClientId, deadline: &Deadline) -> Result<SmtpConnection, Error> {
        let tls = match self.security {
            Security::None => None,
            Security::StartTls | Security::Tls => Some(self.tls()?),
        };
        let at = (self.host.trim_matches(['[', ']']), self.port);
        let from_start = tls.as_ref().filter(|_| self.security == Security::Tls);
        let mut server = SmtpConnection::connect(at, Some(deadline.left()), hello, from_start, None)?;
        if let (Security::StartTls, Some(tls)) = (self.security, &tls) {
            server.starttls(tls, hello)?;
        }
        if let Some((name, password)) = &self.user {
            let credentials = Credentials::new(name.clone(), password.reveal().to_owned());
            server.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)?;
        }
        Ok(server)
    }

    /// TLS by rustls with ring and the authorities of this machine, as for HTTP.
    fn tls(&self) -> Result<TlsParameters, Error> {
        let mut tls = TlsParameters::builder(self.host.trim_matches(['[', ']']).to_owned());
        if let Some(own) = &self.authority {
            tls = tls.add_root_certificate(Certificate::from_pem(&own.0)?);
        }
        tls.build()
    }

    fn trouble(&self, error: &Error, limit: Duration) -> Trouble {
        let of = |sort, message: String, permanent| Trouble {
            sort,
            message,
            permanent,
            retry_after_seconds: None,
        };
        if let Some(code) = error.status() {
            let number = code.to_string();
            let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            let words: Vec<&str> = said.split_whitespace().collect();
            let said = shorten(&words.join(" "), SAID_MAX, characters);
            let message = format!("{} answered {number}: {said}", self.host);
            // RFC 4954: what belongs to authentication. Other refusals are of the mail or its addresses.
            let sort = match number.as_str() {
                "530" | "534" | "535" | "538" => Sort::AuthError,
                _ if error.is_permanent() => Sort::ClientError,
                _ => Sort::ServerError,
            };
            return of(sort, message, error.is_permanent());
        }
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            if let Some(error) = cause.downcast_ref::<std::io::Error>() {
                return unreachable(error, &self.host, limit);
            }
            source = cause.source();
        }
        if error.is_timeout() {
            return of(Sort::Timeout, format!("no answer from {} within {limit:?}", self.host), false);
        }
        let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let sort = match () {
            () if cause.contains("STARTTLS") || error.is_tls() => Sort::Tls,
            () if cause.contains("authentication") => Sort::AuthError,
            () => Sort::ServerError,
        };
        of(sort, format!("{}: {}", self.host, shorten(&cause, SAID_MAX, characters)), false)
    }
}

/// The machine's name, where it is one that servers take.
fn hello(host: &str) -> ClientId {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if host.is_empty() || !host.chars().all(fits) {
        return ClientId::default();
    }
    ClientId::Domain(host.to_owned())
}
