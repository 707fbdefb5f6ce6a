//! SQL of any kind: it is read to its end or said not to be, each statement within the text, and no name that holds a hole passes
//! for one that is known.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nija::schema::settings::Dialect;
use nija::schema::sql::{ddl, parse};

fuzz_target!(|text: &str| {
    let lines = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
    for dialect in [Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql] {
        for statement in parse(text, dialect) {
            assert!((1..=lines).contains(&statement.line));
        }
        for (line, operation) in ddl(text, dialect) {
            assert!((1..=lines).contains(&line));
            assert!(operation.alters_schema());
            assert!(!operation.table().is_some_and(|table| table.contains("{?}")));
        }
    }
});
