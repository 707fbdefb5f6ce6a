//! ALTER TABLE, one action after the other.

use super::cursor::{Cursor, SHOWN, items, render, unquoted};
use super::item::{self, Constraint};
use super::lex::{Kind, Token};
use super::{create, object, opaque_of};
use crate::schema::model::Column;
use crate::schema::operation::{Altered, Operation};

/// Actions about what models do not hold.
const OTHER: [&str; 32] = [
    "OWNER",
    "ENABLE",
    "DISABLE",
    "CLUSTER",
    "INHERIT",
    "NO",
    "FORCE",
    "REPLICA",
    "RESET",
    "ATTACH",
    "DETACH",
    "ENGINE",
    "CONVERT",
    "DEFAULT",
    "CHARACTER",
    "CHARSET",
    "COLLATE",
    "AUTO_INCREMENT",
    "ROW_FORMAT",
    "ALGORITHM",
    "LOCK",
    "ORDER",
    "PARTITION",
    "OPTIONS",
    "OF",
    "NOT",
    "TRUNCATE",
    "REORGANIZE",
    "WITH",
    "WITHOUT",
    "KEY_BLOCK_SIZE",
    "STATS_PERSISTENT",
];

/// What ALTER COLUMN says about how a column is filled, beside ADD GENERATED and RESTART.
const GENERATION: [&str; 4] = ["SET GENERATED", "SET EXPRESSION", "DROP IDENTITY", "DROP EXPRESSION"];

/// ALTER, behind its word; `None` where it is no statement.
pub fn read(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    cursor.take("IGNORE");
    if cursor.take("TABLE") {
        return table(cursor);
    }
    if cursor.take("INDEX") {
        return object::alter_index(cursor);
    }
    if cursor.take("TYPE") {
        return object::alter_type(cursor);
    }
    object::other(&mut cursor).map(|operation| vec![operation])
}

/// ALTER TABLE, behind both words.
fn table(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    cursor.take("IF EXISTS");
    cursor.take("ONLY");
    let table = cursor.name()?;
    cursor.symbol('*');
    let mut operations = Vec::new();
    for (position, tokens) in items(cursor.rest()).into_iter().enumerate() {
        match action(&table, Cursor::new(tokens, cursor.dialect)) {
            Some(mut done) => operations.append(&mut done),
            // A sentence that begins with the words.
            None if position == 0 => return None,
            None => operations.push(opaque_of(&table, tokens, cursor.dialect, "an action that is not known")),
        }
    }
    (!operations.is_empty()).then_some(operations)
}

fn action(table: &str, mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    let first = cursor.next()?;
    if first.kind == Kind::Hole {
        return Some(vec![opaque_of(
            table,
            cursor.rest(),
            cursor.dialect,
            "an action that is only known when it runs",
        )]);
    }
    let one = |operation: Option<Operation>| operation.map(|operation| vec![operation]);
    match first.text.to_ascii_uppercase().as_str() {
        "ADD" => add(table, cursor),
        "DROP" => one(drop(table, cursor)),
        "RENAME" => one(renamed(table, cursor)),
        "ALTER" => alter(table, cursor),
        "MODIFY" => {
            cursor.take("COLUMN");
            one(redefined(table, None, cursor))
        }
        "CHANGE" => {
            cursor.take("COLUMN");
            let old = cursor.name()?;
            one(redefined(table, Some(old), cursor))
        }
        "VALIDATE" => {
            let name = cursor.take("CONSTRAINT").then(|| cursor.name()).flatten()?;
            one(Some(Operation::ValidateConstraint { table: table.to_owned(), name }))
        }
        "SET" if cursor.take("SCHEMA") => {
            let bare = table.rsplit('.').next().unwrap_or_default();
            let to = format!("{}.{bare}", cursor.name()?);
            one(Some(Operation::RenameTable { from: table.to_owned(), to }))
        }
        "COMMENT" => {
            cursor.symbol('=');
            let text =
                cursor.next().filter(|token| token.kind == Kind::Text).map(|token| unquoted(token.text))?;
            one(Some(Operation::Comment { table: table.to_owned(), column: None, text: Some(text) }))
        }
        "SET" => other(
            cursor.at_any(&["LOGGED", "UNLOGGED", "TABLESPACE", "WITHOUT", "WITH", "ACCESS"])
                || cursor.symbol('('),
        ),
        word => other(OTHER.contains(&word) && !cursor.done()),
    }
}

