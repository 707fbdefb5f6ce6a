#!/usr/bin/env bash
# Builds the release binary, and the static musl one where that target is installed; prints what was built.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked
echo "built target/release/nija"

musl=x86_64-unknown-linux-musl
std=$(rustc --print sysroot)/lib/rustlib/$musl
if [ -d "$std" ] && command -v musl-gcc >/dev/null; then
    # A non-PIE static binary has nothing to relocate before main. The flag needs --target, or it breaks proc-macros.
    RUSTFLAGS="-C relocation-model=static" CC_x86_64_unknown_linux_musl=musl-gcc \
        cargo build --release --locked --target $musl
    echo "built target/$musl/release/nija"
else
    echo "no static build: it needs 'rustup target add $musl' and the package musl-tools"
fi
