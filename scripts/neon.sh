#!/bin/sh
# Compiles the vector code for 64-bit ARM and runs its tests under qemu: the NEON kernels must agree with the scalar
# truth, though no such machine is at hand. Says nothing of their speed.
set -eu
cd "$(dirname "$0")/.."

need() { # command or file, Debian package
  command -v "$1" >/dev/null 2>&1 || [ -e "$1" ] || missing="$missing $2"
}
missing=''
need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
need qemu-aarch64-static qemu-user-static
need /usr/src/googletest/googletest/src/gtest-all.cc googletest
[ -z "$missing" ] || {
  echo "neon.sh: install these Debian packages and run again:$missing" >&2
  exit 3
}

build=native/build-neon
gtest=/usr/src/googletest/googletest
mkdir -p $build
# No CMake: it would look for the host's GoogleTest.
sources=$(ls native/core/base/*.cc native/core/vector/*.cc | grep -v -e base/.*_test -e _avx -e _vnni -e _popcnt)
planted=''
[ "${1:-}" = "--planted" ] && {
  # A kernel that forgets its last half vector must be found out.
  mkdir -p $build/planted
  sed 's/s1 = vfmaq_f32(s1, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));//' native/core/vector/distance_neon.cc \
    >$build/planted/distance_neon.cc
  cmp -s native/core/vector/distance_neon.cc $build/planted/distance_neon.cc && {
    echo "neon.sh: the planted defect finds no place in distance_neon.cc" >&2
    exit 3
  }
  sources="$(echo "$sources" | grep -v distance_neon) $build/planted/distance_neon.cc"
  planted=-planted
}
# shellcheck disable=SC2086 # lists
aarch64-linux-gnu-g++ -std=c++20 -O2 -ffp-contract=off -Wall -Wextra -static -pthread \
  -Inative/core -I$gtest/include -I$gtest $sources $gtest/src/gtest-all.cc $gtest/src/gtest_main.cc \
  -o $build/vector_test$planted
# What walks for minutes even without qemu is left out: it asks the same kernels.
exec qemu-aarch64-static $build/vector_test$planted --gtest_filter=-VectorIndex.*
