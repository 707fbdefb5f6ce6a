//! What is a difference, what is none, and that turning the sides round turns the difference round.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::diff;
use crate::schema::change::{Change, Kind};
use crate::schema::model::{Check, Column, EnumValues, ForeignKey, Index, Key, Model, Table, Type};
use crate::schema::place::Place;

/// A model of one table `users` with a column `email`, changed by hand.
fn model(edit: impl FnOnce(&mut Table)) -> Model {
    let mut table = Table { name: "users".into(), place: Some(Place::new("m.py", 1)), ..Table::default() };
    table.columns.insert("email".into(), column("email", "VARCHAR(50)"));
    edit(&mut table);
    Model { tables: [("users".to_owned(), table)].into() }
}

fn column(name: &str, sql: &str) -> Column {
    let kind = Type { sql: sql.into(), ..Type::default() };
    Column {
        name: name.into(),
        kind,
        nullable: true,
        place: Some(Place::new("m.py", 2)),
        ..Column::default()
    }
}

fn enumeration(values: &[&str]) -> Type {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    Type {
        sql: "state".into(),
        values: Some(EnumValues { name: Some("state".into()), values, native: true }),
        ..Type::default()
    }
}

fn key(name: Option<&str>, columns: &[&str]) -> Key {
    Key { name: name.map(Into::into), columns: names(columns), ..Key::default() }
}

fn foreign_key(name: Option<&str>, on_delete: Option<&str>) -> ForeignKey {
    ForeignKey {
        name: name.map(Into::into),
        columns: names(&["team_id"]),
        target: "teams".into(),
        target_columns: names(&["id"]),
        on_delete: on_delete.map(Into::into),
        ..ForeignKey::default()
    }
}

fn index(name: Option<&str>, columns: &[&str], unique: bool) -> Index {
    Index { name: name.map(Into::into), columns: names(columns), unique, ..Index::default() }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn said(from: &Model, to: &Model) -> Vec<String> {
    diff(from, to).iter().map(Change::describe).collect()
}

type Edit = fn(&mut Table);

type Case = (Edit, Edit, &'static [&'static str]);

fn check(cases: &[Case]) {
    for (from, to, expected) in cases {
        assert_eq!(said(&model(from), &model(to)), *expected);
    }
}

#[test]
fn describes_columns() {
    let cases: &[Case] = &[
        (
            |_| (),
            |t| t.columns.get_mut("email").unwrap().kind.sql = "TEXT".into(),
            &["users.email: type VARCHAR(50) -> TEXT"],
        ),
        (
            |_| (),
            |t| t.columns.get_mut("email").unwrap().nullable = false,
            &["users.email: nullability NULL -> NOT NULL"],
        ),
        (
            |_| (),
            |t| t.columns.get_mut("email").unwrap().server_default = Some("'x'".into()),
            &["users.email: server default none -> 'x'"],
        ),
        (
            |_| (),
            |t| t.columns.get_mut("email").unwrap().autoincrement = Some(true),
            &["users.email: autoincrement none -> true"],
        ),
        (
            |_| (),
            |t| t.columns.get_mut("email").unwrap().computed = Some("a + b".into()),
            &["users.email: computed none -> a + b"],
        ),
        (
            |_| (),
            |t| t.columns.get_mut("email").unwrap().identity = Some("ALWAYS".into()),
            &["users.email: identity none -> ALWAYS"],
        ),
        (
            |_| (),
            |t| t.columns.get_mut("email").unwrap().comment = Some("c".into()),
            &["users.email: comment none -> c"],
        ),
        (|_| (), |t| t.comment = Some("c".into()), &["users: comment none -> c"]),
        (
            |_| (),
            |t| drop(t.columns.insert("name".into(), column("name", "TEXT"))),
            &["users.name: column added, TEXT NULL"],
        ),
    ];
    check(cases);
}

