//! `nija slippage import`: fills from somebody else's records.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::app::{self, App};
use crate::domain::slippage::row::Field;
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::slippage::import::{Format, Imported, Request, import};
use crate::output::{Page, Reply, Role, Span, progress};

/// The shape of this command's answer.
pub(super) const FORMAT: &str = "nija.slippage.import";

/// Import fills from a file
///
/// Columns are found by their usual names; --map says what others hold. Rows that cannot be recorded are told with their line
/// and left out. Importing the same rows again changes nothing.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 every row recorded or known; 65 some rows could not be recorded\n\
    Fields: id, at, ticker, side, expected, actual, qty, fee, latency_ms, broker, order_type, order_id; - leaves a column out\n\
    Example: nija slippage import fills.csv --map decision=expected --broker kraken")]
pub struct Import {
    /// The file; - for stdin
    pub file: PathBuf,
    /// How rows are written [default: guessed, and told]
    #[arg(long, value_enum)]
    pub format: Option<Word>,
    /// Which field a column holds
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = pair, num_args = 1.., action = clap::ArgAction::Append)]
    pub map: Vec<(String, Option<Field>)>,
    /// The broker of rows that do not say theirs
    #[arg(long, value_name = "NAME")]
    pub broker: Option<String>,
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Word {
    /// A header, and a row per line
    Csv,
    /// One JSON object per line
    Jsonl,
    /// What freqtrade answers to GET /trades
    Freqtrade,
}

impl From<Word> for Format {
    fn from(word: Word) -> Self {
        match word {
            Word::Csv => Self::Csv,
            Word::Jsonl => Self::Jsonl,
            Word::Freqtrade => Self::Freqtrade,
        }
    }
}

fn pair(text: &str) -> std::result::Result<(String, Option<Field>), String> {
    // A column may have an equals sign in its name, a field has none.
    let (column, field) = text.rsplit_once('=').ok_or("it must be COLUMN=FIELD, as in 'fill px=actual'")?;
    let field = if field == "-" { None } else { Some(field.parse()?) };
    Ok((column.trim().to_owned(), field))
}

impl Import {
    pub(super) fn run(&self, app: &App) -> Result<Reply> {
        let request = Request {
            format: self.format.map(Into::into),
            map: self.map.clone(),
            broker: self.broker.clone(),
        };
        app.on_state(|state| {
            let imported = if self.file == Path::new("-") {
                let bar = progress::count("importing", app.style);
                let imported = import(state, &request, bar.wrap_read(std::io::stdin()));
                bar.finish_and_clear();
                imported?
            } else {
                let (file, bytes) = open(&self.file)?;
                let bar = progress::bar(bytes, "importing", app.style);
                let imported = import(state, &request, bar.wrap_read(file));
                bar.finish_and_clear();
                imported?
            };
            let mut page = page(&imported);
            app::state_line(&mut page, state.context.config);
            let mut reply = Reply::new(FORMAT, &imported, page);
            reply.changed = imported.recorded > 0;
            reply.warnings = app::warnings(&imported.notices);
            if imported.refused > 0 {
                (reply.status, reply.exit) = (Status::Warning, Kind::Corrupt.row().exit);
            }
            Ok(reply)
        })
    }
}

fn open(path: &Path) -> Result<(File, u64)> {
    let cannot = |error: std::io::Error| {
        let kind = if error.kind() == std::io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Io };
        let error = Error::io(format_args!("open {}", path.display()), error);
        Error { kind: if error.kind == Kind::NotPermitted { error.kind } else { kind }, ..error }
            .hint(format!("ls -l {}", path.display()))
    };
    let file = File::open(path).map_err(cannot)?;
    let bytes = file.metadata().map_err(cannot)?.len();
    Ok((file, bytes))
}

fn page(imported: &Imported) -> Page {
    let mut page = Page::new();
    let (role, word) = match imported.refused {
        0 => (Role::Good, "IMPORTED"),
        _ => (Role::Warn, "IMPORTED IN PART"),
    };
    page.line([
        Span::new(role, word),
        Span::plain(format!("  {} fills of {} rows", imported.recorded, imported.rows)),
    ]);
    let guessed = if imported.format_was_guessed { ", guessed" } else { "" };
    page.field("format", format!("{}{guessed}", word_of(imported.format)));
    let (read, left): (Vec<_>, Vec<_>) = imported.mapping.columns().partition(|(_, field)| field.is_some());
    let read: Vec<String> = read
        .into_iter()
        .filter_map(|(name, field)| field.map(|field| (name, field.word())))
        .map(|(name, word)| if name == word { name.to_owned() } else { format!("{name} as {word}") })
        .collect();
    if !read.is_empty() {
        page.field("columns", read.join(", "));
    }
    if !left.is_empty() {
        page.field("left out", left.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", "));
    }
    if imported.known > 0 {
        page.field("known", format!("{} were recorded before", imported.known));
    }
    if imported.high > 0 {
        page.field("high", format!("{} cost more than what counts as high", imported.high));
    }
    refusals(&mut page, imported);
    page
}

fn refusals(page: &mut Page, imported: &Imported) {
    if imported.refused == 0 {
        return;
    }
    page.field("refused", format!("{} rows", imported.refused));
    for refusal in &imported.refusals {
        page.text(format!("    line {}: {}", refusal.line, refusal.why));
    }
    let more = imported.refused.saturating_sub(imported.refusals.len() as u64);
    if more > 0 {
        page.text(format!("    and {more} more"));
    }
}

fn word_of(format: Format) -> &'static str {
    match format {
        Format::Csv => "csv",
        Format::Jsonl => "jsonl",
        Format::Freqtrade => "freqtrade",
    }
}
