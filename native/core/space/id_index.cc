#include "space/id_index.h"

#include <utility>

#include "base/random.h"

namespace engram {

uint32_t IdIndex::tag_of(View id) const {
  uint64_t hash = seed_ ^ id.size();
  do {
    uint64_t word = 0;
    id.remove_prefix(id.copy(reinterpret_cast<char*>(&word), sizeof word));
    hash = mix64(hash ^ word);
  } while (!id.empty());
  return static_cast<uint32_t>(hash >> 32U) & tag_mask_;
}

void IdIndex::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  ++bits_;
  for (const Slot& slot : old) {
    if (slot.ordinal == kNone) continue;
    size_t at = home_of(slot.tag);
    while (slots_[at].ordinal != kNone) at = behind(at);
    slots_[at] = slot;
  }
}

void IdIndex::remove(View id, uint32_t ordinal) {
  size_t hole = home_of(tag_of(id));
  while (slots_[hole].ordinal != ordinal) {
    assert(slots_[hole].ordinal != kNone);
    hole = behind(hole);
  }
  // What stands behind moves up, except in front of its home: a search ends at the first free slot.
  const size_t mask = slots_.size() - 1;
  for (size_t at = behind(hole); slots_[at].ordinal != kNone; at = behind(at)) {
    if (((at - home_of(slots_[at].tag)) & mask) < ((at - hole) & mask)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
  --size_;
  if (ordinal >= ordered_) return;  // not in order yet, and has no id when it would be
  const auto place = order_.find(id);
  assert(place != order_.end() && place->second == ordinal);
  order_.erase(place);
}

}  // namespace engram
