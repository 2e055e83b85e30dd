#include "memory/row_order.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace engram {
namespace {

TEST(RowOrder, BringsEveryNamedRowToItsPlace) {
  constexpr uint32_t kRows = 200;
  Random random(3);
  std::vector<uint32_t> from(kRows);
  std::iota(from.begin(), from.end(), 0U);
  for (size_t i = kRows - 1; i > 0; --i) std::swap(from[i], from[random.below(i + 1)]);
  for (const size_t named : {size_t{kRows}, size_t{120}, size_t{1}, size_t{0}}) {
    std::vector<float> values;
    for (uint32_t row = 0; row < kRows; ++row) values.insert(values.end(), 3, static_cast<float>(row));
    reorder_rows(std::span(values), 3, std::span(from).first(named));
    for (size_t at = 0; at < 3 * named; ++at) EXPECT_EQ(values[at], static_cast<float>(from[at / 3]));
    std::sort(values.begin(), values.end());
    for (size_t at = 0; at < values.size(); ++at) ASSERT_EQ(values[at], static_cast<float>(at / 3));
  }
}

}  // namespace
}  // namespace engram
