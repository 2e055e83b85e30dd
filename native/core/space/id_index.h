// Which episode has which id. The hash table holds no ids itself: whoever asks gives the id of an ordinal, to
// confirm what a tag suggests; 8 bytes an entry. In the order of the ids they are brought only once somebody
// reads them in order: most spaces never are read so, and to keep the order was the greater part of a store.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace engram {

/** Many readers or one writer, as its owner's lock has it. `id_of` gives the id of an ordinal that was added,
 * or is below one that was; empty when there is none, or no more. */
class IdIndex {
 public:
  static constexpr uint32_t kNone = 0xFFFF'FFFF;

  /** `seed`: another one for each space, so that nobody can choose ids that collide. No answer depends on it.
   * `tag_mask`: tests leave few bits, so that tags are equal. */
  explicit IdIndex(uint64_t seed, uint32_t tag_mask = 0xFFFF'FFFF) : seed_(seed), tag_mask_(tag_mask) {}

  size_t size() const { return size_; }

  /** The ordinal, kNone when the id is not there. */
  template <typename IdOf>
  uint32_t find(View id, IdOf id_of) const {
    const uint32_t tag = tag_of(id);
    const Stripe& stripe = stripe_of(tag);
    return stripe.slots[stripe.slot_of(id, tag, id_of)].ordinal;
  }
  /** Calls for what find() will look at: ids come in no order of the table, and each would be waited for. */
  void prefetch(View id) const {
    const uint32_t tag = tag_of(id);
    const Stripe& stripe = stripe_of(tag);
    __builtin_prefetch(&stripe.slots[stripe.home_of(tag)]);
  }
  /** The ordinal that the id has, or has from now on. An ordinal that was removed must not come again. */
  template <typename IdOf>
  uint32_t find_or_add(View id, uint32_t ordinal, IdOf id_of) {
    const uint32_t tag = tag_of(id);
    Stripe& stripe = stripe_of(tag);
    if (stripe.is_full()) stripe.grow();
    Slot& slot = stripe.slots[stripe.slot_of(id, tag, id_of)];
    if (slot.ordinal != kNone) return slot.ordinal;
    assert(ordinal != kNone && ordinal >= ordered_);
    slot = {tag, ordinal};
    ++stripe.taken;
    ++size_;
    end_ = std::max(end_, ordinal + 1);
    return ordinal;
  }
  /** The id must be there, under this ordinal. */
  void remove(View id, uint32_t ordinal);

  /** Brings up to `most` more ordinals into order; whether some are left. */
  template <typename IdOf>
  bool order_some(size_t most, IdOf id_of) const {
    const std::lock_guard lock(order_mutex_);
    return order_more(most, id_of);
  }
  /** Up to `limit` ordinals in the order of their ids, beginning behind `after` (empty: at the first). */
  template <typename IdOf>
  std::vector<uint32_t> page(View after, size_t limit, IdOf id_of) const {
    const std::lock_guard lock(order_mutex_);
    order_more(end_, id_of);
    std::vector<uint32_t> found;
    for (auto at = order_.upper_bound(after); at != order_.end() && found.size() < limit; ++at)
      found.push_back(at->second);
    return found;
  }
  /** Whether all that is in order is there under its id, and nothing of it is missing. */
  template <typename IdOf>
  bool order_agrees(IdOf id_of) const {
    const std::lock_guard lock(order_mutex_);
    size_t there = 0;
    for (uint32_t ordinal = 0; ordinal < ordered_; ++ordinal) {
      const View id = id_of(ordinal);
      if (id.empty()) continue;
      ++there;
      const auto at = order_.find(id);
      if (at == order_.end() || at->second != ordinal) return false;
    }
    return there == order_.size();
  }

 private:
  static constexpr uint32_t kStripeBits = 6;
  static constexpr uint32_t kSlotsMinBits = 2;
  static constexpr uint32_t kLoadMaxPercent = 70;

  struct Slot {
    uint32_t tag = 0;
    uint32_t ordinal = kNone;  // kNone: free
  };
  /** The slots of some tags. Each stripe grows when it is full: the table as one would keep a store waiting
   * for all its slots. */
  struct Stripe {
    uint32_t bits = kSlotsMinBits;
    uint32_t taken = 0;
    std::vector<Slot> slots{size_t{1} << kSlotsMinBits};

    /** By the leading bits: what grows is then read and written from front to back. */
    size_t home_of(uint32_t tag) const { return (uint64_t{tag << kStripeBits} << bits) >> 32U; }
    size_t behind(size_t slot) const { return (slot + 1) & (slots.size() - 1); }
    bool is_full() const { return uint64_t{taken} * 100 >= slots.size() * kLoadMaxPercent; }
    void grow();
    void remove(uint32_t tag, uint32_t ordinal);
    /** Where the id is, else the free slot where it would be. */
    template <typename IdOf>
    size_t slot_of(View id, uint32_t tag, const IdOf& id_of) const {
      for (size_t at = home_of(tag);; at = behind(at)) {
        const Slot& slot = slots[at];
        if (slot.ordinal == kNone || (slot.tag == tag && id_of(slot.ordinal) == id)) return at;
      }
    }
  };

  uint32_t tag_of(View id) const;
  const Stripe& stripe_of(uint32_t tag) const { return stripes_[tag >> (32 - kStripeBits)]; }
  Stripe& stripe_of(uint32_t tag) { return stripes_[tag >> (32 - kStripeBits)]; }

  template <typename IdOf>
  bool order_more(size_t most, const IdOf& id_of) const {
    for (; ordered_ < end_ && most > 0; ++ordered_, --most)
      if (const View id = id_of(ordered_); !id.empty()) order_.emplace(id, ordered_);
    return ordered_ < end_;
  }

  const uint64_t seed_;
  const uint32_t tag_mask_;
  std::array<Stripe, size_t{1} << kStripeBits> stripes_;
  size_t size_ = 0;
  uint32_t end_ = 0;                // one more than the greatest ordinal there ever was
  mutable std::mutex order_mutex_;  // readers bring order beside each other; a writer is alone anyway
  mutable uint32_t ordered_ = 0;    // ordinals below are in order, if their ids are there
  mutable std::map<std::string, uint32_t, std::less<>> order_;
};

}  // namespace engram
