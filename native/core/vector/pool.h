// The candidates of one search: the best `width` seen so far, best first, each expanded or not yet. A sorted
// array, since it is short and its order is what is asked for.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "vector/distance.h"

namespace engram {

struct Candidate {
  float similarity;
  uint32_t slot;
};

/** The order of answers: the lower slot first where two are equally near. */
inline bool nearer(const Candidate& a, const Candidate& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.slot < b.slot);
}

/** Values beyond those wanted that cost no more than one more count of all. */
inline constexpr size_t kFloorSlack = 8;

/** A value that at least `wanted` of all reach, and not many more; the least of all where they are too few.
 * Counting is so fast that halving the range beats any sorting. */
inline float floor_of_best(std::span<const float> values, size_t wanted) {
  if (values.empty()) return 0;
  float floor = values[0];
  float above = values[0];
  for (const float value : values) {
    floor = value < floor ? value : floor;
    above = value > above ? value : above;
  }
  for (size_t reached = values.size(); reached > wanted + wanted / 8 + kFloorSlack;) {
    const float middle = floor + (above - floor) / 2;
    if (!(middle > floor && middle < above)) break;
    uint32_t count = 0;
    for (const float value : values) count += value >= middle ? 1U : 0U;
    if (count < wanted) {
      above = middle;
    } else {
      floor = middle;
      reached = count;
    }
  }
  return floor;
}

class Pool {
 public:
  static constexpr uint32_t kNone = 0xFFFF'FFFF;
  static constexpr uint32_t kSlotMask = 0x7FFF'FFFF;  // slots have 31 bits, the top one says "expanded"

  Pool() = default;
  Pool(Pool&&) = default;
  Pool& operator=(Pool&&) = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void begin(uint32_t width) {
    assert(width > 0);
    const size_t lines = (size_t{width} + kRankingLanes - 1) / kRankingLanes;
    if (similarities_.size() < lines) {
      similarities_.resize(lines);
      slots_.resize(lines);
    }
    ranking_ = {similarities_[0].data(), slots_[0].data(), width, 0};
    next_ = 0;
    std::fill_n(ranking_.similarities, lines * kRankingLanes, kWorst);
  }

  /** Begins as if all these had been inserted, in this order. */
  void refill(uint32_t width, std::span<const float> similarities, std::span<const uint32_t> slots) {
    begin(width);
    const float floor = floor_of_best(similarities, width);  // below it there is no use in trying
    returning_.resize(similarities.size());
    returning_slots_.resize(slots.size());
    size_t count = 0;
    for (size_t i = 0; i < similarities.size(); ++i) {
      returning_[count] = similarities[i];
      returning_slots_[count] = slots[i];
      count += similarities[i] >= floor ? 1 : 0;
    }
    insert({returning_.data(), count}, {returning_slots_.data(), count});
    next_ = 0;
  }

  /** Those that `test` is true of count as expanded. */
  template <typename Test>
  void mark_expanded(const Test& test) {
    for (uint32_t at = 0; at < ranking_.size; ++at)
      if (test(ranking_.slots[at])) ranking_.slots[at] |= kExpanded;
  }

  /** What a candidate must exceed to be kept. */
  float worst() const { return ranking_.similarities[ranking_.width - 1]; }

  /** Keeps those that are good enough, each in its place. Ties stay in the order of their arrival. */
  void insert(std::span<const float> similarities, std::span<const uint32_t> slots) {
    assert(similarities.size() == slots.size());
    next_ = std::min(next_, kernels_->insert(ranking_, similarities.data(), slots.data(), slots.size()));
  }
  /** One; whether it was good enough. */
  bool insert(float similarity, uint32_t slot) {
    const bool kept = similarity > worst();
    insert({&similarity, 1}, {&slot, 1});
    return kept;
  }

  /** The best candidate not yet expanded, which counts as expanded from now on; kNone when there is none. */
  uint32_t expand() {
    while (next_ < ranking_.size && (ranking_.slots[next_] & kExpanded) != 0) ++next_;
    if (next_ == ranking_.size) return kNone;
    const uint32_t slot = ranking_.slots[next_];
    ranking_.slots[next_++] |= kExpanded;
    return slot;
  }
  /** The one that expand() would return now, or kNone. */
  uint32_t peek() const {
    for (uint32_t at = next_; at < ranking_.size; ++at)
      if ((ranking_.slots[at] & kExpanded) == 0) return ranking_.slots[at];
    return kNone;
  }

  uint32_t size() const { return ranking_.size; }
  bool full() const { return ranking_.size == ranking_.width; }
  Candidate operator[](uint32_t at) const {
    return {ranking_.similarities[at], ranking_.slots[at] & kSlotMask};
  }

 private:
  static constexpr uint32_t kExpanded = ~kSlotMask;
  static constexpr float kWorst = -std::numeric_limits<float>::infinity();

  template <typename Value>
  struct alignas(kRankingLanes * sizeof(Value)) Line : std::array<Value, kRankingLanes> {};

  std::vector<Line<float>> similarities_;
  std::vector<Line<uint32_t>> slots_;
  Ranking ranking_ = {};  // the two, as far as they are in use
  std::vector<float> returning_;
  std::vector<uint32_t> returning_slots_;
  uint32_t next_ = 0;  // everything before it is expanded
  const Kernels* kernels_ = &bestKernels();
};

}  // namespace engram
