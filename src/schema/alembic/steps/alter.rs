//! `alter_column`: what a column becomes.

use super::name::last;
use super::{Call, Reader};
use crate::schema::alembic::coverage::names::HOLE;
use crate::schema::eval::Value;
use crate::schema::operation::{Altered, Operation};

impl Reader<'_, '_> {
    pub(super) fn alter_column(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (table, next) = self.table_or_first(call, table, "table_name");
        let column = call.arg(next, "column_name").cloned().and_then(|value| self.name(&value));
        let Some(column) = column.filter(|column| column != HOLE) else {
            return vec![Operation::Opaque {
                why: "the column cannot be told".to_owned(),
                about: vec![table],
            }];
        };
        let to = Box::new(self.altered(call));
        vec![Operation::AlterColumn { table, column, to }]
    }

    fn altered(&mut self, call: &Call) -> Altered {
        let given = |names: &[&str]| names.iter().find_map(|name| call.kwarg(name)).cloned();
        let mut to = Altered {
            nullable: given(&["nullable", "modify_nullable"]).and_then(|value| flag(&value)),
            using: given(&["postgresql_using"]).is_some_and(|value| value != Value::None),
            ..Altered::default()
        };
        let name = given(&["new_column_name", "modify_name", "name"]);
        to.name = name.and_then(|value| self.name(&value));
        let kind = |value: &Value| *value != Value::None;
        to.kind = given(&["type_", "modify_type"]).filter(kind).map(|value| self.kind(&value));
        to.existing = given(&["existing_type"]).filter(kind).map(|value| self.kind(&value));
        if let Some(value) =
            given(&["comment", "modify_comment"]).filter(|value| *value != Value::Bool(false))
        {
            to.comment = Some(self.name(&value));
        }
        self.default(call, &mut to);
        let auto = given(&["autoincrement"]);
        to.generated |= auto
            .is_some_and(|value| matches!(value, Value::Bool(_)) && self.autoincrement_differs(call, &value));
        to
    }

    /// A server default: `False` says nothing, `None` drops it, `Computed` and `Identity` generate.
    fn default(&mut self, call: &Call, to: &mut Altered) {
        let given = call.kwarg("server_default").or_else(|| call.kwarg("modify_server_default")).cloned();
        let Some(value) = given.filter(|value| *value != Value::Bool(false)) else { return };
        let generates = self.generates(&value);
        // Dropping the identity that is there is a change of generation, too.
        to.generated =
            generates || call.kwarg("existing_server_default").is_some_and(|value| self.generates(value));
        if !generates {
            to.server_default = Some(self.server_default(&value));
        }
    }

    fn generates(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        matches!(last(&self.interpreter.object(*id).callee).as_str(), "Computed" | "Identity")
    }

    /// MySQL needs autoincrement said again with every change, so that saying what is there is none.
    fn autoincrement_differs(&self, call: &Call, value: &Value) -> bool {
        call.kwarg("existing_autoincrement") != Some(value)
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Int(value) => Some(*value != 0),
        _ => None,
    }
}
