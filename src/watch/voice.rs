//! How the watch speaks: lines for programs, or one screen for a person at a terminal.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::events::Event;
use crate::domain::status::Status;
use crate::error::Error;
use crate::output::layout::fit;
use crate::output::screen::Screen;
use crate::output::stream::Stream;
use crate::output::{Page, Role, Span, Style};

/// Events that the screen remembers.
const RECENT_MAX: usize = 20;

/// Longest wait for a slow reader at the end.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Lines or a screen.
#[derive(Debug)]
pub enum Voice {
    /// One JSON document per line.
    Lines {
        /// Where they go.
        stream: Stream,
        /// Leave out ticks that found all well.
        quiet: bool,
    },
    /// One screen.
    Screen(View),
}

impl Voice {
    /// Says the first line.
    pub fn open(&mut self, hello: &impl Serialize) {
        if let Self::Lines { stream, .. } = self {
            stream.line(hello);
        }
    }

    /// Says what happened.
    pub fn say(&mut self, event: &Event<'_>) {
        match self {
            Self::Lines { quiet: true, .. } if matches!(event, Event::Tick(tick) if tick.status == Status::Ok) =>
                {}
            Self::Lines { stream, .. } => {
                stream.line(event);
                let lines = stream.lost();
                if lines > 0
                    && let Event::Tick(tick) = event
                {
                    stream.line(&Event::Lost { at: tick.at, lines });
                }
            }
            Self::Screen(view) => view.remember(event),
        }
    }

    /// Whether a person looks at a screen.
    pub fn view(&mut self) -> Option<&mut View> {
        match self {
            Self::Screen(view) => Some(view),
            Self::Lines { .. } => None,
        }
    }

    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Lines { stream, .. } if stream.is_closed())
    }

    /// Says what is still to be said.
    pub fn close(self) {
        match self {
            Self::Lines { stream, .. } => stream.close(CLOSE_LIMIT),
            Self::Screen(view) => drop(view),
        }
    }
}

/// The screen and what is on it.
#[derive(Debug)]
pub struct View {
    /// The terminal.
    pub screen: Screen,
    style: Style,
    head: String,
    sections: Vec<Page>,
    recent: VecDeque<(Role, String)>,
}

impl View {
    /// An empty view of what `head` names.
    pub fn new(screen: Screen, style: Style, head: String) -> Self {
        Self { screen, style, head, sections: Vec::new(), recent: VecDeque::new() }
    }

    /// Shows these sections from now on.
    pub fn show(&mut self, sections: Vec<Page>, now: DateTime<Utc>) {
        self.sections = sections;
        self.draw(now);
    }

    /// Draws everything once more, in the size that the terminal has now.
    pub fn draw(&self, now: DateTime<Utc>) {
        let (width, height) = self.screen.size();
        // A terminal erases the last character of a line that fills it, with the rest of the line.
        let width = width.saturating_sub(1);
        let mut all = vec![self.title(now, width)];
        all.extend(self.sections.iter().filter(|section| !section.is_empty()).cloned());
        all.push(self.recent());
        self.screen.draw(&fit(&all, height).rows(self.style.colour.stdout, width));
    }

    fn title(&self, now: DateTime<Utc>, width: usize) -> Page {
        let clock = now.to_rfc3339_opts(SecondsFormat::Secs, true);
        let keys = "  q ends";
        let room = width.saturating_sub(clock.len() + keys.len() + 2);
        let head: String = self.head.chars().take(room).collect();
        let mut page = Page::new();
        page.line([
            Span::new(Role::Strong, format!("{head:<room$}  ")),
            Span::plain(clock),
            Span::new(Role::Muted, keys),
        ]);
        page
    }

    fn recent(&self) -> Page {
        let mut page = Page::new();
        if !self.recent.is_empty() {
            page.line([Span::new(Role::Strong, "RECENT")]);
        }
        for (role, text) in &self.recent {
            page.line([Span::plain("  "), Span::new(*role, text.clone())]);
        }
        page
    }

    fn remember(&mut self, event: &Event<'_>) {
        let Some((at, role, text)) = sentence(event) else { return };
        self.recent.push_front((role, format!("{} {text}", at.format("%H:%M:%SZ"))));
        self.recent.truncate(RECENT_MAX);
    }
}

/// What is shown when the state cannot be read.
pub fn trouble(error: &Error) -> Page {
    let mut page = Page::new();
    page.line([Span::new(Role::Bad, "CANNOT LOOK  "), Span::plain(error.message.clone())]);
    if !error.hint.is_empty() {
        page.line([Span::new(Role::Muted, "  try: "), Span::plain(error.hint.clone())]);
    }
    page
}

/// What happened, for people; nothing for a tick that went well.
fn sentence(event: &Event<'_>) -> Option<(DateTime<Utc>, Role, String)> {
    use crate::domain::alert::lifecycle::Transition;
    use crate::watch::events::HaltAction;

    Some(match event {
        Event::Tick(tick) => {
            let error = tick.error?;
            (tick.at, Role::Bad, format!("a look failed: {}", error.message))
        }
        Event::Alert(change) => {
            let (role, word) = match change.transition {
                Transition::Fired => (Role::Warn, "fired"),
                Transition::Escalated => (Role::Bad, "escalated"),
                Transition::Eased => (Role::Warn, "eased"),
                Transition::Latched => (Role::Warn, "latched"),
                Transition::Returned => (Role::Bad, "returned"),
                Transition::Resolved => (Role::Good, "resolved"),
            };
            (change.at, role, format!("{word} {} {}: {}", change.severity, change.rule, change.message))
        }
        Event::Halt(change) => {
            let role = if change.action == HaltAction::Released { Role::Good } else { Role::Bad };
            let halt = change.halt;
            let text =
                format!("halt {} {} {}: {}", change.action.word(), halt.mode, halt.scope, halt.cause.reason);
            (change.at, role, text)
        }
        Event::Notice(told) => (told.at, Role::Warn, format!("{}: {}", told.code, told.message)),
        Event::Reload(reload) => match reload.error {
            None => (reload.at, Role::Good, "the configuration was read again".to_owned()),
            Some(error) => (reload.at, Role::Bad, format!("the configuration is refused: {}", error.message)),
        },
        Event::Lost { .. } | Event::End { .. } => return None,
    })
}
