# Recording fills: one as a process, many at once, and a million from a file. Sourced by scripts/bench.sh.
# shellcheck shell=bash disable=SC2154

part_record() {
    local dir=$work/record
    mkdir "$dir"
    record_process "$dir"
    record_writers "$dir"
    record_import "$dir"
}

# One record among few and among a million, each beside a C program that appends as many bytes to a log as long.
record_process() {
    local dir=$1 bytes fills state
    for fills in 100 1000000; do
        state=$dir/$fills
        clean "$nija" --state-dir "$state" init >/dev/null
        "$(bench_binary slippage_stats)" make "$state" "$fills" 7
        clean "$nija" --state-dir "$state" slippage stats --all | head -n 1
        mkdir "$state.floor"
        cat "$state"/slippage/*.jsonl >"$state.floor/log.jsonl"
        # Makes the lock file, and this month's log if need be.
        plan_record - "$state" | cut -f 6- | tr '\t' '\n' | (mapfile -t words && clean "${words[@]}") >/dev/null
    done
    bytes=$(tail -q -n 1 "$dir"/100/slippage/*.jsonl | tail -n 1 | wc -c)
    sync -f "$dir"
    {
        plan_record nija-few "$dir/100"
        plan c-few - - RECORDED "$work/bin/floor" append "$dir/100.floor" "$bytes"
        plan_record nija-many "$dir/1000000"
        plan c-many - - RECORDED "$work/bin/floor" append "$dir/1000000.floor" "$bytes"
    } >"$dir/plan"
    clean "$work/bin/first_line" 501 "$dir/plan" >"$dir/out"
    show "$dir/out"
    judge_ratio "$dir/out" exit nija-few c-few 1.3 "record process, 100 recorded / C append and sync"
    judge_ratio "$dir/out" exit nija-many c-many 1.3 "record process, 1M recorded / C append and sync"
    judge_ratio "$dir/out" exit nija-many nija-few 1.1 "record process, 1M recorded / 100 recorded"
}

plan_record() {
    plan "$1" - - RECORDED "$nija" --state-dir "$2" slippage record --ticker BTC-USD --side buy \
        --expected 64000 --actual 64012.5 --qty 0.25 --broker kraken
}

# Threads of one process share a write and a sync. Processes do not, so that is told and not judged.
record_writers() {
    local dir=$1 binary round found=() middle lost
    binary=$(bench_binary slippage_record)
    for round in 1 2 3 4 5; do
        mkdir "$dir/threads$round"
        found+=("$("$binary" threads "$dir/threads$round" 32 2000)")
        echo "32 threads    ${found[-1]}"
    done
    middle=$(printf '%s\n' "${found[@]}" | awk '{ print $2 }' | sort -n | sed -n 3p)
    lost=$(printf '%s\n' "${found[@]}" | awk '{ sum += $4 } END { print sum }')
    row "32 threads: records a second" ">= 10000" "$middle" "$(at_most 10000 "$middle" && echo PASS || echo MISS)"
    row "32 threads: lost" 0 "$lost" "$([[ $lost == 0 ]] && echo PASS || echo MISS)"
    mkdir "$dir/processes"
    found=("$("$binary" processes "$dir/processes" 32 200)")
    echo "32 processes  ${found[0]}"
    row "32 processes: records a second" - "$(awk '{ print $2 ", lost " $4 }' <<<"${found[0]}")" info
}

record_import() {
    local dir=$1 count=1000000 round found=() rate kib
    need time time || { skip "import of 1M rows" ">= 300000" "no time"; return; }
    need python3 python3
    python3 "$root/scripts/slippage_csv.py" "$count" >"$dir/fills.csv"
    for round in 1 2 3 4 5; do
        clean "$nija" --state-dir "$dir/import" init >/dev/null
        found+=("$(clean "$(type -P time)" -f '%e %M' "$nija" --state-dir "$dir/import" slippage import "$dir/fills.csv" 2>&1 >/dev/null)")
        echo "import        $count rows, seconds and KiB: ${found[-1]}"
        rm -r "$dir/import"
    done
    rate=$(printf '%s\n' "${found[@]}" | sort -n | sed -n 3p | awk -v count="$count" '{ printf "%d", count / $1 }')
    kib=$(printf '%s\n' "${found[@]}" | awk '{ if ($2 > most) most = $2 } END { print most }')
    row "import of 1M rows: rows a second" ">= 300000" "$rate" "$(at_most 300000 "$rate" && echo PASS || echo MISS)"
    row "import of 1M rows: peak memory" "<= 64 MiB" "$((kib / 1024)) MiB" "$( ((kib <= 64 * 1024)) && echo PASS || echo MISS)"
    import_is_durable "$dir"
}

# Logs that were written to behind their last sync when the import said that it was done.
import_is_durable() {
    local dir=$1 name="import: logs not synced at the end" unsynced
    need strace strace || { skip "$name" 0 "no strace"; return; }
    head -n 20001 "$dir/fills.csv" >"$dir/some.csv"
    clean "$nija" --state-dir "$dir/import" init >/dev/null
    clean strace -f -y -e trace=write,fdatasync -o "$dir/trace" "$nija" --state-dir "$dir/import" slippage import "$dir/some.csv" >/dev/null
    unsynced=$(awk 'match($0, /slippage\/[0-9-]+\.jsonl>/) { log_file = substr($0, RSTART, RLENGTH); open[log_file] = /write\(/ }
        END { for (log_file in open) { logs++; sum += open[log_file] } print logs ? sum : "no logs" }' "$dir/trace")
    row "$name" 0 "$unsynced" "$([[ $unsynced == 0 ]] && echo PASS || echo MISS)"
}
