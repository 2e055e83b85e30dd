// Rows brought into another order where they are: a second copy of many would take longer to find memory for
// than most of what is computed from it.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace engram {

/** Row i becomes what row `from[i]` was; rows that `from` does not name end behind those it does. `from`
 * names none twice. */
template <typename Value>
void reorder_rows(std::span<Value> values, size_t width, std::span<const uint32_t> from) {
  const size_t rows = values.size() / width;
  std::vector<uint32_t> source(from.begin(), from.end());
  std::vector<bool> named(rows, false);
  for (const uint32_t row : from) {
    assert(row < rows && !named[row]);
    named[row] = true;
  }
  for (uint32_t row = 0; row < rows; ++row)
    if (!named[row]) source.push_back(row);
  const auto row = [&](size_t at) { return values.subspan(at * width, width); };
  std::vector<Value> kept(width);
  for (uint32_t start = 0; start < rows; ++start) {  // cycle by cycle, each begun with one row set aside
    if (source[start] == start) continue;
    std::copy_n(row(start).begin(), width, kept.begin());
    for (uint32_t at = start;;) {
      const uint32_t next = std::exchange(source[at], at);
      const std::span<const Value> moved = next == start ? std::span<const Value>(kept) : row(next);
      std::copy_n(moved.begin(), width, row(at).begin());
      if (next == start) break;
      at = next;
    }
  }
}

}  // namespace engram
