//! Rules about indexes, constraints, enums and transactions.

use super::{Dialect, findings, hold, ids, steps};

const TABLES: &str = "CREATE TABLE t (id int, a int, b int); CREATE TABLE u (id int, c int)";

#[test]
fn indexes() {
    hold(
        Dialect::Postgresql,
        TABLES,
        TABLES,
        &[
            ("CREATE INDEX ix ON t (a)", "index-not-concurrent"),
            ("CREATE TABLE v (a int); CREATE INDEX ix ON v (a)", ""),
            ("CREATE INDEX CONCURRENTLY ix ON t (a)", "concurrently-in-transaction"),
            ("COMMIT; CREATE INDEX CONCURRENTLY ix ON t (a)", ""),
            ("DROP INDEX ix", "index-not-concurrent note"),
            ("DROP INDEX CONCURRENTLY ix", "concurrently-in-transaction"),
        ],
    );
    for dialect in [Dialect::Sqlite, Dialect::Mysql] {
        hold(dialect, TABLES, TABLES, &[("CREATE INDEX ix ON t (a)", "")]);
    }
    let mut script = steps("CREATE INDEX CONCURRENTLY ix ON t (a)", Dialect::Postgresql);
    script.iter_mut().for_each(|step| step.autocommit = true);
    assert_eq!(ids(&findings(Dialect::Postgresql, &script, TABLES, TABLES)), "");
}

#[test]
fn constraints() {
    hold(
        Dialect::Postgresql,
        TABLES,
        TABLES,
        &[
            ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id)", "foreign-key-not-valid"),
            ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) NOT VALID", ""),
            (
                "ALTER TABLE t ADD x int; ALTER TABLE t ADD FOREIGN KEY (x) REFERENCES u (id)",
                "foreign-key-not-valid note",
            ),
            ("ALTER TABLE t ADD x int REFERENCES u (id)", ""),
            ("CREATE TABLE v (a int); ALTER TABLE v ADD FOREIGN KEY (a) REFERENCES u (id)", ""),
            ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "check-not-valid"),
            ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", ""),
            ("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)", "unique-constraint-locks"),
            ("ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX k", ""),
            ("ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (a WITH =)", "unique-constraint-locks"),
            ("ALTER TABLE t ADD PRIMARY KEY (id)", "primary-key-locks"),
            ("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX k", ""),
        ],
    );
    hold(
        Dialect::Mysql,
        TABLES,
        TABLES,
        &[
            ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id)", "foreign-key-not-valid"),
            ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", ""),
            ("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)", ""),
            ("ALTER TABLE t ADD PRIMARY KEY (id)", "primary-key-locks"),
        ],
    );
    hold(Dialect::Sqlite, TABLES, TABLES, &[("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "")]);
}

#[test]
fn transactions() {
    hold(
        Dialect::Postgresql,
        TABLES,
        TABLES,
        &[
            ("ALTER TYPE st ADD VALUE 'x'", "enum-add-value-in-transaction"),
            ("CREATE TYPE st AS ENUM ('a'); ALTER TYPE st ADD VALUE 'x'", ""),
            ("ALTER TABLE t ADD x int; ALTER TABLE t ADD y int", ""),
            ("ALTER TABLE t ADD x int; ALTER TABLE u ADD y int", "many-locks-in-one-transaction note"),
            (
                "ALTER TABLE t ADD PRIMARY KEY (id); ALTER TABLE u ADD y int",
                "primary-key-locks, many-locks-in-one-transaction",
            ),
            ("CREATE TABLE v (a int); ALTER TABLE v ADD PRIMARY KEY (a); ALTER TABLE u ADD y int", ""),
            ("ALTER TABLE t ADD x int; COMMIT; ALTER TABLE u ADD y int", ""),
        ],
    );
    hold(Dialect::Mysql, TABLES, TABLES, &[("ALTER TABLE t ADD x int; ALTER TABLE u ADD y int", "")]);
}
