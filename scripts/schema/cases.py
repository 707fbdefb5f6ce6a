"""Reads the cases of tests/schema/truth and lays out their versions as projects; its README says what they look like."""

import dataclasses
import pathlib
import re

DATABASES = ("sqlite", "postgresql")


@dataclasses.dataclass
class Case:
    """One case: the files of either version by path, and the databases that can hold it."""

    name: str
    databases: tuple
    before: dict
    after: dict | None

    def dialects(self):
        """What models are compiled for: MySQL too, where a case is of no database in particular."""
        return [*self.databases, "mysql"] if self.databases == DATABASES else list(self.databases)

    def sides(self):
        return [("before", self.before)] + ([("after", self.after)] if self.after is not None else [])


def read(folder):
    """Every case below a folder, by file and place in it."""
    return [case for path in sorted(pathlib.Path(folder).glob("*.txt")) for case in of_file(path)]


def of_file(path):
    prelude, cases = "", []
    for block in re.split(r"^(?=-- |== )", path.read_text(), flags=re.M):
        head, _, text = block.partition("\n")
        if head == "-- prelude":
            prelude = text
        elif head.startswith("== "):
            name, _, databases = head[3:].partition(" [")
            named = tuple(word.strip() for word in databases.rstrip("]").split(",") if word.strip())
            cases.append(Case(f"{path.stem}/{name.strip()}", named or DATABASES, {}, None))
        elif head.startswith("-- "):
            side, file = head[3:].split()
            put(cases[-1], side, file, prelude + text if file.endswith("models.py") else text)
        elif block.strip():
            raise ValueError(f"{path}: does not begin with '-- ' or '== ': {head}")
    for case in cases:
        if case.after is not None:
            case.after = {name: text for name, text in case.after.items() if text is not None}
    return cases


def put(case, side, file, text):
    if side == "after" and case.after is None:
        case.after = dict(getattr(case, "both", {}))
    if side == "both":
        case.both = getattr(case, "both", {}) | {file: text}
    for one, files in (("before", case.before), ("after", case.after)):
        if side in (one, "both") and files is not None:
            files[file] = text


def lay_out(files, folder):
    """Writes a version into a folder, which holds nothing else then."""
    folder = pathlib.Path(folder)
    for old in folder.rglob("*.py"):
        old.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
