// Codes of a set: as good as the rows themselves, whichever way they came, in whatever order.
#include "memory/codes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "memory/neighbours.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 300;
constexpr float kError = 0.005F;

std::vector<float> direction(Random& random) {
  std::vector<float> values(kDimension);
  double squares = 0;
  for (float& value : values) {
    value = static_cast<float>(random.unit() + random.unit() - 1);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  for (float& value : values) value /= static_cast<float>(std::sqrt(squares));
  return values;
}

std::vector<std::vector<float>> rows_of(uint64_t seed, size_t count) {
  Random random(seed);
  std::vector<std::vector<float>> rows;
  for (size_t i = 0; i < count; ++i) rows.push_back(direction(random));
  return rows;
}

Codes coded(const std::vector<std::vector<float>>& rows) {
  Codes codes(kDimension, std::pmr::get_default_resource());
  for (const auto& row : rows) codes.add(row);
  return codes;
}

TEST(Codes, TellTheValuesOfARowAndItsProducts) {
  const auto rows = rows_of(1, 20);
  Codes codes = coded(rows);
  CodeQuery scratch;
  std::vector<uint32_t> all(rows.size());
  std::iota(all.begin(), all.end(), 0U);
  for (uint32_t row = 0; row < rows.size(); ++row) {
    const auto values = codes.values(row, scratch);
    ASSERT_EQ(values.size(), kDimension);
    for (size_t i = 0; i < kDimension; ++i) EXPECT_NEAR(values[i], rows[row][i], kError);
    codes.ask(row);
    const auto products = codes.fine(all);
    for (const uint32_t other : all)
      EXPECT_NEAR(products[other],
                  std::inner_product(rows[row].begin(), rows[row].end(), rows[other].begin(), 0.0F), kError);
  }
}

TEST(Codes, ThatAreStoredElsewhereAreTheSame) {
  const auto rows = rows_of(2, 10);
  Codes codes = coded(rows);
  Codes copied(kDimension, std::pmr::get_default_resource());
  for (const auto& row : rows) {
    std::vector<uint8_t> planes(2 * planeBytes(kDimension));
    uint8_t* const low = planes.data() + planeBytes(kDimension);
    const CodeFactors factors = encode(row, planes.data(), low);
    copied.add(StoredCode{planes.data(), low, factors});
  }
  ASSERT_EQ(copied.size(), codes.size());
  CodeQuery one;
  CodeQuery other;
  for (uint32_t row = 0; row < rows.size(); ++row) {
    const auto values = codes.values(row, one);
    const auto same = copied.values(row, other);
    EXPECT_TRUE(std::equal(values.begin(), values.end(), same.begin(), same.end()));
    EXPECT_EQ(codes.margin(row), copied.margin(row));
  }
}

TEST(Codes, InAnotherOrderAreThoseThatItNames) {
  const auto rows = rows_of(3, 9);
  Codes codes = coded(rows);
  const std::vector<uint32_t> order = {7, 0, 8, 3};
  codes.reorder(order);
  ASSERT_EQ(codes.size(), order.size());
  CodeQuery scratch;
  for (uint32_t at = 0; at < order.size(); ++at) {
    const auto values = codes.values(at, scratch);
    for (size_t i = 0; i < kDimension; ++i) EXPECT_NEAR(values[i], rows[order[at]][i], kError);
  }
}

}  // namespace
}  // namespace engram
