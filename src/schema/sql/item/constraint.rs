//! Constraints of tables, as the parser reads them.

use sqlparser::ast::{
    ConstraintCharacteristics, DeferrableInitial, Expr, ForeignKeyConstraint, Ident, IndexColumn,
    NullsDistinctOption, TableConstraint,
};

use super::{Constraint, expression, ident, object, parse, shown};
use crate::schema::model::{Check, ForeignKey, Index, Key};
use crate::schema::settings::Dialect;
use crate::schema::sql::USING_INDEX;
use crate::schema::sql::cursor::{Cursor, SHOWN, render};
use crate::schema::sql::lex::Token;

/// A constraint of a table; what the parser says where it does not know it.
pub fn constraint(item: &[Token<'_>], dialect: Dialect) -> Result<Constraint, String> {
    let parsed = parse(item, dialect, |parser| parser.parse_optional_table_constraint());
    match parsed {
        Ok((Some(constraint), _)) => Ok(of_table(constraint, dialect)),
        Ok((None, _)) => Err("no constraint".to_owned()),
        Err(why) => exclude(item, dialect).ok_or(why),
    }
}

fn of_table(constraint: TableConstraint, dialect: Dialect) -> Constraint {
    let named = |name: &Option<Ident>| name.as_ref().map(|name| ident(name, dialect));
    match constraint {
        TableConstraint::PrimaryKey(key) => {
            let (columns, mut options) =
                (columns(&key.columns, dialect), characteristics(key.characteristics));
            include(&mut options, &key.include, dialect);
            Constraint::Primary(Key { name: named(&key.name), columns, options, place: None })
        }
        TableConstraint::Unique(key) => {
            let (columns, mut options) =
                (columns(&key.columns, dialect), characteristics(key.characteristics));
            include(&mut options, &key.include, dialect);
            if matches!(key.nulls_distinct, NullsDistinctOption::NotDistinct) {
                options.push("nulls not distinct".to_owned());
            }
            options.sort();
            Constraint::Unique(
                Key {
                    name: named(&key.name).or_else(|| named(&key.index_name)),
                    columns,
                    options,
                    place: None,
                },
                false,
            )
        }
        TableConstraint::PrimaryKeyUsingIndex(key) => {
            let name = named(&key.name).unwrap_or_else(|| ident(&key.index_name, dialect));
            Constraint::Primary(Key {
                name: Some(name),
                options: vec![USING_INDEX.to_owned()],
                ..Key::default()
            })
        }
        TableConstraint::UniqueUsingIndex(key) => {
            let name = named(&key.name).unwrap_or_else(|| ident(&key.index_name, dialect));
            Constraint::Unique(Key { name: Some(name), ..Key::default() }, true)
        }
        TableConstraint::ForeignKey(key) => Constraint::Foreign(foreign(&key, dialect)),
        TableConstraint::Check(check) => {
            Constraint::Check(Check { name: named(&check.name), sql: expression(&check.expr), place: None })
        }
        TableConstraint::Exclude(exclude) => {
            let name = named(&exclude.name);
            let text = sqlparser::ast::ExcludeConstraint { name: None, ..exclude }.to_string();
            Constraint::Exclude(Check { name, sql: shown(&text), place: None })
        }
        TableConstraint::Index(index) => Constraint::Index(Index {
            name: named(&index.name),
            columns: columns(&index.columns, dialect),
            ..Index::default()
        }),
        TableConstraint::FulltextOrSpatial(index) => {
            let prefix = if index.fulltext { "FULLTEXT" } else { "SPATIAL" };
            Constraint::Index(Index {
                name: named(&index.opt_index_name),
                columns: columns(&index.columns, dialect),
                options: vec![format!("mysql_prefix={prefix}")],
                ..Index::default()
            })
        }
    }
}

/// EXCLUDE where the parser knows it not: its text as it stands.
fn exclude(item: &[Token<'_>], dialect: Dialect) -> Option<Constraint> {
    let mut cursor = Cursor::new(item, dialect);
    let name = if cursor.take("CONSTRAINT") { Some(cursor.name()?) } else { None };
    cursor
        .at("EXCLUDE")
        .then(|| Constraint::Exclude(Check { name, sql: render(cursor.rest(), SHOWN), place: None }))
}

pub(super) fn foreign(key: &ForeignKeyConstraint, dialect: Dialect) -> ForeignKey {
    let idents = |idents: &[Ident]| idents.iter().map(|name| ident(name, dialect)).collect::<Vec<_>>();
    let mut options: Vec<String> =
        characteristics(key.characteristics).iter().map(|option| option.to_uppercase()).collect();
    options.extend(key.match_kind.as_ref().map(ToString::to_string));
    options.sort();
    ForeignKey {
        name: key.name.as_ref().map(|name| ident(name, dialect)),
        columns: idents(&key.columns),
        target: object(&key.foreign_table, dialect),
        target_columns: idents(&key.referred_columns),
        on_delete: key.on_delete.map(|action| action.to_string()),
        on_update: key.on_update.map(|action| action.to_string()),
        options,
        place: None,
    }
}

pub(super) fn characteristics(said: Option<ConstraintCharacteristics>) -> Vec<String> {
    let Some(said) = said else { return Vec::new() };
    let mut options = Vec::new();
    if said.deferrable == Some(true) {
        options.push("deferrable".to_owned());
    }
    match said.initially {
        Some(DeferrableInitial::Deferred) => options.push("initially deferred".to_owned()),
        Some(DeferrableInitial::Immediate) => options.push("initially immediate".to_owned()),
        None => {}
    }
    options
}

fn include(options: &mut Vec<String>, columns: &[Ident], dialect: Dialect) {
    if !columns.is_empty() {
        let columns: Vec<String> = columns.iter().map(|name| ident(name, dialect)).collect();
        options.push(format!("include {}", columns.join(", ")));
    }
}

fn columns(columns: &[IndexColumn], dialect: Dialect) -> Vec<String> {
    columns
        .iter()
        .map(|column| match &column.column.expr {
            Expr::Identifier(name) => ident(name, dialect),
            _ => shown(&column.to_string()),
        })
        .collect()
}
