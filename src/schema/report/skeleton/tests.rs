//! What generated migrations look like, change by change.

use super::*;
use crate::schema::alembic::{self, Coverage};
use crate::schema::eval::Interpreter;
use crate::schema::memory::Memory;
use crate::schema::model::{Check, EnumValues, Index, Key, Model, Type};
use crate::schema::operation::Operation;
use crate::schema::rules::{self, Context};

fn kind(sql: &str, python: &str) -> Type {
    Type { sql: sql.to_owned(), python: python.to_owned(), ..Type::default() }
}

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        kind: kind("INTEGER", "sa.Integer()"),
        nullable: true,
        ..Column::default()
    }
}

fn color(values: &[&str]) -> Type {
    let all: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    Type {
        values: Some(EnumValues { name: Some("color".to_owned()), values: all, native: true }),
        ..kind("color", &format!("sa.Enum({}, name='color')", quoted.join(", ")))
    }
}

fn change(kind: Kind, table: &str, detail: Detail) -> Change {
    let item = match &detail {
        Detail::Column(Some(column), _) | Detail::Column(_, Some(column)) => Some(column.name.clone()),
        Detail::Check(check) => check.name.clone(),
        Detail::Index(index) => index.name.clone(),
        Detail::ForeignKey(key) => Some(format!("({})", key.columns.join(", "))),
        Detail::Unique(key) => Some(format!("({})", key.columns.join(", "))),
        _ => None,
    };
    Change { kind, table: table.to_owned(), item, from: None, to: None, place: None, detail }
}

fn altered(kind: Kind, old: &Column, new: &Column) -> Change {
    change(kind, "users", Detail::Column(Some(Box::new(old.clone())), Some(Box::new(new.clone()))))
}

fn skeleton(changes: &[Change], dialect: Dialect) -> Skeleton {
    Skeleton::of(&changes.iter().collect::<Vec<_>>(), dialect)
}

fn points_to(target: &str) -> ForeignKey {
    ForeignKey {
        columns: vec![format!("{target}_id")],
        target: target.to_owned(),
        target_columns: vec!["id".to_owned()],
        on_delete: Some("CASCADE".to_owned()),
        ..ForeignKey::default()
    }
}

fn table(name: &str, foreign_keys: Vec<ForeignKey>) -> Change {
    let table = Table {
        name: name.to_owned(),
        columns: [("id".to_owned(), Column { nullable: false, ..column("id") })].into(),
        order: vec!["id".to_owned()],
        primary_key: Some(Key { columns: vec!["id".to_owned()], ..Key::default() }),
        foreign_keys,
        indexes: vec![Index {
            name: Some(format!("ix_{name}_lower")),
            columns: vec!["id".to_owned(), "lower(name)".to_owned()],
            options: vec!["postgresql_using=gin".to_owned(), "postgresql_where=id > 0".to_owned()],
            ..Index::default()
        }],
        ..Table::default()
    };
    change(Kind::TableAdded, name, Detail::Table(Box::new(table)))
}

#[test]
fn a_whole_migration() {
    let made =
        skeleton(&[table("item", vec![points_to("cart")]), table("cart", vec![])], Dialect::Postgresql);
    assert_eq!(made.render(), WHOLE);
}

#[test]
fn tables_that_point_at_each_other_are_joined_afterwards() {
    let both = [table("a", vec![points_to("b")]), table("b", vec![points_to("a")])];
    let made = skeleton(&both, Dialect::Postgresql);
    let later = "op.create_foreign_key(None, 'a', 'b', ['b_id'], ['id'], ondelete='CASCADE')";
    assert!(made.upgrade.iter().any(|line| line == later), "{made:#?}");
    assert_eq!(made.downgrade.iter().filter(|line| line.starts_with("op.drop_table")).count(), 2);
}

