// When each edge was last set, by its two ends and its relation: what the graph's arcs have no room for.
// Open addressing, linear probing, no tombstones.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"

namespace engram {

struct EdgeKey {
  uint32_t from = 0;
  uint32_t to = 0;
  uint16_t relation = 0;

  bool operator==(const EdgeKey&) const = default;
};

class EdgeTable {
 public:
  /** Milliseconds since the epoch; nothing when there is no such edge. */
  std::optional<double> find(const EdgeKey& key) const {
    if (slots_.empty()) return std::nullopt;
    for (size_t at = home(key);; at = next(at)) {
      if (!slots_[at].used) return std::nullopt;
      if (slots_[at].key == key) return slots_[at].at_ms;
    }
  }

  void set(const EdgeKey& key, double at_ms) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    Slot& slot = place(key);
    if (!slot.used) ++size_;
    slot = {at_ms, key, true};
  }

  /** The key must be there. */
  void erase(const EdgeKey& key) {
    size_t gap = home(key);
    while (!(slots_[gap].key == key)) gap = next(gap);
    for (size_t at = next(gap); slots_[at].used; at = next(at)) {
      const size_t wanted = home(slots_[at].key);
      const bool stays = gap < at ? (gap < wanted && wanted <= at) : (gap < wanted || wanted <= at);
      if (stays) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap].used = false;
    --size_;
  }

  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    double at_ms = 0;
    EdgeKey key;
    bool used = false;
  };
  static constexpr size_t kFirstSlots = 16;

  size_t home(const EdgeKey& key) const {
    const uint64_t ends = (uint64_t{key.from} << 32) | key.to;
    return mix64(ends + key.relation * 0x9E3779B97F4A7C15ULL) & (slots_.size() - 1);
  }
  size_t next(size_t at) const { return (at + 1) & (slots_.size() - 1); }
  Slot& place(const EdgeKey& key) {
    size_t at = home(key);
    while (slots_[at].used && !(slots_[at].key == key)) at = next(at);
    return slots_[at];
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? kFirstSlots : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.used) place(slot.key) = slot;
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace engram
