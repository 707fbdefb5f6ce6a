"""What Alembic's autogenerate has to do between a database and models, as one comparable word for each difference."""

import sys

import alembic.op
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import mysql, postgresql

# Autogenerate does not look at these; nija does, and says more.
UNSEEN = {
    "check-added", "check-dropped", "exclude-added", "exclude-dropped", "enum-changed", "primary-key-changed",
    "autoincrement-changed", "computed-changed", "identity-changed",
}
# SQLite keeps no comments.
UNSEEN_BY = {"sqlite": UNSEEN | {"comment-changed"}, "postgresql": UNSEEN}


def create(url, metadatas):
    """Makes an empty database hold what models declare."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        empty(connection)
        for metadata in metadatas:
            for schema in sorted({t.schema for t in metadata.tables.values() if t.schema}):
                connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
            metadata.create_all(connection)
    engine.dispose()


def empty(connection):
    if connection.dialect.name == "postgresql":
        for schema in sa.inspect(connection).get_schema_names():
            if schema != "information_schema":
                connection.execute(sa.schema.DropSchema(schema, cascade=True))
        connection.execute(sa.schema.CreateSchema("public"))
        return
    for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if not name.startswith("sqlite_"):
            connection.exec_driver_sql(f'DROP TABLE "{name}"')


def differences(url, metadatas):
    """Sorted (kind, table, columns) that autogenerate would migrate."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        options["include_schemas"] = engine.dialect.name != "sqlite"
        context = MigrationContext.configure(connection, opts=options)
        found = list(flat(produce_migrations(context, list(metadatas) or sa.MetaData()).upgrade_ops.ops))
    engine.dispose()
    whole = {table for kind, table, _ in found if kind in ("table-added", "table-dropped")}
    parts = [f for f in found if f[0] in ("table-added", "table-dropped") or f[1] not in whole]
    return sorted(parts)


def run(source, step, root, url):
    """Runs `upgrade` or `downgrade` of a script, as Alembic does, with the project's modules to import from."""
    engine = sa.create_engine(url)
    sys.path.insert(0, str(root))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            names = {"op": alembic.op, "sa": sa, "postgresql": postgresql, "mysql": mysql}
            exec(compile(source, "skeleton.py", "exec"), names)
            names[step]()
    engine.dispose()


def flat(operations):
    for op in operations:
        if isinstance(op, ops.ModifyTableOps):
            yield from flat(op.ops)
        else:
            yield from words(op)


def words(op):
    table = qualified(getattr(op, "schema", None), getattr(op, "table_name", None))
    if isinstance(op, ops.CreateTableOp):
        yield ("table-added", table, [])
    elif isinstance(op, ops.DropTableOp):
        yield ("table-dropped", table, [])
    elif isinstance(op, ops.AddColumnOp):
        yield ("column-added", table, [op.column.name])
    elif isinstance(op, ops.DropColumnOp):
        yield ("column-dropped", table, [op.column_name])
    elif isinstance(op, ops.AlterColumnOp):
        yield from altered(op, table)
    elif isinstance(op, (ops.CreateTableCommentOp, ops.DropTableCommentOp)):
        yield ("comment-changed", table, [])
    elif isinstance(op, (ops.CreateIndexOp, ops.DropIndexOp)):
        added = isinstance(op, ops.CreateIndexOp)
        yield ("index-added" if added else "index-dropped", table, [op.index_name])
    else:
        yield constraint(op)


def altered(op, table):
    said = {
        "type-changed": op.modify_type is not None,
        "nullability-changed": op.modify_nullable is not None,
        "server-default-changed": op.modify_server_default is not False,
        "comment-changed": op.modify_comment is not False,
    }
    yield from ((kind, table, [op.column_name]) for kind, is_so in said.items() if is_so)


def constraint(op):
    """Constraints by their columns: a database gives names where models give none."""
    verb = "dropped" if isinstance(op, ops.DropConstraintOp) else "added"
    made = op.to_constraint()
    kind = {sa.UniqueConstraint: "unique", sa.ForeignKeyConstraint: "foreign-key"}[type(made)]
    return (f"{kind}-{verb}", qualified(made.table.schema, made.table.name), sorted(c.name for c in made.columns))


def qualified(schema, table):
    return f"{schema}.{table}" if schema else table


def of_nija(changes, models, database):
    """The same words from `nija schema diff --json`; names of constraints become the columns they stand on."""
    found = []
    for change in changes:
        kind, table, item = change["kind"], change["table"], change["item"]
        if kind in UNSEEN_BY[database] or database == "sqlite" and of_expressions(models, change):
            continue
        if kind.startswith(("unique-", "foreign-key-")):
            part = "uniques" if kind.startswith("unique") else "foreign_keys"
            columns = columns_of(models[kind.endswith("added")], table, part, item)
        else:
            columns = [item] if item else []
        found.append((kind, table, columns))
    return sorted(found)


def of_expressions(models, change):
    """Whether an index is of expressions: autogenerate cannot read such an index from SQLite, and skips it."""
    if not change["kind"].startswith("index-"):
        return False
    table = models[change["kind"] == "index-added"]["tables"][change["table"]]
    index = next((i for i in table["indexes"] if i["name"] == change["item"]), {"columns": []})
    return any("(" in column for column in index["columns"])


def columns_of(model, table, part, item):
    for one in model["tables"][table][part]:
        if one["name"] == item or f"({', '.join(one['columns'])})" == item:
            return sorted(one["columns"])
    return [f"no {part} named {item}"]
