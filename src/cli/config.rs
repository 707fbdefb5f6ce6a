//! `nija config`: what is in force, and where it comes from.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{App, doctor};
use crate::config::settings;
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::doctor::{CHECKS_OF_CONFIG, examine};
use crate::output::{Page, Reply, Role, Span, Warning};

/// Show and check the configuration
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Config {
    /// Show every setting
    Show(Show),
    /// Check the configuration file and what it leads to
    Check(Check),
}

/// Show every setting
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 78 the configuration cannot be used\nExample: nija config show --origin"
)]
pub struct Show {
    /// Say where each value comes from
    #[arg(long)]
    pub origin: bool,
}

/// Check the configuration file and what it leads to
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 fit for use; 78 it is not\nExample: nija config check")]
pub struct Check {}

impl Config {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Show(_) => "nija.config.show",
            Self::Check(_) => "nija.config.check",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Show(show) => show.run(app),
            Self::Check(_) => check(app),
        }
    }
}

impl Show {
    fn run(&self, app: &App) -> Result<Reply> {
        let config = app.config()?;
        let (mut page, mut settings) = (Page::new(), Vec::new());
        for setting in settings::all() {
            let (value, origin) = ((setting.show)(&config), config.origin(setting.name).to_string());
            let mut spans = vec![Span::new(Role::Strong, setting.name), Span::plain(format!(" = {value}"))];
            if self.origin {
                spans.push(Span::new(Role::Muted, format!("  # {origin}")));
            }
            page.line(spans);
            settings.push(
                json!({"name": setting.name, "value": value, "origin": origin, "about": setting.about}),
            );
        }
        let data = json!({"file": config.file, "settings": settings});
        Ok(Reply::new("nija.config.show", &data, page))
    }
}

fn check(app: &App) -> Result<Reply> {
    let target = app.stop_target();
    let config = &target.config;
    let (report, operators) = doctor::with_patient(app, &target, |patient| {
        (examine(patient, &CHECKS_OF_CONFIG), patient.operators().ok())
    });
    let findings = || report.checks.iter().flat_map(|check| &check.findings);
    if let Some(worst) =
        findings().filter(|finding| finding.status >= Status::Unknown).max_by_key(|f| f.status)
    {
        return Err(Error::new(Kind::Config, worst.message.clone()).hint(worst.mend.clone()));
    }
    let mut page = Page::new();
    let file =
        config.file.as_ref().map_or("no file, defaults only".to_owned(), |file| file.display().to_string());
    page.line([Span::new(Role::Good, "FIT FOR USE"), Span::plain(format!("  {file}"))]);
    let data = json!({"file": config.file, "operators": operators, "checks": report.checks});
    let mut reply = Reply::new("nija.config.check", &data, page);
    let warnings = findings().filter(|finding| finding.status == Status::Warning);
    reply.warnings = warnings
        .map(|f| Warning { code: "CONFIG_DOUBTFUL", message: f.message.clone(), hint: f.mend.clone() })
        .collect();
    Ok(reply)
}
