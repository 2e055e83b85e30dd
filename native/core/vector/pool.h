// The candidates of one search: the best `width` seen so far, best first, each expanded or not yet. A sorted
// array, since it is short and its order is what is asked for.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
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
  uint32_t width_ = 0;
  uint32_t padded_ = 0;
  uint32_t size_ = 0;
  uint32_t next_ = 0;  // everything before it is expanded
};

}  // namespace engram
