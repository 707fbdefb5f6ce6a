#!/usr/bin/env bash
# Makes sure that what the checks call is installed; quiet and quick when it is.
set -euo pipefail

# command:Debian package
wanted=(strace:strace chattr:e2fsprogs mkfs.ext4:e2fsprogs unshare:util-linux nsenter:util-linux flock:util-linux
  prlimit:util-linux losetup:mount mount:mount gcc:gcc python3:python3)

PATH=$PATH:/usr/sbin:/sbin
missing=()
for pair in "${wanted[@]}"; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]} (Debian package names); as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -o=Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}" >/dev/null
