#!/usr/bin/env bash
# Cuts the power (of the page cache) after acknowledged commands, on ext4 and XFS: what was acknowledged must be there.
# Needs root and a loop device. Usage: scripts/power_cut.sh [path of nija]
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "run this as root: it mounts file systems" >&2; exit 1; }
scripts/setup.sh
if ! command -v mkfs.xfs >/dev/null; then
  apt-get -qq update && apt-get -qq install --no-install-recommends xfsprogs >/dev/null || true
fi
nija=${1:-}
if [ -z "$nija" ]; then
  cargo build --locked
  nija=target/debug/nija
fi
nija=$(realpath "$nija")

scratch=$(mktemp -d)
mnt=$scratch/mnt
trap 'umount -q "$mnt" || true; rm -rf "$scratch"' EXIT
mkdir "$mnt" "$scratch/fallback"
gcc -O2 -Wall -o "$scratch/godown" scripts/checks/godown.c
printf 'fallback_dirs = ["fallback"]\n' >"$scratch/nija.toml"
export NIJA_CONFIG=$scratch/nija.toml NIJA_STATE_DIR=$mnt/state HOME=$scratch
failures=0

fail() {
  echo "FAIL $kind, $what: $*" >&2
  failures=$((failures + 1))
}

cut_power() {
  "$scratch/godown" "$mnt"
  umount "$mnt"
  mount -o loop "$scratch/image" "$mnt"
}

expect() { # code, then a command
  local want=$1 got=0
  shift
  "$@" >"$scratch/out" 2>&1 </dev/null || got=$?
  [ "$got" -eq "$want" ] || fail "'${*/#"$nija"/nija}' ended with $got instead of $want: $(cat "$scratch/out")"
}

fresh() { # a file system with an initialised state directory that is certainly on disk
  what=$1
  umount -q "$mnt" || true
  rm -rf "$scratch/image" "$scratch"/fallback/*
  if [ "$kind" = xfs ]; then
    truncate -s 320M "$scratch/image"
    mkfs.xfs -q "$scratch/image"
  else
    truncate -s 16M "$scratch/image"
    mkfs.ext4 -q "$scratch/image"
  fi
  mount -o loop "$scratch/image" "$mnt"
  "$nija" init >/dev/null
  sync
}

for kind in ext4 xfs; do
  if ! command -v "mkfs.$kind" >/dev/null; then
    echo "skipped $kind: mkfs.$kind is not installed"
    continue
  fi

  fresh "a first stop"
  expect 0 "$nija" kill fat finger on desk 3
  cut_power
  expect 1 "$nija" gate BTC-USD
  grep -q "fat finger on desk 3" "$NIJA_STATE_DIR/EMERGENCY_STOP" || fail "the cause is not in the stop file"
  expect 0 "$nija" audit verify

  fresh "a stop beside a standing one"
  expect 0 "$nija" kill first
  sync
  expect 0 "$nija" kill second
  cut_power
  expect 1 "$nija" gate BTC-USD
  grep -q "second" "$NIJA_STATE_DIR/EMERGENCY_STOP" || fail "the second cause is not in the stop file"
  expect 0 "$nija" audit verify

  fresh "a stop of one platform"
  expect 0 "$nija" killswitch activate --scope platform:kraken venue trouble
  cut_power
  grep -q "venue trouble" "$NIJA_STATE_DIR/killswitch.json" || fail "the halt is not in the document"
  expect 0 "$nija" audit verify

  fresh "a release"
  expect 0 "$nija" kill drill
  sync
  expect 0 "$nija" killswitch deactivate drill is over --all --yes
  cut_power
  expect 0 "$nija" gate BTC-USD
  expect 0 "$nija" audit verify
  "$nija" audit export | grep -q "drill is over" || fail "the release is not on the record"

  echo "$kind: done"
done
[ "$failures" -eq 0 ] || { echo "$failures failures" >&2; exit 1; }
echo "all acknowledged changes survived"
