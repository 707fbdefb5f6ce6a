//! Channels and the outbox as metrics.

use chrono::{DateTime, Utc};

use super::super::State;
use super::super::notify::outbox;
use super::seconds_of;
use super::text::{Kind, Text};
use crate::domain::notify::record::Record;
use crate::error::Result;

/// Every configured channel with what it did and what waits for it.
#[derive(Debug)]
pub struct Messages {
    channels: Vec<Channel>,
    oldest_at: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Channel {
    name: String,
    record: Record,
    waiting: usize,
}

/// Reads them; `None` where no channel is configured.
pub fn load(state: &State<'_>) -> Option<Result<Messages>> {
    let policy = &state.context.config.policies.notify;
    policy.is_in_use().then(|| {
        let found = outbox::load(state)?;
        let channel = |name: &String| Channel {
            name: name.clone(),
            record: outbox::record(state, name),
            waiting: found.pending(name).count(),
        };
        let channels: Vec<Channel> = policy.channels.iter().map(|spec| channel(&spec.name)).collect();
        let waiting = policy.channels.iter().flat_map(|spec| found.pending(&spec.name));
        Ok(Messages { channels, oldest_at: waiting.map(|delivery| delivery.created_at).min() })
    })
}

impl Messages {
    /// Adds them to the text.
    pub fn write(&self, text: &mut Text) {
        self.family(
            text,
            "nija_notifications_total",
            Kind::Counter,
            "Messages the channel took.",
            |channel| Some(channel.record.sent.to_string()),
        );
        let name = "nija_notification_failures_total";
        text.family(name, Kind::Counter, "Attempts that failed, by the sort of trouble.");
        for channel in &self.channels {
            for (sort, count) in &channel.record.failures {
                text.sample(name, &[("channel", &channel.name), ("reason", sort.word())], count);
            }
        }
        let help = "Messages that were given up.";
        self.family(text, "nija_notifications_abandoned_total", Kind::Counter, help, |channel| {
            Some(channel.record.abandoned.to_string())
        });
        self.family(
            text,
            "nija_outbox_entries",
            Kind::Gauge,
            "Messages that wait for the channel.",
            |channel| Some(channel.waiting.to_string()),
        );
        if let Some(at) = self.oldest_at {
            let help = "When the oldest message that waits was stored.";
            text.gauge("nija_outbox_oldest_timestamp_seconds", help, seconds_of(at));
        }
        let help = "When the channel last took a message.";
        self.family(text, "nija_channel_last_success_timestamp_seconds", Kind::Gauge, help, |channel| {
            channel.record.last_success_at.map(seconds_of)
        });
        let help = "When the channel last took a test or a drill.";
        self.family(text, "nija_drill_last_success_timestamp_seconds", Kind::Gauge, help, |channel| {
            channel.record.last_drill_at.map(seconds_of)
        });
    }

    fn family(
        &self,
        text: &mut Text,
        name: &str,
        kind: Kind,
        help: &str,
        value: impl Fn(&Channel) -> Option<String>,
    ) {
        text.family(name, kind, help);
        for channel in &self.channels {
            if let Some(value) = value(channel) {
                text.sample(name, &[("channel", &channel.name)], value);
            }
        }
    }
}