fn other(known: bool) -> Option<Vec<Operation>> {
    known.then(|| vec![Operation::Other { what: "TABLE".to_owned() }])
}

/// ADD a column, several in brackets, a constraint or a partition.
fn add(table: &str, mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    if item::is_constraint(cursor.rest(), cursor.dialect) {
        return Some(vec![add_constraint(table, cursor)]);
    }
    if cursor.at("PARTITION") {
        return other(true);
    }
    cursor.take("COLUMN");
    let guarded = cursor.take("IF NOT EXISTS");
    if !guarded && cursor.peek().is_some_and(|token| token.is('(')) {
        let inside = cursor.brackets()?;
        return items(inside)
            .into_iter()
            .map(|item| add_column(table, Cursor::new(item, cursor.dialect)))
            .collect::<Option<Vec<_>>>()
            .map(|all| all.concat());
    }
    add_column(table, cursor)
}

fn add_constraint(table: &str, cursor: Cursor<'_, '_>) -> Operation {
    let (tokens, checked) = match cursor.rest() {
        [rest @ .., not, valid] if not.is_word("NOT") && valid.is_word("VALID") => (rest, false),
        rest => (rest, true),
    };
    match item::constraint(tokens, cursor.dialect) {
        Ok(constraint) => constrained(table, constraint, checked),
        Err(why) => opaque_of(table, tokens, cursor.dialect, &format!("a constraint cannot be read: {why}")),
    }
}

/// The operation that adds a constraint.
fn constrained(table: &str, constraint: Constraint, checked: bool) -> Operation {
    let table = table.to_owned();
    let known = |name: Option<String>| name.filter(|name| !name.contains(SHOWN));
    match constraint {
        Constraint::Primary(mut key) => {
            key.name = known(key.name);
            Operation::AddPrimaryKey { table, key }
        }
        Constraint::Unique(mut key, using_index) => {
            key.name = known(key.name);
            Operation::AddUnique { table, key, using_index }
        }
        Constraint::Foreign(mut key) => {
            key.name = known(key.name);
            Operation::AddForeignKey { table, key, checked }
        }
        Constraint::Check(check) => Operation::AddCheck { table, check, checked },
        Constraint::Exclude(check) => Operation::AddExclude { table, check },
        Constraint::Index(index) => Operation::CreateIndex { table, index, concurrently: false },
    }
}

/// ADD COLUMN, behind its words; the constraints of the column are operations of their own.
fn add_column(table: &str, cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    let name = cursor.peek().filter(|token| token.kind != Kind::Text && cursor.rest().len() > 1)?;
    let (column, constraints) = match item::column(cursor.rest(), cursor.dialect) {
        Ok(read) => read,
        // A hole behind the name may be any definition.
        Err(_) if cursor.rest().iter().any(|token| token.kind == Kind::Hole) => {
            (create::unread(cursor.rest(), cursor)?, Vec::new())
        }
        Err(why) => {
            let why = format!("the definition of `{}` cannot be read: {why}", name.text);
            return Some(vec![opaque_of(table, cursor.rest(), cursor.dialect, &why)]);
        }
    };
    // Rows that are there get NULL, which points to nothing and breaks no key: PostgreSQL does not look.
    let filled = column.server_default.is_some();
    let mut operations = vec![Operation::AddColumn { table: table.to_owned(), column: Box::new(column) }];
    operations.extend(constraints.into_iter().map(|constraint| constrained(table, constraint, filled)));
    Some(operations)
}

fn drop(table: &str, mut cursor: Cursor<'_, '_>) -> Option<Operation> {
    let table = table.to_owned();
    let constraint = |name: Option<String>, kind: Option<&str>| {
        Some(Operation::DropConstraint { table: table.clone(), name: name?, kind: kind.map(str::to_owned) })
    };
    if cursor.take("CONSTRAINT") {
        cursor.take("IF EXISTS");
        return constraint(cursor.name(), None);
    }
    if cursor.take("PRIMARY KEY") {
        return constraint(Some("PRIMARY".to_owned()), Some("primary"));
    }
    if cursor.take("FOREIGN KEY") {
        return constraint(cursor.name(), Some("foreignkey"));
    }
    // MySQL's, and what looks like it where the dialect is not said.
    let behaviour = |token: &Token<'_>| token.is_word("CASCADE") || token.is_word("RESTRICT");
    if cursor.rest().len() == 2 && !cursor.rest().last().is_some_and(behaviour) {
        if cursor.take("CHECK") {
            return constraint(cursor.name(), Some("check"));
        }
        if cursor.take_any(&["INDEX", "KEY"]).is_some() {
            return Some(Operation::DropIndex {
                table: Some(table),
                name: cursor.name()?,
                concurrently: false,
            });
        }
    }
    if cursor.take("PARTITION") && !cursor.done() {
        return Some(Operation::Other { what: "PARTITION".to_owned() });
    }
    cursor.take("COLUMN");
    cursor.take("IF EXISTS");
    let column = cursor.name()?;
    cursor.take_any(&["CASCADE", "RESTRICT"]);
    cursor.done().then_some(Operation::DropColumn { table, column })
}

