//! Changes of models beside migrations, and which of them are covered.

use super::cover;
use crate::schema::alembic::Coverage;
use crate::schema::alembic::tests::upgrade;
use crate::schema::diff::diff;
use crate::schema::eval::Interpreter;
use crate::schema::memory::Memory;
use crate::schema::model::Model;
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy;

const HEAD: &str = "from sqlalchemy import *\nfrom sqlalchemy import Column as C, Table\nm = MetaData()\ndef T(name, *parts, **options):\n    return Table(name, m, *parts, **options)\n";

fn model(tables: &str) -> Model {
    let memory = Memory::new(&[("m.py", &format!("{HEAD}{tables}\n"))]);
    let mut interpreter = Interpreter::new(&memory, &memory);
    interpreter.run("m.py").unwrap();
    sqlalchemy::model(&mut interpreter, Dialect::Postgresql)
}

/// Each change with `+` where it is covered, `?` where perhaps, `-` where not.
fn judged(before: &str, after: &str, migration: &str) -> Vec<String> {
    let changes = diff(&model(before), &model(after));
    let steps = upgrade(migration);
    let coverage = cover(&changes, &steps);
    assert_eq!(coverage.len(), changes.len());
    let mark = |coverage: &Coverage| match coverage {
        Coverage::Covered(_) => '+',
        Coverage::Perhaps(_) => '?',
        Coverage::Missing => '-',
    };
    changes
        .iter()
        .zip(&coverage)
        .map(|(change, coverage)| format!("{} {}", mark(coverage), change.describe()))
        .collect()
}

/// All changes are covered by the first migrations, and none by the others.
fn check(before: &str, after: &str, covering: &[&str], not_covering: &[&str]) {
    for migration in covering {
        let judged = judged(before, after, migration);
        assert!(
            !judged.is_empty() && judged.iter().all(|line| line.starts_with('+')),
            "{judged:#?}\n{migration}"
        );
    }
    for migration in not_covering {
        let judged = judged(before, after, migration);
        assert!(
            !judged.is_empty() && judged.iter().all(|line| line.starts_with('-')),
            "{judged:#?}\n{migration}"
        );
    }
}

/// `T('t', C('id', …), parts)`, and the same with other parts.
fn table(parts: &str) -> String {
    format!("T('t', C('id', Integer, primary_key=True), {parts})")
}

fn check_parts(before: &str, after: &str, covering: &[&str], not_covering: &[&str]) {
    check(&table(before), &table(after), covering, not_covering);
}

#[test]
fn tables() {
    check(
        "",
        "T('t', C('id', Integer))",
        &[
            "op.create_table('t', sa.Column('id', sa.Integer()))",
            "op.create_table('t', sa.Column('id', sa.Integer()), schema='public')",
            "op.execute('CREATE TABLE t (id integer)')",
            "op.rename_table('s', 't')",
        ],
        &["pass", "op.create_table('u', sa.Column('id', sa.Integer()))", "op.drop_table('t')"],
    );
    check(
        "T('t', C('id', Integer), schema='app')",
        "",
        &[
            "op.drop_table('t', schema='app')",
            "op.drop_table('t')",
            "op.execute('DROP TABLE IF EXISTS app.t CASCADE')",
        ],
        &["op.drop_table('t', schema='other')", "op.drop_column('t', 'id')"],
    );
    check(
        "T('old', C('id', Integer))",
        "T('new', C('id', Integer))",
        &[
            "op.rename_table('old', 'new')",
            "op.create_table('new', sa.Column('id', sa.Integer()))\nop.execute('INSERT INTO new SELECT * FROM old')\nop.drop_table('old')",
        ],
        &["op.rename_table('new', 'old')"],
    );
}

#[test]
fn columns() {
    check_parts(
        "",
        "C('a', Text)",
        &[
            "op.add_column('t', sa.Column('a', sa.Text()))",
            "op.add_column('t', sa.Column('a', sa.Text()), schema='public')",
            "with op.batch_alter_table('t') as b:\n    b.add_column(sa.Column('a', sa.Text()))",
            "op.alter_column('t', 'b', new_column_name='a')",
            "op.execute('ALTER TABLE \"t\" ADD COLUMN IF NOT EXISTS a text')",
            "op.create_table('t_new', sa.Column('id', sa.Integer()), sa.Column('a', sa.Text()))\nop.drop_table('t')\nop.rename_table('t_new', 't')",
        ],
        &[
            "op.add_column('u', sa.Column('a', sa.Text()))",
            "op.add_column('t', sa.Column('b', sa.Text()))",
            "op.drop_column('t', 'a')",
            "op.create_index('ix', 't', ['a'])",
            "op.create_table('t', sa.Column('id', sa.Integer()))",
            "op.execute('CREATE VIEW a AS SELECT a FROM t')",
        ],
    );
    check_parts(
        "C('a', Text)",
        "",
        &["op.drop_column('t', 'a')", "op.alter_column('t', 'a', new_column_name='b')"],
        &["op.add_column('t', sa.Column('a', sa.Text()))", "op.alter_column('t', 'a', nullable=False)"],
    );
    check_parts("C('a', Text)", "C('b', Text)", &["op.alter_column('t', 'a', new_column_name='b')"], &[]);
}

