# Orders, few and many, beside which scripts/bench.sh measures `nija check` and `nija orders`. Sourced by it.
# shellcheck shell=bash disable=SC2154

part_orders() {
    local dir=$work/orders binary found
    fresh "$dir" few many
    orders 10 | clean "$nija" --state-dir "$dir/few" orders import - >/dev/null
    orders 100000 | clean "$nija" --state-dir "$dir/many" orders import -
    # None of them is stuck: an alarm writes documents, and this is about reading.
    printf '[orders]\nstuck_after = "1year"\n' >"$dir/quiet.toml"
    chmod 644 "$dir/quiet.toml"
    {
        plan nija - - - "$nija" --config "$dir/quiet.toml" --state-dir "$dir/many" check orders
        plan nija-stuck - - - "$work/bin/sh_ok" "$nija" --state-dir "$dir/many" check orders
        plan c-read - - - "$work/bin/read_all" "$dir/many/orders"
    } >"$dir/plan"
    printf '#!/bin/sh\n"$@" >/dev/null; [ $? -eq 2 ]\n' >"$work/bin/sh_ok"
    chmod 755 "$work/bin/sh_ok"
    clean "$work/bin/first_line" 31 "$dir/plan" >"$dir/out"
    show "$dir/out"
    judge_ratio "$dir/out" exit nija c-read 2 "check, 100,000 orders / C lists and reads them"
    judge_ratio "$dir/out" exit nija-stuck c-read 2 "the same, all of them stuck"
    binary=$(bench_binary orders)
    found=$(clean "$binary" track "$nija" "$dir/many" "$dir/few" 201)
    echo "$found"
    # shellcheck disable=SC2046
    judge "orders track, 100,000 pending / 10 pending" 1.5 $(awk '{ print $2, $3, $4 }' <<<"$found")
}

# orders COUNT: that many orders as JSON lines, sent half an hour ago.
orders() {
    awk -v count="$1" -v at="$(date -u -d '30 minutes ago' +%Y-%m-%dT%H:%M:%SZ)" 'BEGIN {
        split("BTC-USD ETH-USD SOL-USD XRP-USD", symbols); split("kraken coinbase gemini", platforms)
        for (n = 0; n < count; n++)
            printf "{\"id\":\"kr-%08d\",\"symbol\":\"%s\",\"platform\":\"%s\",\"side\":\"%s\",\"qty\":\"0.5\",\"price\":\"64000.5\",\"strategy\":\"scalper-%d\",\"account\":\"main\",\"owner\":\"alice\",\"submitted_at\":\"%s\"}\n",
                n, symbols[n % 4 + 1], platforms[n % 3 + 1], n % 2 ? "buy" : "sell", n % 20, at
    }'
}
