//! Directives and SQL, one piece of `upgrade` each, and the steps that they are.

use super::{script, upgrade, word};

fn words(lines: &str) -> Vec<String> {
    upgrade(lines).iter().map(word).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (lines, expected) in cases {
        assert_eq!(words(lines), *expected, "\n{lines}");
    }
}

#[test]
fn tables() {
    check(&[
        (
            "op.create_table('users', sa.Column('id', sa.Integer(), nullable=False), sa.Column('email', sa.String(length=50), nullable=True), sa.Column('team_id', sa.Integer(), sa.ForeignKey('teams.id'), index=True), sa.PrimaryKeyConstraint('id', name=op.f('pk_users')), sa.UniqueConstraint('email', name='uq'), schema='app')",
            &[
                "create table app.users (id INTEGER NOT NULL, email VARCHAR(50), team_id INTEGER) pk id fk 1 uq 1 ix 1",
            ],
        ),
        ("op.drop_table('users')", &["drop table users"]),
        ("op.drop_table('users', schema='app')", &["drop table app.users"]),
        ("op.rename_table('a', 'b')", &["rename table a b"]),
        ("op.create_table_comment('users', 'people', existing_comment=None)", &["comment users.- people"]),
        ("op.drop_table_comment('users', existing_comment='people')", &["comment users.- -"]),
        ("NAME = 'users'\nop.drop_table(f'old_{NAME}')", &["drop table old_users"]),
        ("op.drop_table(sa.inspect(op.get_bind()).x)", &["opaque []"]),
    ]);
}

#[test]
fn columns() {
    check(&[
        (
            "op.add_column('users', sa.Column('age', sa.Integer(), nullable=False, server_default='0'))",
            &["add column users.age INTEGER NOT NULL DEFAULT '0'"],
        ),
        (
            "op.add_column('users', sa.Column('team_id', sa.Integer(), sa.ForeignKey('teams.id', name='fk', ondelete='CASCADE'), unique=True))",
            &[
                "add column users.team_id INTEGER",
                "fk fk users(team_id) -> teams(id) CASCADE",
                "unique - users(team_id)",
            ],
        ),
        (
            "op.add_column('users', sa.Column('a', sa.Text(), index=True), schema='app')",
            &["add column app.users.a TEXT", "create index ix_app_users_a app.users(a)"],
        ),
        ("op.drop_column('users', 'age')", &["drop column users.age"]),
        (
            "op.drop_column(table_name='users', column_name='age', schema='app')",
            &["drop column app.users.age"],
        ),
        (
            "op.alter_column('users', 'age', existing_type=sa.Integer(), type_=sa.BigInteger(), nullable=False, existing_nullable=True)",
            &["alter users.age type BIGINT was INTEGER nullable false"],
        ),
        ("op.alter_column('users', 'age', new_column_name='years')", &["alter users.age name years"]),
        ("op.alter_column('users', 'age', server_default=None)", &["alter users.age default -"]),
        (
            "op.alter_column('users', 'age', server_default=sa.text('now()'))",
            &["alter users.age default now()"],
        ),
        (
            "op.alter_column('users', 'age', comment='c', existing_comment='b')",
            &["alter users.age comment c"],
        ),
        (
            "op.alter_column('users', 'age', type_=sa.Integer(), postgresql_using='age::integer')",
            &["alter users.age type INTEGER using"],
        ),
        (
            "op.alter_column('users', 'id', server_default=sa.Identity(always=True))",
            &["alter users.id generated"],
        ),
        (
            "op.alter_column('users', 'id', autoincrement=True, existing_autoincrement=True)",
            &["alter users.id"],
        ),
        (
            "for t in ['a', 'b']:\n    op.add_column(t, sa.Column('x', sa.Integer()))",
            &["add column a.x INTEGER", "add column b.x INTEGER"],
        ),
        (
            "for t in sa.inspect(op.get_bind()).get_table_names():\n    op.add_column(t, sa.Column('x', sa.Integer()))",
            &["opaque [x] maybe"],
        ),
    ]);
}

