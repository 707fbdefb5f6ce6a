//! Which changes of type write a table anew: every pair, as PostgreSQL 15 did it to a table, by whether the table got another file.

use std::collections::BTreeMap;

use super::{Dialect, findings, ids, steps};

/// Types that were tried, each against each; the server's time zone was not UTC.
const TYPES: [&str; 54] = [
    "int",
    "bigint",
    "smallint",
    "varchar(10)",
    "varchar(50)",
    "varchar(100)",
    "varchar",
    "text",
    "char(10)",
    "numeric(10,2)",
    "numeric(12,2)",
    "numeric(12,4)",
    "numeric(8,2)",
    "numeric",
    "timestamp",
    "timestamptz",
    "timestamp(3)",
    "timestamp(6)",
    "timestamptz(3)",
    "time",
    "timetz",
    "time(3)",
    "date",
    "interval",
    "interval(3)",
    "json",
    "jsonb",
    "uuid",
    "bytea",
    "boolean",
    "real",
    "double precision",
    "float",
    "inet",
    "cidr",
    "bit(4)",
    "bit(8)",
    "bit varying(4)",
    "bit varying(8)",
    "bit varying",
    "text[]",
    "varchar[]",
    "varchar(10)[]",
    "varchar(20)[]",
    "int[]",
    "bigint[]",
    "xml",
    "money",
    "oid",
    "state",
    "varchar(50) collate \"C\"",
    "text collate \"C\"",
    "citext",
    "hstore",
];

/// Pairs that left the table's file as it was, beside each type with itself.
const FREE: [(&str, &[&str]); 30] = [
    ("int", &["oid"]),
    (
        "varchar(10)",
        &[
            "varchar(50)",
            "varchar(100)",
            "varchar",
            "text",
            "varchar(50) collate \"C\"",
            "text collate \"C\"",
            "citext",
        ],
    ),
    (
        "varchar(50)",
        &["varchar(100)", "varchar", "text", "varchar(50) collate \"C\"", "text collate \"C\"", "citext"],
    ),
    ("varchar(100)", &["varchar", "text", "text collate \"C\"", "citext"]),
    ("varchar", &["text", "text collate \"C\"", "citext"]),
    ("text", &["varchar", "text collate \"C\"", "citext"]),
    ("numeric(10,2)", &["numeric(12,2)", "numeric"]),
    ("numeric(12,2)", &["numeric"]),
    ("numeric(12,4)", &["numeric"]),
    ("numeric(8,2)", &["numeric(10,2)", "numeric(12,2)", "numeric"]),
    ("timestamp", &["timestamp(6)"]),
    ("timestamp(3)", &["timestamp", "timestamp(6)"]),
    ("timestamp(6)", &["timestamp"]),
    ("timestamptz(3)", &["timestamptz"]),
    ("time(3)", &["time"]),
    ("interval(3)", &["interval"]),
    ("double precision", &["float"]),
    ("float", &["double precision"]),
    ("cidr", &["inet"]),
    ("bit(4)", &["bit varying"]),
    ("bit(8)", &["bit varying"]),
    ("bit varying(4)", &["bit varying(8)", "bit varying"]),
    ("bit varying(8)", &["bit varying"]),
    ("varchar(10)[]", &["varchar[]"]),
    ("varchar(20)[]", &["varchar[]"]),
    ("xml", &["varchar", "text", "text collate \"C\""]),
    ("oid", &["int"]),
    (
        "varchar(50) collate \"C\"",
        &["varchar(50)", "varchar(100)", "varchar", "text", "text collate \"C\"", "citext"],
    ),
    ("text collate \"C\"", &["varchar", "text", "citext"]),
    ("citext", &["varchar", "text", "text collate \"C\""]),
];

#[test]
fn each_pair_is_judged_as_the_server_did_it() {
    let free: BTreeMap<&str, &[&str]> = FREE.into_iter().collect();
    let mut wrong = Vec::new();
    for from in TYPES {
        for to in TYPES {
            let script = steps(&format!("ALTER TABLE t ALTER c TYPE {to}"), Dialect::Postgresql);
            let table = format!("CREATE TABLE t (c {from})");
            let found = ids(&findings(Dialect::Postgresql, &script, &table, &table));
            let expected = from == to || free.get(from).is_some_and(|free| free.contains(&to));
            if found.is_empty() != expected {
                wrong.push(format!("{from} -> {to}: {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