#[test]
fn what_a_column_says() {
    check_parts(
        "C('a', String(5))",
        "C('a', String(9))",
        &[
            "op.alter_column('t', 'a', type_=sa.String(9))",
            "op.execute('ALTER TABLE t ALTER COLUMN a TYPE varchar(9)')",
            "op.drop_column('t', 'a')\nop.add_column('t', sa.Column('a', sa.String(9)))",
            "op.add_column('t', sa.Column('b', sa.String(9)))\nop.drop_column('t', 'a')\nop.alter_column('t', 'b', new_column_name='a')",
        ],
        &[
            "op.alter_column('t', 'a', nullable=False, existing_type=sa.String(9))",
            "op.alter_column('t', 'b', type_=sa.String(9))",
        ],
    );
    check_parts(
        "C('a', Text)",
        "C('a', Text, nullable=False)",
        &["op.alter_column('t', 'a', nullable=False)", "op.execute('ALTER TABLE t ALTER a SET NOT NULL')"],
        &[
            "op.alter_column('t', 'a', nullable=True)",
            "op.alter_column('t', 'a', type_=sa.Text(), existing_nullable=False)",
        ],
    );
    check_parts(
        "C('a', Text)",
        "C('a', Text, server_default='x')",
        &[
            "op.alter_column('t', 'a', server_default='x')",
            "op.execute(\"ALTER TABLE t ALTER a SET DEFAULT 'x'\")",
        ],
        &["op.alter_column('t', 'a', server_default=None)", "op.alter_column('t', 'a', nullable=True)"],
    );
    check_parts(
        "C('a', Text, server_default='x')",
        "C('a', Text)",
        &["op.alter_column('t', 'a', server_default=None)"],
        &["op.alter_column('t', 'a', server_default='x')"],
    );
    check_parts(
        "C('a', Text)",
        "C('a', Text, comment='c')",
        &["op.alter_column('t', 'a', comment='c')", "op.execute(\"COMMENT ON COLUMN t.a IS 'c'\")"],
        &["op.create_table_comment('t', 'c')"],
    );
    check(
        "T('t', C('id', Integer))",
        "T('t', C('id', Integer), comment='c')",
        &["op.create_table_comment('t', 'c')", "op.execute(\"COMMENT ON TABLE t IS 'c'\")"],
        &["op.alter_column('t', 'id', comment='c')"],
    );
}

#[test]
fn enums() {
    let after = "C('s', Enum('a', 'b', 'c', name='state'))";
    check_parts(
        "C('s', Enum('a', 'b', name='state'))",
        after,
        &[
            "op.execute(\"ALTER TYPE state ADD VALUE 'c'\")",
            "op.execute(\"ALTER TYPE public.state ADD VALUE IF NOT EXISTS 'c' AFTER 'b'\")",
            "op.sync_enum_values('public', 'state', ['a', 'b', 'c'], [])",
            "op.alter_column('t', 's', type_=sa.Enum('a', 'b', 'c', name='state'))",
            "op.execute('ALTER TYPE state RENAME TO old')\nsa.Enum('a', 'b', 'c', name='state').create(op.get_bind())",
        ],
        &["op.execute(\"ALTER TYPE other ADD VALUE 'c'\")", "op.alter_column('t', 's', nullable=False)"],
    );
}

#[test]
fn keys() {
    check(
        "T('t', C('a', Integer, primary_key=True), C('b', Integer, nullable=False))",
        "T('t', C('a', Integer, primary_key=True), C('b', Integer, primary_key=True))",
        &[
            "op.drop_constraint('t_pkey', 't', type_='primary')\nop.create_primary_key('t_pkey', 't', ['a', 'b'])",
            "op.drop_constraint('t_pkey', 't')",
            "op.execute('ALTER TABLE t ADD PRIMARY KEY (a, b)')",
        ],
        &["op.create_unique_constraint('uq', 't', ['a', 'b'])", "op.drop_constraint('t_b_fkey', 't')"],
    );
    check(
        "T('t', C('a', Integer, primary_key=True))",
        "T('t', C('b', Integer, primary_key=True))",
        &["op.alter_column('t', 'a', new_column_name='b')"],
        &[],
    );
    let key = "C('u', Integer, ForeignKey('users.id', ondelete='CASCADE'))";
    check_parts(
        "C('u', Integer, ForeignKey('users.id'))",
        key,
        &[
            "op.drop_constraint('t_u_fkey', 't', type_='foreignkey')\nop.create_foreign_key(None, 't', 'users', ['u'], ['id'], ondelete='CASCADE')",
            "with op.batch_alter_table('t') as b:\n    b.drop_constraint('fk_t_u_users', type_='foreignkey')\n    b.create_foreign_key('fk', 'users', ['u'], ['id'])",
            "op.drop_constraint('users_ibfk_1', 't', type_='foreignkey')\nop.create_foreign_key('x', 't', 'users', ['u'], ['id'])",
        ],
        &[
            "op.create_foreign_key('fk', 't', 'teams', ['team'], ['id'])",
            "op.drop_constraint('uq', 't', type_='unique')",
        ],
    );
    check_parts(
        "",
        key,
        &["op.add_column('t', sa.Column('u', sa.Integer(), sa.ForeignKey('users.id')))"],
        &["op.add_column('u', sa.Column('t', sa.Integer()))"],
    );
    assert_eq!(
        judged(&table(""), &table(key), "op.add_column('t', sa.Column('u', sa.Integer()))"),
        [
            "+ t.u: column added, INTEGER NULL",
            "- t: foreign key added (u), (u) REFERENCES users (id) ON DELETE CASCADE",
        ]
    );
    check_parts(key, "", &["op.drop_column('t', 'u')"], &["op.drop_column('t', 'v')"]);
    check(
        "T('users', C('id', Integer, primary_key=True))\nT('t', C('u', ForeignKey('users.id')))",
        "T('people', C('id', Integer, primary_key=True))\nT('t', C('u', ForeignKey('people.id')))",
        &["op.rename_table('users', 'people')"],
        &[],
    );
}