#[test]
fn describes_constraints_and_enums() {
    let cases: &[Case] = &[
        (
            |t| t.primary_key = Some(key(None, &["id"])),
            |t| t.primary_key = Some(key(None, &["id", "tenant"])),
            &["users: primary key (id) -> (id, tenant)"],
        ),
        (
            |t| t.primary_key = Some(key(Some("a"), &["id"])),
            |t| t.primary_key = Some(key(Some("b"), &["id"])),
            &["users: primary key a (id) -> b (id)"],
        ),
        (|_| (), |t| t.uniques.push(key(None, &["a", "b"])), &["users: unique constraint added (a, b)"]),
        (
            |_| (),
            |t| t.uniques.push(key(Some("uq"), &["a", "b"])),
            &["users: unique constraint added uq, (a, b)"],
        ),
        (
            |t| t.foreign_keys.push(foreign_key(Some("fk"), None)),
            |t| t.foreign_keys.push(foreign_key(Some("fk"), Some("CASCADE"))),
            &[
                "users: foreign key added fk, (team_id) REFERENCES teams (id) ON DELETE CASCADE",
                "users: foreign key dropped fk, (team_id) REFERENCES teams (id)",
            ],
        ),
        (
            |_| (),
            |t| t.checks.push(Check { name: None, sql: "a > 0".into(), place: None }),
            &["users: check constraint added (a > 0)"],
        ),
        (
            |t| t.indexes.push(index(Some("ix"), &["a"], false)),
            |t| t.indexes.push(index(Some("ix"), &["a"], true)),
            &["users: index added ix, (a) UNIQUE", "users: index dropped ix, (a)"],
        ),
        (
            |t| t.columns.get_mut("email").unwrap().kind = enumeration(&["a", "b"]),
            |t| t.columns.get_mut("email").unwrap().kind = enumeration(&["a", "c", "d"]),
            &["users.email: enum value 'b' removed, 'c', 'd' added"],
        ),
        (
            |t| t.columns.get_mut("email").unwrap().kind = enumeration(&["a", "b"]),
            |t| t.columns.get_mut("email").unwrap().kind = enumeration(&["b", "a"]),
            &["users.email: order of enum values 'a', 'b' -> 'b', 'a'"],
        ),
        (
            |t| t.columns.get_mut("email").unwrap().kind = enumeration(&["a"]),
            |t| t.columns.get_mut("email").unwrap().kind = enumeration(&["a", "b"]),
            &["users.email: enum value 'b' added"],
        ),
    ];
    check(cases);
}

#[test]
fn takes_for_the_same_what_the_database_takes_for_the_same() {
    let same: &[(Edit, Edit)] = &[
        (|t| t.uniques.push(key(None, &["a"])), |t| t.uniques.push(key(Some("uq"), &["a"]))),
        (|t| t.uniques.push(key(None, &["a", "b"])), |t| t.uniques.push(key(None, &["b", "a"]))),
        (
            |t| t.primary_key = Some(key(None, &["a", "b"])),
            |t| t.primary_key = Some(key(Some("pk"), &["b", "a"])),
        ),
        (|t| t.primary_key = Some(key(None, &[])), |_| ()),
        (
            |t| t.foreign_keys.push(foreign_key(None, None)),
            |t| t.foreign_keys.push(foreign_key(Some("fk"), Some("NO ACTION"))),
        ),
        (
            |t| t.indexes.push(index(None, &["a"], false)),
            |t| t.indexes.push(index(Some("ix"), &["a"], false)),
        ),
        (
            |t| {
                t.columns.get_mut("email").unwrap().kind.sql =
                    "VARCHAR(9) COLLATE \"<what f returns>\"".into()
            },
            |t| {
                t.columns.get_mut("email").unwrap().kind.sql =
                    "VARCHAR(9) COLLATE \"<what g returns>\"".into()
            },
        ),
        (
            |t| {
                t.indexes
                    .push(Index { options: names(&["mssql_where=a"]), ..index(Some("ix"), &["a"], false) })
            },
            |t| t.indexes.push(index(Some("ix"), &["a"], false)),
        ),
        (|t| t.place = None, |t| t.place = Some(Place::new("other.py", 9))),
        (|t| t.order = names(&["email"]), |_| ()),
    ];
    for (from, to) in same {
        assert_eq!(said(&model(from), &model(to)), Vec::<String>::new());
    }
}

#[test]
fn names_that_differ_are_two_changes_even_beside_one_without() {
    let from = model(|t| t.indexes.extend([index(Some("a"), &["x"], false), index(None, &["x"], false)]));
    let to = model(|t| t.indexes.extend([index(Some("b"), &["x"], false), index(Some("c"), &["x"], false)]));
    assert_eq!(said(&from, &to), ["users: index added c, (x)", "users: index dropped a, (x)"]);
}

#[test]
fn a_table_is_one_change_with_its_place() {
    let changes = diff(&Model::default(), &model(|t| t.indexes.push(index(Some("ix"), &["email"], false))));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].kind, Kind::TableAdded);
    assert_eq!(changes[0].describe(), "users: table added, (email)");
    assert_eq!(changes[0].place, Some(Place::new("m.py", 1)));
}

