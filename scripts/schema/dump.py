#!/usr/bin/env python3
"""Prints the `MetaData` of models as `nija schema show` prints its model, asking SQLAlchemy itself: dump.py [--dialect NAME] ROOT."""

import argparse
import gc
import importlib
import json
import os
import re
import sys

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.sql import naming, sqltypes

DIALECTS = {"postgresql": postgresql.dialect, "sqlite": sqlite.dialect, "mysql": mysql.dialect}
# What a dialect is asked for in vain says nothing about a schema in another.
CATALOGUES = ("pg_catalog", "information_schema", "sys")
PREFIX = re.compile(r"^(postgresql|sqlite|mysql|mariadb|oracle|mssql)_")


def folded(text):
    return " ".join(str(text).split())


class Dump:
    """Reads tables in the words of one dialect."""

    def __init__(self, dialect_name):
        self.name = dialect_name
        self.dialect = DIALECTS[dialect_name]()
        self.ddl = self.dialect.ddl_compiler(self.dialect, None)
        self.sql = self.dialect.statement_compiler(self.dialect, None)

    def model(self, metadatas):
        tables = {}
        for metadata in metadatas:
            for table in metadata.tables.values():
                name = f"{table.schema}.{table.name}" if table.schema else table.name
                tables[name] = self.table(table)
        return {"tables": dict(sorted(tables.items()))}

    def table(self, table):
        # A CHECK that is given to a column is the column's alone.
        constraints = {*table.constraints, *(k for c in table.columns for k in c.constraints)}
        constraints = sorted(constraints, key=lambda c: c._creation_order)
        excludes = [c for c in constraints if isinstance(c, postgresql.ExcludeConstraint)]
        return {
            "name": str(table.name),
            "schema": table.schema and str(table.schema),
            "columns": {str(c.name): self.column(c) for c in sorted(table.columns, key=lambda c: str(c.name))},
            "order": [str(c.name) for c in table.columns],
            "primary_key": self.primary_key(table),
            "foreign_keys": ordered(self.foreign_key(c) for c in constraints if isinstance(c, sa.ForeignKeyConstraint)),
            "uniques": ordered(self.key(c) for c in constraints if isinstance(c, sa.UniqueConstraint)),
            "checks": ordered(self.check(c) for c in constraints if isinstance(c, sa.CheckConstraint) and self.made(c)),
            "excludes": ordered(self.exclude(c) for c in excludes),
            "indexes": ordered(self.index(i) for i in table.indexes if self.made(i)),
            "comment": table.comment,
        }

    def made(self, item):
        """Whether the dialect creates it: a CHECK of `Enum` is not where the dialect has a type for it."""
        rule = getattr(item, "_create_rule", None)
        wanted = getattr(item, "_ddl_if", None)
        return (rule is None or rule(self.ddl)) and wanted is None

    def column(self, column):
        identity = column.identity
        return {
            "name": str(column.name),
            "kind": self.kind(column.type),
            "nullable": bool(column.nullable),
            "primary_key": bool(column.primary_key),
            "server_default": self.server_default(column),
            "autoincrement": {"auto": None, "ignore_fk": True}.get(column.autoincrement, column.autoincrement),
            "computed": self.computed(column.computed),
            "identity": identity is not None and self.identity(identity) or None,
            "comment": column.comment,
        }

    def kind(self, kind):
        try:
            sql = self.dialect.type_compiler_instance.process(kind)
        except Exception:  # A type that SQLAlchemy cannot tell either, as of a column without one.
            sql = None
        return {"sql": sql, "values": self.values(kind)}

    def values(self, kind):
        kind = kind.dialect_impl(self.dialect) if isinstance(kind, sa.TypeDecorator) else kind
        kind = getattr(kind, "impl_instance", kind)
        if isinstance(kind, sqltypes.ARRAY):
            kind = kind.item_type
        if not isinstance(kind, sqltypes.Enum):
            return None
        native = self.name != "sqlite" and bool(kind.native_enum)
        return {"name": kind.name and str(kind.name), "values": [str(v) for v in kind.enums], "native": native}

    def server_default(self, column):
        if column.computed is not None or column.identity is not None:
            return None
        default = self.ddl.get_column_default_string(column)
        return default and folded(default)

    def computed(self, computed):
        if computed is None:
            return None
        stored = {True: " STORED", False: " VIRTUAL", None: ""}[computed.persisted]
        return self.expression(computed.sqltext) + stored

    def identity(self, identity):
        kind = "ALWAYS" if identity.always else "BY DEFAULT"
        return f"{kind} {self.ddl.get_identity_options(identity)}".strip()

    def expression(self, expression):
        return folded(self.sql.process(expression, include_table=False, literal_binds=True))

    def primary_key(self, table):
        key = table.primary_key
        return self.key(key) if len(key.columns) else None

    def key(self, constraint):
        columns = [str(c.name) for c in constraint.columns]
        return {"name": named(constraint), "columns": columns, "options": sorted(self.options(constraint))}

    def options(self, constraint):
        if constraint.deferrable is not None:
            yield "deferrable" if constraint.deferrable else "not deferrable"
        if constraint.initially:
            yield f"initially {constraint.initially.lower()}"
        given = dict(constraint.dialect_kwargs)
        if given.get("postgresql_nulls_not_distinct"):
            yield "nulls not distinct"
        if given.get("postgresql_include"):
            yield f"include {', '.join(map(str, given['postgresql_include']))}"

    def foreign_key(self, constraint):
        schema, table, columns = None, None, []
        for element in constraint.elements:
            parts = element._column_tokens
            schema, table = parts[0], parts[1]
            columns.append(parts[2] or element.parent.name)
        if isinstance(constraint.elements[0]._colspec, sa.Column):
            schema = constraint.elements[0]._colspec.table.schema
        options = []
        if constraint.deferrable is not None:
            options.append("DEFERRABLE" if constraint.deferrable else "NOT DEFERRABLE")
        if constraint.initially:
            options.append(f"INITIALLY {constraint.initially.upper()}")
        if constraint.match:
            options.append(f"MATCH {constraint.match.upper()}")
        if constraint.use_alter:
            options.append("use_alter")
        return {
            "name": named(constraint),
            "columns": [str(c) for c in constraint.column_keys],
            "target": f"{schema}.{table}" if schema else str(table),
            "target_columns": [str(c) for c in columns],
            "on_delete": constraint.ondelete and constraint.ondelete.upper(),
            "on_update": constraint.onupdate and constraint.onupdate.upper(),
            "options": sorted(options),
        }

    def check(self, constraint):
        return {"name": named(constraint), "sql": self.expression(constraint.sqltext)}

    def exclude(self, constraint):
        text = folded(self.ddl.visit_exclude_constraint(constraint))
        return {"name": named(constraint), "sql": text[text.index("EXCLUDE"):]}

    def index(self, index):
        columns = [str(e.name) if isinstance(e, sa.Column) else self.expression(e) for e in index.expressions]
        options = sorted(f"{key}={self.option(value)}" for key, value in index.dialect_kwargs.items() if said(value))
        return {
            "name": index.name and str(index.name),
            "columns": columns,
            "unique": bool(index.unique),
            "options": [o for o in options if o.startswith(self.name) or not PREFIX.match(o)],
        }

    def option(self, value):
        if isinstance(value, sa.sql.ClauseElement):
            return self.expression(value)
        if isinstance(value, dict):
            return ", ".join(f"{k}={v}" for k, v in value.items())
        if isinstance(value, (list, tuple)):
            return ", ".join(map(str, value))
        return value


