#include "space/column.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace engram {

size_t Column::first_block(const Entry& entry) const {
  const auto after = std::upper_bound(
      blocks_.begin(), blocks_.end(), entry,
      [](const Entry& sought, const std::vector<Entry>& block) { return sought < block.front(); });
  return after == blocks_.begin() ? 0 : static_cast<size_t>(after - blocks_.begin()) - 1;
}

size_t Column::rank(const Entry& entry) const {
  if (blocks_.empty()) return 0;
  const size_t block = first_block(entry);
  size_t before = 0;
  for (size_t at = 0; at < block; ++at) before += blocks_[at].size();
  const auto& within = blocks_[block];
  return before + static_cast<size_t>(std::lower_bound(within.begin(), within.end(), entry) - within.begin());
}

void Column::add(double value, uint32_t ordinal) {
  assert(!std::isnan(value));
  const Entry entry{value, ordinal};
  if (blocks_.empty()) {
    blocks_.push_back({entry});
    size_ = 1;
    return;
  }
  ++size_;
  if (auto& last = blocks_.back(); last.back() < entry && last.size() < kBlockMaxEntries) {
    // Written in its place: to copy at once what was just written in two parts waits for all writes before.
    Entry& newest = last.emplace_back();
    newest.value = value;
    newest.ordinal = ordinal;
    return;
  }
  const size_t at = first_block(entry);
  auto& block = blocks_[at];
  const auto place = std::lower_bound(block.begin(), block.end(), entry);
  assert(place == block.end() || *place != entry);
  block.insert(place, entry);
  if (block.size() <= kBlockMaxEntries) return;
  // What comes in ascending order fills its blocks; anything else splits them in half.
  const size_t keep = at + 1 == blocks_.size() && block.back() == entry ? kBlockMaxEntries : block.size() / 2;
  std::vector<Entry> rest(block.begin() + static_cast<ptrdiff_t>(keep), block.end());
  block.resize(keep);
  blocks_.insert(blocks_.begin() + static_cast<ptrdiff_t>(at) + 1, std::move(rest));
}

void Column::remove(double value, uint32_t ordinal) {
  const Entry entry{value, ordinal};
  assert(!blocks_.empty());
  const size_t at = first_block(entry);
  auto& block = blocks_[at];
  const auto place = std::lower_bound(block.begin(), block.end(), entry);
  assert(place != block.end() && *place == entry);
  block.erase(place);
  --size_;
  if (block.empty()) blocks_.erase(blocks_.begin() + static_cast<ptrdiff_t>(at));
}

bool Column::has(double value, uint32_t ordinal) const {
  const Entry entry{value, ordinal};
  if (blocks_.empty()) return false;
  const auto& block = blocks_[first_block(entry)];
  return std::binary_search(block.begin(), block.end(), entry);
}

size_t Column::count(double minimum, double maximum) const {
  if (minimum > maximum) return 0;
  return rank({std::nextafter(maximum, std::numeric_limits<double>::infinity()), 0}) - rank({minimum, 0});
}

}  // namespace engram
