#!/bin/sh
# Measures experiment 200, forgetting and confidence beside published results; exit code 0 met, 1 missed, 2 not enough
# evidence, 3 could not run. Options go to the command line, e.g. `--profile standard`.
set -eu
cd "$(dirname "$0")/../.."
sh scripts/setup.sh
exec npx --no-install tsx scripts/cli.ts load 200 "$@"
