//! Every type as SQLAlchemy 2 compiles it for the three dialects, and as Alembic writes it: `table.txt` was made by both.

use crate::schema::eval::Interpreter;
use crate::schema::memory::Memory;
use crate::schema::model::Type;
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy::model;

/// One line: source | PostgreSQL | SQLite | MySQL | Alembic. A dash: not told there.
const TABLE: &str = include_str!("table.txt");

fn kinds(dialect: Dialect) -> Vec<Type> {
    let mut source =
        "import sqlalchemy as sa\nfrom sqlalchemy.dialects import mysql, postgresql, sqlite\n".to_owned();
    source.push_str("t = sa.Table('t', sa.MetaData(),\n");
    for (at, line) in TABLE.lines().enumerate() {
        let expression = line.split(" | ").next().unwrap();
        source.push_str(&format!("    sa.Column('c{at:04}', {expression}),\n"));
    }
    source.push_str(")\n");
    let memory = Memory::new(&[("m.py", &source)]);
    let mut interpreter = Interpreter::new(&memory, &memory);
    interpreter.run("m.py");
    let mut model = model(&mut interpreter, dialect);
    let table = model.tables.remove("t").unwrap();
    table.columns.into_values().map(|column| column.kind).collect()
}

#[test]
fn every_type_is_what_sqlalchemy_makes_of_it() {
    let mut wrong = Vec::new();
    for (dialect, field) in [(Dialect::Postgresql, 1), (Dialect::Sqlite, 2), (Dialect::Mysql, 3)] {
        let kinds = kinds(dialect);
        assert_eq!(kinds.len(), TABLE.lines().count());
        for (line, kind) in TABLE.lines().zip(&kinds) {
            let fields: Vec<&str> = line.split(" | ").collect();
            if fields[field] != "-" && kind.sql != fields[field] {
                wrong.push(format!("{dialect:?} {}: {} instead of {}", fields[0], kind.sql, fields[field]));
            }
            if field == 1 && fields[4] != "-" && kind.python != fields[4] {
                wrong.push(format!("{}: {} instead of {}", fields[0], kind.python, fields[4]));
            }
            assert!(!kind.unresolved, "{line}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
