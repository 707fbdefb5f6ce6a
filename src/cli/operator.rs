//! `nija operator`: who may resume.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::app::{self, App};
use super::killswitch::deactivate::authenticate;
use super::words;
use crate::error::Result;
use crate::ops::State;
use crate::ops::operator::{self, Authenticated};
use crate::output::{Page, Reply, Role, Span};

/// Say who may resume
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Operator {
    /// Add an operator; from the first one on, resuming needs a passphrase
    Add(Add),
    /// List operators
    List(List),
    /// Remove an operator
    Remove(Remove),
}

/// Add an operator; from the first one on, resuming needs a passphrase
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 added; 77 an existing operator has to do this\n\
                        Example: nija operator add bob --operator alice")]
pub struct Add {
    /// The new operator
    pub name: String,
    /// Read the new operator's passphrase from this file
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Read your own passphrase from this file, where operators exist
    #[arg(long, value_name = "FILE")]
    pub own_passphrase_file: Option<PathBuf>,
}

/// List operators
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 listed\nExample: nija operator list")]
pub struct List {}

/// Remove an operator
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 removed; 66 not known; 77 an existing operator has to do this\n\
                        Example: nija operator remove bob --operator alice")]
pub struct Remove {
    /// The operator
    pub name: String,
    /// Read your own passphrase from this file
    #[arg(long, value_name = "FILE")]
    pub own_passphrase_file: Option<PathBuf>,
}

impl Operator {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Add(_) => "nija.operator.add",
            Self::List(_) => "nija.operator.list",
            Self::Remove(_) => "nija.operator.remove",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let config = state.context.config;
            let mut page = Page::new();
            let changed = match self {
                Self::Add(add) => {
                    let again = format!("nija operator add {} --operator YOUR-NAME", add.name);
                    let by = prove(app, state, add.own_passphrase_file.as_deref(), &again)?;
                    let question = format!("New passphrase of {}: ", add.name);
                    let passphrase = app.passphrase(add.passphrase_file.as_deref(), &question)?;
                    operator::add(state, &add.name, &passphrase, by)?;
                    page.line([
                        Span::new(Role::Good, "ADDED"),
                        Span::plain(format!("  operator {}", add.name)),
                    ]);
                    true
                }
                Self::Remove(remove) => {
                    let again = format!("nija operator remove {} --operator YOUR-NAME", remove.name);
                    let by = prove(app, state, remove.own_passphrase_file.as_deref(), &again)?;
                    operator::remove(state, &remove.name, by)?;
                    page.line([
                        Span::new(Role::Good, "REMOVED"),
                        Span::plain(format!("  operator {}", remove.name)),
                    ]);
                    true
                }
                Self::List(_) => false,
            };
            let operators = operator::list(state)?;
            for operator in &operators {
                let added = format!(
                    "  {}, added by {} at {}",
                    operator.name,
                    operator.added_by,
                    words::time(operator.added_at)
                );
                let locked = operator
                    .locked_until
                    .map_or_else(String::new, |until| format!(", locked until {}", words::time(until)));
                page.line([Span::plain(added), Span::new(Role::Warn, locked)]);
            }
            if operators.is_empty() {
                page.line([Span::new(
                    Role::Warn,
                    "  no operator: whoever can write the state directory can resume",
                )]);
            }
            if changed {
                app::state_line(&mut page, config);
            }
            let mut reply = Reply::new(self.format(), &json!({"operators": operators}), page);
            reply.changed = changed;
            Ok(reply)
        })
    }
}

fn prove(
    app: &App,
    state: &State<'_>,
    passphrase_file: Option<&Path>,
    again: &str,
) -> Result<Option<Authenticated>> {
    authenticate(app, state, operator::any(state)?, passphrase_file, again)
}
