#!/usr/bin/env bash
# Lets a watch run beside eight processes that change its state all the time, and says whether it missed anything or grew.
#
#   scripts/soak.sh [SECONDS] [CHANGES_PER_SECOND]     default: 600 50
#
#   NIJA_BIN   try this binary instead of building one
#   SOAK_DIR   where the state directory goes (default /var/tmp)
#
# benches/soak.py says what is done and what is judged. The exit code is 0 when everything held.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ -z ${NIJA_BIN:-} ]]; then
  (cd "$root" && cargo build --release --quiet)
  NIJA_BIN=${CARGO_TARGET_DIR:-$root/target}/release/nija
fi
work=$(mktemp -d "${SOAK_DIR:-/var/tmp}/nija-soak.XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 "$root/benches/soak.py" "$(realpath "$NIJA_BIN")" "$work" "${1:-600}" "${2:-50}"
