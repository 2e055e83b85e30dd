#!/bin/sh
# What is the matter with a server? Reads and changes nothing, within 30 seconds; for people, or with --json for
# machines. Exit code: 0 all well, 1 something is wrong, 3 it could not look.
#   scripts/engram_diagnostics.sh [--json] [--url http://127.0.0.1:7700] [--data DIR]   (key: ENGRAM_KEY)
set -eu
cd "$(dirname "$0")/.."
exec node --import tsx native/server/diagnostics.ts "$@"
