#include "space/id_index.h"

#include <cstring>
#include <utility>

#include "base/random.h"

namespace engram {

namespace {

template <typename Word>
uint64_t word_at(const char* at) {
  Word word{};
  std::memcpy(&word, at, sizeof word);
  return word;
}

/** All of less than eight bytes. */
uint64_t few(View bytes) {
  const size_t size = bytes.size();
  if (size >= sizeof(uint32_t))  // both ends: they overlap
    return word_at<uint32_t>(bytes.data()) << 32U | word_at<uint32_t>(bytes.end() - sizeof(uint32_t));
  if (size == 0) return 0;
  return word_at<uint8_t>(bytes.data()) << 16U | word_at<uint8_t>(bytes.data() + size / 2) << 8U |
         word_at<uint8_t>(bytes.end() - 1);
}

}  // namespace

uint32_t IdIndex::tag_of(View id) const {
  uint64_t hash = seed_ ^ id.size();
  size_t left = id.size();
  for (const char* at = id.data(); left > sizeof hash; at += sizeof hash, left -= sizeof hash)
    hash = mix64(hash ^ word_at<uint64_t>(at));
  // The last eight bytes, some of them again: to copy as many as are left would take longer than the rest.
  const bool is_short = id.size() < sizeof hash;
  hash = mix64(hash ^ (is_short ? few(id) : word_at<uint64_t>(id.end() - sizeof hash)));
  return static_cast<uint32_t>(hash >> 32U) & tag_mask_;
}

void IdIndex::Stripe::grow() {
  const std::vector<Slot> old = std::exchange(slots, std::vector<Slot>(slots.size() * 2));
  ++bits;
  assert(bits <= 32);  // home_of() has room for no more
  for (const Slot& slot : old) {
    if (slot.ordinal == kNone) continue;
    size_t at = home_of(slot.tag);
    while (slots[at].ordinal != kNone) at = behind(at);
    slots[at] = slot;
  }
}

void IdIndex::Stripe::remove(uint32_t tag, uint32_t ordinal) {
  size_t hole = home_of(tag);
  while (slots[hole].ordinal != ordinal) {
    assert(slots[hole].ordinal != kNone);
    hole = behind(hole);
  }
  // What stands behind moves up, except in front of its home: a search ends at the first free slot.
  const size_t mask = slots.size() - 1;
  for (size_t at = behind(hole); slots[at].ordinal != kNone; at = behind(at)) {
    if (((at - home_of(slots[at].tag)) & mask) < ((at - hole) & mask)) continue;
    slots[hole] = slots[at];
    hole = at;
  }
  slots[hole] = {};
  --taken;
}

void IdIndex::remove(View id, uint32_t ordinal) {
  const uint32_t tag = tag_of(id);
  stripe_of(tag).remove(tag, ordinal);
  --size_;
  if (ordinal >= ordered_) return;  // not in order yet, and has no id when it would be
  const auto place = order_.find(id);
  assert(place != order_.end() && place->second == ordinal);
  order_.erase(place);
}

}  // namespace engram
