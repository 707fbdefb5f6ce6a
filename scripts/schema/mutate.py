#!/usr/bin/env python3
"""Makes labelled changes of real model files: mutate.py ROOT MODEL.json SEED COUNT prints, as JSON, files to replace, and whether the schema changes.

MODEL.json is what dump.py says of the tree, so that a change is made only to a column that is really in a table."""

import ast
import json
import os
import random
import re
import sys

SKIP = re.compile(r"(^|/)(tests?|testing|migrations?|\w*alembic\w*|versions|migrate_repo|examples?)(/|$)|(^|/)(test_|conftest)")


class Source:
    """A file, its tree, and edits by offset."""

    def __init__(self, text):
        self.text = text
        self.tree = ast.parse(text)
        self.lines = [0]
        for line in text.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line.encode()))
        self.bytes = text.encode()

    def span(self, node):
        start = self.lines[node.lineno - 1] + node.col_offset
        return start, self.lines[node.end_lineno - 1] + node.end_col_offset

    def of(self, node):
        start, end = self.span(node)
        return self.bytes[start:end].decode()

    def put(self, start, end, new):
        return (self.bytes[:start] + new.encode() + self.bytes[end:]).decode()

    def replace(self, node, new):
        return self.put(*self.span(node), new)

    def keyword(self, call, text):
        """The call with one more keyword at its end; nothing where a comment stands in the way."""
        start, end = self.span(call)
        inside = self.bytes[start:end - 1].decode()
        if "#" in inside:
            return None
        body = inside.rstrip()
        joint = "" if body.endswith("(") else " " if body.endswith(",") else ", "
        return self.put(start, end, f"{body}{joint}{text})")


def called(call):
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def keywords(call):
    return {k.arg: k.value for k in call.keywords}


class Files:
    """Model files of a tree: classes with a table, and their columns."""

    def __init__(self, root, model):
        self.root, self.tables = root, model["tables"]
        self.classes, self.columns = [], []
        by_name = {}
        for name in self.tables:
            by_name.setdefault(name.split(" ")[0].split(".")[-1], []).append(name)
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(d for d in folders if d != "__pycache__")
            for file in sorted(files):
                path = os.path.relpath(os.path.join(folder, file), root)
                if file.endswith(".py") and not SKIP.search(path):
                    self.read(path, by_name)

    def read(self, path, by_name):
        text = open(os.path.join(self.root, path), encoding="utf-8", newline="").read()
        if "__tablename__" not in text or "\r" in text:
            return
        source = Source(text)
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            name = next((s.value for s in node.body if isinstance(s, ast.Assign) and getattr(s.targets[0], "id", "") == "__tablename__"), None)
            if not isinstance(name, ast.Constant) or len(by_name.get(name.value, [])) != 1:
                continue
            table = self.tables[by_name[name.value][0]]
            self.classes.append((path, source, node, name, table))
            for statement in node.body:
                target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
                call = getattr(statement, "value", None)
                if isinstance(target, ast.Name) and isinstance(call, ast.Call) and called(call) in ("Column", "mapped_column"):
                    given = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else target.id
                    if given in table["columns"]:
                        self.columns.append((path, source, node, statement, target, call, table, table["columns"][given]))


