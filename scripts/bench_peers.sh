# The peers beside which scripts/bench.sh measures `nija kill`: what else persists a "halted" from a shell. Sourced by it.
# shellcheck shell=bash disable=SC2154

part_peers() {
    local dir=$work/peers peer
    fresh "$dir" nija
    plan_stop nija "$dir/nija" >"$dir/plan"
    plan c-replace - - HALTED "$work/bin/floor" replace "$dir" >>"$dir/plan"
    plan_python "$dir" >>"$dir/plan"
    plan_sqlite "$dir" >>"$dir/plan"
    plan_redis "$dir" >>"$dir/plan"
    clean "$work/bin/first_line" 61 "$dir/plan" >"$dir/out"
    show "$dir/out"
    for peer in python3 sqlite3 sqlite3-wal redis-cli; do
        grep -q "^exit  *$peer " "$dir/out" || { skip "whole nija kill / $peer" "< 1x" "not installed"; continue; }
        judge_ratio "$dir/out" exit nija "$peer" 1.00 "whole nija kill / $peer"
    done
    peers_by_hyperfine "$dir"
    if [[ -n ${redis_port:-} ]]; then redis-cli -p "$redis_port" shutdown nosave >/dev/null 2>&1 || true; fi
}

plan_python() {
    local python=/usr/bin/python3
    # A version manager's shim would cost ten times the interpreter.
    [[ -x $python ]] || python=$(command -v python3) || return 0
    plan python3 - - HALTED "$python" "$root/benches/replace.py" "$1"
}

# The statement changes a counter: SQLite skips an update that changes nothing, and its syncs with it.
plan_sqlite() {
    need sqlite3 sqlite3 >&2 || return 0
    local mode label set="update killswitch set halted = 1, reason = 'bench reason', activations = activations + 1; select 'HALTED';"
    for mode in delete wal; do
        label=sqlite3 && [[ $mode == delete ]] || label=sqlite3-wal
        sqlite3 "$1/$mode.db" "pragma journal_mode=$mode; create table killswitch(halted int, reason text, activations int);
            insert into killswitch values(0, '', 0);" >/dev/null
        plan "$label" - - HALTED sqlite3 "$1/$mode.db" "pragma synchronous=full; $set"
    done
}

plan_redis() {
    need redis-server redis-tools >&2 || return 0
    redis_port=$((20000 + RANDOM % 20000))
    mkdir "$1/redis"
    redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$1/redis" --appendonly yes --appendfsync always --save '' \
        --daemonize no >"$1/redis/log" 2>&1 &
    children+=($!)
    for _ in {1..50}; do
        # Somebody else's server on this port answers as well, from another directory.
        [[ $(redis-cli -p "$redis_port" config get dir 2>/dev/null) == *"$1/redis" ]] && break
        sleep 0.1
    done
    [[ $(redis-cli -p "$redis_port" config get dir 2>/dev/null) == *"$1/redis" ]] || { redis_port='' && return; }
    plan redis-cli - - OK redis-cli -p "$redis_port" set killswitch '{"halted":true,"reason":"bench reason"}'
}

# A second opinion by a tool that everybody knows; it does not take turns, so it does not judge.
peers_by_hyperfine() {
    need hyperfine hyperfine || return 0
    local dir=$1 words=() line
    words=(--shell=none --style basic --warmup 3 --runs 30 --export-json "$dir/hyperfine.json")
    while IFS=$'\t' read -r -a line; do
        local command
        printf -v command '%q ' "${line[@]:5}"
        words+=(--prepare "$work/bin/reset $dir/nija $dir/snapshot" -n "${line[0]}" "$command")
    done <"$dir/plan"
    echo && clean hyperfine "${words[@]}" 2>/dev/null | sed -n '/^Summary/,$p'
}
