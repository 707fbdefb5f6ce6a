//! Columns and their types, as the parser reads them.

use sqlparser::ast::{
    ColumnDef, ColumnOption, DataType, EnumMember, GeneratedAs, GeneratedExpressionMode, SequenceOptions,
};

use super::constraint::{characteristics, foreign};
use super::{Constraint, expression, ident, parse, parse_with, shown};
use crate::schema::model::{Check, Column, EnumValues, ForeignKey, Key, Type};
use crate::schema::settings::Dialect;
use crate::schema::sql::cursor::{HOLE, SHOWN, render};
use crate::schema::sql::lex::{Kind, Token};
use crate::schema::sql::types::canonical;

/// Words that may stand behind a column and say nothing about the schema that models hold.
const TAILS: [&str; 10] = [
    "FIRST",
    "AFTER",
    "STORAGE",
    "COMPRESSION",
    "VISIBLE",
    "INVISIBLE",
    "COLUMN_FORMAT",
    "SPARSE",
    "ENCODING",
    "ON",
];

/// A column with the constraints that stand behind it.
pub fn column(item: &[Token<'_>], dialect: Dialect) -> Result<(Column, Vec<Constraint>), String> {
    let (parsed, numbered) = match parse(item, dialect, |parser| parser.parse_column_def()) {
        Ok(parsed) => (parsed, false),
        // A hole may stand for a number, as in `VARCHAR({?})`.
        Err(why) if item.iter().any(|token| token.kind == Kind::Hole) => {
            (parse_with(item, dialect, "1", |parser| parser.parse_column_def()).map_err(|_| why)?, true)
        }
        Err(why) => return Err(why),
    };
    let (definition, rest) = parsed;
    let known = rest.as_deref().is_none_or(|rest| TAILS.iter().any(|word| rest.eq_ignore_ascii_case(word)));
    if !known {
        return Err(format!("stopped at `{}`", rest.unwrap_or_default()));
    }
    let (mut column, constraints) = of_column(&definition, dialect);
    column.kind.unresolved |= numbered;
    Ok((column, constraints))
}

fn of_column(definition: &ColumnDef, dialect: Dialect) -> (Column, Vec<Constraint>) {
    let name = ident(&definition.name, dialect);
    let mut column = Column {
        name: name.clone(),
        kind: kind(&definition.data_type, dialect),
        nullable: true,
        ..Column::default()
    };
    let word = definition.data_type.to_string().to_ascii_uppercase();
    if word.contains("SERIAL") {
        column.autoincrement = Some(true);
        column.nullable = false;
    }
    let mut constraints = Vec::new();
    for option in &definition.options {
        let constraint_name = option.name.as_ref().map(|name| ident(name, dialect));
        if let Some(constraint) = inline(&option.option, constraint_name, &name, dialect) {
            let primary = matches!(constraint, Constraint::Primary(_));
            column.primary_key |= primary;
            column.nullable &= !primary;
            constraints.push(constraint);
        } else {
            attribute(&mut column, &option.option);
        }
    }
    (column, constraints)
}

/// What an option says about the column itself.
fn attribute(column: &mut Column, option: &ColumnOption) {
    match option {
        ColumnOption::Null => column.nullable = true,
        ColumnOption::NotNull => column.nullable = false,
        ColumnOption::Default(value) => column.server_default = Some(expression(value)),
        ColumnOption::Collation(name) => column.kind.sql = format!("{} COLLATE {name}", column.kind.sql),
        ColumnOption::Comment(text) => column.comment = Some(text.clone()),
        ColumnOption::Generated { generation_expr: Some(value), generation_expr_mode, .. } => {
            let mode = match generation_expr_mode {
                Some(GeneratedExpressionMode::Stored) => " STORED",
                Some(GeneratedExpressionMode::Virtual) => " VIRTUAL",
                None => "",
            };
            column.computed = Some(format!("{}{mode}", expression(value)));
        }
        ColumnOption::Generated { generated_as, sequence_options, .. } => {
            column.identity = Some(identity(*generated_as, sequence_options.as_deref()));
            column.nullable = false;
        }
        ColumnOption::DialectSpecific(tokens) => {
            let text: String = tokens.iter().map(ToString::to_string).collect();
            if text.to_ascii_uppercase().replace('_', "") == "AUTOINCREMENT" {
                column.autoincrement = Some(true);
            }
        }
        _ => {}
    }
}

fn identity(generated_as: GeneratedAs, options: Option<&[SequenceOptions]>) -> String {
    let always = if generated_as == GeneratedAs::ByDefault { "BY DEFAULT" } else { "ALWAYS" };
    let options: Vec<String> =
        options.unwrap_or_default().iter().map(|option| option.to_string().trim().to_owned()).collect();
    if options.is_empty() { always.to_owned() } else { format!("{always} {}", options.join(" ")) }
}

/// The constraint that an option of a column is.
fn inline(option: &ColumnOption, name: Option<String>, column: &str, dialect: Dialect) -> Option<Constraint> {
    let columns = vec![column.to_owned()];
    Some(match option {
        ColumnOption::PrimaryKey(key) => {
            let options = characteristics(key.characteristics);
            Constraint::Primary(Key { name, columns, options, place: None })
        }
        ColumnOption::Unique(key) => {
            let options = characteristics(key.characteristics);
            Constraint::Unique(Key { name, columns, options, place: None }, false)
        }
        ColumnOption::ForeignKey(key) => {
            let key = foreign(key, dialect);
            Constraint::Foreign(ForeignKey { name: key.name.or(name), columns, ..key })
        }
        ColumnOption::Check(check) => {
            Constraint::Check(Check { name, sql: expression(&check.expr), place: None })
        }
        _ => return None,
    })
}

fn kind(data_type: &DataType, dialect: Dialect) -> Type {
    let text = data_type.to_string();
    let values = match data_type {
        DataType::Enum(members, _) => {
            let values = members.iter().map(|member| match member {
                EnumMember::Name(name) | EnumMember::NamedValue(name, _) => name.clone(),
            });
            Some(EnumValues { name: None, values: values.collect(), native: true })
        }
        _ => None,
    };
    let unresolved = text.contains(HOLE);
    Type { sql: canonical(&shown(&text), dialect), values, unresolved, ..Type::default() }
}

/// A type on its own, as behind ALTER COLUMN … TYPE.
pub fn type_of(tokens: &[Token<'_>], dialect: Dialect) -> Type {
    let plain = || {
        let text = render(tokens, SHOWN);
        Type { unresolved: text.contains(SHOWN), sql: canonical(&text, dialect), ..Type::default() }
    };
    match parse(tokens, dialect, |parser| parser.parse_data_type()) {
        Ok((data_type, None)) => kind(&data_type, dialect),
        _ => plain(),
    }
}