fn renamed(table: &str, mut cursor: Cursor<'_, '_>) -> Option<Operation> {
    let from = table.to_owned();
    if cursor.take("TO") || cursor.take("AS") {
        let to = cursor.name()?;
        // RENAME TO keeps the schema where none is named.
        let to = match from.rsplit_once('.') {
            Some((schema, _)) if !to.contains('.') => format!("{schema}.{to}"),
            _ => to,
        };
        return cursor.done().then_some(Operation::RenameTable { from, to });
    }
    let renames = cursor.take_any(&["CONSTRAINT", "INDEX", "KEY"]).is_some();
    cursor.take("COLUMN");
    let old = cursor.name()?;
    let new = cursor.take("TO").then(|| cursor.name()).flatten()?;
    if renames {
        return Some(Operation::Rename { table: Some(from), from: old, to: new });
    }
    let to = Altered { name: Some(new), ..Altered::default() };
    Some(Operation::AlterColumn { table: from, column: old, to: Box::new(to) })
}

/// ALTER COLUMN, ALTER CONSTRAINT, ALTER INDEX.
fn alter(table: &str, mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    if cursor.take_any(&["CONSTRAINT", "INDEX", "CHECK"]).is_some() {
        return other(!cursor.done());
    }
    cursor.take("COLUMN");
    let column = cursor.name()?;
    let to = altered(&mut cursor)?;
    // SET STATISTICS and the like are about no schema.
    if to == Altered::default() {
        return other(true);
    }
    Some(vec![Operation::AlterColumn { table: table.to_owned(), column, to: Box::new(to) }])
}

/// What stands behind ALTER COLUMN and a name.
fn altered(cursor: &mut Cursor<'_, '_>) -> Option<Altered> {
    let mut to = Altered::default();
    if cursor.take("SET NOT NULL") {
        to.nullable = Some(false);
    } else if cursor.take("DROP NOT NULL") {
        to.nullable = Some(true);
    } else if cursor.take("DROP DEFAULT") {
        to.server_default = Some(None);
    } else if cursor.take("SET DEFAULT") {
        to.server_default = Some(Some(render(cursor.rest(), SHOWN)));
    } else if cursor.take("TYPE") || cursor.take("SET DATA TYPE") {
        let written = cursor.until(&["USING"]);
        to.kind = (!written.is_empty()).then(|| item::type_of(written, cursor.dialect));
        to.using = cursor.take("USING");
        to.kind.as_ref()?;
    } else if cursor.at_any(&["ADD", "RESTART"]) || cursor.take_any(&GENERATION).is_some() {
        to.generated = true;
    } else if !cursor.at_any(&["SET", "RESET"]) {
        return None;
    }
    Some(to)
}

/// MODIFY and CHANGE of MySQL say the whole column again.
fn redefined(table: &str, old: Option<String>, cursor: Cursor<'_, '_>) -> Option<Operation> {
    let (column, _) = match item::column(cursor.rest(), cursor.dialect) {
        Ok(read) => read,
        Err(why) => {
            return Some(opaque_of(
                table,
                cursor.rest(),
                cursor.dialect,
                &format!("a column cannot be read: {why}"),
            ));
        }
    };
    let Column { name, kind, nullable, server_default, comment, autoincrement, computed, .. } = column;
    let to = Altered {
        name: old.as_ref().is_some_and(|old| *old != name).then(|| name.clone()),
        kind: Some(kind),
        nullable: Some(nullable),
        server_default: Some(server_default),
        comment: Some(comment),
        generated: autoincrement.is_some() || computed.is_some(),
        ..Altered::default()
    };
    Some(Operation::AlterColumn { table: table.to_owned(), column: old.unwrap_or(name), to: Box::new(to) })
}
