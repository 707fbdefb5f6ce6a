"""Makes the repository that schema checks are measured on: schema_tree.py DIR FILES CHANGED [SEED].

FILES Python files in one package: a tenth of them declare tables, a twentieth are migration scripts, the rest is code of the
kind that surrounds them. All of it is committed; then CHANGED files are changed and staged, models among them.
"""

import os
import random
import subprocess
import sys

TYPES = ["Integer", "String(50)", "Text", "Boolean", "DateTime(timezone=True)", "Numeric(18, 8)", "JSON", "Float"]
WORDS = "order fill price venue ticker limit account balance margin session token event audit user desk route".split()


def model(rng, number, tables=4):
    lines = [
        '"""Tables of area %d."""' % number,
        "from __future__ import annotations",
        "import enum",
        "from datetime import datetime",
        "from sqlalchemy import Boolean, Column, DateTime, Enum, Float, ForeignKey, Index, Integer, JSON, Numeric, String, Text",
        "from sqlalchemy.orm import Mapped, mapped_column, relationship",
        "from app.base import Base, Stamped",
        "",
        "class State%d(enum.Enum):" % number,
        "    NEW = 'new'",
        "    DONE = 'done'",
        "",
    ]
    previous = None
    for table in range(tables):
        name = "%s_%d_%d" % (rng.choice(WORDS), number, table)
        lines += ["", "class T%d_%d(Stamped, Base):" % (number, table), "    __tablename__ = '%s'" % name]
        lines += ["    __table_args__ = (Index('ix_%s_c0', 'c0', 'c1'),)" % name]
        lines += ["    id: Mapped[int] = mapped_column(primary_key=True)", "    state = Column(Enum(State%d), nullable=False)" % number]
        for column in range(12):
            kind = rng.choice(TYPES)
            if column % 3:
                lines += ["    c%d = Column(%s, nullable=%s)" % (column, kind, rng.random() < 0.5)]
            else:
                lines += ["    c%d: Mapped[str | None] = mapped_column(String(%d), index=True)" % (column, rng.randrange(10, 200))]
        if table:
            lines += ["    parent_id = Column(ForeignKey('%s.id'))" % previous, "    parent = relationship('T%d_%d')" % (number, table - 1)]
        previous = name
        lines += ["", "    def describe(self) -> str:", '        """Says what it is."""', "        return f'{self.id} {self.state}'"]
    return "\n".join(lines) + "\n"


def code(rng, number):
    lines = ['"""Work of part %d."""' % number, "import logging", "from dataclasses import dataclass", "from app.base import settings", ""]
    lines += ["log = logging.getLogger(__name__)", ""]
    while sum(map(len, lines)) < 6500:
        name = "%s_%s_%d" % (rng.choice(WORDS), rng.choice(WORDS), rng.randrange(1000))
        lines += [
            "def %s(items, *, limit=%d, strict=False):" % (name, rng.randrange(100)),
            '    """Looks at %s and answers what is left of them."""' % rng.choice(WORDS),
            "    found = {item.id: item for item in items if item.amount > limit}",
            "    for key, item in sorted(found.items()):",
            "        try:",
            "            log.info('%s %%s', key, extra={'item': item, 'total': len(found)})" % rng.choice(WORDS),
            "        except (KeyError, ValueError) as error:",
            "            if strict and key not in {1, 2, 3}:",
            "                raise RuntimeError(f'cannot take {key}') from error",
            "    return [item for item in found.values() if not strict or item.state == 'done'][:limit]",
            "",
        ]
    return "\n".join(lines) + "\n"


def migration(number, previous):
    down = "'%s'" % previous if previous else "None"
    name = "%012x" % (number + 1)
    body = [
        '"""change %d"""' % number,
        "from alembic import op",
        "import sqlalchemy as sa",
        "",
        "revision = '%s'" % name,
        "down_revision = %s" % down,
        "branch_labels = None",
        "depends_on = None",
        "",
        "def upgrade():",
        "    op.add_column('t%d', sa.Column('x%d', sa.String(length=20), nullable=True))" % (number % 7, number),
        "",
        "def downgrade():",
        "    op.drop_column('t%d', 'x%d')" % (number % 7, number),
    ]
    return name, "\n".join(body) + "\n"


def write(root, path, text):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def git(root, *words):
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", root, *identity, *words], check=True, stdout=subprocess.DEVNULL)


def main():
    root, files, changed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 7)
    models, scripts = files // 10, files // 20
    base = "from sqlalchemy import Column, DateTime, func\nfrom sqlalchemy.orm import DeclarativeBase\n\nsettings = {}\n\n"
    base += "class Base(DeclarativeBase):\n    pass\n\nclass Stamped:\n    created_at = Column(DateTime, server_default=func.now())\n"
    write(root, "app/__init__.py", "")
    write(root, "app/base.py", base)
    write(root, "alembic.ini", "[alembic]\nscript_location = migrations\n")
    for number in range(models):
        write(root, "app/area%d/models.py" % number, model(rng, number))
        write(root, "app/area%d/__init__.py" % number, "")
    previous = None
    for number in range(scripts):
        previous, text = migration(number, previous)
        write(root, "migrations/versions/%s_change.py" % previous, text)
    for number in range(files - 2 - 2 * models - scripts):
        write(root, "app/work/part%d.py" % number, code(rng, number))
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "as it was")
    for number in range(changed):
        if number % 2:
            write(root, "app/work/part%d.py" % number, code(rng, number))
        else:
            with open(os.path.join(root, "app/area%d/models.py" % number), "a") as file:
                file.write("\nT%d_0.added = Column(String(20), nullable=True)\n" % number)
    git(root, "add", "-A")


main()
