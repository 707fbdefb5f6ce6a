//! Rules about what is dropped or renamed while it is used.

use super::{Dialect, hold};

const OLD: &str =
    "CREATE TABLE t (id int, a int, b int); CREATE TABLE u (id int); CREATE TABLE app.w (id int)";
const NEW: &str = "CREATE TABLE t (id int, a int); CREATE TABLE app.w (id int)";

#[test]
fn columns() {
    for dialect in [Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql] {
        hold(
            dialect,
            OLD,
            NEW,
            &[
                ("ALTER TABLE t DROP COLUMN a", "drop-column-used"),
                ("ALTER TABLE t DROP COLUMN b", "drop-column-used note"),
                ("ALTER TABLE t DROP COLUMN never", ""),
                ("ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD a bigint", "drop-column-used warning"),
                ("ALTER TABLE t ADD x int; ALTER TABLE t DROP COLUMN x", ""),
                ("ALTER TABLE t RENAME COLUMN a TO c", "rename-column-used"),
                ("ALTER TABLE t RENAME COLUMN b TO c", "rename-column-used note"),
                ("ALTER TABLE t RENAME COLUMN never TO c", ""),
                ("ALTER TABLE old RENAME COLUMN b TO a; ALTER TABLE old RENAME TO t", ""),
            ],
        );
    }
    hold(Dialect::Postgresql, OLD, NEW, &[("ALTER TABLE public.t DROP COLUMN a", "drop-column-used")]);
    hold(
        Dialect::Mysql,
        OLD,
        NEW,
        &[("ALTER TABLE t CHANGE a a int", ""), ("ALTER TABLE t CHANGE a c int", "rename-column-used")],
    );
}

#[test]
fn tables() {
    for dialect in [Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql] {
        hold(
            dialect,
            OLD,
            NEW,
            &[
                ("DROP TABLE t", "drop-table-used"),
                ("DROP TABLE u", "drop-table-used note"),
                ("DROP TABLE never", ""),
                ("CREATE TABLE x (id int); DROP TABLE x", ""),
                ("DROP TABLE app.w", "drop-table-used"),
                ("ALTER TABLE t RENAME TO t2", "rename-table-used"),
                ("ALTER TABLE u RENAME TO u2", "rename-table-used note"),
                (
                    "CREATE TABLE t_new (id int); INSERT INTO t_new SELECT id FROM t; DROP TABLE t; ALTER TABLE t_new RENAME TO t",
                    "",
                ),
                ("ALTER TABLE t RENAME TO t_old; CREATE TABLE t (id int)", ""),
            ],
        );
    }
}