#[test]
fn constraints_and_indexes() {
    check(&[
        ("op.create_index('ix', 'users', ['a', 'b'], unique=True)", &["create unique index ix users(a,b)"]),
        (
            "op.create_index(op.f('ix'), 'users', [sa.text('lower(name)')], postgresql_concurrently=True, postgresql_where=sa.text('a > 0'))",
            &["create index ix users(lower(name)) postgresql_where=a > 0 concurrently"],
        ),
        ("op.drop_index('ix', table_name='users', if_exists=True)", &["drop index ix users"]),
        ("op.drop_index(op.f('ix'))", &["drop index ix -"]),
        ("op.create_unique_constraint(None, 'users', ['email'])", &["unique - users(email)"]),
        (
            "op.create_unique_constraint('uq', 'users', columns=['email'], schema='app')",
            &["unique uq app.users(email)"],
        ),
        (
            "op.create_foreign_key('fk', 'users', 'teams', ['team_id'], ['id'], ondelete='set null', source_schema='a', referent_schema='b')",
            &["fk fk a.users(team_id) -> b.teams(id) SET NULL"],
        ),
        (
            "op.create_foreign_key('fk', source_table='users', referent_table='teams', local_cols=['x'], remote_cols=['id'], postgresql_not_valid=True)",
            &["fk fk users(x) -> teams(id) not valid"],
        ),
        ("op.create_check_constraint('ck', 'users', 'age > 0')", &["check ck users age > 0"]),
        ("op.create_check_constraint('ck', 'users', sa.column('age') > 0)", &["check ck users age > 0"]),
        ("op.create_primary_key('pk', 'users', ['id'])", &["pk pk users(id)"]),
        ("op.create_exclude_constraint('ex', 'users', ('a', '='), using='gist')", &["exclude ex users"]),
        ("op.drop_constraint('fk', 'users', type_='foreignkey')", &["drop constraint fk users foreignkey"]),
        ("op.drop_constraint('fk', 'users')", &["drop constraint fk users -"]),
        ("op.drop_constraint(None, 'users', type_='unique')", &["drop constraint {?} users unique"]),
    ]);
}

#[test]
fn batches_and_blocks() {
    check(&[
        (
            "with op.batch_alter_table('users', schema='app') as batch_op:\n    batch_op.add_column(sa.Column('a', sa.Text()))\n    batch_op.drop_constraint('fk', type_='foreignkey')\n    batch_op.create_foreign_key('fk', 'teams', ['t'], ['id'])\n    batch_op.create_unique_constraint('uq', ['a'])\n    batch_op.create_index('ix', ['a'], unique=False)\n    batch_op.drop_index('ix')\n    batch_op.alter_column('a', nullable=False)\n    batch_op.drop_column('b')\nop.drop_table('x')",
            &[
                "add column app.users.a TEXT batch",
                "drop constraint fk app.users foreignkey batch",
                "fk fk app.users(t) -> teams(id) batch",
                "unique uq app.users(a) batch",
                "create index ix app.users(a) batch",
                "drop index ix app.users batch",
                "alter app.users.a nullable false batch",
                "drop column app.users.b batch",
                "drop table x",
            ],
        ),
        ("b = op.batch_alter_table('users')\nb.drop_column('a')", &["drop column users.a batch"]),
        (
            "with op.get_context().autocommit_block():\n    op.execute('ALTER TYPE s ADD VALUE \\'x\\'')\nop.drop_column('users', 'a')",
            &["alter enum s autocommit", "drop column users.a"],
        ),
        (
            "from alembic.operations import Operations\nfrom alembic.migration import MigrationContext\no = Operations(MigrationContext.configure(x))\no.drop_column('users', 'a')",
            &["drop column users.a"],
        ),
    ]);
}

