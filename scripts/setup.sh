#!/bin/sh
# Makes a fresh clone ready: checks the tools, installs the locked packages, builds the native core.
# Every step is skipped when its result is already there and current. `--with-tests` also asks for what
# only the tests need, `--serve` for no more than the server does. Plain sh, since it runs before anything is installed.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\033[2m[setup]\033[0m %s\n' "$*" >&2; }
fail() { printf '[setup] %s\n' "$*" >&2; exit 3; }

with_tests=no
[ "${1:-}" = "--with-tests" ] && with_tests=yes
serve=no
[ "${1:-}" = "--serve" ] && serve=yes

# --- tools: command, Debian package, what it is for -------------------------------------------------
missing=''
need() { # command package purpose
  command -v "$1" >/dev/null 2>&1 && return 0
  say "missing: $1 (Debian package $2), needed to $3"
  missing="$missing $2"
}

node_floor=20
node_major=$(node -p 'process.versions.node.split(".")[0]')
[ "$node_major" -ge "$node_floor" ] ||
  fail "Node $(node --version) is too old: install Node $node_floor.19 or newer (https://nodejs.org)"

need c++ g++ "compile the native core (C++20: GCC 12 or Clang 14 or newer)"
need cmake cmake "configure the native core"
command -v ninja >/dev/null 2>&1 || need make make "build the native core"
if [ "$with_tests" = yes ]; then
  command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
    need chromium chromium "run the browser tests"
  need clang-format clang-format "check the format of the C++ sources"
  command -v clang++ >/dev/null 2>&1 || command -v clang++-14 >/dev/null 2>&1 || {
    # Debian 12 has the sanitizers of its clang in a package of their own; elsewhere one name says all.
    clang=clang
    grep -q '^VERSION_ID="12"' /etc/os-release 2>/dev/null && clang="clang-14 libclang-rt-14-dev"
    need clang++ "$clang" "run the tests under sanitizers and the fuzz targets"
  }
  need strace strace "fail and kill the engine at each system call"
  if [ "$(id -u)" = 0 ]; then # only root can mount what the power cuts need
    need mkfs.ext4 e2fsprogs "cut the power of an ext4 file system"
    need mkfs.xfs xfsprogs "cut the power of an xfs file system"
  fi
  need git git "read the commit a record was measured at"
  [ -e /usr/include/gtest/gtest.h ] || [ -e /usr/local/include/gtest/gtest.h ] || {
    say "missing: GoogleTest (Debian package libgtest-dev), needed to run the C++ tests"
    missing="$missing libgtest-dev"
  }
fi

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "root on Debian: installing$missing with apt-get"
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of package names
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
      tail -5 "$log" >&2
      fail "apt-get could not install$missing (full log: $log); install them by hand and run again"
    fi
    rm -f "$log"
  else
    fail "install these packages and run again:$missing   (Debian: sudo apt-get install$missing)"
  fi
fi

# --- packages: exactly the lock file; the core, which needs none of them, is compiled meanwhile -----------
stamp=node_modules/.engram-lock
lock=$(sha256sum package-lock.json | cut -d' ' -f1)-node$node_major
installed=$(cat $stamp 2>/dev/null || true)
omit=''
size="500 MB"
if [ $serve = yes ]; then # the dependencies of package.json are the server's; the workbench's are for development
  omit=--omit=dev
  size="65 MB"
  [ "$installed" = "$lock" ] || lock=$lock-serve
fi
installing=''
if [ "$installed" != "$lock" ]; then
  say "installing the locked packages (about $size, once)"
  install_log=$(mktemp)
  npm ci --no-audit --no-fund $omit >"$install_log" 2>&1 &
  installing=$!
fi

# --- native core ------------------------------------------------------------------------------------
build_log=$(mktemp)
if [ ! -f native/build/CMakeCache.txt ]; then
  say "configuring the native core"
  generator=''
  command -v ninja >/dev/null 2>&1 && generator='-G Ninja'
  # shellcheck disable=SC2086
  cmake -S native -B native/build $generator -DCMAKE_BUILD_TYPE=Release >"$build_log" 2>&1 || {
    cat "$build_log" >&2
    rm -rf native/build "$build_log"
    fail "CMake could not configure native/: see above"
  }
fi
build() { # cmake arguments
  cmake --build native/build --parallel "$(nproc)" "$@" >"$build_log" 2>&1 || {
    tail -40 "$build_log" >&2
    rm -f "$build_log"
    [ -z "$installing" ] || wait "$installing" || true # no second one beside it when this is run again
    fail "the native core does not compile: see above"
  }
}
started=$(date +%s)
if [ -n "$installing" ]; then
  build --target engram_engine engram_listener
  wait "$installing" || {
    tail -15 "$install_log" >&2
    fail "npm ci failed (full log: $install_log)"
  }
  rm -f "$install_log"
  printf '%s' "$lock" >$stamp
fi
if [ "$with_tests" = yes ]; then build; else build --target engram_addon; fi
rm -f "$build_log"
took=$(($(date +%s) - started))
[ "$took" -lt 2 ] || say "native core built in $took s"
