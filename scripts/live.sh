#!/usr/bin/env bash
# Runs `nija watch` beside a desk of bots on a market that goes wrong: alerts arise by themselves, and the kill switch is pulled.
#
#   scripts/live.sh [SECONDS]       default: 90
#
#   NIJA_BIN     run this binary instead of building one
#   NIJA_STATE_DIR   keep the state there, to look around while it runs: NIJA_STATE_DIR=/tmp/desk nija status
#
# scripts/live_desk.py is the market, the brokers and the bots. The exit code is 0 when every alert that had to come came,
# the watch pulled the kill switch, and no bot got an order out after it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ -z ${NIJA_BIN:-} ]]; then
  (cd "$root" && cargo build --release --quiet)
  NIJA_BIN=${CARGO_TARGET_DIR:-$root/target}/release/nija
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/nija-live.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 "$root/scripts/live_desk.py" "$(realpath "$NIJA_BIN")" "$work" "${NIJA_STATE_DIR:-$work/state}" "${1:-90}"
