//! One channel's own thread: an attempt that does not end in time is left behind, and nobody waits for it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as Queue, channel};
use std::time::Duration;

use crate::domain::notify::Message;
use crate::domain::notify::channel::Spec;
use crate::domain::notify::delivery::{Sort, Trouble};
use crate::notify::local;

use super::{Means, open};

/// A channel keeps to its own limit; this much later it is taken for hanging.
const GRACE: Duration = Duration::from_millis(250);

/// A channel that is ready to send, on a thread of its own.
pub struct Sender {
    channel: String,
    means: Means,
    line: Option<Line>,
}

struct Line {
    orders: Queue<(Message, Duration)>,
    results: Receiver<Result<(), Trouble>>,
    life: Arc<()>,
}

impl Sender {
    /// Makes a channel ready, on its own thread: even that may hang, as when a secret is on a file system that is gone.
    pub fn start(means: &Means, spec: &Spec) -> Result<Self, Trouble> {
        let channel_name = spec.name.clone();
        if means.hanging.has(&channel_name) {
            return Err(hangs("the attempt before this one has not ended yet".to_owned()));
        }
        let (orders, queue) = channel::<(Message, Duration)>();
        let (tell, results) = channel();
        let life = Arc::new(());
        let (own, spec, alive) = (means.clone(), spec.clone(), Arc::clone(&life));
        let work = move || {
            let _alive = alive;
            let opened = open(&spec, own.environment.uid, &|name| own.environment.text(name));
            // Found when the first message is to go out: that the configuration is wrong is trouble like any other.
            while let Ok((message, limit)) = queue.recv() {
                let result = match &opened {
                    Ok(channel) => channel.send(&message, limit),
                    Err(error) => Err(local(error.message.clone(), false)),
                };
                if tell.send(result).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("channel".to_owned())
            .spawn(work)
            .map_err(|error| local(format!("cannot start a thread to send with: {error}"), false))?;
        Ok(Self { channel: channel_name, means: means.clone(), line: Some(Line { orders, results, life }) })
    }

    /// Sends a message once, within `limit`. After one that hangs nothing else is sent.
    pub fn send(&mut self, message: &Message, limit: Duration) -> Result<(), Trouble> {
        let ended = || local("the thread that sends has ended", false);
        let line = self.line.take().ok_or_else(ended)?;
        line.orders.send((message.clone(), limit)).map_err(|_| ended())?;
        match line.results.recv_timeout(limit + GRACE) {
            Ok(result) => {
                self.line = Some(line);
                result
            }
            Err(RecvTimeoutError::Timeout) => {
                self.means.hanging.add(&self.channel, &line.life);
                Err(hangs(format!("no end within {}", humantime::format_duration(limit))))
            }
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }
}

/// Trouble: it did not end in time.
pub fn hangs(message: String) -> Trouble {
    Trouble { sort: Sort::Timeout, message, permanent: false, retry_after_seconds: None }
}
