// The candidates of one search: the best `width` seen so far, best first, each expanded or not yet. A sorted
// array, since it is short and its order is what is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace engram {

struct Candidate {
  float similarity;
  uint32_t slot;
};

class Pool {
 public:
  static constexpr uint32_t kNone = 0xFFFF'FFFF;
  static constexpr uint32_t kSlotMask = 0x7FFF'FFFF;  // slots have 31 bits

  void begin(uint32_t width) {
    width_ = width;
    size_ = 0;
    next_ = 0;
    if (entries_.size() <= width) entries_.resize(width + 1);
  }

  /** Whether a candidate this good would be kept. */
  bool accepts(float similarity) const {
    return size_ < width_ || similarity > entries_[size_ - 1].similarity;
  }

  /** Keeps the candidate in its place when it is good enough. Ties stay in the order of their arrival. */
  bool insert(float similarity, uint32_t slot) {
    if (!accepts(similarity)) return false;
    uint32_t place = size_ < width_ ? size_++ : width_ - 1;
    for (; place > 0 && entries_[place - 1].similarity < similarity; --place)
      entries_[place] = entries_[place - 1];
    entries_[place] = {similarity, slot & kSlotMask, 0};
    if (place < next_) next_ = place;
    return true;
  }

  /** The best candidate not yet expanded, which counts as expanded from now on; kNone when there is none. */
  uint32_t expand() {
    while (next_ < size_ && entries_[next_].expanded) ++next_;
    if (next_ == size_) return kNone;
    entries_[next_].expanded = true;
    return entries_[next_].slot;
  }
  /** The one that expand() would return now, or kNone. */
  uint32_t peek() const {
    for (uint32_t at = next_; at < size_; ++at)
      if (!entries_[at].expanded) return entries_[at].slot;
    return kNone;
  }

  uint32_t size() const { return size_; }
  Candidate operator[](uint32_t at) const { return {entries_[at].similarity, entries_[at].slot}; }

 private:
  struct Entry {
    float similarity;
    uint32_t slot : 31;
    uint32_t expanded : 1;
  };
  std::vector<Entry> entries_;
  uint32_t width_ = 0;
  uint32_t size_ = 0;
  uint32_t next_ = 0;  // everything before it is expanded
};

}  // namespace engram
