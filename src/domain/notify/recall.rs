//! What is called back before it is sent, and who has heard of an alert that ended: by what stands in the outbox.

use chrono::TimeDelta;

use super::delivery::{Delivery, Sort, State};
use super::message::{Message, Reason, Topic};
use super::plan::{Decided, View};
use crate::domain::alert::lifecycle::State as Life;
use crate::domain::alert::{Severity, TRADING_HALTED};

/// What was sent is kept in the outbox for a day: of an alert that was told longer ago than this, it need not be there any more.
const PROOF_KEPT: TimeDelta = TimeDelta::hours(20);

/// The outbox beside what was decided.
#[derive(Debug, Clone, Copy)]
pub struct Recall<'a> {
    /// What the look knows.
    pub view: &'a View<'a>,
    /// What was decided.
    pub decided: &'a [Decided<'a>],
    /// What is in the outbox.
    pub deliveries: &'a [Delivery],
}

/// Why nothing more is to be said of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Hushed,
    Ended,
}

impl Recall<'_> {
    /// Whether a delivery is not to be sent any more: everything it speaks of is in somebody's hands, silenced or over. That
    /// something CRITICAL happened is told all the same, unless somebody took care of it.
    pub fn is_over(&self, delivery: &Delivery) -> bool {
        let message = &delivery.message;
        if delivery.state != State::Pending
            || message.topic != Topic::Alert
            || matches!(message.reason, Reason::Resolved | Reason::Acknowledged)
        {
            return false;
        }
        let tells_of_it = matches!(message.reason, Reason::First | Reason::New | Reason::Escalated);
        let must_be_known = message.severity >= Severity::Critical && tells_of_it && !message.is_step();
        names(message).all(|name| match self.over(name) {
            Some(Over::Hushed) => true,
            Some(Over::Ended) => !must_be_known,
            None => false,
        })
    }

    /// Whether what a message about one alert alone says is stored for a channel, in a message of its own or among others.
    pub fn has(&self, id: &str, channel: &str) -> bool {
        self.deliveries.iter().filter(|delivery| delivery.channel == channel).any(|delivery| {
            delivery.message.id == id || delivery.message.alerts.values().any(|own| own == id)
        })
    }

    fn over(&self, name: &str) -> Option<Over> {
        let Some(alert) = self.view.alerts.get(name) else { return Some(Over::Ended) };
        let Some(one) = self.decided.iter().find(|one| one.name == name) else {
            return (alert.state == Life::Resolved).then_some(Over::Ended);
        };
        match alert.state {
            // It may come back as long as its end was not told.
            Life::Resolved => (!one.decision.says.is_empty()).then_some(Over::Ended),
            _ => one.hush.map(|_| Over::Hushed),
        }
    }

    /// The channels that heard of an alert, or will, and are to hear of its end.
    pub fn heard(&self, one: &Decided<'_>) -> Vec<String> {
        let telling = &one.decision.telling;
        let known = |name: &&String| self.view.policy.channel(name).is_some();
        let told = telling.channels.iter().filter(known);
        let since = telling.since.filter(|since| self.view.now.signed_duration_since(*since) < PROOF_KEPT);
        let Some(since) = since else { return told.cloned().collect() };
        let mine: Vec<&Delivery> = self
            .deliveries
            .iter()
            .filter(|delivery| !matches!(delivery.message.reason, Reason::Resolved | Reason::Acknowledged))
            .filter(|delivery| names(&delivery.message).any(|name| name == one.name))
            // A halt may have been told by whoever stopped, before anybody looked.
            .filter(|delivery| delivery.message.at >= since || one.alert.rule == TRADING_HALTED)
            .collect();
        let has_heard = |name: &&String| {
            let mut through = mine.iter().filter(|delivery| delivery.channel == **name).peekable();
            through.peek().is_none() || through.any(|delivery| self.is_heard(delivery))
        };
        let mut heard: Vec<String> = told.filter(has_heard).cloned().collect();
        for delivery in mine.iter().filter(|delivery| delivery.state == State::Sent) {
            if !heard.contains(&delivery.channel) && known(&&delivery.channel) {
                heard.push(delivery.channel.clone());
            }
        }
        heard
    }

    fn is_heard(&self, delivery: &Delivery) -> bool {
        let may_have_arrived = delivery.trouble.as_ref().is_some_and(|trouble| trouble.sort == Sort::Timeout);
        match delivery.state {
            State::Sent => true,
            State::Pending => may_have_arrived || !self.is_over(delivery),
            State::Cancelled | State::Abandoned => may_have_arrived,
        }
    }
}

/// The alerts that a message speaks of.
fn names(message: &Message) -> impl Iterator<Item = &str> {
    let only = Some(&*message.thread).filter(|_| message.alerts.is_empty());
    only.into_iter().chain(message.alerts.keys().map(String::as_str))
}
