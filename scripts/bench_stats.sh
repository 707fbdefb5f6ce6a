# Reading a million fills, beside a C program that only finds where their lines end; sourced by scripts/bench.sh.
# shellcheck shell=bash

part_stats() {
    local dir=$work/stats days=7 fills=1000000 log files=()
    mkdir "$dir"
    gcc -O2 -o "$work/bin/lines" "$root/benches/c/lines.c"
    clean "$nija" --state-dir "$dir/state" init >/dev/null
    "$(bench_binary slippage_stats)" make "$dir/state" "$fills" "$days"
    files=("$dir"/state/slippage/*.jsonl)
    log=$(du -cb "${files[@]}" | tail -n 1 | cut -f 1)
    echo "$fills fills of $days days in $log bytes"
    # Makes the summary, and warms the page cache for both sides.
    clean "$nija" --state-dir "$dir/state" slippage stats --all | head -n 1
    {
        plan nija - - - "$nija" --state-dir "$dir/state" slippage stats --days "$days"
        plan c-lines - - - "$work/bin/lines" "${files[@]}"
        plan nija-by-ticker - - - "$nija" --state-dir "$dir/state" slippage stats --days "$days" --by ticker
        plan nija-quality - - - "$nija" --state-dir "$dir/state" slippage quality --broker kraken --days "$days"
        plan nija-all - - - "$nija" --state-dir "$dir/state" slippage stats --all
    } >"$dir/plan"
    clean "$work/bin/first_line" 31 "$dir/plan" >"$dir/out"
    show "$dir/out"
    judge_ratio "$dir/out" exit nija c-lines 5 "stats of 7 days, 1M fills / C finds the lines"
    judge_ratio "$dir/out" exit nija-by-ticker c-lines 5 "the same, by ticker"
    judge_ratio "$dir/out" exit nija-quality c-lines 5 "quality of a broker, 1M fills / C finds the lines"
    stats_memory "$dir/state" "$days"
    stats_of_all_time "$dir/state"
}

stats_memory() {
    local name="stats of 7 days, 1M fills: peak memory" kib
    need time time || { skip "$name" "<= 64 MiB" "no time"; return; }
    kib=$(clean "$(type -P time)" -f %M "$nija" --state-dir "$1" slippage stats --days "$2" --by ticker 2>&1 >/dev/null)
    row "$name" "<= 64 MiB" "$((kib / 1024)) MiB" "$( ((kib <= 64 * 1024)) && echo PASS || echo MISS)"
}

# Bytes of the logs themselves that are read where the summary knows.
stats_of_all_time() {
    local name="stats of all time: bytes read of the log" read
    need strace strace || { skip "$name" "<= 64 KiB" "no strace"; return; }
    clean strace -f -y -e trace=read,pread64,readv,preadv -o "$work/stats.trace" "$nija" --state-dir "$1" slippage stats --all >/dev/null
    read=$(awk '/slippage\/[0-9-]*\.jsonl>/ { sum += $NF } END { print sum + 0 }' "$work/stats.trace")
    row "$name" "<= 64 KiB" "$read" "$( ((read <= 65536)) && echo PASS || echo MISS)"
}
