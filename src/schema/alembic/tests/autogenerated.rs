//! What `alembic revision --autogenerate` wrote (1.18, SQLite) for two models covers every change of them, and each directive
//! of it is needed.

use super::upgrade;
use crate::schema::alembic::{Coverage, cover};
use crate::schema::change::Change;
use crate::schema::diff::diff;
use crate::schema::eval::Interpreter;
use crate::schema::memory::Memory;
use crate::schema::model::Model;
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy;

const HEAD: &str = "from sqlalchemy import *\nm = MetaData()\nTable('teams', m, Column('id', Integer, primary_key=True), Column('name', String(20), nullable=False))\n";

const BEFORE: &str = "
Table('users', m, Column('id', Integer, primary_key=True), Column('email', String(50)), Column('old', Text),
    Column('team_id', Integer, ForeignKey('teams.id', name='fk_team')), UniqueConstraint('email', name='uq_email'), Index('ix_old', 'old'))
Table('gone', m, Column('id', Integer, primary_key=True))
";

const AFTER: &str = "
Table('users', m, Column('id', Integer, primary_key=True), Column('email', String(120), nullable=False, index=True),
    Column('age', Integer, server_default='0', nullable=False),
    Column('team_id', Integer, ForeignKey('teams.id', name='fk_team', ondelete='CASCADE')),
    Column('boss_id', Integer, ForeignKey('users.id', name='fk_boss')))
Table('posts', m, Column('id', Integer, primary_key=True), Column('user_id', Integer, ForeignKey('users.id'), nullable=False, index=True),
    Column('title', String(80), unique=True))
";

const PLAIN: &str = "op.create_table('posts',
sa.Column('id', sa.Integer(), nullable=False),
sa.Column('user_id', sa.Integer(), nullable=False),
sa.Column('title', sa.String(length=80), nullable=True),
sa.ForeignKeyConstraint(['user_id'], ['users.id'], ),
sa.PrimaryKeyConstraint('id'),
sa.UniqueConstraint('title')
)
op.create_index(op.f('ix_posts_user_id'), 'posts', ['user_id'], unique=False)
op.drop_table('gone')
op.add_column('users', sa.Column('age', sa.Integer(), server_default='0', nullable=False))
op.add_column('users', sa.Column('boss_id', sa.Integer(), nullable=True))
op.alter_column('users', 'email',
           existing_type=sa.VARCHAR(length=50),
           type_=sa.String(length=120),
           nullable=False)
op.drop_index(op.f('ix_old'), table_name='users')
op.drop_constraint(op.f('uq_email'), 'users', type_='unique')
op.create_index(op.f('ix_users_email'), 'users', ['email'], unique=False)
op.drop_constraint(op.f('fk_team'), 'users', type_='foreignkey')
op.create_foreign_key('fk_boss', 'users', 'users', ['boss_id'], ['id'])
op.create_foreign_key('fk_team', 'users', 'teams', ['team_id'], ['id'], ondelete='CASCADE')
op.drop_column('users', 'old')
";

const BATCH: &str = "op.create_table('posts',
sa.Column('id', sa.Integer(), nullable=False),
sa.Column('user_id', sa.Integer(), nullable=False),
sa.Column('title', sa.String(length=80), nullable=True),
sa.ForeignKeyConstraint(['user_id'], ['users.id'], ),
sa.PrimaryKeyConstraint('id'),
sa.UniqueConstraint('title')
)
with op.batch_alter_table('posts', schema=None) as batch_op:
    batch_op.create_index(batch_op.f('ix_posts_user_id'), ['user_id'], unique=False)

op.drop_table('gone')
with op.batch_alter_table('users', schema=None) as batch_op:
    batch_op.add_column(sa.Column('age', sa.Integer(), server_default='0', nullable=False))
    batch_op.add_column(sa.Column('boss_id', sa.Integer(), nullable=True))
    batch_op.alter_column('email',
           existing_type=sa.VARCHAR(length=50),
           type_=sa.String(length=120),
           nullable=False)
    batch_op.drop_index(batch_op.f('ix_old'))
    batch_op.drop_constraint(batch_op.f('uq_email'), type_='unique')
    batch_op.create_index(batch_op.f('ix_users_email'), ['email'], unique=False)
    batch_op.drop_constraint(batch_op.f('fk_team'), type_='foreignkey')
    batch_op.create_foreign_key('fk_boss', 'users', ['boss_id'], ['id'])
    batch_op.create_foreign_key('fk_team', 'teams', ['team_id'], ['id'], ondelete='CASCADE')
    batch_op.drop_column('old')
";

fn model(tables: &str) -> Model {
    let memory = Memory::new(&[("m.py", &format!("{HEAD}{tables}"))]);
    let mut interpreter = Interpreter::new(&memory, &memory);
    interpreter.run("m.py").unwrap();
    sqlalchemy::model(&mut interpreter, Dialect::Postgresql)
}

/// Changes that a migration does not cover.
fn missing(changes: &[Change], migration: &str) -> Vec<String> {
    let coverage = cover(changes, &upgrade(migration));
    let missing =
        changes.iter().zip(coverage).filter(|(_, coverage)| !matches!(coverage, Coverage::Covered(_)));
    missing.map(|(change, _)| change.describe()).collect()
}

#[test]
fn it_covers_everything() {
    let changes = diff(&model(BEFORE), &model(AFTER));
    assert_eq!(changes.len(), 13, "{changes:#?}");
    assert_eq!(missing(&changes, PLAIN), Vec::<String>::new());
    assert_eq!(missing(&changes, BATCH), Vec::<String>::new());
}

#[test]
fn each_directive_is_needed() {
    let changes = diff(&model(BEFORE), &model(AFTER));
    let mut directives: Vec<String> = Vec::new();
    for line in PLAIN.lines() {
        match directives.last_mut() {
            Some(last) if !line.starts_with("op.") => *last += &format!("\n{line}"),
            _ => directives.push(line.to_owned()),
        }
    }
    // The index of the new table comes with it, and that of the dropped column goes with it.
    let spare = ["op.create_index(op.f('ix_posts_user_id')", "op.drop_index(op.f('ix_old')"];
    for (at, without) in directives.iter().enumerate() {
        let rest: Vec<&str> = directives
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, line)| line.as_str())
            .collect();
        let uncovered = missing(&changes, &rest.join("\n"));
        let is_spare = spare.iter().any(|start| without.starts_with(start));
        assert_eq!(uncovered.is_empty(), is_spare, "{without}: {uncovered:?}");
    }
}
