//! SQLite's statements.

use super::{Dialect, hold};

#[test]
fn statements() {
    hold(
        Dialect::Sqlite,
        &[
            (
                "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, made TIMESTAMP DEFAULT CURRENT_TIMESTAMP, anything, FOREIGN KEY (id) REFERENCES o(id)) STRICT",
                "table users: id INTEGER not null pk auto; name TEXT not null; made TIMESTAMP default CURRENT_TIMESTAMP; anything ; primary - (id); foreign - (id) -> o (id)",
            ),
            ("ALTER TABLE Users ADD COLUMN a REAL", "add Users a REAL"),
            (
                "ALTER TABLE users DROP COLUMN a; ALTER TABLE users RENAME COLUMN b TO c; ALTER TABLE users RENAME TO people",
                "drop users.a / alter users.b name c / rename table users people",
            ),
            (
                "CREATE UNIQUE INDEX ix ON users (name) WHERE name <> ''",
                "index users ix (name) unique {sqlite_where=name <> ''}",
            ),
            (
                "PRAGMA foreign_keys = ON; INSERT OR REPLACE INTO users VALUES (1); ATTACH 'x' AS y; VACUUM",
                "data users",
            ),
            (
                "CREATE TRIGGER x AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN d THEN 1 ELSE 2 END; DROP TABLE t; END; DROP TABLE u",
                "other TRIGGER / drop table u",
            ),
            ("CREATE VIRTUAL TABLE f USING fts5(a)", "other VIRTUAL TABLE"),
        ],
    );
}
