// Randomness as a parameter: one seeded generator (SplitMix64: Steele, Lea & Flood 2014,
// doi:10.1145/2660193.2660195), the same numbers on every machine.
#pragma once

#include <cstdint>

namespace engram {

/** Mixes 64 bits so that each input bit moves each output bit (the finaliser of SplitMix64). */
constexpr uint64_t mix64(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

__extension__ typedef unsigned __int128 Uint128;  // not ISO C++, known to GCC and Clang

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() { return mix64(state_ += 0x9E3779B97F4A7C15ULL); }
  /** Uniform in [0, bound); bound > 0. The bias is below bound / 2^64. */
  uint64_t below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<Uint128>(next()) * bound) >> 64);
  }
  /** Uniform in [0, 1). */
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }

 private:
  uint64_t state_;
};

}  // namespace engram
