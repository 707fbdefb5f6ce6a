//! Which column of a table holds which field.

use serde::Serialize;
use serde::ser::SerializeMap as _;

use super::usage;
use crate::domain::slippage::row::{Field, Row};
use crate::error::Result;

/// Without these a row is no fill.
const NEEDED: [Field; 5] = [Field::At, Field::Ticker, Field::Side, Field::Expected, Field::Actual];

/// The columns of a table in their order, and what each holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    columns: Vec<(String, Option<Field>)>,
}

impl Mapping {
    /// The mapping of a table with these columns: as told, and by the usual names where nothing was told.
    pub fn of(columns: &[String], told: &[(String, Option<Field>)]) -> Result<Self> {
        if let Some((name, _)) = told.iter().find(|(name, _)| !columns.contains(name)) {
            return Err(usage(format!("there is no column '{name}'; there are {}", listed(columns))));
        }
        let mapping = Self::lenient(columns, told);
        match NEEDED.iter().find(|needed| !mapping.holds(**needed)) {
            None => Ok(mapping),
            Some(missing) => Err(usage(format!(
                "no column holds '{}'; there are {}: say which with --map COLUMN={}",
                missing.word(),
                listed(columns),
                missing.word()
            ))),
        }
    }

    /// The same for columns of which more may come.
    pub fn lenient(columns: &[String], told: &[(String, Option<Field>)]) -> Self {
        let is_told = |field: Field| told.iter().any(|(_, own)| *own == Some(field));
        let field = |name: &String| match told.iter().find(|(column, _)| column == name) {
            Some((_, field)) => *field,
            None => Field::of_column(name).filter(|field| !is_told(*field)),
        };
        let mut mapping = Self::default();
        for name in columns {
            let field = field(name).filter(|field| !mapping.holds(*field));
            mapping.columns.push((name.clone(), field));
        }
        mapping
    }

    fn holds(&self, wanted: Field) -> bool {
        self.columns.iter().any(|(_, field)| *field == Some(wanted))
    }

    /// Puts the values of a row, in the order of the columns, where their fields are. Says which is not UTF-8.
    pub fn row<'v>(&self, values: impl Iterator<Item = &'v [u8]>) -> std::result::Result<Row<'v>, String> {
        let mut row = Row::default();
        for (value, (_, field)) in values.zip(&self.columns) {
            if let Some(field) = field {
                let text =
                    std::str::from_utf8(value).map_err(|_| format!("{} is not UTF-8", field.word()))?;
                row.set(*field, text);
            }
        }
        Ok(row)
    }

    /// Columns, and the field that each holds.
    pub fn columns(&self) -> impl Iterator<Item = (&str, Option<Field>)> {
        self.columns.iter().map(|(name, field)| (name.as_str(), *field))
    }
}

impl Serialize for Mapping {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (name, field) in self.columns() {
            map.serialize_entry(name, &field.map(Field::word))?;
        }
        map.end()
    }
}

fn listed(columns: &[String]) -> String {
    let shown: Vec<&str> = columns.iter().take(30).map(String::as_str).collect();
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn found(names: &[&str], told: &[(&str, Option<Field>)]) -> std::result::Result<String, String> {
        let told: Vec<_> = told.iter().map(|(name, field)| ((*name).to_owned(), *field)).collect();
        let mapping = Mapping::of(&columns(names), &told).map_err(|error| error.message)?;
        let words = mapping.columns().map(|(_, field)| field.map_or("-", Field::word));
        Ok(words.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn what_is_told_counts_before_what_is_usual() {
        let names = ["time", "symbol", "side", "decision_price", "arrival_price", "price", "my qty"];
        assert_eq!(found(&names, &[]).unwrap(), "at ticker side expected - actual -");
        let told = [("my qty", Some(Field::Qty)), ("arrival_price", Some(Field::Expected))];
        assert_eq!(found(&names, &told).unwrap(), "at ticker side - expected actual qty");
        let why = found(&names, &[("price", None)]).unwrap_err();
        assert!(why.contains("no column holds 'actual'") && why.contains("--map COLUMN=actual"), "{why}");
        let why = found(&names, &[("prise", Some(Field::Actual))]).unwrap_err();
        assert!(why.contains("there is no column 'prise'; there are time, symbol"), "{why}");
    }
}
