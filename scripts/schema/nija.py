"""Asks the program under test about versions of a project, each laid out as a commit, and takes its answers apart."""

import json
import shutil
import subprocess


class Nija:
    """The program, run in a git repository that holds one version after the other."""

    def __init__(self, program, work):
        self.program, self.repository = program, work / "repository"

    def ask(self, *arguments):
        command = [self.program, "--json", "schema", *map(str, arguments)]
        done = subprocess.run(command, cwd=self.repository, capture_output=True, text=True)
        answer = json.loads(done.stdout or "{}")
        if done.returncode >= 64 or "data" not in answer:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr or answer.get('error')}")
        return answer["data"]

    def git(self, *arguments):
        named = ["-c", "user.name=Truth", "-c", "user.email=truth@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *named, *arguments], cwd=self.repository, check=True, stdout=subprocess.DEVNULL)

    def commit(self, *roots):
        """A repository with one commit for each version given, and none for another."""
        shutil.rmtree(self.repository, ignore_errors=True)
        self.repository.mkdir()
        self.git("init", "-q")
        for root in roots:
            for old in self.repository.iterdir():
                if old.name != ".git":
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
            shutil.copytree(root, self.repository, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            self.git("add", "-A")
            self.git("commit", "-q", "--allow-empty", "-m", str(root))

    def show(self, revision, dialect):
        models = self.ask("show", "--no-cache", "--at", revision, "--dialect", dialect)["models"]
        return {"tables": {name: table for one in models for name, table in one["model"]["tables"].items()}}

    def diff(self, dialect):
        asked = ("--no-cache", "--from", "HEAD~1", "--to", "HEAD", "--dialect", dialect)
        return self.ask("diff", *asked)["changes"]

    def check(self, dialect):
        asked = ("--no-cache", "--from", "HEAD~1", "--to", "HEAD", "--dialect", dialect)
        return self.ask("check", *asked)