class Mutator:
    def __init__(self, files, seed):
        self.files, self.dice = files, random.Random(seed)

    def column(self):
        return self.dice.choice(self.files.columns)

    def one(self, name):
        made = getattr(self, name)()
        if not made:
            return None
        for text in made.values():
            if text is not None:
                ast.parse(text)
        return {"name": name, "changes": name.startswith("change_"), "files": made}

    # Nothing changes.

    def same_docstring(self):
        path, source, node, *_ = self.dice.choice(self.files.classes)
        first = node.body[0]
        start = source.lines[first.lineno - 1]
        if getattr(first, "decorator_list", None) or (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
            return None
        return {path: source.put(start, start, " " * first.col_offset + '"""Column(Integer, nullable=False) of nothing."""\n\n')}

    def same_method(self):
        path, source, node, *_ = self.dice.choice(self.files.classes)
        at = source.lines[node.end_lineno] if node.end_lineno < len(source.lines) else len(source.bytes)
        pad = " " * node.body[0].col_offset
        return {path: source.put(at, at, f"\n{pad}def added_method(self, column=None):\n{pad}    table = Column = column\n{pad}    return table\n")}

    def same_property(self):
        path, source, node, *_ = self.dice.choice(self.files.classes)
        at = source.lines[node.end_lineno] if node.end_lineno < len(source.lines) else len(source.bytes)
        pad = " " * node.body[0].col_offset
        return {path: source.put(at, at, f"\n{pad}@property\n{pad}def added_property(self):\n{pad}    return 1\n\n{pad}added_constant = 'x'\n{pad}added_hint: int\n")} if "Mapped" not in source.text and "SQLModel" not in source.text else None

    def same_comment(self):
        path, source, node, *_ = self.dice.choice(self.files.classes)
        start = source.lines[node.lineno - 1]
        if node.decorator_list or node.col_offset:
            return None
        return {path: source.put(start, start, "# class Gone(Base):\n#     x = Column(Integer)\n\n")}

    def same_python_default(self):
        path, source, _, _, _, call, _, column = self.column()
        if {"default", "primary_key", None, "default_factory"} & set(keywords(call)) or column["primary_key"]:
            return None
        text = source.keyword(call, "default=None") if "MappedAsDataclass" not in source.text else None
        return text and {path: text}

    def same_onupdate(self):
        path, source, _, _, _, call, *_ = self.column()
        if {"onupdate", None} & set(keywords(call)):
            return None
        text = source.keyword(call, "onupdate=lambda: 7")
        return text and {path: text}

    def same_explicit_nullable(self):
        path, source, _, _, _, call, _, column = self.column()
        if {"nullable", None} & set(keywords(call)):
            return None
        text = source.keyword(call, f"nullable={column['nullable']}")
        return text and {path: text}

    def same_length_keyword(self):
        path, source, _, _, _, call, *_ = self.column()
        for node in ast.walk(call):
            if isinstance(node, ast.Call) and called(node) in ("String", "Unicode", "VARCHAR") and len(node.args) == 1 and not node.keywords:
                return {path: source.replace(node.args[0], "length=" + source.of(node.args[0]))}
        return None

    def same_constant(self):
        path, source, *_ = self.column()
        numbers = [n for *_, c, _, _ in self.files.columns if c in ast.walk(source.tree) for n in ast.walk(c)
                   if isinstance(n, ast.Constant) and type(n.value) is int]
        if not numbers:
            return None
        node = self.dice.choice(numbers)
        body = source.tree.body
        last = max((n.end_lineno for n in body if isinstance(n, (ast.Import, ast.ImportFrom))), default=0)
        text = source.replace(node, "_ADDED_LENGTH")
        lines = text.splitlines(keepends=True)
        return {path: "".join(lines[:last] + [f"\n_ADDED_LENGTH = {node.value}\n"] + lines[last:])} if last else None

    def same_order(self):
        """Two columns change places."""
        path, source, node, statement, *_ = self.column()
        plain = [s for s in node.body if any(s is c[3] for c in self.files.columns)]
        index = plain.index(statement)
        if index + 1 >= len(plain) or node.body.index(plain[index + 1]) != node.body.index(statement) + 1:
            return None
        other = plain[index + 1]
        name = getattr(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target, "id", "")
        if re.search(rf"\b{name}\b", source.of(other)):
            return None
        (a, b), (c, d) = source.span(statement), source.span(other)
        between = source.bytes[b:c].decode()
        return {path: source.put(a, d, source.of(other) + between + source.of(statement))}

    def same_moved_module(self):
        """The file moves aside, and what was there takes its names from it."""
        path, source, *_ = self.column()
        if path.endswith("__init__.py") or re.search(r"__file__|__name__", source.text):
            return None
        moved = path[:-3] + "_moved.py"
        stem = os.path.basename(moved)[:-3]
        names = sorted({n.name for n in source.tree.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))}
                       | {t.id for n in source.tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
                       | {a.asname or a.name for n in source.tree.body if isinstance(n, ast.ImportFrom) for a in n.names if a.name != "*"}
                       | {a.asname or a.name for n in source.tree.body if isinstance(n, ast.Import) for a in n.names if "." not in a.name})
        names = [n for n in names if n != "annotations"]
        return {moved: source.text, path: f"from .{stem} import (\n    " + ",\n    ".join(names) + ",\n)\n"}

    def same_quotes(self):
        path, source, _, _, name, table = self.dice.choice(self.files.classes)[:6] if False else (*self.dice.choice(self.files.classes)[:3], None, None, None)
        node = self.dice.choice([c[3] for c in self.files.classes if c[0] == path])
        return {path: source.replace(node, f"({node.value[:1]!r} + {node.value[1:]!r})")}

    def same_alias(self):
        path, source, *_ = self.column()
        for node in source.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sqlalchemy"):
                for alias in node.names:
                    if alias.name in ("Column", "String", "Integer", "ForeignKey", "DateTime", "Text", "Boolean") and not alias.asname:
                        text = re.sub(rf"(?<![\w.\"'])\b{alias.name}\b(?![\w\"'=])", f"Renamed{alias.name}", source.text)
                        return {path: re.sub(rf"^((?:from .* import .*|\s+.*))\bRenamed{alias.name}\b", rf"\1{alias.name} as Renamed{alias.name}", text, count=1, flags=re.M)}
        return None

    # Something changes.

    def change_column_dropped(self):
        path, source, node, statement, target, call, table, column = self.column()
        if column["primary_key"] or len(re.findall(rf"\b{target.id}\b", source.text)) > 1 or len(node.body) < 3:
            return None
        start, end = source.span(statement)
        return {path: source.put(start, end, "pass")}

    def change_column_added(self):
        path, source, _, statement, target, call, table, _ = self.column()
        start = source.lines[statement.lineno - 1]
        kind = source.of(call.func)
        base = source.of(call.func).rsplit(".", 1)[0] + "." if "." in kind and "orm" not in kind else ""
        if f"{base}Integer" not in source.text:
            return None
        return {path: source.put(start, start, " " * statement.col_offset + f"added_column = {kind}({base}Integer)\n")}

    def change_length(self):
        path, source, _, _, _, call, *_ = self.column()
        for node in ast.walk(call):
            if isinstance(node, ast.Call) and called(node) in ("String", "VARCHAR") and node.args and isinstance(node.args[0], ast.Constant):
                return {path: source.replace(node.args[0], str(node.args[0].value + 1))}
        return None

    def change_type(self):
        path, source, _, _, _, call, _, column = self.column()
        for node in call.args[:2]:
            if isinstance(node, ast.Name) and node.id in ("Integer", "Boolean", "DateTime", "Text") and column["primary_key"] is False:
                return {path: "import sqlalchemy as _added_sa\n" + source.replace(node, "_added_sa.LargeBinary")} if "__future__" not in source.text and not isinstance(source.tree.body[0], ast.Expr) else None
        return None

    def change_nullable(self):
        path, source, _, _, _, call, _, column = self.column()
        given = keywords(call)
        if None in given or column["primary_key"]:
            return None
        new = f"{not column['nullable']}"
        if "nullable" in given:
            return {path: source.replace(given["nullable"], new)}
        text = source.keyword(call, f"nullable={new}")
        return text and {path: text}

    def flag(self, name, value="True", unless=()):
        path, source, _, _, _, call, _, column = self.column()
        if {name, None, *unless} & set(keywords(call)) or column["primary_key"]:
            return None
        text = source.keyword(call, f"{name}={value}")
        return text and {path: text}

    def change_indexed(self):
        return self.flag("index", unless=("unique",))

    def change_unique(self):
        return self.flag("unique", unless=("index",))

    def change_server_default(self):
        return self.flag("server_default", "'1'")

    def change_comment(self):
        return self.flag("comment", "'added'")

    def change_action(self):
        path, source, _, _, _, call, *_ = self.column()
        for node in ast.walk(call):
            if isinstance(node, ast.Call) and called(node) == "ForeignKey" and "onupdate" not in keywords(node):
                text = source.keyword(node, "onupdate='CASCADE'")
                return text and {path: text}
        return None

    def change_table_renamed(self):
        path, source, _, name, table = self.dice.choice(self.files.classes)
        return {path: source.replace(name, repr(name.value + "_renamed"))}

    def change_column_renamed(self):
        path, source, _, _, target, call, _, column = self.column()
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            return {path: source.replace(call.args[0], repr(call.args[0].value + "_renamed"))}
        start, end = source.span(call)
        func = source.of(call.func)
        if not call.args or "key" in keywords(call):
            return None
        return {path: source.put(start + len(func.encode()) + 1, start + len(func.encode()) + 1, repr(target.id + "_renamed") + ", ")}

    def change_constraint_dropped(self):
        path, source, node, *_ = self.dice.choice(self.files.classes)
        for statement in node.body:
            if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "__table_args__" and isinstance(statement.value, ast.Tuple):
                parts = [e for e in statement.value.elts if isinstance(e, ast.Call) and called(e) in ("Index", "UniqueConstraint", "CheckConstraint")]
                if parts:
                    return {path: source.replace(self.dice.choice(parts), "*()")}
        return None

    def change_table_dropped(self):
        path, source, node, name, table = self.dice.choice(self.files.classes)
        if node.col_offset or node.decorator_list or len(re.findall(rf"\b{node.name}\b", source.text)) > 1:
            return None
        return {path: source.replace(node, "")}

    def change_table_added(self):
        path, source, node, name, table = self.dice.choice(self.files.classes)
        text = source.of(node)
        if node.col_offset or node.decorator_list or "Index(" in text or "name=" in text or "relationship" in text or "polymorphic" in text:
            return None
        text = text.replace(f"class {node.name}", f"class {node.name}Added", 1).replace(source.of(name), repr(name.value + "_added"), 1)
        return {path: source.text.rstrip("\n") + "\n\n\n" + text + "\n"}


def mutants(root, model, seed, count):
    files = Files(root, model)
    mutator = Mutator(files, seed)
    names = sorted(n for n in dir(Mutator) if n.startswith(("same_", "change_")))
    made = []
    if not files.columns:
        return made
    for name in names:
        for _ in range(count):
            for _ in range(20):
                try:
                    one = mutator.one(name)
                except (SyntaxError, ValueError, IndexError):
                    one = None
                if one:
                    made.append(one)
                    break
    return made


def main():
    root, model, seed, count = sys.argv[1:]
    json.dump(mutants(root, json.load(open(model)), int(seed), int(count)), sys.stdout)


if __name__ == "__main__":
    main()
