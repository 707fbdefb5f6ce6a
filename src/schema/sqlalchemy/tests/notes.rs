//! What cannot be told is said, what is no table is none, and a model does not depend on how its source is laid out.

use super::{built, show};

fn codes(sources: &str) -> Vec<&'static str> {
    let mut codes: Vec<&str> = built(sources).1.iter().map(|note| note.code).collect();
    codes.dedup();
    codes
}

#[test]
fn columns_of_other_libraries_are_no_tables() {
    let (model, _) = built(
        "=== a.py\nfrom rich.table import Column, Table\nfrom peewee import Model, CharField\nimport django.db.models as m\n\
         t = Table('x', Column('a'))\nclass A(Model):\n    __tablename__ = 'a'\n    n = CharField()\n\
         class F:\n    from sqlalchemy import Column as C, Integer\n    x = C(Integer)\n",
    );
    assert_eq!(show(&model), "\n");
}

#[test]
fn a_base_from_elsewhere_is_told_and_its_table_is_there() {
    let source = "=== a.py\nfrom sqlalchemy import Column, Integer\nfrom company.db import Base\n\
                  class A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n";
    assert_eq!(show(&built(source).0), "table a\n  id INTEGER NOT NULL KEY\n  pk - (id)\n");
    assert_eq!(codes(source), ["unresolved-base"]);
}

#[test]
fn a_table_whose_name_cannot_be_told_keeps_a_place() {
    let source = "=== a.py\nfrom sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\
                  import settings_of_the_company as s\nBase = declarative_base()\n\
                  class A(Base):\n    __tablename__ = s.PREFIX\n    id = Column(Integer, primary_key=True)\n";
    assert_eq!(show(&built(source).0), "table <A>\n  id INTEGER NOT NULL KEY\n  pk - (id)\n");
    assert_eq!(codes(source), ["unresolved-tablename"]);
}

#[test]
fn types_that_cannot_be_told_keep_their_source() {
    let source = "=== a.py\nfrom sqlalchemy import Column, Integer, String, Table, MetaData\nimport os\n\
                  from geoalchemy2 import Geometry\nN = int(os.environ['N'])\n\
                  Table('a', MetaData(), Column('g', Geometry('POINT', srid=4326)), Column('s', String(N)))\n";
    let (model, _) = built(source);
    let columns = &model.tables["a"].columns;
    assert_eq!(columns["g"].kind.sql, "geoalchemy2.Geometry('POINT', srid=4326)");
    assert!(!columns["g"].kind.unresolved && columns["s"].kind.unresolved);
    assert!(codes(source).contains(&"unresolved-type"));
}

#[test]
fn two_metadata_may_hold_tables_of_one_name() {
    let (model, _) = built(
        "=== a.py\nfrom sqlalchemy import *\nTable('t', MetaData(), Column('x', Integer))\n\
         === b.py\nfrom sqlalchemy import *\nTable('t', MetaData(), Column('y', Integer))\n",
    );
    let names: Vec<&String> = model.tables.keys().collect();
    assert_eq!(names, ["t", "t [b]"]);
}

#[test]
fn methods_comments_and_order_make_no_difference() {
    let head = "=== a.py\nfrom sqlalchemy import *\nfrom sqlalchemy.orm import declarative_base, relationship\n\
                Base = declarative_base()\n";
    let plain = "class A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n    \
                 b = Column(String(5), index=True)\n";
    let busy = "class A(Base):\n    \"\"\"Words.\"\"\"\n    b = Column(\n        String(5),  # short\n        index=True,\n        \
                default='x',\n    )\n    id = Column(Integer, primary_key=True)\n    __tablename__ = 'a'\n    \
                others = relationship('A')\n    def f(self):\n        return Column(Text)\n";
    let parts = |body: &str| {
        let mut table = built(&format!("{head}{body}")).0.tables.remove("a").unwrap();
        table.order.clear();
        let columns: Vec<String> = table.columns.values().map(super::column).collect();
        (columns, super::constraints(&table))
    };
    assert_eq!(parts(plain), parts(busy));
}

#[test]
fn expressions_that_double_themselves_end() {
    let mut source = "=== a.py\nfrom sqlalchemy import *\nc = Column('c', Integer)\ne = c > 1\n".to_owned();
    for _ in 0..60 {
        source.push_str("e = and_(e, e)\n");
    }
    source.push_str("Table('t', MetaData(), c, CheckConstraint(e), Index('i', e))\n");
    assert!(built(&source).0.tables.contains_key("t"));
}
