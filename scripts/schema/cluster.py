"""A PostgreSQL of one's own: on a socket in a folder of its own, with nothing kept and nothing synced, stopped at the end."""

import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile


def program(name):
    found = shutil.which(name) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), default=None)
    if found is None:
        raise SystemExit(f"{name} is not installed: scripts/setup.sh")
    return found


def unprivileged(command):
    """PostgreSQL refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


@contextlib.contextmanager
def running():
    """The URL of an empty database, for as long as it is wanted."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nija-pg-"))
    user = "postgres"
    if os.getuid() == 0:
        who = pwd.getpwnam("postgres")
        os.chown(folder, who.pw_uid, who.pw_gid)
    data = folder / "data"
    run = lambda *command: subprocess.run(unprivileged(list(command)), check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        run(program("initdb"), "-D", str(data), "-U", user, "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=20"
        run(program("pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql+psycopg://{user}@/postgres?host={folder}"
    finally:
        if (data / "postmaster.pid").exists():
            run(program("pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
