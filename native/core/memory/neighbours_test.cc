// Neighbours of a whole set: nearly those that comparing all with all would find, each with its exact cosine.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/random.h"
#include "memory/codes.h"
#include "memory/neighbours_of_all.h"
#include "vector/distance.h"

namespace engram {
namespace {

/** Rows of unit length around `centres` centres. */
std::vector<float> around(uint64_t seed, size_t count, uint32_t dimension, size_t centres) {
  Random random(seed);
  const auto draw = [&] { return random.unit() + random.unit() + random.unit() - 1.5; };
  std::vector<double> centre(centres * dimension);
  for (double& value : centre) value = draw();
  std::vector<float> values;
  std::vector<double> row(dimension);
  for (size_t i = 0; i < count; ++i) {
    const size_t of = random.below(centres);
    double squares = 0;
    for (uint32_t d = 0; d < dimension; ++d) {
      row[d] = centre[of * dimension + d] + 0.8 * draw();
      squares += row[d] * row[d];
    }
    for (const double value : row) values.push_back(static_cast<float>(value / std::sqrt(squares)));
  }
  return values;
}

float cosine(const UnitRows& rows, size_t a, size_t b) {
  return bestKernels().dot(rows[a].data(), rows[b].data(), rows.dimension);
}

/** All compared with all. */
std::vector<Neighbour> plain(const UnitRows& rows, uint32_t row, uint32_t most) {
  std::vector<Neighbour> all;
  for (uint32_t other = 0; other < rows.size(); ++other)
    if (other != row) all.push_back({cosine(rows, row, other), other});
  std::sort(all.begin(), all.end(), [](const Neighbour& a, const Neighbour& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
  });
  all.resize(std::min<size_t>(all.size(), most));
  return all;
}

size_t in_common(std::span<const Neighbour> some, const std::vector<Neighbour>& others) {
  std::set<uint32_t> rows;
  for (const Neighbour& one : others) rows.insert(one.row);
  return static_cast<size_t>(
      std::count_if(some.begin(), some.end(), [&](const Neighbour& one) { return rows.contains(one.row); }));
}

TEST(Neighbours, NearlyAllThatComparingAllWithAllFinds) {
  const auto values = around(1, 3'000, 96, 150);
  const UnitRows rows{values, 96};
  const auto lists = neighbours_of_all(rows, {});
  size_t found = 0;
  for (uint32_t row = 0; row < rows.size(); ++row) found += in_common(lists[row], plain(rows, row, 12));
  EXPECT_GT(static_cast<double>(found), 0.95 * 12 * static_cast<double>(rows.size()));
}

TEST(Neighbours, ASetThatFitsIntoALeafIsComparedWhole) {
  const auto values = around(2, 60, 96, 4);
  const UnitRows rows{values, 96};
  const auto lists = neighbours_of_all(rows, {});
  size_t found = 0;
  for (uint32_t row = 0; row < rows.size(); ++row) found += in_common(lists[row], plain(rows, row, 12));
  // Codes decide who is twelfth, which rarely is a matter of their last digit.
  EXPECT_GE(found, 12 * rows.size() - 6);
}

TEST(Neighbours, EachListIsExactSortedWithoutTheRowItselfAndWithoutARowTwice) {
  const auto values = around(3, 1'000, 50, 30);
  const UnitRows rows{values, 50};
  const auto lists = neighbours_of_all(rows, {});
  ASSERT_EQ(lists.size(), rows.size());
  for (uint32_t row = 0; row < rows.size(); ++row) {
    std::set<uint32_t> seen = {row};
    for (size_t i = 0; i < lists[row].size(); ++i) {
      const Neighbour& near = lists[row][i];
      EXPECT_EQ(near.cosine, cosine(rows, row, near.row));
      EXPECT_TRUE(seen.insert(near.row).second);
      if (i > 0) {
        EXPECT_LE(near.cosine, lists[row][i - 1].cosine);
      }
    }
    EXPECT_EQ(lists[row].size(), 12U);
  }
}

TEST(Neighbours, OfCodesAloneAreNearlyThoseOfTheRows) {
  const auto values = around(8, 2'000, 96, 60);
  const UnitRows rows{values, 96};
  Codes codes(96, std::pmr::get_default_resource());
  for (uint32_t row = 0; row < rows.size(); ++row) codes.add(rows[row]);
  NeighbourSearch search(codes, {.least = 0.3F});
  const std::vector<uint32_t> order(search.order().begin(), search.order().end());
  const auto lists = search.find();
  size_t found = 0;
  size_t wanted = 0;
  for (uint32_t at = 0; at < order.size(); ++at) {
    std::vector<Neighbour> named;
    for (const Neighbour& near : lists[at]) {
      EXPECT_GE(near.cosine, 0.3F);
      EXPECT_NEAR(near.cosine, cosine(rows, order[at], order[near.row]), 0.01);
      named.push_back({near.cosine, order[near.row]});
    }
    auto truth = plain(rows, order[at], 12);
    std::erase_if(truth, [](const Neighbour& one) { return one.cosine < 0.31F; });
    found += in_common(named, truth);
    wanted += truth.size();
  }
  EXPECT_GT(wanted, 10'000U);
  EXPECT_GT(static_cast<double>(found), 0.95 * static_cast<double>(wanted));
}

TEST(Neighbours, NoneIsBelowTheLeastThatIsOfUse) {
  const auto values = around(6, 1'000, 96, 30);
  const UnitRows rows{values, 96};
  constexpr float kLeast = 0.6F;
  const auto lists = neighbours_of_all(rows, {.least = kLeast});
  size_t found = 0;
  size_t wanted = 0;
  for (uint32_t row = 0; row < rows.size(); ++row) {
    for (const Neighbour& near : lists[row]) EXPECT_GE(near.cosine, kLeast);
    auto truth = plain(rows, row, 12);
    std::erase_if(truth, [&](const Neighbour& one) { return one.cosine < kLeast; });
    found += in_common(lists[row], truth);
    wanted += truth.size();
  }
  EXPECT_GT(wanted, 1'000U);
  EXPECT_LT(wanted, 12 * rows.size());
  EXPECT_GT(static_cast<double>(found), 0.95 * static_cast<double>(wanted));
}

TEST(Neighbours, OfTheSameRowManyTimesAreOthersOfTheSame) {
  auto values = around(4, 1, 96, 1);
  const std::vector<float> row = values;
  for (int i = 1; i < 500; ++i) values.insert(values.end(), row.begin(), row.end());
  const UnitRows rows{values, 96};
  const auto lists = neighbours_of_all(rows, {});
  for (uint32_t at = 0; at < rows.size(); ++at) {
    EXPECT_EQ(lists[at].size(), 12U);
    for (const Neighbour& near : lists[at]) EXPECT_NE(near.row, at);
  }
}

TEST(Neighbours, AreTheSameToTheBitForTheSameSetAndSeedAndDifferByTheSeed) {
  const auto values = around(5, 2'000, 96, 20);
  const UnitRows rows{values, 96};
  const auto first = neighbours_of_all(rows, {});
  const auto second = neighbours_of_all(rows, {});
  const auto other = neighbours_of_all(rows, {.seed = 2});
  size_t differ = 0;
  for (uint32_t row = 0; row < rows.size(); ++row) {
    ASSERT_EQ(first[row].size(), second[row].size());
    for (size_t i = 0; i < first[row].size(); ++i) {
      EXPECT_EQ(first[row][i].row, second[row][i].row);
      EXPECT_EQ(first[row][i].cosine, second[row][i].cosine);
      differ += first[row][i].row != other[row][i].row ? 1 : 0;
    }
  }
  EXPECT_GT(differ, 0U);
}

TEST(Neighbours, TheOrderHoldsEveryRowOnceAndNearOnesSideBySide) {
  const auto values = around(7, 2'000, 96, 20);
  const UnitRows rows{values, 96};
  std::vector<uint32_t> numbers(rows.size());
  std::iota(numbers.begin(), numbers.end(), 0U);
  const NeighbourSearch search(rows, numbers, {});
  const std::vector<uint32_t> order(search.order().begin(), search.order().end());
  EXPECT_EQ(std::set<uint32_t>(order.begin(), order.end()).size(), rows.size());
  double side_by_side = 0;
  double at_random = 0;
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    side_by_side += static_cast<double>(cosine(rows, order[i], order[i + 1]));
    at_random += static_cast<double>(cosine(rows, i, i + 1));
  }
  EXPECT_GT(side_by_side, at_random + 0.3 * static_cast<double>(rows.size()));
}

TEST(Neighbours, OfNoneOneAndTwoRows) {
  EXPECT_EQ(neighbours_of_all({{}, 3}, {}).size(), 0U);
  const std::vector<float> values = {1, 0, 0, 0, 1, 0};
  EXPECT_TRUE(neighbours_of_all({std::span(values).first(3), 3}, {})[0].empty());
  const auto two = neighbours_of_all({values, 3}, {});
  EXPECT_EQ(two[0].size(), 1U);
  EXPECT_EQ(two[1][0].row, 0U);
}

}  // namespace
}  // namespace engram
