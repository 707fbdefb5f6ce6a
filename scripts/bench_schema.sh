# Checking the schema of a repository of 2,000 Python files, beside what Python and ruff take to parse it; sourced by
# scripts/bench.sh.
# shellcheck shell=bash

part_schema() {
    local tree=$work/schema/tree files=2000 changed=10 tools=$work/schema/tools
    mkdir -p "$work/schema"
    need git git || { skip "schema check" "" "no git"; return; }
    python3 "$root/benches/schema_tree.py" "$tree" "$files" "$changed"
    { python3 -m venv "$tools" && "$tools/bin/pip" -q install ruff; } >/dev/null 2>&1 || echo "ruff could not be installed"
    echo "$(find "$tree" -name '*.py' | wc -l) files, $(find "$tree" -name '*.py' -exec cat {} + | wc -c) bytes, $changed of them changed and staged"
    # Runs in the repository, and a check that finds something exits with 1, which is no failure here.
    printf '#!/bin/sh\ncd %s || exit 9\n"$@" >/dev/null 2>&1\n[ $? -le 1 ]\n' "$tree" >"$work/schema/in"
    chmod +x "$work/schema/in"
    schema_plan "$work/schema/in" "$tools/bin/ruff" >"$work/schema/plan"
    clean "$work/bin/first_line" 11 "$work/schema/plan" >"$work/schema/out"
    show "$work/schema/out"
    schema_time staged "staged check, $changed of $files files changed: ms" 50
    schema_time staged-cold "the same without a cache: ms" -
    schema_time all "check --all, $files files: ms" 1000
    judge_ratio "$work/schema/out" exit all compileall 1 "check --all / python -m compileall"
    judge_ratio "$work/schema/out" exit all-cold compileall 1 "the same without a cache"
    schema_beside_ruff
    schema_memory "$tree"
}

schema_plan() {
    plan staged - - - "$1" "$nija" schema check
    plan staged-cold - - - "$1" "$nija" schema check --no-cache
    plan all - - - "$1" "$nija" schema check --all
    plan all-cold - - - "$1" "$nija" schema check --all --no-cache
    plan compileall - - - "$1" python3 -m compileall -q -f .
    plan git-status - - - "$1" git status --short
    [[ ! -x $2 ]] || plan ruff - - - "$1" "$2" check --isolated --no-cache --select E9 .
}

# schema_time LABEL NAME LIMIT: the median of whole processes in milliseconds.
schema_time() {
    local ms verdict=MISS
    ms=$(awk -v c="$1" '$1 == "exit" && $2 == c { printf "%.1f", $4 / 1000 }' "$work/schema/out")
    [[ $3 != - ]] || verdict=info
    [[ $3 == - ]] || ! at_most "$ms" "$3" || verdict=PASS
    row "$2" "$([[ $3 == - ]] && echo - || echo "<= $3")" "$ms" "$verdict"
}

# ruff reads every file with a parser of its own on both cores; nija reads only those that can declare something.
schema_beside_ruff() {
    local found
    found=$(awk '$1 == "ratio" && $2 == "exit" && $3 == "all-cold" && $4 == "ruff" { print $5 "x [" $6 ", " $7 "]" }' "$work/schema/out")
    row "check --all without a cache / ruff" - "${found:-not measured}" info
}

schema_memory() {
    local name="check --all without a cache: peak memory" kib
    need time time || { skip "$name" "<= 200 MiB" "no time"; return; }
    kib=$(cd "$1" && { "$(type -P time)" -f %M "$nija" schema check --all --no-cache >/dev/null; } 2>&1 | tail -n 1)
    row "$name" "<= 200 MiB" "$((kib / 1024)) MiB" "$( ((kib <= 200 * 1024)) && echo PASS || echo MISS)"
}
