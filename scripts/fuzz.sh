#!/bin/sh
# Runs every fuzz target for SECONDS (60 by default), seeded with a test corpus. Needs nightly and cargo-fuzz.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
for target in audit config document key schema_codec schema_python schema_sql sentinel words; do
    case $target in
        schema_*) seeds=src/schema/python/tests/corpus ;;
        *) seeds=tests/corpus/killswitch ;;
    esac
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "$seeds" -- \
        -max_total_time="$seconds" -max_len=8192 -timeout=10 -print_final_stats=1 ||
        { echo "fuzz.sh: $target failed; the input is in fuzz/artifacts/$target" >&2; exit 1; }
done
