# The watch: how fast it takes over a stop, how fast it looks at a change, and what it costs when nothing happens. Part of
# scripts/bench.sh; benches/watch.py measures.

part_watch() {
    local dir=$work/watch
    mkdir "$dir"
    clean python3 "$root/benches/watch.py" "$nija" "$dir" 50 60 >"$dir/out"
    cat "$dir/out"
    judge_figure "$dir/out" stop_told_median 50 ms "touched stop file until adopted, audited and told"
    judge_figure "$dir/out" change_looked_at_median 50 ms "changed document until the tick that looked at it"
    judge_figure "$dir/out" idle 0.5 % "share of a core while nothing happens"
}

# judge_figure FILE FIGURE LIMIT UNIT NAME
judge_figure() {
    local value verdict=MISS most=${2/median/max}
    value=$(awk -v name="$2" '$1 == name { print $2 }' "$1")
    most=$(awk -v name="$most" '$1 == name { print $2 }' "$1")
    at_most "$value" "$3" && verdict=PASS
    [[ $most == "$value" ]] && most=
    row "$5" "<= $3 $4" "$value $4${most:+, at most $most}" "$verdict"
}
