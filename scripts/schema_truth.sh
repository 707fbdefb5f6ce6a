#!/usr/bin/env bash
# Holds `nija schema` to real SQLAlchemy and real Alembic, on SQLite and on a PostgreSQL of its own. Arguments go to
# scripts/schema/truth.py (`--only NAME`); NIJA names the program where it is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh schema
[ -n "${NIJA:-}" ] || cargo build --locked --quiet
NIJA=${NIJA:-${CARGO_TARGET_DIR:-target}/debug/nija}
python=$(scripts/schema/venv.sh)
NIJA=$(realpath "$NIJA")
exec "$python" scripts/schema/truth.py --nija "$NIJA" "$@"
