#include "space/postings.h"

#include <algorithm>
#include <cassert>

namespace engram {

void OrdinalSet::resize(size_t size) {
  assert(size >= size_);
  words_.resize((size + 63) / 64, 0);
  size_ = size;
}

OrdinalSet& OrdinalSet::operator&=(const OrdinalSet& other) {
  assert(size_ == other.size_);
  for (size_t at = 0; at < words_.size(); ++at) words_[at] &= other.words_[at];
  return *this;
}

OrdinalSet& OrdinalSet::operator|=(const OrdinalSet& other) {
  assert(size_ >= other.size_);
  for (size_t at = 0; at < other.words_.size(); ++at) words_[at] |= other.words_[at];
  return *this;
}

void OrdinalSet::complement_in(const OrdinalSet& other) {
  assert(size_ == other.size_);
  for (size_t at = 0; at < words_.size(); ++at) words_[at] = other.words_[at] & ~words_[at];
}

size_t OrdinalSet::count() const {
  size_t count = 0;
  for (const uint64_t word : words_) count += static_cast<size_t>(std::popcount(word));
  return count;
}

void Postings::add(uint32_t ordinal) {
  if (dense_) {
    if (ordinal >= bits_.size()) bits_.resize(std::max<size_t>(ordinal + 1, bits_.size() * 5 / 4));
    count_ += bits_.has(ordinal) ? 0 : 1;
    bits_.add(ordinal);
    return;
  }
  const auto place = std::lower_bound(list_.begin(), list_.end(), ordinal);
  if (place != list_.end() && *place == ordinal) return;
  list_.insert(place, ordinal);
  ++count_;
  if (count_ < kListMin || list_.back() > count_ * kOrdinalsPerMember) return;
  bits_ = OrdinalSet(size_t{list_.back()} + 1);
  for (const uint32_t member : list_) bits_.add(member);
  list_ = {};
  dense_ = true;
}

bool Postings::has(uint32_t ordinal) const {
  return dense_ ? bits_.has(ordinal) : std::binary_search(list_.begin(), list_.end(), ordinal);
}

void Postings::remove(uint32_t ordinal) {
  if (!dense_) {
    const auto place = std::lower_bound(list_.begin(), list_.end(), ordinal);
    if (place == list_.end() || *place != ordinal) return;
    list_.erase(place);
    --count_;
    return;
  }
  if (!bits_.has(ordinal)) return;
  bits_.remove(ordinal);
  --count_;
  // At half the density that made it dense, so that it does not go back and forth.
  if (count_ * 2 * kOrdinalsPerMember > bits_.size()) return;
  list_.reserve(count_);
  bits_.for_each([this](uint32_t member) { list_.push_back(member); });
  bits_ = {};
  dense_ = false;
}

void Postings::add_to(OrdinalSet& set) const {
  if (dense_) {
    // Its bits may have been given room beyond the set; there are no members there.
    if (bits_.size() <= set.size())
      set |= bits_;
    else
      bits_.for_each([&](uint32_t member) { set.add(member); });
    return;
  }
  for (const uint32_t member : list_) set.add(member);
}

}  // namespace engram
