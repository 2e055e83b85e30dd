// Vectors as one bit per value: the signs of the vector, less the mean of all, after a random rotation that
// spreads what it holds over all values. Sketches are scanned whole: the bits in which two differ grow with
// the angle between them (Charikar 2002), well enough to pass the best few hundred of some thousands to
// codes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "vector/distance.h"

namespace engram {

/** What a scan needs, reused from call to call by one thread. */
struct SketchScratch {
  std::vector<float> rotated;
  std::vector<uint64_t> query;
  std::vector<int16_t> distances;
  std::vector<uint32_t> selected;
  std::vector<uint32_t> counts;  // per distance, in kTables tables
};

class Sketches {
 public:
  Sketches(uint32_t dimension, uint64_t seed);

  /** Sets the point that signs are taken from. Sketches made before it are void. */
  void centre(std::span<const float> mean);
  void put(uint32_t slot, std::span<const float> unit);
  /** Slots in [first, size()) of about the `wanted` sketches nearest to the query, in order of slots; more
   * where many are equally near, all when there are no more. */
  void nearest(std::span<const float> query, uint32_t first, size_t wanted, SketchScratch& scratch,
               std::vector<uint32_t>& out) const;

  size_t size() const { return size_; }
  size_t bytes() const { return groups() * words_ * kSketchGroup * sizeof(uint64_t); }

 private:
  size_t groups() const { return (size_ + kSketchGroup - 1) / kSketchGroup; }
  uint64_t* words() { return reinterpret_cast<uint64_t*>(bits_.data()); }
  const uint64_t* words() const { return reinterpret_cast<const uint64_t*>(bits_.data()); }
  void rotate(std::span<const float> values, std::vector<float>& out) const;
  /** Leaves the sketch in scratch.query. */
  void sketch(std::span<const float> unit, SketchScratch& scratch) const;

  const Kernels* kernels_;
  uint32_t dimension_;
  size_t words_;
  std::vector<float> signs_;   // ±1, a row per round
  std::vector<float> centre_;  // the mean, rotated
  Buffer bits_;                // u64 words, groups of kSketchGroup, word-major: a line holds one word of each
  size_t size_ = 0;
  SketchScratch writer_;
};

}  // namespace engram