#[test]
fn sql_and_rows() {
    check(&[
        ("op.execute('ALTER TABLE users ADD COLUMN a integer')", &["add column users.a INTEGER"]),
        ("op.execute(sa.text('DROP TABLE users'))", &["drop table users"]),
        ("op.get_bind().execute(sa.text('DROP TABLE users'))", &["drop table users"]),
        (
            "conn = op.get_bind()\nconn.exec_driver_sql('DROP TABLE a; DROP TABLE b')",
            &["drop table a", "drop table b"],
        ),
        ("t = 'users'\nop.execute(f'ALTER TABLE {t} DROP COLUMN a')", &["drop column users.a"]),
        ("op.execute('ALTER TABLE %s DROP COLUMN a' % 'users')", &["drop column users.a"]),
        ("op.execute('ALTER TABLE {} DROP COLUMN a'.format('users'))", &["drop column users.a"]),
        ("op.execute(f'ALTER TABLE users DROP CONSTRAINT {unknown()}')", &["opaque [users]"]),
        ("op.execute('UPDATE users SET a = 1')", &["data users"]),
        (
            "users = sa.table('users', sa.column('a'))\nop.execute(users.update().values(a=1))",
            &["data users"],
        ),
        ("users = sa.table('users', sa.column('a'))\nop.bulk_insert(users, [{'a': 1}])", &["data users"]),
        ("users = sa.table('users')\nop.get_bind().execute(sa.select(users.c.a)).fetchall()", &["data -"]),
        ("users = sa.table('users')\nop.execute(sa.insert(users).values(a=1))", &["data users"]),
        ("op.execute('CREATE EXTENSION hstore')", &["other EXTENSION"]),
        ("op.execute(sa.schema.CreateSequence(sa.Sequence('s')))", &["other CreateSequence"]),
        ("session = sa.orm.Session(bind=op.get_bind())\nsession.execute('DROP TABLE a')", &["drop table a"]),
    ]);
}

#[test]
fn types_and_objects() {
    check(&[
        (
            "state = postgresql.ENUM('a', 'b', name='state')\nstate.create(op.get_bind(), checkfirst=True)",
            &["create enum state (a,b)"],
        ),
        ("sa.Enum(name='state').drop(op.get_bind(), checkfirst=False)", &["drop enum state"]),
        ("sa.Enum('a', name='state').create(op.get_bind())", &["create enum state (a)"]),
        ("op.sync_enum_values('public', 'state', ['a', 'b'], [])", &["alter enum state"]),
        (
            "op.sync_enum_values(enum_schema='public', enum_name='state', new_values=['a'], affected_columns=[])",
            &["alter enum state"],
        ),
        ("op.create_entity(x)", &["other create entity"]),
        ("op.create_view('v')", &["other create view"]),
        (
            "t = sa.Table('users', sa.MetaData(), sa.Column('id', sa.Integer))\nt.create(op.get_bind())\nt.drop(op.get_bind())",
            &["create table users (id INTEGER) pk  fk 0 uq 0 ix 0", "drop table users"],
        ),
        ("sa.Index('ix', sa.table('users').c.a).create(op.get_bind())", &["create index ix users(a)"]),
        ("from app.models import Base\nBase.metadata.create_all(op.get_bind())", &["opaque []"]),
        ("op.do_magic('users', 'a')", &["opaque [users,a]"]),
        (
            "from company.migrations import add_column_safely\nadd_column_safely('users', sa.Column('a'))",
            &["opaque [users,a]"],
        ),
        ("import logging\nlogging.info('users')\nsa.inspect(op.get_bind()).get_columns('users')", &[]),
    ]);
}

#[test]
fn conditions() {
    check(&[
        (
            "if op.get_bind().dialect.name == 'postgresql':\n    op.drop_table('a')\nelse:\n    op.drop_table('b')",
            &["drop table a"],
        ),
        ("if op.get_context().dialect.name == 'sqlite':\n    return\nop.drop_table('b')", &["drop table b"]),
        (
            "tables = sa.inspect(op.get_bind()).get_table_names()\nif 'a' not in tables:\n    op.drop_table('a')\nop.drop_table('b')",
            &["drop table a maybe", "drop table b"],
        ),
        ("if sa.inspect(op.get_bind()).has_table('a'):\n    return\nop.drop_table('b')", &["drop table b"]),
        (
            "try:\n    op.drop_table('a')\nexcept Exception:\n    op.drop_table('b')",
            &["drop table a", "drop table b maybe"],
        ),
    ]);
}

