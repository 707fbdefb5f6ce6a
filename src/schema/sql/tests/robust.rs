//! Prose, holes, broken text, and text that is made to hurt.

use proptest::prelude::*;

use super::{Dialect, hold, parse, shown};
use crate::schema::sql::ddl;

const DIALECTS: [Dialect; 3] = [Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql];

#[test]
fn prose_is_no_sql() {
    for text in [
        "Drop table reservations when the guest leaves",
        "Create table of contents",
        "create table",
        "Alter table settings to fit the window",
        "alter table",
        "Create an index on the column email",
        "Create index",
        "drop index",
        "We drop table users; and then alter table cars.",
        "comment on this",
        "Rename table cloths to napkins and back",
        "Truncate the text to 80 characters",
        "update the row, then set the flag",
        "-- DROP TABLE x;\n/* DROP TABLE y; */",
        "SELECT 'DROP TABLE x; ALTER TABLE y ADD z int'",
        "",
        ";;;",
    ] {
        for dialect in DIALECTS {
            assert_eq!(ddl(text, dialect), Vec::new(), "{text} {dialect:?}");
        }
    }
}

#[test]
fn holes() {
    hold(
        Dialect::Postgresql,
        &[
            ("{?}", "opaque "),
            ("ALTER TABLE {?} ADD COLUMN x INT", "opaque x int"),
            ("ALTER TABLE t {?}", "opaque t"),
            ("ALTER TABLE t ADD COLUMN {?} INT", "opaque t int"),
            ("ALTER TABLE t ADD COLUMN x VARCHAR({?}) NOT NULL", "add t x VARCHAR(1) not null ?"),
            ("ALTER TABLE t ADD COLUMN x {?}", "add t x {?} ?"),
            ("ALTER TABLE t ALTER COLUMN x TYPE {?} USING x::{?}", "alter t.x type {?} using"),
            ("UPDATE {?} SET a = 1", "data -"),
            ("CREATE INDEX ix_{?} ON t (a)", "index t - (a)"),
            ("CREATE INDEX ix ON {schema}.t (a)", "opaque ix t a"),
            ("ALTER TABLE t DROP CONSTRAINT {?}", "opaque t"),
            ("INSERT INTO t (a, b) VALUES (:a, %(b)s); UPDATE t SET a = %s WHERE b = $1", "data t / data t"),
            ("ALTER TABLE t ALTER x SET DEFAULT '{?}'", "alter t.x default '{?}'"),
            ("CREATE TABLE t (a int DEFAULT {?}, {?})", "table t: a INTEGER default {?} / opaque t"),
            ("CREATE TYPE st AS ENUM ({?})", "enum st "),
            ("DROP TABLE %s; DROP TABLE :name", "opaque  / opaque "),
        ],
    );
}

#[test]
fn one_broken_statement_spoils_no_other() {
    let text = "DROP TABLE a;\n\nALTER TABL b;\nALTER TABLE c\n  ADD x int;\n'; DROP TABLE d";
    let lines: Vec<u32> = parse(text, Dialect::Postgresql).iter().map(|statement| statement.line).collect();
    assert_eq!(lines, [1, 3, 4, 6]);
    assert_eq!(
        shown(text, Dialect::Postgresql),
        ["drop table a", "opaque tabl b", "add c x INTEGER", "opaque d"]
    );
}

#[test]
fn nothing_is_too_deep_or_too_long() {
    let units = [
        "(",
        "[",
        "NOT ",
        "- ",
        "a + ",
        "a.",
        "f(",
        "CASE WHEN ",
        "a IS NULL ",
        "a!",
        "ARRAY[",
        "ARRAY<",
        "x IN (",
        "a::int",
        "INT[]",
        "EXISTS (SELECT ",
        "(SELECT * FROM (",
        "a COLLATE b ",
        "POSITION(",
        "{",
        "/*",
        "'",
        "$a$",
        "STRUCT<a ",
        "a, ",
        "(a, b) -> ",
        "x -> (",
        "BEGIN ",
        "COPY a FROM stdin;",
        ";",
        "%(",
        "DO $$ ",
    ];
    for unit in units {
        for (head, tail) in [
            ("CREATE TABLE t (a INT DEFAULT ", ")"),
            ("ALTER TABLE t ADD CHECK (", ")"),
            ("ALTER TABLE t ALTER a TYPE ", ""),
            ("", ""),
        ] {
            for count in [5, 9, 300] {
                let open = unit.repeat(count);
                for dialect in DIALECTS {
                    parse(&format!("{head}{open}{tail}"), dialect);
                    parse(&format!("{head}{open}1{}{tail}", ")".repeat(count)), dialect);
                }
            }
        }
    }
}

/// Pieces of SQL: put together at random, they reach more of the grammar than arbitrary characters.
const PIECES: [&str; 45] = [
    "CREATE",
    "TABLE",
    "ALTER",
    "DROP",
    "INDEX",
    "TYPE",
    "AS",
    "ENUM",
    "ADD",
    "COLUMN",
    "CONSTRAINT",
    "t",
    "a.b",
    "\"q\"",
    "`q`",
    "(",
    ")",
    ",",
    ";",
    "'s'",
    "INT",
    "varchar(5)",
    "NOT",
    "NULL",
    "DEFAULT",
    "UNIQUE",
    "PRIMARY KEY",
    "REFERENCES",
    "CHECK",
    "ON",
    "USING",
    "WHERE",
    "{?}",
    "IF EXISTS",
    "RENAME",
    "TO",
    "SET",
    "DO",
    "BEGIN",
    "END",
    "EXECUTE",
    "COMMENT",
    "IS",
    "MODIFY",
    "é",
];
/// Pieces that begin something which ends later, or stand for something.
const OPEN: [&str; 5] = ["$$", "--x\n", "/*", "%s", ":x"];

fn pieces(of: Vec<&'static str>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(of), 0..40).prop_map(|pieces| pieces.join(" "))
}

fn all() -> Vec<&'static str> {
    PIECES.into_iter().chain(OPEN).collect()
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        for dialect in DIALECTS {
            parse(&text, dialect);
        }
    }

    #[test]
    fn any_pieces_are_read_with_lines_within_the_text(text in pieces(all())) {
        let lines = u32::try_from(text.lines().count()).unwrap();
        for dialect in DIALECTS {
            for statement in parse(&text, dialect) {
                prop_assert!((1..=lines).contains(&statement.line));
            }
        }
    }

    #[test]
    fn comments_mean_nothing(text in pieces(PIECES.to_vec())) {
        let spread = text.replace(' ', " /* x */ ");
        prop_assert_eq!(shown(&spread, Dialect::Postgresql), shown(&text, Dialect::Postgresql));
    }
}
