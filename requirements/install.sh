#!/usr/bin/env bash
# Installs the newest locked stack that this machine can run, and this project, into .venv.
# Usage: requirements/install.sh [tfx116|tfx121]     (a name: that one or an error)
# Does nothing when the lock, setup.py and these files are those of the last finished installation.
set -euo pipefail
cd "$(dirname "$0")/.."
. requirements/stacks.sh

wanted_stack="${1:-}"
uv_lock=requirements/uv.txt
uv_version="$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$uv_lock")"
venv=.venv
tools=.setup

fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
say() { printf 'setup: %s\n' "$*"; }

[ "$(uname -sm)" = "Linux x86_64" ] || fail "TFX has wheels for Linux on x86_64 only; this is $(uname -sm). Use the Dockerfile there."
[ -z "$wanted_stack" ] || stack_pythons "$wanted_stack" >/dev/null \
  || fail "unknown STACK '$wanted_stack'; there are: $stacks"

glibc="$(machine_glibc)"
glibcxx="$(machine_glibcxx)"
passed_over=
for stack in ${wanted_stack:-$stacks}; do
  # shellcheck disable=SC2046
  python="$(find_python $(stack_pythons "$stack"))"
  lacking="$(stack_lacks "$stack" "$glibc" "$glibcxx" "$python")"
  [ -n "$lacking" ] || break
  passed_over="$passed_over${passed_over:+; }not $stack: $lacking"
done
if [ -n "$lacking" ]; then
  case "$passed_over" in *Python*) remedy=" (install one, with pyenv for example, or set PYTHON=/path/to/it)" ;; *) remedy= ;; esac
  [ -z "$wanted_stack" ] || remedy="$remedy; without STACK= the newest that this machine can run is taken"
  fail "$passed_over$remedy"
fi
python_version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"

lock="requirements/$stack.txt"
stamp="$venv/.installed"
wanted="$stack $python_version $(cat "$lock" "$uv_lock" setup.py requirements/*.sh | sha256sum | cut -d' ' -f1) $PWD"
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0
if [ -n "$wanted_stack" ]; then
  say "$stack on Python $python_version, as STACK= asks"
else
  say "$stack on Python $python_version, the newest stack for glibc ${glibc:-unknown} and GLIBCXX_${glibcxx:-unknown}${passed_over:+ ($passed_over)}"
fi

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
