#!/usr/bin/env bash
# Makes sure that what the checks call is installed; quiet and quick when it is. `setup.sh schema` adds what only the
# checks of the schema freeze call.
set -euo pipefail

# command:Debian package
wanted=(strace:strace chattr:e2fsprogs mkfs.ext4:e2fsprogs unshare:util-linux nsenter:util-linux flock:util-linux
  prlimit:util-linux losetup:mount mount:mount gcc:gcc openssl:openssl)

PATH=$PATH:/usr/sbin:/sbin
missing=()
for pair in "${wanted[@]}"; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || missing+=(python3 python3-aiosmtpd)
# What scripts/schema_truth.sh holds the schema freeze to.
if [ "${1:-}" = schema ]; then
  command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
fi
# Of these packages only one program is wanted: installed, they would bring a service that starts, and a user.
alone=()
command -v promtool >/dev/null || alone+=(prometheus)
command -v prometheus-alertmanager >/dev/null || alone+=(prometheus-alertmanager)
[ ${#missing[@]} -eq 0 ] && [ ${#alone[@]} -eq 0 ] && exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u | grep . || true)

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]} ${alone[*]} (Debian package names); as root: scripts/setup.sh" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  # The cluster that the package would make and start is not wanted; scripts/schema/cluster.py makes its own.
  apt-get -qq -o=Dpkg::Use-Pty=0 install --no-install-recommends postgresql-common >/dev/null
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
fi
if [ ${#missing[@]} -gt 0 ]; then
  apt-get -qq -o=Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ ${#alone[@]} -gt 0 ]; then
  folder=$(mktemp -d)
  trap 'rm -r "$folder"' EXIT
  for package in "${alone[@]}"; do
    (cd "$folder" && apt-get -qq -o=APT::Sandbox::User=root download "$package")
    dpkg-deb -x "$folder/$package"_*.deb "$folder"
  done
  for program in promtool prometheus-alertmanager; do
    [ ! -e "$folder/usr/bin/$program" ] || install -m 755 "$folder/usr/bin/$program" "/usr/local/bin/$program"
  done
  # Without its templates, which it looks for here, it does not start.
  templates=usr/share/prometheus/alertmanager
  [ ! -d "$folder/$templates" ] || { mkdir -p "/$templates" && cp "$folder/$templates"/*.tmpl "/$templates/"; }
fi
