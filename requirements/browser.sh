#!/usr/bin/env bash
# Chromium for the tests of pages, from Debian's packages, where there is none and this machine lets us; without it they are skipped.
set -euo pipefail

say() { printf 'setup: %s\n' "$*"; }

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null && exit 0
done
[ -z "${CHROMIUM:-}" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  say "there is no Chromium, and only root can install it here; the tests of pages in a browser are skipped"
  exit 0
fi
say "installing Chromium for the tests of pages ..."
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 \
  || say "Chromium could not be installed; the tests of pages in a browser are skipped"
