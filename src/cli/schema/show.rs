//! `nija schema show`: the models as they are read.

use clap::Args;
use serde_json::{Value, json};

use super::{Reading, document, here, page};
use crate::cli::App;
use crate::error::{Error, Kind, Result};
use crate::ops::schema::{self, Asked, Shown, Version};
use crate::output::{Page, Reply, Role, Span};
use crate::schema::model::{Column, Table};

/// Show the models as they are read
///
/// Every table that the source declares, as far as it can be told without running it; what could not be told follows.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 66 no repository, no such revision or no such table; 69 git cannot be run; 78 the \
                  configuration cannot be used\n\
                  Example: nija schema show --json"
)]
pub struct Show {
    /// Tables to show [default: all]
    #[arg(value_name = "TABLE")]
    pub tables: Vec<String>,
    /// The version: as git names it, or INDEX, or WORKTREE [default: WORKTREE]
    #[arg(long, value_name = "REV")]
    pub at: Option<Version>,
    /// How the source is read.
    #[command(flatten)]
    pub reading: Reading,
}

impl Show {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        let asked = Asked { to: self.at.clone(), ..self.reading.asked(app) };
        let mut shown = schema::show(&here(app)?, &asked)?;
        self.narrow(&mut shown)?;
        let mut page = Page::new();
        for (name, model) in &shown.models {
            if shown.models.len() > 1 {
                page.line([Span::new(Role::Strong, format!("[{name}]"))]);
            }
            model.tables.iter().for_each(|(name, table)| describe(&mut page, name, table));
        }
        page::notes(&mut page, &shown.notes, usize::MAX);
        let tables: usize = shown.models.iter().map(|(_, model)| model.tables.len()).sum();
        let tables = if tables == 1 { "1 table".to_owned() } else { format!("{tables} tables") };
        let text = format!("  {tables} in {}", shown.version);
        page.line([Span::new(Role::Strong, "SCHEMA"), Span::plain(text)]);
        Ok(Reply::new(format, &data(&shown), page))
    }
}

impl Show {
    /// Takes out the tables that nobody asked for.
    fn narrow(&self, shown: &mut Shown) -> Result<()> {
        for table in &self.tables {
            if !shown.models.iter().any(|(_, model)| model.tables.contains_key(table)) {
                let message = format!("there is no table '{table}' in {}", shown.version);
                return Err(Error::new(Kind::NotFound, message).hint("nija schema show"));
            }
        }
        for (_, model) in &mut shown.models {
            model.tables.retain(|name, _| self.tables.is_empty() || self.tables.contains(name));
        }
        Ok(())
    }
}

fn data(shown: &Shown) -> Value {
    let model = |(name, model): &(String, _)| json!({"environment": name, "model": model});
    json!({
        "version": shown.version,
        "dialect": shown.found.settings.dialect,
        "configuration": shown.found.file,
        "models": shown.models.iter().map(model).collect::<Vec<_>>(),
        "notes": document::notes(&shown.notes),
    })
}

fn describe(page: &mut Page, name: &str, table: &Table) {
    let place = table.place.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
    page.line([Span::new(Role::Strong, name), Span::new(Role::Muted, place)]);
    let width = table.columns.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    for column in table.order.iter().filter_map(|name| table.columns.get(name)) {
        page.text(format!("  {:<width$}  {}", column.name, words(column)));
    }
    let named = |name: &Option<String>| name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    if let Some(key) = &table.primary_key {
        page.text(format!("  primary key{} ({})", named(&key.name), key.columns.join(", ")));
    }
    for key in &table.foreign_keys {
        let (columns, there) = (key.columns.join(", "), key.target_columns.join(", "));
        page.text(format!("  foreign key{} ({columns}) to {} ({there})", named(&key.name), key.target));
    }
    for key in &table.uniques {
        page.text(format!("  unique{} ({})", named(&key.name), key.columns.join(", ")));
    }
    for check in table.checks.iter().chain(&table.excludes) {
        page.text(format!("  check{} {}", named(&check.name), check.sql));
    }
    for index in &table.indexes {
        let unique = if index.unique { "unique " } else { "" };
        page.text(format!("  {unique}index{} ({})", named(&index.name), index.columns.join(", ")));
    }
    page.text("");
}

fn words(column: &Column) -> String {
    let mut words = vec![column.kind.sql.clone()];
    if let Some(values) = &column.kind.values {
        words.push(format!("({})", values.values.join(", ")));
    }
    if !column.nullable {
        words.push("NOT NULL".to_owned());
    }
    words.extend(column.server_default.as_ref().map(|default| format!("DEFAULT {default}")));
    words.extend(column.computed.as_ref().map(|computed| format!("GENERATED AS {computed}")));
    words.extend(column.identity.as_ref().map(|identity| format!("IDENTITY {identity}")));
    words.join(" ")
}
