#include "base/brief_memory.h"

#include <algorithm>
#include <cassert>
#include <functional>

namespace engram {
namespace {

/** Mappings begin at pages, and so do pieces. */
constexpr size_t kPage = 4'096;
/** The first mapping: less than a huge page, which all of it would take where little is needed. */
constexpr size_t kFirst = size_t{1} << 20U;

constexpr size_t whole_pages(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

}  // namespace

size_t Mappings::mapped() const {
  size_t sum = 0;
  for (const Buffer& mapping : mappings_) sum += mapping.capacity();
  return sum;
}

void* Mappings::do_allocate(size_t bytes, [[maybe_unused]] size_t alignment) {
  assert(alignment <= kPage);
  const size_t wanted = std::max(whole_pages(bytes), kPage);
  const auto fits = [&](const auto& piece) { return piece.second >= wanted; };
  auto found = std::find_if(free_.begin(), free_.end(), fits);
  if (found == free_.end()) {
    map(wanted);
    found = std::find_if(free_.begin(), free_.end(), fits);
  }
  const auto [place, size] = *found;
  free_.erase(found);
  if (size > wanted) free_.emplace(Place{place.first, place.second + wanted}, size - wanted);
  held_ += wanted;
  return mappings_[place.first].data() + place.second;
}

void Mappings::do_deallocate(void* pointer, size_t bytes, size_t) {
  const size_t taken = std::max(whole_pages(bytes), kPage);
  assert(taken <= held_);
  held_ -= taken;
  give(place_of(static_cast<const std::byte*>(pointer)), taken);
}

/** Twice as much as all before, so that there are few. */
void Mappings::map(size_t bytes) {
  Buffer mapping;
  mapping.reserve(std::max({bytes, kFirst, 2 * mapped()}));
  mappings_.push_back(std::move(mapping));
  give({mappings_.size() - 1, 0}, mappings_.back().capacity());
}

Mappings::Place Mappings::place_of(const std::byte* pointer) const {
  const auto in = [&](const Buffer& mapping) {
    return !std::less<>()(pointer, mapping.data()) &&
           std::less<>()(pointer, mapping.data() + mapping.capacity());
  };
  const auto found = std::find_if(mappings_.begin(), mappings_.end(), in);
  assert(found != mappings_.end());
  return {static_cast<size_t>(found - mappings_.begin()), static_cast<size_t>(pointer - found->data())};
}

void Mappings::give(Place place, size_t bytes) {
  auto next = free_.lower_bound(place);
  assert(next == free_.end() || next->first != place);
  if (next != free_.end() && next->first == Place{place.first, place.second + bytes}) {
    bytes += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    auto& [before, size] = *std::prev(next);
    if (before.first == place.first && before.second + size == place.second) {
      size += bytes;
      return;
    }
  }
  free_.emplace(place, bytes);
}

}  // namespace engram
