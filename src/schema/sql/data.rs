//! Statements that change rows, or nothing: INSERT, UPDATE, SELECT, SET and the like.

use super::cursor::Cursor;
use super::lex::Kind;
use super::opaque;
use crate::schema::operation::Operation;

/// Statements that change neither a schema nor rows.
const NOTHING: &str = " VALUES TABLE SHOW EXPLAIN DESCRIBE DESC SET RESET BEGIN START ROLLBACK SAVEPOINT RELEASE ABORT PRAGMA LOCK UNLOCK \
     USE ANALYZE VACUUM DISCARD LISTEN UNLISTEN NOTIFY CHECKPOINT DECLARE FETCH MOVE CLOSE PREPARE DEALLOCATE REINDEX CLUSTER KILL \
     FLUSH OPTIMIZE CHECK REPAIR ATTACH DETACH HANDLER HELP RETURN RAISE NULL IF LOOP PERFORM GO XA ";
/// Statements about what models do not hold.
const OTHER: [&str; 6] = ["GRANT", "REVOKE", "REFRESH", "SECURITY", "REASSIGN", "IMPORT"];
/// Functions that change a schema when they are selected: TimescaleDB's, Citus's, PostGIS's and pg_partman's.
const CHANGING: &str = " create_hypertable add_retention_policy add_compression_policy add_continuous_aggregate_policy \
     remove_retention_policy remove_compression_policy create_distributed_table create_reference_table audit_table \
     create_parent set_chunk_time_interval add_dimension enable_row_level_security pgroonga_command ";
/// Functions whose call adds or drops a column.
const COLUMNS: [&str; 4] =
    ["addgeometrycolumn", "dropgeometrycolumn", "recovergeometrycolumn", "updategeometrysrid"];
/// Words of SQL that are no names; those that are likely in what cannot be read.
const KEYWORDS: &str = " ADD ALL ALTER AND AS ASC BEGIN BY CASCADE CASE CHECK COLUMN COMMENT CONCURRENTLY CONSTRAINT CREATE CROSS DATA \
     DEFAULT DELETE DESC DISTINCT DO DROP ELSE END EXCEPTION EXECUTE EXISTS FALSE FOR FOREIGN FORMAT FROM FULL FUNCTION GROUP HAVING IF \
     ILIKE IN INDEX INNER INSERT INTO IS JOIN KEY LANGUAGE LEFT LIKE LIMIT LOOP NOT NULL ON ONLY OR ORDER OUTER PERFORM PRIMARY RAISE \
     REFERENCES RENAME REPLACE RESTRICT RETURN RETURNS RIGHT SCHEMA SELECT SET TABLE THEN TO TRIGGER TRUE TYPE UNION UNIQUE UPDATE USING \
     VALUE VALUES VIEW WHEN WHERE WITH ";

/// Whether a word is one of SQL's own.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&format!(" {} ", word.to_ascii_uppercase()))
}

/// Reads a statement behind its first word; `None` where it is no statement.
pub fn read(word: &str, mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    match word {
        "INSERT" | "REPLACE" | "MERGE" => {
            cursor.until(&["INTO"]);
            let table = cursor.take("INTO").then(|| cursor.name()).flatten();
            table.map(rows)
        }
        "UPDATE" => {
            cursor.take("ONLY");
            let table = cursor.name()?;
            cursor.until(&["SET"]);
            cursor.take("SET").then(|| rows(table))
        }
        "DELETE" => {
            cursor.until(&["FROM"]);
            let table = if cursor.take("FROM ONLY") || cursor.take("FROM") { cursor.name() } else { None };
            table.map(rows)
        }
        "TRUNCATE" => {
            cursor.take("TABLE");
            cursor.take("ONLY");
            let tables = cursor.names()?;
            cursor.until(&["CASCADE", "RESTRICT", "RESTART", "CONTINUE"]);
            Some(tables.into_iter().map(|table| Operation::Data { table: Some(table) }).collect())
        }
        "COPY" | "LOAD" => {
            Some(vec![Operation::Data { table: if word == "COPY" { cursor.name() } else { None } }])
        }
        "WITH" => Some(with(cursor)),
        "SELECT" => Some(select(cursor)),
        "COMMIT" | "END" => Some(vec![Operation::Other { what: "COMMIT".to_owned() }]),
        "CALL" | "EXECUTE" => Some(vec![opaque("a procedure is called", cursor.rest(), cursor.dialect)]),
        _ if OTHER.contains(&word) => Some(vec![Operation::Other { what: word.to_owned() }]),
        _ if !word.is_empty() && NOTHING.contains(&format!(" {word} ")) => Some(Vec::new()),
        _ => None,
    }
}

fn rows(table: String) -> Vec<Operation> {
    vec![Operation::Data { table: Some(table) }]
}

/// WITH in front of INSERT, UPDATE or DELETE changes rows, at its end or inside.
fn with(mut cursor: Cursor<'_, '_>) -> Vec<Operation> {
    while let Some(token) = cursor.next() {
        let table = match token.text.to_ascii_uppercase().as_str() {
            "INSERT" if cursor.take("INTO") => cursor.name(),
            "DELETE" if cursor.take("FROM") => cursor.name(),
            "UPDATE" => cursor.name(),
            _ => continue,
        };
        return vec![Operation::Data { table }];
    }
    Vec::new()
}

/// A SELECT changes nothing, but for a few functions.
fn select(cursor: Cursor<'_, '_>) -> Vec<Operation> {
    for pair in cursor.rest().windows(2) {
        let [name, bracket] = pair else { continue };
        if name.kind != Kind::Word || !bracket.is('(') {
            continue;
        }
        let function = name.text.to_ascii_lowercase();
        if function == "setval" {
            return vec![Operation::Data { table: None }];
        }
        if COLUMNS.contains(&function.as_str()) {
            return vec![opaque("a function adds or drops a column", cursor.rest(), cursor.dialect)];
        }
        if CHANGING.contains(&format!(" {function} ")) {
            return vec![Operation::Other { what: function }];
        }
    }
    Vec::new()
}