#[test]
fn constraints() {
    check_parts(
        "C('a', Text)",
        "C('a', Text, unique=True)",
        &[
            "op.create_unique_constraint('whatever', 't', ['a'])",
            "op.create_unique_constraint(None, 't', ['a'])",
            "op.create_index('ix', 't', ['a'], unique=True)",
        ],
        &["op.create_index('ix', 't', ['a'])", "op.create_unique_constraint('uq', 't', ['a', 'b'])"],
    );
    check_parts(
        "C('a', Text, unique=True)",
        "C('a', Text)",
        &[
            "op.drop_constraint('t_a_key', 't', type_='unique')",
            "op.drop_constraint('t_a_key', 't')",
            "op.drop_index('t_a', 't')",
        ],
        &["op.drop_constraint('t_b_key', 't', type_='foreignkey')"],
    );
    check_parts(
        "C('a', Integer)",
        "C('a', Integer), CheckConstraint('a > 0', name='positive')",
        &[
            "op.create_check_constraint('positive', 't', 'a > 0')",
            "op.create_check_constraint('ck_t_positive', 't', sa.text('a>0'))",
            "op.execute('ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID')",
        ],
        &[
            "op.create_check_constraint('other', 't', 'b > 0')",
            "op.create_check_constraint('positive', 'u', 'a > 0')",
        ],
    );
    check_parts(
        "C('a', Integer), CheckConstraint('a > 0', name='positive')",
        "C('a', Integer)",
        &["op.drop_constraint('positive', 't', type_='check')", "op.drop_constraint(op.f('positive'), 't')"],
        &["op.drop_constraint('negative', 't', type_='check')"],
    );
}

#[test]
fn indexes() {
    check_parts(
        "C('a', Text)",
        "C('a', Text, index=True)",
        &[
            "op.create_index(op.f('ix_t_a'), 't', ['a'], unique=False)",
            "op.create_index('idx', 't', ['a'])",
            "with op.get_context().autocommit_block():\n    op.create_index('ix_t_a', 't', ['a'], postgresql_concurrently=True)",
            "op.execute('CREATE INDEX CONCURRENTLY ix_t_a ON t (a)')",
        ],
        &["op.create_index('ix_t_b', 't', ['b'])", "op.create_index('ix_t_a', 'u', ['a'])"],
    );
    check_parts(
        "C('a', Text, index=True)",
        "C('a', Text)",
        &[
            "op.drop_index(op.f('ix_t_a'), table_name='t')",
            "op.drop_index('ix_t_a')",
            "op.drop_index('t_a_idx', 't')",
            "op.execute('DROP INDEX IF EXISTS ix_t_a')",
        ],
        &["op.drop_index('ix_t_b', table_name='t')", "op.drop_index('ix_u_b')"],
    );
    check_parts("C('a', Text, index=True)", "", &["op.drop_column('t', 'a')"], &[]);
    check_parts(
        "C('a', Text), Index('ix', func.lower(text('a')))",
        "C('a', Text), Index('ix', func.lower(text('a')), unique=True)",
        &["op.drop_index('ix', 't')\nop.create_index('ix', 't', [sa.text('lower(a)')], unique=True)"],
        &["op.create_index('iy', 't', ['b'])"],
    );
}

#[test]
fn what_cannot_be_told_may_cover() {
    let (before, after) = (table(""), table("C('a', Text)"));
    for (migration, mark) in [
        ("op.do_magic('t', 'a')", '?'),
        ("op.do_magic('x', 'y')", '-'),
        ("op.execute(something_unknown)", '?'),
        ("from outside import add_column_safely\nadd_column_safely('t')", '?'),
        (
            "for t in sa.inspect(op.get_bind()).get_table_names():\n    op.add_column(t, sa.Column('a', sa.Text()))",
            '?',
        ),
        (
            "for t in sa.inspect(op.get_bind()).get_table_names():\n    op.add_column(t, sa.Column('b', sa.Text()))",
            '-',
        ),
    ] {
        let judged = judged(&before, &after, migration);
        assert!(judged[0].starts_with(mark), "{judged:?}\n{migration}");
    }
}
