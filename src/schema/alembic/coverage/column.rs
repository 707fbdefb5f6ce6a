//! Steps that cover a change of a column.

use super::{Question, names};
use crate::schema::change::{Detail, Kind};
use crate::schema::model::Column;
use crate::schema::operation::{Altered, Operation, Step};

impl Question<'_> {
    /// Whether a step does to the column, or to the comment of the table, what the change says.
    pub(super) fn column(&self, step: &Step) -> bool {
        if self.change.kind == Kind::EnumChanged && self.is_about_enum(step) {
            return true;
        }
        match &step.operation {
            Operation::AddColumn { column, .. } => {
                self.change.kind != Kind::ColumnDropped && self.is_item(&column.name)
            }
            Operation::DropColumn { column, .. } => {
                self.change.kind == Kind::ColumnDropped && self.is_item(column)
            }
            Operation::AlterColumn { column, to, .. } => self.altered(column, to),
            Operation::Comment { column, .. } => {
                let same = match (column, &self.change.item) {
                    (Some(column), Some(_)) => self.is_item(column),
                    (None, None) => true,
                    _ => false,
                };
                same && self.change.kind == Kind::CommentChanged
            }
            Operation::AddPrimaryKey { key, .. } => {
                self.change.kind == Kind::NullabilityChanged
                    && key.columns.iter().any(|name| self.is_item(name))
            }
            _ => false,
        }
    }

    fn is_item(&self, column: &str) -> bool {
        let item = self.change.item.as_deref().map(names::plain);
        item.is_some_and(|item| item == names::plain(column))
    }

    fn altered(&self, column: &str, to: &Altered) -> bool {
        // What had another name before has all that it says from there; so has what is moved out of the way.
        if to.name.as_deref().is_some_and(|name| self.is_item(name)) {
            return self.change.kind != Kind::ColumnDropped;
        }
        if !self.is_item(column) {
            return false;
        }
        let Detail::Column(_, newer) = &self.change.detail else { return false };
        match self.change.kind {
            Kind::ColumnDropped => to.name.is_some(),
            Kind::TypeChanged | Kind::EnumChanged => to.kind.is_some(),
            Kind::NullabilityChanged => {
                to.nullable.is_some() && to.nullable == newer.as_ref().map(|newer| newer.nullable)
            }
            Kind::ServerDefaultChanged => default_becomes(to, newer.as_deref()),
            Kind::CommentChanged => to.comment.is_some(),
            Kind::AutoincrementChanged => to.generated || to.kind.is_some() || to.server_default.is_some(),
            Kind::ComputedChanged | Kind::IdentityChanged => to.generated || to.server_default.is_some(),
            _ => false,
        }
    }

    /// Whether a step creates, alters, drops or renames the enum whose values differ, or replaces the check that holds them
    /// where the database has no enums.
    fn is_about_enum(&self, step: &Step) -> bool {
        let Detail::Column(older, newer) = &self.change.detail else { return false };
        let named = |name: &str| {
            let columns = older.iter().chain(newer).filter_map(|column| column.kind.values.as_ref());
            columns
                .filter_map(|values| values.name.as_deref())
                .any(|known| names::bare(known) == names::bare(name))
        };
        let item = self.change.item.clone().unwrap_or_default();
        let speaks = |name: &str| named(name) || names::speaks_of(name, std::slice::from_ref(&item));
        match &step.operation {
            Operation::CreateEnum { name, .. }
            | Operation::AlterEnum { name }
            | Operation::DropEnum { name }
            | Operation::RenameEnum { from: name, .. } => {
                named(name) || is_unnamed(newer.as_deref()) || name.contains(names::HOLE)
            }
            Operation::AddCheck { check, .. } => {
                check.name.as_deref().is_some_and(speaks)
                    || super::words(&check.sql).contains(&names::plain(&item))
            }
            Operation::DropConstraint { name, .. } => speaks(name),
            _ => false,
        }
    }
}

fn is_unnamed(column: Option<&Column>) -> bool {
    let values = column.and_then(|column| column.kind.values.as_ref());
    values.is_some_and(|values| values.name.is_none())
}

/// Whether a default is set where the models have one, or dropped where they have none.
fn default_becomes(to: &Altered, newer: Option<&Column>) -> bool {
    let has = newer.is_some_and(|newer| newer.server_default.is_some());
    to.server_default.as_ref().is_some_and(|default| default.is_some() == has)
}