#[test]
fn a_change_stands_where_the_newer_side_declares_it() {
    let from = model(|_| ());
    let to = model(|t| {
        let email = t.columns.get_mut("email").unwrap();
        email.nullable = false;
        email.place = Some(Place::new("m.py", 7));
    });
    let change = diff(&from, &to).remove(0);
    assert_eq!(change.place, Some(Place::new("m.py", 7)));
    assert_eq!(change.inverse().place, Some(Place::new("m.py", 2)));
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned)
}

fn any_column() -> impl Strategy<Value = Column> {
    let values = option::of(vec(word(), 0..3))
        .prop_map(|values| values.map(|values| EnumValues { name: Some("e".into()), values, native: true }));
    let kind = (word(), values).prop_map(|(sql, values)| Type { sql, values, ..Type::default() });
    let generated = (option::of(any::<bool>()), option::of(word()), option::of(word()));
    (kind, any::<bool>(), option::of(word()), option::of(word()), generated).prop_map(
        |(kind, nullable, server_default, comment, (autoincrement, computed, identity))| Column {
            kind,
            nullable,
            server_default,
            comment,
            autoincrement,
            computed,
            identity,
            ..Column::default()
        },
    )
}

fn any_key() -> impl Strategy<Value = Key> {
    (option::of(word()), vec(word(), 0..3)).prop_map(|(name, columns)| Key {
        name,
        columns,
        ..Key::default()
    })
}

fn any_foreign_key() -> impl Strategy<Value = ForeignKey> {
    (any_key(), word(), option::of(word())).prop_map(|(key, target, on_delete)| ForeignKey {
        name: key.name,
        target_columns: key.columns.clone(),
        columns: key.columns,
        target,
        on_delete,
        ..ForeignKey::default()
    })
}

fn any_table() -> impl Strategy<Value = Table> {
    let check = (option::of(word()), word()).prop_map(|(name, sql)| Check { name, sql, place: None });
    let index = (any_key(), any::<bool>()).prop_map(|(key, unique)| Index {
        name: key.name,
        columns: key.columns,
        unique,
        ..Index::default()
    });
    (
        btree_map(word(), any_column(), 0..4),
        option::of(any_key()),
        vec(any_foreign_key(), 0..4),
        vec(any_key(), 0..4),
        vec(check, 0..4),
        vec(index, 0..4),
        option::of(word()),
    )
        .prop_map(|(mut columns, primary_key, foreign_keys, uniques, checks, indexes, comment)| {
            for (name, column) in &mut columns {
                column.name.clone_from(name);
            }
            Table {
                columns,
                primary_key,
                foreign_keys,
                uniques,
                excludes: checks.clone(),
                checks,
                indexes,
                comment,
                ..Table::default()
            }
        })
}

fn any_model() -> impl Strategy<Value = Model> {
    btree_map(word(), any_table(), 0..4).prop_map(|tables| Model { tables })
}

fn in_order(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_cached_key(|change| format!("{change:?}"));
    changes
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(model in any_model()) {
        prop_assert_eq!(diff(&model, &model), Vec::new());
    }

    #[test]
    fn turned_round_it_is_the_inverse(a in any_model(), b in any_model()) {
        let turned: Vec<Change> = diff(&b, &a).into_iter().map(Change::inverse).collect();
        prop_assert_eq!(in_order(diff(&a, &b)), in_order(turned));
    }

    #[test]
    fn two_models_that_do_not_differ_have_the_same_columns(a in any_model(), b in any_model()) {
        let names = |model: &Model| -> Vec<(String, Vec<String>)> {
            let columns = |table: &Table| table.columns.keys().cloned().collect();
            model.tables.iter().map(|(name, table)| (name.clone(), columns(table))).collect()
        };
        prop_assert_eq!(diff(&a, &b).is_empty() && names(&a) != names(&b), false);
    }
}

/// Tables of one name are told apart by their module; where that moves, they are the same tables.
#[test]
fn a_twin_that_moves_to_another_module_is_the_same_table() {
    let twin = |module: &str, sql: &str| {
        let mut model = model(|_| {});
        let mut other = model.tables.get("users").cloned().unwrap();
        other.columns.insert("email".into(), column("email", sql));
        model.tables.insert(format!("users [{module}]"), other);
        model
    };
    assert_eq!(diff(&twin("a.b", "TEXT"), &twin("a.c", "TEXT")), []);
    let kinds: Vec<Kind> =
        diff(&twin("a.b", "TEXT"), &twin("a.c", "INTEGER")).iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [Kind::TypeChanged]);
}
