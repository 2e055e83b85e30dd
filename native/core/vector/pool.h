// The candidates of one search: the best `width` seen so far, best first, each expanded or not yet. A sorted
// array, since it is short and its order is what is asked for.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

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
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  float floor = *least;
  float above = *most;
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

  void begin(uint32_t width) {
    assert(width > 0);
    width_ = width;
    size_ = 0;
    next_ = 0;
    padded_ = (width + kLanes - 1) / kLanes * kLanes;
    if (similarities_.size() <= padded_) {
      similarities_.resize(size_t{padded_} + 1);
      slots_.resize(size_t{padded_} + 1);
    }
    std::fill_n(similarities_.begin(), padded_, kWorst);
  }

  /** Begins as if all these had been inserted, in this order. */
  void refill(uint32_t width, std::span<const float> similarities, std::span<const uint32_t> slots) {
    begin(width);
    returning_.clear();
    const float floor = floor_of_best(similarities, width);
    for (uint32_t i = 0; i < similarities.size(); ++i)
      if (similarities[i] >= floor) returning_.push_back({similarities[i], i});
    std::sort(returning_.begin(), returning_.end(), nearer);  // of equals, first who came first
    size_ = static_cast<uint32_t>(std::min<size_t>(width, returning_.size()));
    for (uint32_t at = 0; at < size_; ++at) {
      similarities_[at] = returning_[at].similarity;
      slots_[at] = slots[returning_[at].slot];
    }
  }

  /** Those that `test` is true of count as expanded. */
  template <typename Test>
  void mark_expanded(const Test& test) {
    for (uint32_t at = 0; at < size_; ++at)
      if (test(slots_[at])) slots_[at] |= kExpanded;
  }

  /** What a candidate must exceed to be kept. */
  float worst() const { return similarities_[width_ - 1]; }

  /** Keeps the candidate in its place when it is good enough. Ties stay in the order of their arrival. */
  bool insert(float similarity, uint32_t slot) {
    if (!(similarity > worst())) return false;
    // Counted, not searched: where a candidate lands cannot be predicted, and a wrong guess costs more.
    const float* at = similarities_.data();
    uint32_t place = 0;
    for (uint32_t i = 0; i < padded_; ++i) place += at[i] >= similarity ? 1U : 0U;
    if (size_ < width_) ++size_;
    const size_t moved = size_ - 1 - place;
    std::memmove(similarities_.data() + place + 1, similarities_.data() + place, moved * sizeof(float));
    std::memmove(slots_.data() + place + 1, slots_.data() + place, moved * sizeof(uint32_t));
    similarities_[place] = similarity;
    slots_[place] = slot;
    next_ = std::min(next_, place);
    return true;
  }

  /** The best candidate not yet expanded, which counts as expanded from now on; kNone when there is none. */
  uint32_t expand() {
    while (next_ < size_ && (slots_[next_] & kExpanded) != 0) ++next_;
    if (next_ == size_) return kNone;
    const uint32_t slot = slots_[next_];
    slots_[next_++] |= kExpanded;
    return slot;
  }
  /** The one that expand() would return now, or kNone. */
  uint32_t peek() const {
    for (uint32_t at = next_; at < size_; ++at)
      if ((slots_[at] & kExpanded) == 0) return slots_[at];
    return kNone;
  }

  uint32_t size() const { return size_; }
  bool full() const { return size_ == width_; }
  Candidate operator[](uint32_t at) const { return {similarities_[at], slots_[at] & kSlotMask}; }

 private:
  static constexpr uint32_t kExpanded = ~kSlotMask;
  static constexpr uint32_t kLanes = 16;  // the arrays' lengths are padded to, for whole registers
  static constexpr float kWorst = -std::numeric_limits<float>::infinity();

  std::vector<float> similarities_;  // kWorst from size_ on
  std::vector<uint32_t> slots_;
  std::vector<Candidate> returning_;  // by their places among all
  uint32_t width_ = 0;
  uint32_t padded_ = 0;
  uint32_t size_ = 0;
  uint32_t next_ = 0;  // everything before it is expanded
};

}  // namespace engram
