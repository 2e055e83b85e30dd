// Concept formation on planted groups: found, whatever the order they come in, and kept coherent.
#include "memory/clustering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/random.h"
#include "memory/affinity.h"
#include "memory/codes.h"
#include "memory/neighbours_of_all.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 96;

struct Set {
  std::vector<float> values;
  std::vector<double> at_ms;
  std::vector<uint32_t> group;  // of each row; rows of group 0 are scattered
  UnitRows rows() const { return {values, kDimension}; }
};

void add(Set& set, std::vector<double> values, uint32_t group, double at_ms) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  for (const double value : values) set.values.push_back(static_cast<float>(value / std::sqrt(squares)));
  set.group.push_back(group);
  set.at_ms.push_back(at_ms);
}

std::vector<double> direction(Random& random) {
  std::vector<double> values(kDimension);
  for (double& value : values) value = random.unit() + random.unit() + random.unit() - 1.5;
  return values;
}

/** `groups` groups of `size` near a centre each, and as many scattered rows. */
Set planted(uint64_t seed, uint32_t groups, uint32_t size, double noise) {
  Random random(seed);
  Set set;
  for (uint32_t group = 1; group <= groups; ++group) {
    const auto centre = direction(random);
    for (uint32_t i = 0; i < size; ++i) {
      auto values = direction(random);
      for (size_t d = 0; d < values.size(); ++d) values[d] = centre[d] + noise * values[d];
      add(set, values, group, 0);
      add(set, direction(random), 0, 0);
    }
  }
  return set;
}

std::vector<CandidatePair> pairs_of(const UnitRows& rows) {
  std::map<std::pair<uint32_t, uint32_t>, float> pairs;
  const auto lists = neighbours_of_all(rows, {});
  for (uint32_t row = 0; row < lists.size(); ++row)
    for (const Neighbour& near : lists[row])
      pairs[{std::min(row, near.row), std::max(row, near.row)}] = near.cosine;
  std::vector<CandidatePair> result;
  for (const auto& [pair, cosine] : pairs) result.push_back({pair.first, pair.second, cosine});
  return result;
}

std::vector<Cluster> clusters_of(const Set& set, const ClusterOptions& options = {}) {
  return agglomerate(set.rows(), set.at_ms, pairs_of(set.rows()), options);
}

double exact_coherence(const UnitRows& rows, const std::vector<uint32_t>& members) {
  double sum = 0;
  double pairs = 0;
  for (size_t i = 0; i < members.size(); ++i)
    for (size_t j = i + 1; j < members.size(); ++j, ++pairs)
      for (size_t d = 0; d < rows.dimension; ++d)
        sum += static_cast<double>(rows[members[i]][d]) * static_cast<double>(rows[members[j]][d]);
  return sum / pairs;
}

TEST(Clustering, FindsPlantedGroupsWholeAndLeavesTheScatteredAlone) {
  const Set set = planted(1, 60, 8, 0.5);
  const auto found = clusters_of(set);
  EXPECT_EQ(found.size(), 60U);
  for (const Cluster& cluster : found) {
    EXPECT_EQ(cluster.rows.size(), 8U);
    for (const uint32_t row : cluster.rows) EXPECT_EQ(set.group[row], set.group[cluster.rows[0]]);
  }
}

TEST(Clustering, EveryClusterIsAsCoherentAsItSaysAndAsItMust) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Set set = planted(seed, 30, 6, 0.9);
    for (const Cluster& cluster : clusters_of(set)) {
      EXPECT_NEAR(cluster.coherence, exact_coherence(set.rows(), cluster.rows), 1e-5);
      EXPECT_GE(cluster.coherence, 0.65 - 1e-6);
      EXPECT_GE(cluster.rows.size(), 3U);
    }
  }
}

TEST(Clustering, OfCodesAloneIsTheSame) {
  const Set set = planted(9, 60, 8, 0.5);
  Codes codes(kDimension, std::pmr::get_default_resource());
  for (uint32_t row = 0; row < set.rows().size(); ++row) codes.add(set.rows()[row]);
  const auto found = agglomerate(codes, set.at_ms, pairs_of(set.rows()), {});
  const auto exact = clusters_of(set);
  ASSERT_EQ(found.size(), exact.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].rows, exact[i].rows);
    EXPECT_NEAR(found[i].coherence, exact[i].coherence, 0.005);
  }
}

TEST(Clustering, TheSameSetTwiceGivesTheSameToTheBit) {
  const Set set = planted(3, 40, 10, 0.8);
  const auto first = clusters_of(set);
  const auto second = clusters_of(set);
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].rows, second[i].rows);
    EXPECT_EQ(first[i].coherence, second[i].coherence);
  }
}

