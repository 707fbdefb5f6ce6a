//! Columns as the database sees them: type, nullability and the rest settled.

use crate::schema::eval::Value;
use crate::schema::model::{Column, Type};
use crate::schema::sqlalchemy::builder::{Builder, Spot};
use crate::schema::sqlalchemy::types::null;

/// How many foreign keys are followed for the type of a column.
const DEPTH: u32 = 16;

impl Builder<'_, '_> {
    /// A column as the database sees it.
    pub fn column(&mut self, spot: Spot) -> Column {
        let Some(field) = self.field(spot).cloned() else { return Column::default() };
        let made = &field.definition;
        let kind = self.kind(spot, DEPTH);
        // A type that is called has said so itself, once for all its columns.
        let called =
            made.kind.as_ref().is_some_and(|value| self.call(value).is_some_and(|call| call.class.is_none()));
        if kind.unresolved && kind.values.is_none() && !called {
            let message = format!("the type of {} cannot be told: {}", field.name, kind.sql);
            self.note("unresolved-type", &made.place, &message);
        }
        let nullable = made.may_be_null().unwrap_or(!made.primary_key && made.identity.is_none());
        let server_default =
            made.server_default.as_ref().and_then(|value| self.server_default(value, spot.0));
        Column {
            name: field.name.clone(),
            kind,
            nullable,
            primary_key: made.primary_key,
            server_default,
            autoincrement: made.autoincrement,
            computed: made.computed.as_ref().map(|call| self.computed(call, spot.0)),
            identity: made.identity.as_ref().map(|call| self.identity(call)),
            comment: made.comment.clone(),
            place: Some(made.place.clone()),
        }
    }

    /// The type of a column: its own, or that of the column its foreign key points to.
    fn kind(&mut self, spot: Spot, depth: u32) -> Type {
        let Some(made) = self.field(spot).map(|field| field.definition.clone()) else { return null() };
        if let Some(kind) = made.kind.as_ref().filter(|kind| **kind != Value::None)
            && self.name(kind).is_none_or(|name| &*name.last != "NullType")
        {
            return self.type_of(&kind.clone());
        }
        let Some(call) = made.foreign_keys.first() else { return self.constrained_kind(spot, depth) };
        let target = self.target(spot.0, call.arg(0, "column").unwrap_or(&Value::None), "");
        self.kind_of_target(target.spot, &target.text(), depth)
    }

    /// The type of a column without type or foreign key of its own, which a constraint of its table may point elsewhere.
    fn constrained_kind(&mut self, spot: Spot, depth: u32) -> Type {
        match self.constrained_target(spot) {
            Some(target) => self.kind_of_target(target.spot, &target.text(), depth),
            None => null(),
        }
    }

    fn kind_of_target(&mut self, target: Option<Spot>, text: &str, depth: u32) -> Type {
        match (target, depth.checked_sub(1)) {
            (Some(target), Some(depth)) => self.kind(target, depth),
            _ => Type { sql: format!("<type of {text}>"), unresolved: true, ..Type::default() },
        }
    }
}
