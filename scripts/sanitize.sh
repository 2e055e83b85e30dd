#!/bin/sh
# Builds the C++ tests under sanitizers, in build directories of their own, and runs them:
#   sh scripts/sanitize.sh address    ASan and UBSan, with the fuzz targets (clang)
#   sh scripts/sanitize.sh thread     TSan
# --build-only: no tests. --all: also those whose point is a recall, two ways to one graph or a planted defect, which
# `npm test` runs without sanitizers only: they do to memory what the others do, for minutes.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  address) build=native/build-asan sanitize=address,undefined fuzz=ON targets=all tests=. ;;
  # What has threads: the index and the graph are locked by their caller, and slow to watch.
  thread)
    build=native/build-tsan sanitize=thread fuzz=OFF
    targets='concurrency_test listener_test space_test log_test planted_fault'
    tests='^(Concurrency|Sanitizer|Space|Log|Watch|Listener|RestingListener|HastyListener)'
    ;;
  *) echo "sanitize.sh address | thread [--build-only]" >&2; exit 3 ;;
esac

if [ ! -f $build/CMakeCache.txt ]; then
  generator=''
  command -v ninja >/dev/null 2>&1 && generator='-G Ninja'
  [ $fuzz = OFF ] || for CXX in clang++ clang++-19 clang++-16 clang++-15 clang++-14; do
    command -v $CXX >/dev/null 2>&1 && break
  done
  export CXX="${CXX:-c++}"
  # shellcheck disable=SC2086
  cmake -S native -B $build $generator -DENGRAM_SANITIZE=$sanitize -DENGRAM_FUZZ=$fuzz >$build.log 2>&1 || {
    cat $build.log >&2
    rm -rf $build
    exit 3
  }
fi
# shellcheck disable=SC2086 # a list of targets
cmake --build $build --parallel "$(nproc)" --target $targets >$build.log 2>&1 || { tail -40 $build.log >&2; exit 1; }
[ "${2:-}" = "--build-only" ] && exit 0
left_out='Recall99|ANarrowWalk|IsTheSameWhoever|LinksTheSame|TheLadderKeeps|RecallHoldsWhen|TightClusters|FilterRecallTest|AFilterOfAny|EveryPlantedDefect'
[ "${2:-}" = "--all" ] && left_out='^$'

# One race is enough to fail; history_size: how far back the other side of it is remembered.
export TSAN_OPTIONS="halt_on_error=1 history_size=4"
export UBSAN_OPTIONS="print_stacktrace=1"
exec ctest --test-dir $build --tests-regex "$tests" --exclude-regex "$left_out" --output-on-failure --parallel "$(nproc)" --timeout 300
