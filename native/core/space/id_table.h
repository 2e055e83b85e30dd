// Ids to ordinals: an open-addressing table of ordinals, the ids themselves stay where the caller keeps them.
// Four to eight bytes per id beyond the id's own.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace engram {

/** The place of an episode in its space's arrays; given back by forget() and used again. */
using Ordinal = uint32_t;
inline constexpr Ordinal kNoOrdinal = 0xFFFF'FFFF;

inline uint64_t hash_bytes(std::string_view bytes) {
  uint64_t hash = 0x9E3779B97F4A7C15ULL ^ bytes.size();
  while (bytes.size() >= 8) {
    uint64_t word;
    __builtin_memcpy(&word, bytes.data(), 8);
    hash = mix64(hash ^ word);
    bytes.remove_prefix(8);
  }
  uint64_t word = 0;
  __builtin_memcpy(&word, bytes.data(), bytes.size());
  return mix64(hash ^ word);
}

/** IdOf: Ordinal -> std::string_view, for every ordinal in the table. */
template <typename IdOf>
class IdTable {
 public:
  explicit IdTable(IdOf id_of) : id_of_(id_of) {}

  Ordinal find(std::string_view id) const {
    if (slots_.empty()) return kNoOrdinal;
    for (size_t at = home(id);; at = next(at)) {
      const Ordinal ordinal = slots_[at];
      if (ordinal == kNoOrdinal || id_of_(ordinal) == id) return ordinal;
    }
  }

  /** The id of `ordinal` must be readable through IdOf and not be in the table. */
  void insert(Ordinal ordinal) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    place(ordinal);
    ++size_;
  }

  /** Removes an id that is there, closing the gap so that no tombstones are needed (Knuth 6.4, algorithm R).
   */
  void erase(std::string_view id) {
    size_t gap = home(id);
    while (id_of_(slots_[gap]) != id) gap = next(gap);
    for (size_t at = next(gap); slots_[at] != kNoOrdinal; at = next(at)) {
      const size_t wanted = home(id_of_(slots_[at]));
      const bool stays = gap < at ? (gap < wanted && wanted <= at) : (gap < wanted || wanted <= at);
      if (stays) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = kNoOrdinal;
    --size_;
  }

  size_t size() const { return size_; }
  size_t bytes() const { return slots_.capacity() * sizeof(Ordinal); }

 private:
  static constexpr size_t kFirstSlots = 16;

  size_t home(std::string_view id) const { return hash_bytes(id) & (slots_.size() - 1); }
  size_t next(size_t at) const { return (at + 1) & (slots_.size() - 1); }
  void place(Ordinal ordinal) {
    size_t at = home(id_of_(ordinal));
    while (slots_[at] != kNoOrdinal) at = next(at);
    slots_[at] = ordinal;
  }
  void grow() {
    std::vector<Ordinal> old(slots_.empty() ? kFirstSlots : slots_.size() * 2, kNoOrdinal);
    old.swap(slots_);
    for (Ordinal ordinal : old)
      if (ordinal != kNoOrdinal) place(ordinal);
  }

  IdOf id_of_;
  std::vector<Ordinal> slots_;
  size_t size_ = 0;
};

}  // namespace engram
