// The one seam for SIMD: inner products and bit distances behind a table that is chosen once, at run time.
// The scalar path is the truth the others are tested against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace engram {

/** Planes of nibbles (code.h) are padded to whole multiples of this, a cache line, so that no path needs a
 *  tail. */
inline constexpr size_t kPlanePadding = 64;
/** Sketches (sketch.h) stand in groups of this many, word by word. */
inline constexpr size_t kSketchGroup = 8;
/** Distances that select() looks at together. */
inline constexpr size_t kSelectStep = 16;

/** One query against many planes, which lie at equal distances. */
struct PlaneBatch {
  const std::byte* first;  // the plane of slot 0
  size_t stride;           // from one slot's plane to the next
  const uint32_t* slots;
  size_t count;
  const int8_t* query;  // 2 × bytes values; −128 is none
  size_t bytes;         // of one plane, a multiple of kPlanePadding, at most 2,048
};

/** Lanes that a ranking is padded to: a cache line of either array. */
inline constexpr uint32_t kRankingLanes = 16;

/** The best `width` of what was offered, best first (pool.h). Both arrays are aligned to cache lines and
 * padded to whole ones; similarities are −∞ from `size` on. */
struct Ranking {
  float* similarities;
  uint32_t* slots;
  uint32_t width;
  uint32_t size;
};

struct Kernels {
  std::string_view name;  // "scalar", "avx2", "avx512", "avx512-vnni", "avx512-popcnt", "neon"
  /** Inner product of two float vectors of n values. */
  float (*dot)(const float* a, const float* b, size_t n);
  /** out[i × stride + j] = dot(rows[i], rows[j], n) to the bit, for all pairs of `count` rows. */
  void (*dot_all)(const float* const* rows, size_t count, size_t n, float* out, size_t stride);
  /** out[i] = inner product of the query and the nibbles (0…15) of slots[i]. Byte j of a line holds value j
   * in its low half and value j + 64 in its high half. All paths agree to the bit. */
  void (*dot_planes)(const PlaneBatch& batch, int32_t* out);
  /** out[i] = bits in which sketch i differs from the query, for `groups` × kSketchGroup sketches of `words`
   *  words. All paths agree to the bit. */
  void (*hamming)(const uint64_t* sketches, size_t groups, const uint64_t* query, size_t words, int16_t* out);
  /** base + i for every distances[i] ≤ reach, in order; returns how many. `count` is a multiple of
   * kSelectStep, `out` has room for count + kSelectStep. All paths agree. */
  size_t (*select)(const int16_t* distances, size_t count, int16_t reach, uint32_t base, uint32_t* out);
  /** Gives each of `count` that is better than the worst kept its place, behind its equals. Returns the first
   * place that was taken, `width` where none was. All paths agree. */
  uint32_t (*insert)(Ranking& ranking, const float* similarities, const uint32_t* slots, size_t count);
};

/** The widest table this CPU runs. */
const Kernels& bestKernels();

/** All tables this CPU runs, the scalar one first. */
std::span<const Kernels> availableKernels();

}  // namespace engram
