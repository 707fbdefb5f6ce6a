#!/usr/bin/env bash
# Measures nija beside the same work in C and beside its peers, in one run on this machine, and says which targets hold.
#
#   scripts/bench.sh [-v] [PART…]: stop gate update contention orders record stats watch peers schema
#
# Every figure is the median of ratios of runs taken in turns, with its 95 % interval: on a shared machine a time means
# little, a ratio of neighbours much. A MISS is news about the machine or the code, not a failure: the exit code is 0 when
# everything could be measured. Nothing is written into the repository. docs/performance.md says how to read the table.
#
#   -v             show the ratios behind the table
#   NIJA_BIN       measure this binary instead of building one
#   BENCH_DIR      where the state directories go (default /var/tmp; a tmpfs would hide what a sync costs)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
all_parts=(stop gate update contention orders record stats watch peers schema)
rows=() children=() mounts=() loops=() images=() verbose=''
# shellcheck source=scripts/bench_peers.sh
source "$root/scripts/bench_peers.sh"
# shellcheck source=scripts/bench_orders.sh
source "$root/scripts/bench_orders.sh"
# shellcheck source=scripts/bench_record.sh
source "$root/scripts/bench_record.sh"
# shellcheck source=scripts/bench_stats.sh
source "$root/scripts/bench_stats.sh"
# shellcheck source=scripts/bench_watch.sh
source "$root/scripts/bench_watch.sh"
# shellcheck source=scripts/bench_schema.sh
source "$root/scripts/bench_schema.sh"

