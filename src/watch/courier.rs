//! Sends messages on a thread of its own, so that no tick waits for a channel and no channel for another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::domain::notify::queue::Patience;
use crate::error::{Error, Result};
use crate::ops::Notice;
use crate::ops::notify::Means;
use crate::ops::notify::deliver::{plan, start};
use crate::ops::notify::drain::Drained;

/// Looked at at least this often, whatever the clock and the file system do.
const LOOK: Duration = Duration::from_secs(30);

/// How soon to look again after something that could not be marked.
const STUCK: Duration = Duration::from_secs(15);

/// How soon to look again while another process is at it.
const BUSY: Duration = Duration::from_secs(1);

/// Gathers what is stored together before it looks.
const GATHER: Duration = Duration::from_millis(5);

/// What the courier is told.
enum Order {
    /// There may be something new.
    Look,
    /// A channel is through.
    Through(Box<Drained>),
    /// Begin nothing any more, and say when what is under way has ended.
    End,
}

/// Whoever sends.
#[derive(Debug)]
pub struct Courier {
    orders: Sender<Order>,
    news: Receiver<News>,
}

/// What is worth knowing of it.
enum News {
    /// Something went wrong.
    Notice(Notice),
    /// A message was given up, or a channel takes messages again: a rule has to say so.
    Changed,
    /// Nothing is under way any more, after it was told to end.
    Ended,
}

/// What the courier has to say.
#[derive(Debug, Default)]
pub struct Said {
    /// Notices.
    pub notices: Vec<Notice>,
    /// A rule may judge differently now.
    pub changed: bool,
}

impl Courier {
    /// Starts the thread, which looks at once.
    pub fn start(means: Means) -> Result<Self> {
        let (orders, queue) = channel();
        let (tell, news) = channel();
        let own = orders.clone();
        let work = move || {
            let rounds = Rounds {
                means,
                own,
                tell,
                under_way: BTreeSet::new(),
                resting: BTreeMap::new(),
                told: Vec::new(),
            };
            rounds.run(&queue);
        };
        std::thread::Builder::new()
            .name("courier".to_owned())
            .spawn(work)
            .map_err(|error| Error::io("start a thread for messages", error).hint("ulimit -u"))?;
        Ok(Self { orders, news })
    }

    /// There may be something new in the outbox.
    pub fn look(&self) {
        let _ = self.orders.send(Order::Look);
    }

    /// What it has to say since it was asked last.
    pub fn said(&self) -> Said {
        let mut said = Said::default();
        while let Ok(news) = self.news.try_recv() {
            match news {
                News::Notice(notice) => said.notices.push(notice),
                News::Changed => said.changed = true,
                News::Ended => {}
            }
        }
        said
    }

    /// Lets what is due go out, for at most `grace`; what hangs is left behind.
    pub fn end(self, grace: Duration) {
        let _ = self.orders.send(Order::End);
        // Counted anew by each piece of news, of which there are few: bounded all the same.
        while let Ok(news) = self.news.recv_timeout(grace) {
            if matches!(news, News::Ended) {
                return;
            }
        }
    }
}

/// The thread's own.
struct Rounds {
    means: Means,
    own: Sender<Order>,
    tell: Sender<News>,
    /// Channels whose thread is at it.
    under_way: BTreeSet<String>,
    /// Channels that are left alone until then, by the monotonic clock.
    resting: BTreeMap<String, Duration>,
    told: Vec<Notice>,
}

impl Rounds {
    fn run(mut self, queue: &Receiver<Order>) {
        let mut ending = false;
        let mut wait = self.look();
        loop {
            if ending && self.under_way.is_empty() {
                let _ = self.tell.send(News::Ended);
                return;
            }
            match queue.recv_timeout(wait) {
                Ok(Order::End) => {
                    // One more look first: the last tick may have stored something.
                    if !ending {
                        self.look();
                    }
                    ending = true;
                    continue;
                }
                Ok(Order::Through(drained)) => self.through(*drained),
                Ok(Order::Look) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if !ending {
                self.gather(queue, &mut ending);
                wait = self.look();
            }
        }
    }

    /// Takes in what comes at the same time: a tick stores many messages, each of which is told of.
    fn gather(&mut self, queue: &Receiver<Order>, ending: &mut bool) {
        while let Ok(order) = queue.recv_timeout(GATHER) {
            match order {
                Order::Look => {}
                Order::Through(drained) => self.through(*drained),
                Order::End => {
                    *ending = true;
                    return;
                }
            }
        }
    }

    /// Starts every channel that has something to take, and says how long until another has.
    fn look(&mut self) -> Duration {
        let means = self.means.clone();
        let mut notices = Vec::new();
        let planned = plan(&means, Patience::Due, &mut notices).unwrap_or_else(|error| {
            notices.push(Notice::of("OUTBOX_UNREADABLE", "nobody is told", &error));
            Vec::new()
        });
        self.notices(notices);
        let (now, monotonic) = (means.clock.now(), means.clock.monotonic());
        self.resting.retain(|_, until| *until > monotonic);
        let mut wait = LOOK;
        for (task, at) in planned {
            let name = task.spec.name.clone();
            let until_due = at.signed_duration_since(now).to_std().unwrap_or_default();
            let rest =
                self.resting.get(&name).map_or(Duration::ZERO, |until| until.saturating_sub(monotonic));
            let until = until_due.max(rest);
            if self.under_way.contains(&name) {
                continue;
            }
            if !until.is_zero() {
                wait = wait.min(until);
                continue;
            }
            match start(&means, task, &self.own, |drained| Order::Through(Box::new(drained))) {
                Ok(()) => drop(self.under_way.insert(name)),
                Err(notice) => self.notices(vec![notice]),
            }
        }
        wait
    }

    /// A channel is through with what it had to take.
    fn through(&mut self, drained: Drained) {
        self.under_way.remove(&drained.channel);
        if drained.is_stuck || drained.busy {
            let rest = if drained.is_stuck { STUCK } else { BUSY };
            let until = self.means.clock.monotonic().saturating_add(rest);
            self.resting.insert(drained.channel.clone(), until);
        }
        if drained.is_news {
            let _ = self.tell.send(News::Changed);
        }
        self.notices(drained.notices);
    }

    /// Tells what was not told the last time.
    fn notices(&mut self, notices: Vec<Notice>) {
        for notice in notices {
            if !self.told.contains(&notice) {
                let _ = self.tell.send(News::Notice(notice.clone()));
                self.told.push(notice);
            }
        }
        let excess = self.told.len().saturating_sub(TOLD_MAX);
        self.told.drain(..excess);
    }
}

/// So many notices are remembered, not to be told again.
const TOLD_MAX: usize = 100;
