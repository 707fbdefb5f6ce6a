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
promtool=$(command -v promtool || true)
[ ${#missing[@]} -eq 0 ] && [ -n "$promtool" ] && exit 0
[ -n "$promtool" ] || missing+=(prometheus)
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]} (Debian package names); as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
mapfile -t packages < <(printf '%s\n' "${missing[@]}" | grep -vx prometheus || true)
if [ ${#packages[@]} -gt 0 ]; then
  apt-get -qq -o=Dpkg::Use-Pty=0 install --no-install-recommends "${packages[@]}" >/dev/null
fi
if [ -z "$promtool" ]; then
  # Of this package only the checker is wanted: installed, it would bring a service that starts, and a user.
  folder=$(mktemp -d)
  trap 'rm -r "$folder"' EXIT
  (cd "$folder" && apt-get -qq -o=APT::Sandbox::User=root download prometheus)
  dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar -x -C "$folder" ./usr/bin/promtool
  install -m 755 "$folder/usr/bin/promtool" /usr/local/bin/promtool
fi
