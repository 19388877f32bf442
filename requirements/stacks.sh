# Which stack a machine can run; sourced by install.sh. Newest first.
stacks="tfx121 tfx116"

# stack_pythons STACK: the Python versions that its lock holds for, the one to prefer first.
stack_pythons() {
  case "$1" in
    tfx121) echo "3.13 3.12 3.11" ;;
    tfx116) echo "3.10" ;;
    *) return 1 ;;
  esac
}

# at_least VERSION MINIMUM
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

# stack_lacks STACK GLIBC GLIBCXX PYTHON: what keeps a machine with these versions from running it; nothing when it can.
stack_lacks() {
  local glibc="$2" glibcxx="$3" python="$4"
  # The wheels of ml-metadata and TensorFlow Data Validation are manylinux_2_39, and GCC 13's libstdc++ was linked.
  if [ "$1" = tfx121 ]; then
    at_least "${glibc:-0}" 2.39 || { echo "it needs glibc 2.39 or newer, and here is ${glibc:-none}"; return; }
    at_least "${glibcxx:-0}" 3.4.32 || { echo "it needs a libstdc++ with GLIBCXX_3.4.32, and here is ${glibcxx:-none}"; return; }
  fi
  [ -n "$python" ] || echo "it needs Python $(stack_pythons "$1" | sed 's/ \([^ ]*\)$/ or \1/; s/ \([0-9]\)/, \1/'), and none was found"
}

machine_glibc() { getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2; }

machine_glibcxx() {
  local library
  # Users may not have /sbin in their PATH.
  library="$(PATH="$PATH:/sbin" ldconfig -p 2>/dev/null | awk '/libstdc\+\+\.so\.6 .*x86-64/ && !seen++ { print $NF }')"
  [ -z "$library" ] || grep -aoE 'GLIBCXX_3\.4\.[0-9]+' "$library" | sort -Vu | tail -n 1 | cut -d_ -f2
}

# find_python VERSION...: the first interpreter of one of these versions that has venv.
# A pyenv shim answers to the name and then fails unless that version is active, so each candidate must really run.
find_python() {
  local version candidate
  for version; do
    for candidate in "${PYTHON:-}" "python$version" "$HOME/.pyenv/versions/$version".*/bin/python \
                     "/usr/local/bin/python$version" "/usr/bin/python$version" python3; do
      [ -n "$candidate" ] || continue
      if "$candidate" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" >/dev/null 2>&1; then
        command -v "$candidate"
        return
      fi
    done
  done
}