#[test]
fn functions_of_the_script_and_of_others() {
    let tree = "
=== migrations/versions/a.py
from alembic import op
import sqlalchemy as sa
from migrations.tools import add, has_column
from app.models import Thing
revision = 'b'
down_revision = 'a'
TABLES = ('x', 'y')
def stamp(table):
    op.add_column(table, sa.Column('at', sa.DateTime(timezone=True)))
async def later(conn, name):
    await conn.execute(sa.text('DROP TABLE ' + name))
def upgrade():
    for table in TABLES:
        stamp(table)
    add('users', 'a')
    if not has_column('users', 'b'):
        op.add_column('users', sa.Column('b', sa.Text()))
    op.run_async(later, 'z')
    Thing.__table__.create(op.get_bind())
def downgrade():
    pass
=== migrations/__init__.py
=== migrations/tools.py
from alembic import op
import sqlalchemy as sa
def has_column(table, column):
    for found in sa.inspect(op.get_bind()).get_columns(table):
        if found['name'] == column:
            return True
    return False
def add(table, name):
    if has_column(table, name):
        return False
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column(name, sa.Text()))
    return True
=== app/models.py
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Thing(Base):
    __tablename__ = 'things'
";
    let words: Vec<String> = script(tree).upgrade.iter().map(word).collect();
    assert_eq!(
        words,
        [
            "add column x.at TIMESTAMP WITH TIME ZONE",
            "add column y.at TIMESTAMP WITH TIME ZONE",
            "add column users.a TEXT batch",
            "add column users.b TEXT maybe",
            "drop table z",
            "create table things () pk  fk 0 uq 0 ix 0",
        ]
    );
}

#[test]
fn a_step_stands_in_the_script_wherever_the_call_is_written() {
    let tree = "
=== migrations/versions/a.py
from alembic import op
from migrations.tools import AddColumn, drop
import sqlalchemy as sa
revision = 'b'
down_revision = 'a'
def upgrade():
    drop('x')
    AddColumn('t', 'c').run()
    op.add_column('t', sa.Column('d', sa.Text()))
=== migrations/__init__.py
=== migrations/tools.py
from alembic import op
import sqlalchemy as sa
def drop(table):
    op.drop_table(table)
class AddColumn:
    def __init__(self, table, name):
        self.table = table
        self.name = name
    def run(self):
        op.add_column(self.table, sa.Column(self.name, sa.Text()))
";
    let steps = script(tree).upgrade;
    let places: Vec<String> = steps.iter().map(|step| format!("{} {}", step.place, word(step))).collect();
    assert_eq!(
        places,
        [
            "migrations/versions/a.py:7 drop table x",
            "migrations/versions/a.py:8 add column t.c TEXT",
            "migrations/versions/a.py:9 add column t.d TEXT",
        ]
    );
}

#[test]
fn a_helper_without_end_leaves_the_rest_of_the_script() {
    let tree = "
=== migrations/versions/a.py
from alembic import op
revision = 'b'
down_revision = 'a'
def endless(n):
    for i in range(100000):
        for j in range(100000):
            n = n + 1
    return n
def upgrade():
    endless(1)
    op.drop_table('a')
";
    assert_eq!(script(tree).upgrade.iter().map(word).collect::<Vec<_>>(), ["drop table a"]);
}

#[test]
fn a_folder_called_alembic_hides_nothing() {
    let tree = "
=== alembic/__init__.py
=== alembic/env.py
from alembic import context
=== migrations/versions/a.py
from alembic import op
revision = 'b'
down_revision = 'a'
def upgrade():
    op.drop_table('a')
";
    assert_eq!(script(tree).upgrade.iter().map(word).collect::<Vec<_>>(), ["drop table a"]);
}

#[test]
fn several_databases_have_a_function_each() {
    let tree = "
=== migrations/versions/a.py
from alembic import op
revision = 'b'
down_revision = 'a'
def upgrade(engine_name):
    globals()['upgrade_%s' % engine_name]()
def downgrade(engine_name):
    globals()['downgrade_%s' % engine_name]()
def upgrade_one():
    op.drop_table('a')
def upgrade_two():
    op.drop_table('b')
";
    assert_eq!(script(tree).upgrade.iter().map(word).collect::<Vec<_>>(), ["drop table a", "drop table b"]);
}