def named(constraint):
    """Its name, naming conventions applied, as SQLAlchemy writes it."""
    try:
        name = naming._constraint_name_for_table(constraint, constraint.table)
    except sa.exc.InvalidRequestError:  # A convention that asks for a name where none is.
        return None
    name = constraint.name if name is None else name
    return None if name is None or name is naming._NONE_NAME else str(name)


def said(value):
    return value is not None and value is not False and not (isinstance(value, (dict, list, tuple)) and not value)


def ordered(parts):
    return sorted(parts, key=lambda part: json.dumps([part["name"] or "", part], sort_keys=True))


def modules_of(root):
    """Names of the modules below a folder, packages before what is in them; migrations are no models."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(d for d in folders if d not in ("migrations", "alembic", "versions", "__pycache__"))
        for file in sorted(files, key=lambda f: (f != "__init__.py", f)):
            if file.endswith(".py"):
                path = os.path.relpath(os.path.join(folder, file), root)
                yield path[:-3].replace(os.sep, ".").removesuffix(".__init__")


def load(root):
    """Imports every module below a folder and returns every `MetaData` that then holds a table."""
    sys.path.insert(0, root)
    sys.dont_write_bytecode = True
    for module in modules_of(root):
        importlib.import_module(module)
    sa.orm.configure_mappers()
    return metadatas()


def metadatas():
    """Every `MetaData` that holds a table, in the order of their first tables' names; not SQLAlchemy's own, of catalogues."""
    found = [o for o in gc.get_objects() if issubclass(type(o), sa.MetaData) and o.tables]
    found = [m for m in found if not any((t.schema or "").lower() in CATALOGUES for t in m.tables.values())]
    return sorted(found, key=lambda m: min(m.tables))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialect", default="postgresql", choices=DIALECTS)
    parser.add_argument("root")
    asked = parser.parse_args()
    model = Dump(asked.dialect).model(load(asked.root))
    json.dump(model, sys.stdout, indent=1, default=str)
    print()


if __name__ == "__main__":
    main()
