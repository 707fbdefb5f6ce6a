#!/usr/bin/env bash
# Makes the Python that the checks of the schema freeze run in, once per list of packages, and prints where it is.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target}
folder=$target/schema-venv
if ! cmp -s requirements.txt "$folder/installed.txt"; then
  rm -rf "$folder"
  for python in python3 /usr/bin/python3; do
    "$python" -m venv "$folder" >&2 && break
  done
  "$folder/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt >&2
  cp requirements.txt "$folder/installed.txt"
fi
echo "$folder/bin/python"
