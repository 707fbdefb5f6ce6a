//! MySQL's statements.

use super::{Dialect, hold};

#[test]
fn tables() {
    hold(
        Dialect::Mysql,
        &[
            (
                "CREATE TABLE `users` (`id` int(11) NOT NULL AUTO_INCREMENT, `on` tinyint(1) DEFAULT '0' COMMENT 'it''s on', `state` enum('a','b') NOT NULL, PRIMARY KEY (`id`), UNIQUE KEY `uq` (`state`), KEY `ix` (`on`, `id`), CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `o` (`id`) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8 COMMENT='people'",
                "table users: id INTEGER not null pk auto; on BOOL default '0' comment it's on; state ENUM('a', 'b') not null; primary - (id); unique uq (state); foreign fk (id) -> o (id) on delete CASCADE; index ix (on, id) comment people",
            ),
            ("RENAME TABLE a TO b, c TO d", "rename table a b / rename table c d"),
            ("CREATE TABLE t (a int) # words\n", "table t: a INTEGER"),
        ],
    );
}

#[test]
fn alterations() {
    hold(
        Dialect::Mysql,
        &[
            (
                "ALTER TABLE t ADD COLUMN a INT NOT NULL AFTER b, ADD c TEXT FIRST",
                "add t a INTEGER not null / add t c TEXT",
            ),
            ("ALTER TABLE t ADD COLUMN (a INT, b TEXT)", "add t a INTEGER / add t b TEXT"),
            (
                "ALTER TABLE t MODIFY COLUMN a VARCHAR(200) NOT NULL DEFAULT 'x'",
                "alter t.a type VARCHAR(200) not null default 'x' comment -",
            ),
            (
                "ALTER TABLE t CHANGE a b BIGINT UNSIGNED",
                "alter t.a name b type BIGINT UNSIGNED null default - comment -",
            ),
            (
                "ALTER TABLE t ADD INDEX ix (a, b), ADD UNIQUE KEY uq (c)",
                "index t ix (a, b) / unique t uq (c)",
            ),
            ("ALTER TABLE t ADD FULLTEXT INDEX ft (a)", "index t ft (a) {mysql_prefix=FULLTEXT}"),
            (
                "ALTER TABLE t DROP INDEX ix, DROP FOREIGN KEY fk, DROP PRIMARY KEY",
                "drop index ix on t / drop constraint t fk foreignkey / drop constraint t PRIMARY primary",
            ),
            (
                "ALTER TABLE t RENAME INDEX a TO b, RENAME COLUMN c TO d, RENAME e",
                "rename t a b / alter t.c name d / opaque t e",
            ),
            ("ALTER TABLE t ENGINE=InnoDB, CONVERT TO CHARACTER SET utf8mb4", "other TABLE / other TABLE"),
            ("ALTER TABLE t ALTER COLUMN a SET DEFAULT 5", "alter t.a default 5"),
            (
                "ALTER TABLE t COMMENT = 'x', ALGORITHM=INPLACE, LOCK=NONE",
                "comment t.- x / other TABLE / other TABLE",
            ),
            ("DROP INDEX ix ON t", "drop index ix on t"),
            ("CREATE INDEX ix ON t (a(10))", "index t ix (a) {mysql_length=a 10}"),
            ("CREATE DEFINER=`a`@`%` PROCEDURE p() SELECT 1", "other routine"),
            ("CREATE FULLTEXT INDEX ix ON t (a)", "index t ix (a) {mysql_prefix=FULLTEXT}"),
            (
                "INSERT IGNORE INTO t VALUES (1); REPLACE INTO u VALUES ('a\\';DROP TABLE x;')",
                "data t / data u",
            ),
            (
                "DELIMITER //\nCREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN DROP TABLE y; END//\nDELIMITER ;\nDROP TABLE z;",
                "drop table z",
            ),
            (
                "CREATE PROCEDURE p() BEGIN IF a THEN DELETE FROM t; END IF; DROP TABLE x; END; DROP TABLE y",
                "other PROCEDURE / drop table y",
            ),
        ],
    );
}
