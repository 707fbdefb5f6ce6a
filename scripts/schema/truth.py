#!/usr/bin/env python3
"""Holds `nija schema` to real SQLAlchemy and real Alembic over the cases of tests/schema/truth; run by scripts/schema_truth.sh."""

import argparse
import contextlib
import difflib
import json
import os
import pathlib
import sys
import tempfile
import traceback
import warnings

# Loaded once, before the forks that load models.
import flask_sqlalchemy  # noqa: F401
import sqlalchemy as sa
import sqlmodel  # noqa: F401

import autogenerate
import cases
import cluster
import dump
from nija import Nija

HERE = pathlib.Path(__file__).resolve().parent

def apart(function, *arguments):
    """Calls a function in a process of its own, since models cannot be unloaded, and returns what it returns."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 0
        try:
            answer = json.dumps({"ok": function(*arguments)}, default=str)
        except BaseException:
            answer = json.dumps({"error": traceback.format_exc()})
        with os.fdopen(writer, "w") as file:
            file.write(answer)
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as file:
        answer = json.load(file)
    os.waitpid(child, 0)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["ok"]


def real_models(root, dialects):
    found = dump.load(str(root))
    return {dialect: dump.Dump(dialect).model(found) for dialect in dialects}


def make_database(root, url):
    autogenerate.create(url, dump.load(str(root)))


def real_differences(root, url):
    return autogenerate.differences(url, dump.load(str(root)))


def untold(real, found):
    """Leaves out a type where SQLAlchemy cannot create it, as a VARCHAR without a length on MySQL."""
    for name, table in real.items():
        for column, about in table["columns"].items():
            other = found.get(name, {"columns": {}})["columns"].get(column)
            if about["kind"]["sql"] is None and other:
                other["kind"]["sql"] = None


def comparable(model):
    """A model without what only one of the two can say: places, spellings for migrations, unresolved types."""

    def clean(value, key=None):
        if isinstance(value, dict):
            dropped = ("place", "python", "unresolved")
            return {k: clean(v, k) for k, v in value.items() if k not in dropped}
        return [clean(v) for v in value] if isinstance(value, list) else value

    tables = clean(model["tables"])
    for table in tables.values():
        for part in ("foreign_keys", "uniques", "checks", "excludes", "indexes"):
            table[part] = sorted(table[part], key=lambda p: json.dumps(p, sort_keys=True))
    return tables


def unlike(real, found):
    """Lines that tell two values apart; nothing where they are equal."""
    if real == found:
        return []
    lines = [json.dumps(x, indent=1, sort_keys=True, default=str).splitlines() for x in (real, found)]
    return list(difflib.unified_diff(*lines, "the real tools", "nija", lineterm="", n=2))


class Run:
    """Goes through cases and counts."""

    def __init__(self, nija, databases, work):
        self.nija, self.databases, self.work = nija, databases, work
        self.passed, self.failed = 0, 0

    def check(self, name, function, *arguments):
        try:
            lines = function(*arguments)
        except Exception as error:
            lines = [str(error)]
        if lines:
            self.failed += 1
            print(f"FAILED {name}", *lines, sep="\n    ")
        else:
            self.passed += 1

    def case(self, case):
        roots = {side: cases.lay_out(files, self.work / side) for side, files in case.sides()}
        self.nija.commit(*roots.values())
        for revision, (side, root) in zip(("HEAD", "HEAD~1")[: len(roots)][::-1], roots.items()):
            self.check(f"{case.name}: model {side}", self.model, root, revision, case.dialects())
        if case.after is None:
            return
        for database, url in self.databases.items():
            if database in case.databases:
                self.check(f"{case.name}: autogenerate on {database}", self.operations, roots, database, url)
                self.check(f"{case.name}: skeleton on {database}", self.skeleton, roots, database, url)

    def model(self, root, revision, dialects):
        real = apart(real_models, root, dialects)
        lines = []
        for dialect in dialects:
            truth, found = comparable(real[dialect]), comparable(self.nija.show(revision, dialect))
            untold(truth, found)
            lines += [f"{dialect}: {line}" for line in unlike(truth, found)]
        return lines

    def operations(self, roots, database, url):
        apart(make_database, roots["before"], url)
        real = [tuple(words) for words in apart(real_differences, roots["after"], url)]
        changes = self.nija.diff(database)
        models = [self.nija.show(revision, database) for revision in ("HEAD~1", "HEAD")]
        found = autogenerate.of_nija(changes, models, database)
        return [f"{mark} {words}" for mark, one, other in (("-", real, found), ("+", found, real))
                for words in one if words not in other]

    def skeleton(self, roots, database, url):
        """The migration that nija proposes, carried out: nothing may be left to do, and its downgrade must lead back."""
        source = "".join(one["source"] for one in self.nija.check(database)["missing"])
        apart(make_database, roots["before"], url)
        lines = []
        for step, side in (("upgrade", "after"), ("downgrade", "before")):
            if source:
                apart(autogenerate.run, source, step, roots["after"], url)
            left = apart(real_differences, roots[side], url)
            lines += [f"left after {step}: {words}" for words in left]
        return lines + source.splitlines() if lines else []


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nija", required=True, help="the program to hold to the truth")
    parser.add_argument("--only", default="", help="cases whose names hold this")
    parser.add_argument("--no-postgresql", action="store_true")
    asked = parser.parse_args()
    chosen = [c for c in cases.read(HERE.parent.parent / "tests/schema/truth") if asked.only in c.name]
    with contextlib.ExitStack() as stack:
        work = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nija-truth-")))
        databases = {"sqlite": f"sqlite:///{work / 'truth.db'}"}
        if not asked.no_postgresql:
            databases["postgresql"] = stack.enter_context(cluster.running())
        run = Run(Nija(asked.nija, work), databases, work)
        for case in chosen:
            run.case(case)
    print(f"{run.passed} passed, {run.failed} failed")
    sys.exit(1 if run.failed or not run.passed else 0)


if __name__ == "__main__":
    main()
