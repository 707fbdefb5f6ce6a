//! `nija orders`: say what was sent, how it stands and how it ended, and see what is out.

use clap::Subcommand;

use super::app::App;
use crate::error::Result;
use crate::output::Reply;

mod change;
mod import;
mod list;
mod page;
mod track;

/// Say what was sent, how it stands and how it ended, and see what is out
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Orders {
    /// Say that an order was sent
    Track(track::Track),
    /// Say how an order stands
    Update(change::Update),
    /// Say how an order ended
    Complete(change::Complete),
    /// List orders, the oldest first
    List(list::List),
    /// Show one order
    Show(list::Show),
    /// Track every order of a file
    Import(import::Import),
}

impl Orders {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Track(_) => "nija.orders.track",
            Self::Update(_) => "nija.orders.update",
            Self::Complete(_) => "nija.orders.complete",
            Self::List(_) => "nija.orders.list",
            Self::Show(_) => "nija.orders.show",
            Self::Import(_) => "nija.orders.import",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| match self {
            Self::Track(track) => track.run(self.format(), state),
            Self::Update(update) => update.run(self.format(), state),
            Self::Complete(complete) => complete.run(self.format(), state),
            Self::List(list) => list.run(self.format(), state),
            Self::Show(show) => show.run(self.format(), state),
            Self::Import(import) => import.run(self.format(), app, state),
        })
    }
}