main() {
    if [[ ${1:-} == -v ]]; then verbose=1 && shift; fi
    local parts=("$@") part
    [[ ${#parts[@]} -gt 0 ]] || parts=("${all_parts[@]}")
    for part in "${parts[@]}"; do
        [[ " ${all_parts[*]} " == *" $part "* ]] || { echo "unknown part: $part" >&2; exit 64; }
    done
    work=$(mktemp -d "${BENCH_DIR:-/var/tmp}/nija-bench.XXXXXX")
    trap clean_up EXIT
    build
    # What else runs on this machine then matters less; both sides of every comparison get it.
    renice -n -10 -p $$ >/dev/null 2>&1 || true
    machine
    for part in "${parts[@]}"; do
        echo && echo "## $part"
        "part_$part"
    done
    table
}

clean_up() {
    local one
    for one in "${children[@]}"; do end "$one"; done
    for one in "${mounts[@]}"; do umount "$one" || true; done
    for one in "${loops[@]}"; do losetup -d "$one" || true; done
    rm -rf "$work" "${images[@]}"
}

# KILL is the one signal that a stopped process takes; waiting for it keeps the shell from announcing the death.
end() {
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

build() {
    local program
    need gcc gcc
    mkdir "$work/bin"
    for program in floor first_line populate read_all reset hold; do
        gcc -O2 -o "$work/bin/$program" "$root/benches/c/$program.c"
    done
    if [[ -n ${NIJA_BIN:-} ]]; then
        nija=$NIJA_BIN
    else
        (cd "$root" && cargo build --release --quiet)
        nija=${CARGO_TARGET_DIR:-$root/target}/release/nija
    fi
    # The same path for every run, short and outside of the repository, so that no nija.toml of a checkout is found.
    cp "$nija" "$work/bin/nija"
    nija=$work/bin/nija
}

machine() {
    local cores load fs
    cores=$(nproc)
    load=$(cut -d ' ' -f 1 /proc/loadavg)
    echo "date      $(date -u +%Y-%m-%dT%H:%M:%SZ), commit $(git -C "$root" describe --always --dirty)"
    echo "machine   $cores cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), load $load"
    echo "kernel    $(uname -r), $(ldd --version | sed -n 1p), $(gcc -dumpfullversion | sed 's/^/gcc /')"
    fs=$(df --output=fstype "$work" | tail -n 1)
    # Without a journal two syncs are two flushes; with one, the second finds its work done.
    if [[ $fs == ext4 ]]; then fs="$fs $(has_journal "$work" && echo with || echo without) a journal"; fi
    echo "directory $work on $fs, binary of $(stat -c %s "$nija") bytes"
    [[ $fs != tmpfs ]] || echo "WARNING   a tmpfs makes every sync free"
    if awk -v load="$load" -v cores="$cores" 'BEGIN { exit !(load > cores) }'; then
        echo "WARNING   the machine is busy: expect wide intervals"
    fi
}

has_journal() { compgen -G "/proc/fs/jbd2/$(basename "$(df --output=source "$1" | tail -n 1)")-*" >/dev/null; }

# Installs a missing program where that is possible; says what it could not have.
need() {
    local program=$1 package=$2
    command -v "$program" >/dev/null && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        apt-get install -qq -y --no-install-recommends "$package" >/dev/null 2>&1 || true
    fi
    command -v "$program" >/dev/null || { echo "$program is missing (package $package)"; return 1; }
}

# The measured commands see an empty environment and no configuration but what is given.
clean() { (cd "$work" && env -i PATH="$PATH" HOME="$work" LC_ALL=C "$@"); }

bench_binary() {
    (cd "$root" && cargo bench --quiet --bench "$1" --no-run --message-format=json) |
        sed -n "s/.*\"name\":\"$1\".*\"executable\":\"\([^\"]*\)\".*/\1/p" | tail -n 1
}

row() { rows+=("$(printf '%-10s %-52s %-9s %-24s %s' "$part" "$@")"); }

# judge NAME LIMIT VALUE [LOW HIGH]: a ratio that must not be above its limit.
judge() {
    local name=$1 limit=$2 value=$3 verdict=MISS
    at_most "$value" "$limit" && verdict=PASS
    row "$name" "<= ${limit}x" "${value}x${4:+ [$4, $5]}" "$verdict"
}

at_most() { awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value != "" && value <= limit) }'; }

skip() { row "$1" "$2" "$3" SKIP; }

# judge_ratio FILE METRIC COMMAND REFERENCE LIMIT NAME
judge_ratio() {
    local found
    found=$(awk -v m="$2" -v a="$3" -v b="$4" '$1 == "ratio" && $2 == m && $3 == a && $4 == b { print $5, $6, $7 }' "$1")
    # shellcheck disable=SC2086
    judge "$6" "$5" ${found:-missing}
}

show() {
    if [[ -n $verbose ]]; then cat "$1"; else grep -v '^ratio ' "$1"; fi
}

table() {
    echo
    printf '%-10s %-52s %-9s %-24s %s\n' part measured target "median [95 %]" verdict
    printf '%s\n' "${rows[@]}"
}

# fresh DIR NAME...: initialised state directories that are equal, and the snapshot they are brought back to. The lock
# files of a first stop stay, so that no run has to make them.
fresh() {
    local dir=$1 name
    shift
    mkdir -p "$dir"
    clean "$nija" --state-dir "$dir/snapshot" init >/dev/null
    cp -a "$dir/snapshot" "$dir/first"
    clean "$nija" --state-dir "$dir/first" kill bench reason >/dev/null
    cp -a "$dir/first/.locks" "$dir/snapshot/"
    rm -r "$dir/first"
    for name in "$@"; do cp -a "$dir/snapshot" "$dir/$name"; done
    sync -f "$dir"
}

# plan LABEL STATE CREATES BEGINS WORD...: one line for first_line; STATE has its snapshot beside it.
plan() {
    local label=$1 state=$2 creates=$3 begins=$4
    shift 4
    local snapshot=-
    [[ $state == - ]] || snapshot=${state%/*}/snapshot
    local IFS=$'\t'
    echo "$label"$'\t'"$state"$'\t'"$snapshot"$'\t'"$creates"$'\t'"$begins"$'\t'"$*"
}

plan_stop() { plan "$1" "$2" "$2/EMERGENCY_STOP" HALTED "$nija" --state-dir "$2" kill bench reason; }

plan_stops() {
    plan_stop nija "$1/nija"
    plan c-record "$1/floor" "$1/floor/EMERGENCY_STOP" HALTED "$work/bin/floor" stop "$1/floor"
    plan c-replace "$1/replace" - HALTED "$work/bin/floor" replace "$1/replace"
}

part_stop() {
    local dir=$work/stop
    fresh "$dir" nija floor replace
    plan_stops "$dir" >"$dir/plan"
    clean "$work/bin/first_line" 501 "$dir/plan" >"$dir/out"
    show "$dir/out"
    judge_ratio "$dir/out" line nija c-record 1.25 "durable stop / C record with both syncs"
    judge_ratio "$dir/out" line nija c-replace 1.00 "durable stop / C durable replace"
    judge_ratio "$dir/out" exit nija c-record 1.6 "whole process / C record with both syncs"
    stop_beside_stuck_holder
    stop_on_loop_device
}

stop_beside_stuck_holder() {
    local dir=$work/stuck held
    fresh "$dir" free stuck
    mkfifo "$dir/said"
    "$work/bin/hold" "$dir"/stuck/.locks/* >"$dir/said" &
    children+=($!)
    read -r held <"$dir/said"
    { plan_stop free "$dir/free" && plan_stop stuck "$dir/stuck"; } >"$dir/plan"
    clean "$work/bin/first_line" 61 "$dir/plan" >"$dir/out"
    end "${children[-1]}"
    echo "every lock of 'stuck' is $held by a stopped process" && show "$dir/out"
    judge_ratio "$dir/out" line stuck free 1.1 "durable stop, lock held by a stopped process"
}

# A device of its own, in memory, has nobody else's writes in its counters.
stop_on_loop_device() {
    local name="journal commits and flushes of one stop" target="1, as C" dir=$work/loop image
    image=$(mktemp /dev/shm/nija-bench.XXXXXX)
    images+=("$image")
    mount_journaled "$image" "$dir" || { skip "$name" "$target" "no loop device"; return; }
    fresh "$dir/state" nija floor replace
    plan_stops "$dir/state" >"$work/loop.plan"
    clean "$work/bin/first_line" -b "${loops[-1]#/dev/}" 101 "$work/loop.plan" >"$work/loop.out"
    echo "ext4 with a journal, in memory" && show "$work/loop.out"
    judge_commits "$name" "$target"
}

# mount_journaled IMAGE DIR: an ext4 file system with a journal, as most machines have; needs root and a free loop device.
mount_journaled() {
    [[ $(id -u) == 0 ]] && command -v mkfs.ext4 >/dev/null || return 1
    truncate -s 256M "$1"
    mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$1"
    loops+=("$(losetup -f --show "$1")") || return 1
    mkdir -p "$2"
    mount "${loops[-1]}" "$2" && mounts+=("$2")
}

# counted METRIC COMMAND: the median of what one run made the device do.
counted() { awk -v m="$1" -v c="$2" '$1 == m && $2 == c { print $4 }' "$work/loop.out"; }

judge_commits() {
    local mine floor verdict=MISS
    mine="$(counted commits nija) $(counted flushes nija)"
    floor="$(counted commits c-record) $(counted flushes c-record)"
    [[ $mine == "$floor" && $mine == "1 "* ]] && verdict=PASS
    row "$1" "$2" "${mine/ /, }; C ${floor/ /, }" "$verdict"
    row "block writes of one stop, document included" - "$(counted writes nija); C $(counted writes c-record)" info
    judge_ratio "$work/loop.out" line nija c-record 1.25 "the same device: durable stop / C record"
    judge_ratio "$work/loop.out" line nija c-replace 1.00 "the same device: durable stop / C durable replace"
}

# What `nija gate` looks at, found with strace: every place of a nija.toml, the second place of a stop file, the document,
# the cooldown of the ticker and that of every ticker.
gate_files() {
    local place=$work
    while echo "stat:${place%/}/nija.toml" && [[ $place != / ]]; do place=$(dirname "$place"); done
    printf '%s\n' "stat:$work/.config/nija/nija.toml" stat:/etc/nija/nija.toml stat:/run/nija/EMERGENCY_STOP
    printf '%s\n' "read:$1/killswitch.json" "read:$1/cooldowns/BTCUSD.json" "read:$1/cooldowns/%2A.json"
}

part_gate() {
    local dir=$work/gate
    fresh "$dir" state few many
    "$work/bin/populate" "$dir/few" 10 10
    "$work/bin/populate" "$dir/many" 100000 10000
    sync -f "$dir"
    {
        plan nija - - - "$nija" --state-dir "$dir/state" gate BTC-USD --quiet
        plan nija-few - - - "$nija" --state-dir "$dir/few" gate BTC-USD --quiet
        plan nija-many - - - "$nija" --state-dir "$dir/many" gate BTC-USD --quiet
        plan_c_gate c-gate "$dir/state"
        plan_c_gate c-many "$dir/many"
        plan c-nothing - - - "$work/bin/floor" nothing
    } >"$dir/plan"
    clean "$work/bin/first_line" -c $(($(nproc) - 1)) 1001 "$dir/plan" >"$dir/out"
    show "$dir/out"
    if grep -q '^failures nija' "$dir/out"; then
        row "gate process / C look at the same files" "<= 1.35x" "nija gate did not let the order out" MISS
    else
        judge_ratio "$dir/out" exit nija c-gate 1.35 "gate process / C look at the same files"
        judge_ratio "$dir/out" exit nija-many c-many 1.35 "the same, 100,000 orders and 10,000 cooldowns"
        judge_ratio "$dir/out" exit nija-many nija-few 1.5 "gate process, 100,000 and 10,000 / 10 and 10"
    fi
    gate_static
    gate_in_process
}

plan_c_gate() {
    local files
    mapfile -t files < <(gate_files "$2")
    plan "$1" - - - "$work/bin/floor" gate "$2" "${files[@]}"
}

gate_static() {
    local target=x86_64-unknown-linux-musl name="static gate process / static C look"
    if [[ ! -d $(rustc --print sysroot)/lib/rustlib/$target ]] || ! command -v musl-gcc >/dev/null; then
        echo "$target is not installed: no static binary to measure"
        skip "$name" "<= 1.15x" "musl not installed"
        return
    fi
    local dir=$work/gate
    (cd "$root" && cargo build --release --quiet --target "$target")
    musl-gcc -O2 -static -o "$work/bin/floor_static" "$root/benches/c/floor.c"
    cp "${CARGO_TARGET_DIR:-$root/target}/$target/release/nija" "$work/bin/nija_static"
    sed -e "s|$work/bin/nija|$work/bin/nija_static|" -e "s|$work/bin/floor|$work/bin/floor_static|" "$dir/plan" >"$dir/static.plan"
    clean "$work/bin/first_line" -c $(($(nproc) - 1)) 501 "$dir/static.plan" >"$dir/static.out"
    show "$dir/static.out"
    judge_ratio "$dir/static.out" exit nija c-gate 1.15 "$name"
}

gate_in_process() {
    local binary
    binary=$(bench_binary gate)
    taskset -c $(($(nproc) - 1)) "$binary" --bench "$work/gate/few" "$work/gate/many" >"$work/gate.out"
    cat "$work/gate.out"
    judge_line stop_file_by_path 1.3 "in process: stop file / one fstatat by path"
    judge_line stop_file 1.3 "in process: stop file / one fstatat in a held dir"
    judge_line documents 3 "in process: documents cached / one fstatat, held"
    judge_line cooldowns 3 "in process: with two cooldowns / one fstatat, held"
    judge_line many_to_few 1.5 "in process: 100,000 and 10,000 / 10 and 10"
    local allocations verdict=MISS
    allocations=$(awk '{ for (i = 1; i < NF; i++) if ($i == "allocations") sum += $(i + 1) } END { print sum }' "$work/gate.out")
    [[ $allocations == 0 ]] && verdict=PASS
    row "in process: allocations" "0" "$allocations" "$verdict"
}

# judge_line WORD LIMIT NAME: a line of benches/gate.rs.
judge_line() {
    # shellcheck disable=SC2046
    judge "$3" "$2" $(awk -v w="$1" '$1 == w { print $3, $4, $5 }' "$work/gate.out")
}

part_update() {
    local dir=$work/update binary found syncs verdict=MISS
    binary=$(bench_binary update)
    mkdir "$dir"
    found=$("$binary" pair "$work/bin/floor" "$dir" 1001)
    echo "$found"
    # shellcheck disable=SC2046
    judge "one update / C durable replace" 1.15 $(awk '{ print $2, $3, $4 }' <<<"$found")
    if ! need strace strace; then
        skip "syncs of one update" 2 "strace is missing"
        return
    fi
    strace -f -o "$dir/trace" -e trace=fsync,fdatasync,sync,syncfs,sync_file_range,msync "$binary" once "$dir"
    syncs=$(grep -c 'sync' "$dir/trace" || true)
    [[ $syncs == 2 ]] && verdict=PASS
    row "syncs of one update" 2 "$syncs" "$verdict"
}

# Where the directory's ext4 has no journal, creating a file gets slower with every file deleted in the last minutes, in C as
# well (the kernel passes over their inodes): then a file system with a journal says more, and both are shown.
part_contention() {
    local dir=$work/contention
    if ! gcc -O2 -o "$work/bin/update_sqlite" "$root/benches/c/update_sqlite.c" -lsqlite3 2>/dev/null; then
        skip "32 x 100 updates, throughput / SQLite" ">= 3x" "no libsqlite3-dev"
        return
    fi
    mkdir "$dir"
    if [[ $(df --output=fstype "$work" | tail -n 1) == ext4 ]] && ! has_journal "$work" &&
        mount_journaled "$work/journaled.img" "$dir/journaled"; then
        contend "$dir/journaled" ", with a journal"
        contend "$dir" ", without a journal"
    else
        contend "$dir" ""
    fi
}

# contend DIR SUFFIX: in turns, in whole runs: nija, SQLite, C. The interval is the least and the greatest of the five.
contend() {
    local dir=$1 name="32 x 100$2" binary round nija=() sqlite=() floor=()
    binary=$(bench_binary update)
    echo "${name#32 x 100}" | sed "s/^, //"
    for round in 1 2 3 4 5; do
        mkdir -p "$dir/nija$round" "$dir/sqlite$round" "$dir/floor$round"
        nija+=("$("$binary" contend "$dir/nija$round" 32 100)")
        sqlite+=("$("$work/bin/update_sqlite" "$dir/sqlite$round" 32 100)")
        floor+=("$("$work/bin/floor" contend "$dir/floor$round" 32 100)")
        printf 'nija     %s\nsqlite   %s\nc        %s\n' "${nija[-1]}" "${sqlite[-1]}" "${floor[-1]}"
    done
    local ratio worst lost
    ratio=$(throughput_ratio "${nija[@]}" "${sqlite[@]}")
    row "$name: throughput / SQLite" ">= 3x" "$ratio" "$(at_most 3 "${ratio%%x*}" && echo PASS || echo MISS)"
    row "$name: throughput / C replaces" - "$(throughput_ratio "${nija[@]}" "${floor[@]}")" info
    worst=$(printf '%s\n' "${nija[@]}" | awk '{ if ($6 > worst) worst = $6 } END { print worst }')
    row "$name: worst wait" "< 1 s" "$worst ms" "$(at_most "$worst" 999 && echo PASS || echo MISS)"
    lost=$(printf '%s\n' "${nija[@]}" | awk '{ sum += $8 } END { print sum }')
    row "$name: lost" 0 "$lost" "$([[ $lost == 0 ]] && echo PASS || echo MISS)"
}

# throughput_ratio OURS... THEIRS...: as many of each; prints the middle, the least and the greatest.
throughput_ratio() {
    printf '%s\n' "$@" |
        awk '{ v[NR] = $2 } END { for (i = 1; i <= NR / 2; i++) printf "%.2f\n", v[i] / v[i + NR / 2] }' | sort -n |
        awk '{ v[NR] = $1 } END { printf "%sx [%s, %s]\n", v[int((NR + 1) / 2)], v[1], v[NR] }'
}

main "$@"
