// Rows that are read in no order are called for before they are needed: where they do not fit the caches most
// of the time would go into waiting for one after the other.
#pragma once

#include <cstddef>

namespace engram {

inline constexpr size_t kPrefetchLineBytes = 64;
/** Rows on their way from memory while one is at hand. */
inline constexpr size_t kRowsAhead = 4;

inline void prefetch(const void* from, size_t bytes) {
  const auto* line = static_cast<const std::byte*>(from);
  for (size_t offset = 0; offset < bytes; offset += kPrefetchLineBytes) __builtin_prefetch(line + offset);
}

}  // namespace engram