/** The same by the book: every pair of clusters that share a candidate is looked at again after each join. */
std::vector<std::vector<uint32_t>> plain(const Set& set, const std::vector<CandidatePair>& pairs,
                                         const ClusterOptions& options) {
  const UnitRows rows = set.rows();
  std::vector<std::vector<uint32_t>> clusters;
  for (uint32_t row = 0; row < rows.size(); ++row) clusters.push_back({row});
  const auto dot = [&](uint32_t a, uint32_t b) {
    return std::inner_product(rows[a].begin(), rows[a].end(), rows[b].begin(), 0.0);
  };
  std::set<std::pair<uint32_t, uint32_t>> candidates;
  for (const CandidatePair& pair : pairs) candidates.insert({pair.a, pair.b});
  std::set<std::vector<uint32_t>> refused;
  for (;;) {
    double best = 0;
    std::pair<size_t, size_t> chosen;
    std::vector<uint32_t> both;
    for (size_t a = 0; a < clusters.size(); ++a)
      for (size_t b = a + 1; b < clusters.size(); ++b) {
        double sum = 0;
        bool adjacent = false;
        for (const uint32_t one : clusters[a])
          for (const uint32_t other : clusters[b]) {
            sum += dot(one, other);
            adjacent |= candidates.contains(std::minmax(one, other));
          }
        const auto mean = sum / static_cast<double>(clusters[a].size() * clusters[b].size());
        const double strength = affinity(mean, 0, options.tau_ms);
        auto together = clusters[a];
        together.insert(together.end(), clusters[b].begin(), clusters[b].end());
        std::sort(together.begin(), together.end());
        if (!adjacent || strength < options.merge || strength <= best || refused.contains(together)) continue;
        best = strength;
        chosen = {a, b};
        both = together;
      }
    if (both.empty()) break;
    if (exact_coherence(rows, both) < options.coherence) {
      refused.insert(both);
      continue;
    }
    clusters[chosen.first] = both;
    clusters.erase(clusters.begin() + static_cast<ptrdiff_t>(chosen.second));
  }
  std::erase_if(clusters, [&](const auto& cluster) { return cluster.size() < options.size; });
  std::sort(clusters.begin(), clusters.end());
  return clusters;
}

TEST(Clustering, IsWhatJoiningTheStrongestByTheBookGives) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const Set set = planted(seed, 8, 7, 0.72);
    const auto pairs = pairs_of(set.rows());
    std::vector<std::vector<uint32_t>> found;
    for (const Cluster& cluster : agglomerate(set.rows(), set.at_ms, pairs, {}))
      found.push_back(cluster.rows);
    EXPECT_EQ(found, plain(set, pairs, {})) << "seed " << seed;
    EXPECT_GE(found.size(), 4U);
  }
}

TEST(Clustering, DoesNotDependOnTheOrderOfPairs) {
  const Set set = planted(6, 40, 8, 0.9);
  auto pairs = pairs_of(set.rows());
  const auto first = agglomerate(set.rows(), set.at_ms, pairs, {});
  std::reverse(pairs.begin(), pairs.end());
  const auto second = agglomerate(set.rows(), set.at_ms, pairs, {});
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].rows, second[i].rows);
    EXPECT_EQ(first[i].coherence, second[i].coherence);
  }
}

TEST(Clustering, TimeApartKeepsTheSameThingsApartUnlessItDoesNotCount) {
  Random random(9);
  Set set;
  const auto centre = direction(random);
  constexpr double kDay = 86'400'000;
  for (int i = 0; i < 6; ++i) add(set, centre, 1, i < 3 ? 0 : 30 * kDay);
  EXPECT_EQ(clusters_of(set).size(), 2U) << "a month lies between";
  EXPECT_EQ(clusters_of(set, {.tau_ms = 0}).size(), 1U);
}

TEST(Clustering, AffinityIsAHalfInTheMiddleAndFadesWithTime) {
  EXPECT_DOUBLE_EQ(affinity(0.5, 0, 1'000), 0.5);
  EXPECT_NEAR(affinity(0.7, 0, 0), 1 / (1 + std::exp(-2.0)), 1e-12);
  EXPECT_LT(affinity(0.7, -2'000, 1'000), affinity(0.7, 1'000, 1'000));
  EXPECT_DOUBLE_EQ(affinity(0.7, 5'000, 0), affinity(0.7, 0, 0));
}

TEST(Neighbours, TheForestFindsMostOfTheTrueNeighboursOfGroupedRows) {
  const Set set = planted(4, 200, 8, 0.6);
  const auto lists = neighbours_of_all(set.rows(), {});
  size_t found = 0;
  size_t wanted = 0;
  for (uint32_t row = 0; row < lists.size(); ++row) {
    if (set.group[row] == 0) continue;
    wanted += 7;
    for (const Neighbour& near : lists[row]) found += set.group[near.row] == set.group[row] ? 1 : 0;
  }
  EXPECT_GT(static_cast<double>(found), 0.97 * static_cast<double>(wanted));
}

}  // namespace
}  // namespace engram
