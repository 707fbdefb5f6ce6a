#!/bin/sh
# Builds nija, stops trading in this checkout's own state/, shows the gate refusing, and says how to resume.
# Prints every command it runs. Needs no terminal; may be run from anywhere, and again.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

set_and_export() {
    printf '$ export %s="%s"\n' "$1" "$2"
    export "$1=$2"
}

if ! command -v cargo > /dev/null; then
    echo "quickstart: cargo is missing; install Rust 1.95 or newer first: https://rustup.rs" >&2
    exit 69
fi

run cd "$root"
# Whatever is set in your shell, this acts on the checkout's own state and nothing else.
set_and_export NIJA_STATE_DIR "$root/state"
set_and_export NIJA_CONFIG "$root/nija.toml"
set_and_export CARGO_TARGET_DIR "${CARGO_TARGET_DIR:-$root/target}"

run cargo build --release --locked
nija=$CARGO_TARGET_DIR/release/nija

# nija does not believe a configuration that others can write, and a checkout made under umask 002 leaves it so.
if ! "$nija" config show > /dev/null 2>&1; then
    run chmod go-w nija.toml || true
    if ! "$nija" config show > /dev/null; then
        run install -m 644 nija.toml "$CARGO_TARGET_DIR/quickstart.toml"
        set_and_export NIJA_CONFIG "$CARGO_TARGET_DIR/quickstart.toml"
    fi
fi

if [ ! -d state/.locks ]; then
    run "$nija" init
fi

# 0: the stop is on disk. 1: it is, and a later step (such as the audit record) waits for the next command.
code=0
run "$nija" kill quickstart drill || code=$?
echo "exit code $code"
[ "$code" -le 1 ] || exit "$code"

code=0
run "$nija" gate BTC-USD || code=$?
echo "exit code $code: 0 would mean trade; anything else means do not"
[ "$code" -eq 1 ] || exit 70

run "$nija" status

cat << END

Trading is stopped in $root/state and stays stopped until a person resumes it:

    "$nija" --config "$NIJA_CONFIG" --state-dir "$NIJA_STATE_DIR" killswitch deactivate quickstart is over

On a terminal that lists what would be released and asks you to type 'resume'; a script adds --all --yes.
END
