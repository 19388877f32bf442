#!/usr/bin/env bash
# Installs the locked stack and this project into .venv.  Usage: requirements/install.sh [tfx116|tfx121]
# Does nothing when the lock, setup.py and this file are those of the last finished installation.
set -euo pipefail
cd "$(dirname "$0")/.."

stack="${1:-tfx116}"
uv_lock=requirements/uv.txt
uv_version="$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$uv_lock")"
venv=.venv
tools=.setup

fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
say() { printf 'setup: %s\n' "$*"; }

case "$stack" in
  tfx116) python_version=3.10 ;;
  tfx121) python_version=3.11 ;;
  *) fail "unknown STACK '$stack'; use STACK=tfx116 or STACK=tfx121" ;;
esac
lock="requirements/$stack.txt"
stamp="$venv/.installed"
wanted="$(cat "$lock" "$uv_lock" setup.py requirements/install.sh | sha256sum | cut -d' ' -f1) $PWD"
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0

# A pyenv shim answers to the name and then fails unless that version is active, so each candidate must really run.
find_python() {
  local candidate
  for candidate in "${PYTHON:-}" "python$python_version" "$HOME/.pyenv/versions/$python_version".*/bin/python \
                   "/usr/local/bin/python$python_version" "/usr/bin/python$python_version" python3; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$python_version')" \
        >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}
[ "$(uname -sm)" = "Linux x86_64" ] || fail "TFX has wheels for Linux on x86_64 only; this is $(uname -sm). Use the Dockerfile there."
python="$(find_python)" || fail "Python $python_version is needed and was not found; install it (pyenv install $python_version) or set PYTHON=/path/to/python$python_version"

free_mib="$(df -Pm . | awk 'NR == 2 { print $4 }')"
[ "$free_mib" -ge 5000 ] || fail "about 5 GB of disk are needed here and $free_mib MB are free; free some or clone to a larger disk"

log="$tools/install.log"
mkdir -p "$tools"
if [ "$("$tools/uv/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" != "$uv_version" ]; then
  say "getting uv $uv_version (pip cannot resolve TFX) ..."
  rm -rf "$tools/uv"
  "$python" -m venv "$tools/uv" >"$log" 2>&1 || fail "'$python -m venv' failed (on Debian: apt-get install python$python_version-venv); see $log"
  "$tools/uv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$uv_lock" >>"$log" 2>&1 \
    || fail "pip could not download uv; check the network or the proxy settings (last line: $(tail -n 1 "$log"))"
fi
uv="$tools/uv/bin/uv"

say "installing $(grep -c '^[a-zA-Z0-9].*==' "$lock") locked packages for $stack on Python $python_version into $venv (about 2 minutes) ..."
started=$SECONDS
"$uv" venv --quiet --clear --python "$python" "$venv"
export UV_HTTP_TIMEOUT=180
"$uv" pip install --python "$venv/bin/python" --require-hashes --compile-bytecode -r "$lock" 2>&1 | tee "$log" \
  | awk '/^(Resolved|Prepared|Installed|Bytecode)/ { print "setup:   " $0; fflush() }' \
  || fail "the packages could not be installed: $(grep -m 1 -E 'error|Failed' "$log" || tail -n 1 "$log") (whole output in $log; check the network and run again)"
"$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e . >>"$log" 2>&1 \
  || fail "this project could not be installed into $venv; see $log"
"$venv/bin/python" -m compileall -q pipeline components models examples || true
printf '%s' "$wanted" > "$stamp"
say "done in $((SECONDS - started)) s"
