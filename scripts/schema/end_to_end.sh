#!/usr/bin/env bash
# Goes the way of a developer whose commit is stopped: a scratch git repository with a real Alembic environment, the hook
# run by the real pre-commit and by plain git, and the migration that nija proposes carried out. NIJA names the program.
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD
scripts/setup.sh schema
[ -n "${NIJA:-}" ] || cargo build --locked --quiet
NIJA=$(realpath "${NIJA:-${CARGO_TARGET_DIR:-target}/debug/nija}")
python=$(scripts/schema/venv.sh)
export NIJA PATH=${python%/*}:$PATH PRE_COMMIT_HOME PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
PRE_COMMIT_HOME=$scratch/pre-commit-home
export GIT_CONFIG_GLOBAL=$scratch/gitconfig GIT_CONFIG_NOSYSTEM=1 HOME=$scratch
git config --global user.name Tester && git config --global user.email tester@example.com
git config --global init.defaultBranch main

passed=0 failed=0
holds() { # TEXT COMMAND...: the command succeeds
  local text=$1
  shift
  if "$@" >"$scratch/out" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s\n' "$text" && sed 's/^/    /' "$scratch/out"
  fi
}
refuses() { # TEXT COMMAND...: the command exits with 1
  local text=$1 code=0
  shift
  "$@" >"$scratch/said" 2>&1 || code=$?
  holds "$text (exit $code)" test "$code" -eq 1
}
says() { # TEXT: what was refused last says this
  holds "says: $1" grep -qF -- "$1" "$scratch/said"
}

project() { # a project with one model and the migration for it
  rm -rf "$scratch/project" && mkdir -p "$scratch/project/app" && cd "$scratch/project"
  git init -q && touch app/__init__.py
  cat >app/models.py <<'PY'
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False)
PY
  alembic init migrations >/dev/null
  sed -i 's|^sqlalchemy.url.*|sqlalchemy.url = sqlite:///app.db|' alembic.ini
  sed -i 's|^target_metadata = None|from app.models import Base\ntarget_metadata = Base.metadata|' migrations/env.py
  printf '__pycache__/\napp.db\n' >.gitignore
  alembic revision --autogenerate -m first >/dev/null 2>&1
  alembic upgrade head >/dev/null 2>&1
  git add -A && git commit -qm 'First'
}

with_pre_commit() {
  cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: local
    hooks:
      - id: nija-schema
        name: schema changes have their migration
        entry: $NIJA schema check --staged
        language: system
        pass_filenames: false
        always_run: true
YAML
  pre-commit install >/dev/null
  git add -A && git commit -qm 'Check the schema' 2>/dev/null
}

add_columns() {
  sed -i 's/^    name = .*/&\n    email = Column(String(120), unique=True, server_default="none")\n    age = Column(Integer, index=True)/' app/models.py
  git add -A
}

# The migration as nija proposes it, put into the file that its own command makes.
follow_the_advice() {
  "$NIJA" --json schema check --staged >"$scratch/check.json" || true
  python - "$scratch/check.json" <<'PY'
import glob, json, subprocess, sys

advice, = json.load(open(sys.argv[1]))["data"]["missing"]
before = set(glob.glob("migrations/versions/*.py"))
subprocess.run(advice["command"], shell=True, check=True)
made, = set(glob.glob("migrations/versions/*.py")) - before
text = open(made).read()
open(made, "w").write(text[:text.index("def upgrade")] + advice["source"])
PY
  git add -A
}

project && with_pre_commit
holds 'a commit that changes no schema passes' sh -c 'echo "# words" >>app/models.py && git commit -qam Words'
add_columns
refuses 'a commit without its migration is stopped by pre-commit' git commit -qm 'Add columns'
says 'alembic revision'
says 'op.add_column'
says '--no-verify'
says 'app/models.py:'
holds 'the advice can be followed' follow_the_advice
holds 'a commit with its migration passes' git commit -qm 'Add columns'
holds 'the migration runs' alembic upgrade head
holds 'Alembic finds nothing left to migrate' alembic check
holds 'the migration can be undone' alembic downgrade -1
sed -i '/age = Column/d' app/models.py && git add -A
refuses 'a dropped column is stopped' git commit -qm 'Drop a column'
holds 'git commit --no-verify passes by' git commit -q --no-verify -m 'Drop a column'

project
mkdir -p .git/hooks && printf '#!/bin/sh\ntouch "$(git rev-parse --git-dir)/was-here"\n' >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
holds 'install-hook takes an existing hook along' "$NIJA" schema install-hook
add_columns
refuses 'a commit without its migration is stopped by plain git' env PATH="$(dirname "$NIJA"):$PATH" git commit -qm 'Add columns'
holds 'the hook that was there ran too' test -e .git/was-here
holds 'installing again changes nothing' "$NIJA" schema install-hook
"$NIJA" schema check --staged --format sarif >"$scratch/found.sarif" || true
holds 'SARIF is valid' python -c "
import json, sys, jsonschema
found = json.load(open(sys.argv[1]))
jsonschema.validate(found, json.load(open(sys.argv[2])))
assert found['runs'][0]['results'], 'no results'
" "$scratch/found.sarif" "$repository/tests/schema/sarif-2.1.0.json"

cd "$repository"
holds 'the manifest for pre-commit is valid' pre-commit validate-manifest .pre-commit-hooks.yaml
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