#[test]
fn all_that_changed_of_a_column_is_one_statement_and_goes_back() {
    let old = Column { server_default: Some("'x'".to_owned()), ..column("age") };
    let new = Column { kind: kind("VARCHAR(9)", "sa.String(length=9)"), nullable: false, ..column("age") };
    let changes = [Kind::TypeChanged, Kind::NullabilityChanged, Kind::ServerDefaultChanged]
        .map(|kind| altered(kind, &old, &new));
    let made = skeleton(&changes, Dialect::Postgresql);
    let altered = made.upgrade.iter().find(|line| line.starts_with("op.alter_column"));
    assert_eq!(
        altered.map(String::as_str),
        Some(
            "op.alter_column('users', 'age', existing_type=sa.Integer(), type_=sa.String(length=9), \
             postgresql_using='age::VARCHAR(9)', nullable=False, existing_nullable=True, server_default=None, \
             existing_server_default=sa.text(\"'x'\"))"
        )
    );
    assert_eq!(
        made.downgrade.last().map(String::as_str),
        Some(
            "op.alter_column('users', 'age', existing_type=sa.String(length=9), type_=sa.Integer(), \
             postgresql_using='age::INTEGER', nullable=True, existing_nullable=False, server_default=sa.text(\"'x'\"))"
        )
    );
}

#[test]
fn sqlite_makes_a_table_anew_once() {
    let unique = Key { columns: vec!["mail".to_owned()], ..Key::default() };
    let changes = [
        change(Kind::ColumnAdded, "users", Detail::Column(None, Some(Box::new(column("mail"))))),
        change(Kind::UniqueAdded, "users", Detail::Unique(unique)),
    ];
    let made = skeleton(&changes, Dialect::Sqlite);
    assert_eq!(made.render(), ANEW);
}

#[test]
fn constraints_without_a_name_are_dropped_by_the_one_they_have() {
    let check = Check { name: None, sql: "age > 0".to_owned(), place: None };
    let changes = [
        change(Kind::ForeignKeyDropped, "auth.users", Detail::ForeignKey(points_to("org.team"))),
        change(Kind::CheckDropped, "users", Detail::Check(check)),
    ];
    let made = skeleton(&changes, Dialect::Postgresql);
    let drop = "op.drop_constraint('users_org.team_id_fkey', 'users', type_='foreignkey', schema='auth')";
    assert!(made.upgrade.iter().any(|line| line == drop), "{made:#?}");
    let create = "op.create_foreign_key('users_org.team_id_fkey', 'users', 'team', ['org.team_id'], ['id'], \
                  ondelete='CASCADE', source_schema='auth', referent_schema='org', postgresql_not_valid=True)";
    assert!(made.downgrade.iter().any(|line| line == create), "{made:#?}");
    let validate = "    op.execute('ALTER TABLE auth.users VALIDATE CONSTRAINT \"users_org.team_id_fkey\"')";
    assert!(made.downgrade.iter().any(|line| line == validate), "{made:#?}");
}

#[test]
fn enum_values_are_added_and_otherwise_the_type_is_made_anew() {
    let old = Column { kind: color(&["red"]), server_default: Some("'red'".to_owned()), ..column("paint") };
    let new = Column { kind: color(&["red", "it's"]), ..old.clone() };
    let made = skeleton(&[altered(Kind::EnumChanged, &old, &new)], Dialect::Postgresql);
    assert_eq!(made.render(), VALUES);
}

/// What lock-safety rules find in the upgrade of a generated migration.
fn found(changes: &[Change]) -> Vec<&'static str> {
    let source = skeleton(changes, Dialect::Postgresql).render();
    let source = source.replacen("\n\n\n", "\n\nrevision = 'b'\ndown_revision = 'a'\n\n\n", 1);
    let tree = Memory::new(&[("migrations/versions/b.py", &source)]);
    let mut interpreter = Interpreter::new(&tree, &tree);
    let script = alembic::read(&mut interpreter, "migrations/versions/b.py", Dialect::Postgresql).unwrap();
    assert!(
        script.upgrade.iter().all(|step| !matches!(step.operation, Operation::Opaque { .. })),
        "{source}"
    );
    let covered = alembic::cover(changes, &script.upgrade);
    assert!(covered.iter().all(|each| matches!(each, Coverage::Covered(_))), "{covered:?}\n{source}");
    let (older, newer, created) = (Model::default(), Model::default(), BTreeSet::new());
    let context = Context {
        steps: &script.upgrade,
        dialect: Dialect::Postgresql,
        older: &older,
        newer: &newer,
        created: &created,
    };
    rules::lint(&context).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn what_is_generated_covers_its_changes_and_stops_nobody() {
    let (old, new) = (column("age"), Column { nullable: false, ..column("age") });
    let key = Key { columns: vec!["age".to_owned()], ..Key::default() };
    let check = Check { name: Some("grown".to_owned()), sql: "age > 0".to_owned(), place: None };
    let index =
        Index { name: Some("ix_users_age".to_owned()), columns: vec!["age".to_owned()], ..Index::default() };
    for change in [
        altered(Kind::NullabilityChanged, &old, &new),
        change(Kind::ColumnAdded, "users", Detail::Column(None, Some(Box::new(old.clone())))),
        change(Kind::ForeignKeyAdded, "users", Detail::ForeignKey(points_to("team"))),
        change(Kind::UniqueAdded, "user", Detail::Unique(key)),
        change(Kind::CheckAdded, "users", Detail::Check(check)),
        change(Kind::IndexAdded, "users", Detail::Index(index)),
        altered(
            Kind::EnumChanged,
            &Column { kind: color(&["red"]), ..column("paint") },
            &Column { kind: color(&["red", "blue"]), ..column("paint") },
        ),
    ] {
        let what = format!("{:?}", change.kind);
        assert_eq!(found(&[change]), Vec::<&str>::new(), "{what}");
    }
}

