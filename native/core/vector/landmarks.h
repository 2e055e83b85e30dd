// Where a walk begins: up to 2,048 of the linked vectors, drawn evenly, as one bit per value, that are
// scanned whole for those most like the query. Greedy steps down the layers of a small world end in the wrong
// one of far clusters now and then, and no walk of sensible width leaves it. Who has seen one of each cluster
// does not, as far as there are not many more clusters than landmarks; and a scan of so few bits costs no
// more.
//
// Which slots are landmarks follows from their numbers and how many there are, and their bits from their
// codes and a centre that is kept with the graph: a graph that is read back begins its walks where it did.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "vector/code.h"
#include "vector/distance.h"

namespace engram {

/** What a scan needs, reused from call to call by one thread. */
struct LandmarkScratch {
  std::vector<uint64_t> bits;
  std::vector<int16_t> distances;
};

class Landmarks {
 public:
  /** Half of them go when there are more; drawn from all slots, so that a half to all of these stay. */
  static constexpr size_t kMost = 2'048;
  static constexpr size_t kNearest = kSketchGroup;
  static constexpr uint32_t kNone = 0xFFFF'FFFF;

  Landmarks(uint32_t dimension, uint64_t seed);

  /** Slots come one after the other. True when half of the landmarks went: then the bits of all are void, and
   * set_centre() and put() make them anew. */
  bool grow(uint32_t slot);
  std::span<const uint32_t> slots() const { return slots_; }
  bool holds(uint32_t slot) const { return at(slot) < slots_.size(); }
  /** A slot's bits, from its code; nothing where it is no landmark. */
  void put(uint32_t slot, const CodeQuery& code);
  void remove(uint32_t slot);
  /** The point that signs are taken from. */
  void set_centre(std::span<const float> centre);
  std::span<const float> centre() const { return centre_; }

  /** The nearest of every kNearest-th, by bits: slots, kNone where there are none. */
  std::array<uint32_t, kNearest> nearest(const CodeQuery& query, LandmarkScratch& scratch) const;

  size_t bytes() const { return groups() * words_ * kSketchGroup * sizeof(uint64_t); }

 private:
  size_t groups() const { return (slots_.size() + kSketchGroup - 1) / kSketchGroup; }
  /** Its place among slots_, whose size where it is no landmark. */
  size_t at(uint32_t slot) const;
  uint64_t* place(size_t at);
  /** How seldom a slot is drawn: one in 2ⁿ has n or more. */
  uint32_t rank(uint32_t slot) const;
  void bits_of(const CodeQuery& code, std::vector<uint64_t>& out) const;

  const Kernels* kernels_;
  uint64_t seed_;
  size_t values_;  // of a code, a multiple of 128
  size_t words_;
  uint32_t rank_min_ = 0;
  std::vector<uint32_t> slots_;  // ascending
  std::vector<float> centre_;
  Buffer bits_;                  // u64 words, groups of kSketchGroup, word-major
  std::vector<int16_t> vacant_;  // place → 0, or what is farther than all where no slot has bits
  std::vector<uint64_t> writer_;
};

}  // namespace engram
