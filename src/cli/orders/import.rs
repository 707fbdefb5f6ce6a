//! `nija orders import`: track every order of a file.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::State;
use crate::ops::orders::rows::Format;
use crate::ops::orders::{Imported, import};
use crate::output::{Page, Reply, Role, Span, Warning, progress};

/// How often the bar moves, in rows.
const STEP: u64 = 256;

/// Track every order of a file
///
/// JSON lines or CSV with the fields id, symbol, platform, side, qty, price, strategy, account, owner, submitted_at, state and
/// filled_qty; only id and symbol are needed. Bad rows are named with their lines, good ones are kept, and the same file again
/// changes nothing.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 every row was taken; 64 this is no file of orders; 65 some rows were not taken\n\
                  Example: nija orders import open-orders.csv"
)]
pub struct Import {
    /// The file; - for standard input
    pub file: PathBuf,
    /// How it is written: jsonl or csv [default: as its first character says]
    #[arg(long, value_parser = str::parse::<Format>)]
    pub format: Option<Format>,
}

impl Import {
    /// Runs the command.
    pub fn run(&self, format: &'static str, app: &App, state: &State<'_>) -> Result<Reply> {
        let (input, bytes) = self.open()?;
        let bar = progress::bar(bytes, "importing", app.style);
        let (mut rows, counted) = (0_u64, bar.wrap_read(input));
        let imported = import(state, BufReader::new(counted), self.format, &mut || {
            rows += 1;
            if rows.is_multiple_of(STEP) {
                bar.tick();
            }
        });
        bar.finish_and_clear();
        Ok(reply(format, state, &imported?))
    }

    fn open(&self) -> Result<(Box<dyn Read>, u64)> {
        if self.file.as_os_str() == "-" {
            return Ok((Box::new(std::io::stdin().lock()), 0));
        }
        let path = self.file.display();
        let failed = |error| Error::io(format_args!("read {path}"), error).hint(format!("ls -l {path}"));
        let missing = || Error::new(Kind::NotFound, format!("there is no file {path}")).hint("ls");
        let file = File::open(&self.file).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => missing(),
            _ => failed(error),
        })?;
        let bytes = file.metadata().map_err(failed)?.len();
        Ok((Box::new(file), bytes))
    }
}

fn reply(format: &'static str, state: &State<'_>, imported: &Imported) -> Reply {
    let mut page = Page::new();
    let role = if imported.failed == 0 { Role::Good } else { Role::Warn };
    let Imported { rows, new, updated, known, failed, .. } = imported;
    let counts = format!("  {rows} rows: {new} new, {updated} updated, {known} known, {failed} failed");
    page.line([Span::new(role, "IMPORTED"), Span::plain(counts)]);
    app::state_line(&mut page, state.context.config);
    let mut reply = Reply::new(format, &json!(imported), page);
    reply.changed = new + updated > 0;
    reply.warnings = app::warnings(&imported.notices);
    let bad = imported.failures.iter().map(|failure| format!("line {}: {}", failure.line, failure.why));
    reply.warnings.extend(bad.map(|message| warning("ROW_FAILED", message)));
    let unnamed = failed - u64::try_from(imported.failures.len()).unwrap_or(*failed);
    if unnamed > 0 {
        reply.warnings.push(warning("ROW_FAILED", format!("{unnamed} more rows failed")));
    }
    if !imported.ignored_fields.is_empty() {
        let message = format!("fields that are none of an order's: {}", imported.ignored_fields.join(", "));
        reply.warnings.push(warning("FIELDS_IGNORED", message));
    }
    if *failed > 0 {
        reply.status = Status::Warning;
        reply.exit = Kind::Corrupt.row().exit;
    }
    reply
}

fn warning(code: &'static str, message: String) -> Warning {
    Warning { code, message, hint: String::new() }
}
