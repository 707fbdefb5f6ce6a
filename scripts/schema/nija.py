"""Asks the program under test, and takes its answers apart."""

import json
import subprocess


class Nija:
    """The program, run in versions of a project."""

    def __init__(self, program, work):
        self.program, self.work = program, work

    def ask(self, *arguments, cwd=None):
        done = subprocess.run([self.program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True)
        if done.returncode >= 64 or not done.stdout:
            raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip() or done.stdout[:500]}")
        return json.loads(done.stdout)

    def show(self, root, dialect):
        return self.ask("show", root, "--dialect", dialect)

    def diff(self, before, after, dialect):
        return self.ask("diff", before, after, "--dialect", dialect)
