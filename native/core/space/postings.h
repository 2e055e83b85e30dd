// Sets of ordinals. Postings is how an index keeps one: a sorted list while it is sparse, one bit per ordinal
// once it is dense, so that it never takes more than four bytes a member. OrdinalSet is how a query works on
// one: bits, combined a word at a time. (Two of the containers of Chambi, Lemire et al., "Better bitmap
// performance with Roaring bitmaps", 2016; without the chunks, since ordinals are dense.)
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace engram {

/** One bit for each ordinal below size(). */
class OrdinalSet {
 public:
  OrdinalSet() = default;
  explicit OrdinalSet(size_t size) : words_((size + 63) / 64, 0), size_(size) {}

  size_t size() const { return size_; }
  bool has(uint32_t ordinal) const {
    return ordinal < size_ && ((words_[ordinal / 64] >> (ordinal % 64)) & 1U) != 0;
  }
  /** The ordinal must be below size(). */
  void add(uint32_t ordinal) { words_[ordinal / 64] |= uint64_t{1} << (ordinal % 64); }
  void remove(uint32_t ordinal) { words_[ordinal / 64] &= ~(uint64_t{1} << (ordinal % 64)); }
  void resize(size_t size);

  // With a set of the same size.
  OrdinalSet& operator&=(const OrdinalSet& other);
  OrdinalSet& operator|=(const OrdinalSet& other);
  /** What is in the other and not in this. */
  void complement_in(const OrdinalSet& other);

  size_t count() const;
  template <typename Visit>
  void for_each(Visit visit) const {
    for (size_t at = 0; at < words_.size(); ++at)
      for (uint64_t word = words_[at]; word != 0; word &= word - 1)
        visit(static_cast<uint32_t>(at * 64 + static_cast<size_t>(std::countr_zero(word))));
  }

 private:
  std::vector<uint64_t> words_;
  size_t size_ = 0;
};

class Postings {
 public:
  /** An ordinal that is there is added once. */
  void add(uint32_t ordinal);
  void remove(uint32_t ordinal);
  bool has(uint32_t ordinal) const;
  size_t count() const { return count_; }
  /** Adds its members to a set that has room for them. */
  void add_to(OrdinalSet& set) const;

 private:
  /** Bits take as much room as a list when one ordinal in 32 is a member. */
  static constexpr size_t kOrdinalsPerMember = 32;
  static constexpr size_t kListMin = 64;

  std::vector<uint32_t> list_;  // sorted; empty when the bits are in use
  OrdinalSet bits_;
  size_t count_ = 0;
  bool dense_ = false;
};

}  // namespace engram
