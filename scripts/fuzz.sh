#!/bin/sh
# Runs every fuzz target for SECONDS (60 by default), seeded with the test corpus. Needs nightly and cargo-fuzz.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
for target in audit config document key sentinel words; do
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run "$target" "fuzz/corpus/$target" tests/corpus/killswitch -- \
        -max_total_time="$seconds" -max_len=8192 -timeout=10 -print_final_stats=1 ||
        { echo "fuzz.sh: $target failed; the input is in fuzz/artifacts/$target" >&2; exit 1; }
done