#[test]
fn an_enum_is_created_once_and_not_twice() {
    let paint = Column { kind: color(&["red"]), ..column("paint") };
    let add =
        |table: &str| change(Kind::ColumnAdded, table, Detail::Column(None, Some(Box::new(paint.clone()))));
    let made = skeleton(&[add("a"), add("b")], Dialect::Postgresql);
    assert_eq!(made.upgrade.iter().filter(|line| line.contains(".create(op.get_bind()")).count(), 1);
    assert!(made.upgrade.iter().any(|line| line.contains("create_type=False")), "{made:#?}");
    assert_eq!(made.imports.last().map(String::as_str), Some("from sqlalchemy.dialects import postgresql"));
}

#[test]
fn modules_of_types_are_imported() {
    let shape = Column { kind: kind("x", "geoalchemy2.Geometry(srid=1)"), ..column("shape") };
    let change = change(Kind::ColumnAdded, "a", Detail::Column(None, Some(Box::new(shape))));
    let made = skeleton(&[change], Dialect::Postgresql);
    assert!(made.imports.contains(&"import geoalchemy2".to_owned()), "{:?}", made.imports);
    assert_eq!(made.imports.len(), 3);
}

/// Two tables, one of which points to the other.
const WHOLE: &str = r"from alembic import op
import sqlalchemy as sa


def upgrade() -> None:
    op.create_table(
        'cart',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_cart_lower', 'cart', ['id', sa.text('lower(name)')], unique=False, postgresql_using='gin', postgresql_where=sa.text('id > 0'))
    op.create_table(
        'item',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['cart_id'], ['cart.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_item_lower', 'item', ['id', sa.text('lower(name)')], unique=False, postgresql_using='gin', postgresql_where=sa.text('id > 0'))


def downgrade() -> None:
    op.drop_table('item')
    op.drop_table('cart')
";

/// A column and a constraint on it.
const ANEW: &str = r"from alembic import op
import sqlalchemy as sa


def upgrade() -> None:
    with op.batch_alter_table('users') as batch_op:
        batch_op.add_column(sa.Column('mail', sa.Integer(), nullable=True))
        batch_op.create_unique_constraint('uq_users_mail', ['mail'])


def downgrade() -> None:
    with op.batch_alter_table('users', naming_convention={'uq': 'uq_%(table_name)s_%(column_0_name)s', 'fk': 'fk_%(table_name)s_%(column_0_name)s', 'ck': 'ck_%(table_name)s_%(constraint_name)s', 'pk': 'pk_%(table_name)s'}) as batch_op:
        # It has no name in the models; this is the one that the database gives by itself.
        batch_op.drop_constraint('uq_users_mail', type_='unique')
        batch_op.drop_column('mail')
";

/// One more value.
const VALUES: &str = r#"from alembic import op
import sqlalchemy as sa


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE color ADD VALUE IF NOT EXISTS 'it''s' AFTER 'red'")


def downgrade() -> None:
    # Rows with a value that goes have to get another one first.
    op.execute('ALTER TYPE color RENAME TO color_old')
    op.execute("CREATE TYPE color AS ENUM ('red')")
    op.execute('ALTER TABLE users ALTER COLUMN paint DROP DEFAULT')
    op.execute('ALTER TABLE users ALTER COLUMN paint TYPE color USING paint::text::color')
    op.execute("ALTER TABLE users ALTER COLUMN paint SET DEFAULT 'red'")
    op.execute('DROP TYPE color_old')
"#;
