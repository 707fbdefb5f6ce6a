//! What goes on beside the loop, on threads of its own: pings and messages.

use std::time::Duration;

use super::courier::Courier;
use super::ping::{Ping, Pinger};
use super::round::Watch;
use super::sorting::Wake;
use crate::ops::Notice;
use crate::ops::watch::ended;

/// How long messages may take to get out once the watch is to end.
const GRACE: Duration = Duration::from_secs(3);

/// The same for a watch of one tick, which does nothing else.
const ONCE_GRACE: Duration = Duration::from_secs(8);

impl Watch<'_> {
    /// Starts to ping, if there is a URL for it. That there should be and is none to use is told, and no more.
    pub(super) fn start_pinger(&mut self) {
        self.pinger = None;
        let Some(file) = &self.config.policies.watch.ping_url_file else { return };
        let uid = self.setup.environment.uid;
        match crate::config::file::read_secret(file, uid).and_then(|url| Pinger::start(&url)) {
            Ok(pinger) => {
                self.pinger = Some(pinger);
                if self.begun == 0 {
                    self.ping(Ping::Start);
                }
            }
            Err(error) => self.notice(&Notice::of("PING_NOT_SET_UP", "nobody is told of good ticks", &error)),
        }
    }

    /// Tells a monitoring service, if there is one.
    pub(super) fn ping(&mut self, ping: Ping) {
        let now = self.setup.clock.monotonic();
        if let Some(pinger) = &mut self.pinger {
            pinger.tell(ping, now);
        }
    }

    pub(super) fn tell_ping(&mut self) {
        if let Some(notice) = self.pinger.as_mut().and_then(Pinger::news) {
            self.notice(&notice);
        }
    }

    /// Starts to send messages, if there is anybody to tell.
    pub(super) fn start_courier(&mut self) {
        let before = self.courier.take();
        if let Some(before) = before {
            before.end(Duration::ZERO);
        }
        if !self.config.policies.notify.is_in_use() {
            return;
        }
        let setup = self.setup;
        match Courier::start(setup.means(&self.config)) {
            Ok(courier) => self.courier = Some(courier),
            Err(error) => self.notice(&Notice::of("NOT_TOLD", "nobody is told of anything", &error)),
        }
    }

    /// Lets what is due go out, for a moment.
    pub(super) fn end_courier(&mut self) {
        let grace = if self.setup.once { ONCE_GRACE } else { GRACE };
        if let Some(courier) = self.courier.take() {
            courier.end(grace);
        }
    }

    /// Writes down that this is no failure of the watch.
    pub(super) fn ended(&mut self) {
        if self.cycles.completed() == 0 {
            return;
        }
        let context = self.setup.context(&self.config);
        if let Err(error) = context.open().and_then(|state| ended(&state)) {
            self.notice(&Notice::of("END_NOT_RECORDED", "whoever asks takes this watch for dead", &error));
        }
    }

    /// Says to whoever sends that there is something new, and tells what they have to say; whether that is a reason to look.
    pub(super) fn tell_courier(&mut self, outbox: bool) -> Wake {
        let Some(courier) = &self.courier else { return Wake::No };
        if outbox {
            courier.look();
        }
        let said = courier.said();
        for notice in &said.notices {
            self.notice(notice);
        }
        if said.changed { Wake::Change } else { Wake::No }
    }
}
