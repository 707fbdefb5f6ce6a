//! A small HTTP/1.1 server on loopback: answers as it is told, and keeps what it was asked.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;

/// What to answer to one request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// A status, headers and a body.
    Says(u16, Vec<(&'static str, String)>, String),
    /// A status, and in the body everything that was asked, headers and all.
    Echo(u16),
    /// Nothing at all, while the connection stays open.
    Silence,
    /// A body without end.
    Endless(u16),
    /// What is no HTTP.
    Noise,
}

/// A status and a body.
pub(crate) fn says(status: u16, body: &str) -> Answer {
    Answer::Says(status, Vec::new(), body.to_owned())
}

/// What it was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// As a snapshot has it: without what differs from run to run, JSON laid out.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.line)?;
        for (name, value) in &self.headers {
            if !["host", "content-length"].contains(&name.as_str()) {
                writeln!(f, "{name}: {value}")?;
            }
        }
        match serde_json::from_str::<serde_json::Value>(&self.body) {
            Ok(value) => write!(f, "\n{value:#}"),
            Err(_) => write!(f, "\n{}", self.body),
        }
    }
}

/// The server; it ends with the test that started it.
pub(crate) struct Server {
    pub(crate) port: u16,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Request>>>,
    endless: Arc<AtomicUsize>,
}

impl Server {
    /// Starts one that gives these answers in turn, the last of them again and again.
    pub(crate) fn start(answers: Vec<Answer>) -> Self {
        Self::listen(answers, None)
    }

    /// The same with TLS.
    pub(crate) fn start_tls(answers: Vec<Answer>, tls: Arc<ServerConfig>) -> Self {
        Self::listen(answers, Some(tls))
    }

    fn listen(answers: Vec<Answer>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let endless = Arc::new(AtomicUsize::new(0));
        let written = Arc::clone(&endless);
        let (seen, scheme) = (Arc::clone(&asked), if tls.is_some() { "https" } else { "http" });
        std::thread::spawn(move || {
            for (count, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { return };
                let answer = answers.get(count).or(answers.last()).unwrap().clone();
                let (seen, written, tls) = (Arc::clone(&seen), Arc::clone(&written), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, &answer, &seen, &written),
                    Some(config) => {
                        let server = rustls::ServerConnection::new(config).unwrap();
                        serve(rustls::StreamOwned::new(server, stream), &answer, &seen, &written);
                    }
                });
            }
        });
        Self { port, scheme, asked, endless }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// How many bytes of a body without end it could send.
    pub(crate) fn endless(&self) -> usize {
        self.endless.load(Ordering::Relaxed)
    }

    /// The only thing it was asked.
    #[track_caller]
    pub(crate) fn only(&self) -> Request {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

/// Reads one request and answers it. The other side may hang up at any time.
fn serve<S: Read + Write>(stream: S, answer: &Answer, seen: &Mutex<Vec<Request>>, written: &AtomicUsize) {
    let mut stream = BufReader::new(stream);
    let Some((request, raw)) = request(&mut stream) else { return };
    seen.lock().unwrap().push(request);
    let out = stream.get_mut();
    let _ = match answer {
        Answer::Says(status, headers, body) => reply(out, *status, headers, body),
        Answer::Echo(status) => reply(out, *status, &[], &raw),
        Answer::Silence => std::io::copy(out, &mut std::io::sink()).map(|_| ()),
        Answer::Endless(status) => endless(out, *status, written),
        Answer::Noise => out.write_all(b"220 mail.example ESMTP\r\n"),
    };
}

fn request(stream: &mut impl std::io::BufRead) -> Option<(Request, String)> {
    let mut request = Request::default();
    let mut raw = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|length| *length > 0)?;
        raw.push_str(&line);
        let line = line.trim_end();
        match line.split_once(": ") {
            _ if line.is_empty() => break,
            Some((name, value)) if !request.line.is_empty() => {
                request.headers.insert(name.to_ascii_lowercase(), value.to_owned());
            }
            _ => line.clone_into(&mut request.line),
        }
    }
    let length = request.headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).unwrap();
    raw.push_str(&request.body);
    Some((request, raw))
}

fn reply(
    out: &mut impl Write,
    status: u16,
    headers: &[(&'static str, String)],
    body: &str,
) -> std::io::Result<()> {
    write!(out, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len())?;
    for (name, value) in headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    write!(out, "\r\n{body}")?;
    out.flush()
}

fn endless(out: &mut impl Write, status: u16, written: &AtomicUsize) -> std::io::Result<()> {
    write!(out, "HTTP/1.1 {status} X\r\nconnection: close\r\n\r\n")?;
    loop {
        out.write_all(&[b'x'; 4096])?;
        written.fetch_add(4096, Ordering::Relaxed);
    }
}

/// A port of this machine at which nobody listens.
pub(crate) fn nobody() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Whether somebody listens at a port of this machine.
pub(crate) fn somebody(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
