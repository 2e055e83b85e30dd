#include "vector/index.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <utility>

#include "base/random.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 48;
/** Where every access is watched, dimensions of the longest tests are fewer: what they do is the same. */
#if defined(ENGRAM_SANITIZED)
constexpr uint32_t kWide = 96;
constexpr uint32_t kHalfWide = 75;
constexpr size_t kMany = 6'000;
#else
constexpr uint32_t kWide = 384;
constexpr uint32_t kHalfWide = 300;
constexpr size_t kMany = 20'000;
#endif

/** The fewest that landmarks are drawn from. */
constexpr uint32_t kLandmarked = Blocks::kBytesUpTo + 1;
constexpr size_t kAsked = 1'000;
constexpr size_t kFewer = kMany / 2;

std::vector<float> normalised(std::vector<float> vector) {
  double squares = 0;
  for (const float x : vector) squares += static_cast<double>(x) * x;
  for (float& x : vector) x = static_cast<float>(x / std::sqrt(squares));
  return vector;
}

/** n unit vectors around `clusters` centres, `spread` wide: the shape real embeddings have. */
std::vector<std::vector<float>> clustered(size_t n, size_t clusters, uint32_t seed,
                                          uint32_t dimension = kDimension, float spread = 0.6F) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> centres(clusters, std::vector<float>(dimension));
  for (auto& centre : centres)
    for (float& x : centre) x = normal(random);
  std::vector<std::vector<float>> vectors(n, std::vector<float>(dimension));
  for (auto& vector : vectors) {
    const auto& centre = centres[random() % clusters];
    for (size_t i = 0; i < dimension; ++i) vector[i] = centre[i] + spread * normal(random);
    vector = normalised(vector);
  }
  return vectors;
}

/** All but the last 100 of the vectors in an index, those 100 as queries. */
struct Fixture {
  explicit Fixture(size_t n, uint64_t seed = 1) : Fixture(clustered(n + 100, 40, 3), seed) {}
  explicit Fixture(std::vector<std::vector<float>> all, uint64_t seed = 1)
      : vectors(std::move(all)),
        index({.dimension = static_cast<uint32_t>(vectors[0].size()), .seed = seed}) {
    for (uint32_t i = 0; i + 100 < vectors.size(); ++i) index.add(i, vectors[i]);
    queries = {vectors.end() - 100, vectors.end()};
  }
  std::vector<Hit> search(const std::vector<float>& query, SearchOptions options) {
    std::vector<Hit> out(options.k);
    out.resize(index.search(query, options, scratch, out));
    return out;
  }
  /** Share of the exact ten nearest that the approximate search finds, over all queries; a tie with the tenth
   *  counts. */
  double recall(const Filter* filter = nullptr, uint32_t ef = 0) {
    size_t found = 0;
    size_t all = 0;
    for (const auto& query : queries) {
      const auto truth = search(query, {.k = 10, .mode = SearchMode::kExact, .filter = filter});
      for (const Hit& hit : search(query, {.k = 10, .ef = ef, .filter = filter}))
        found += hit.similarity >= truth.back().similarity ? 1 : 0;
      all += truth.size();
    }
    return static_cast<double>(found) / static_cast<double>(all);
  }
  /** Queries whose narrowest walk finds none of the ten nearest. */
  size_t astray() {
    size_t count = 0;
    for (const auto& query : queries) {
      const auto truth = search(query, {.k = 10, .mode = SearchMode::kExact});
      count += search(query, {.k = 10, .ef = 10})[0].similarity < truth.back().similarity ? 1 : 0;
    }
    return count;
  }
  std::vector<std::vector<float>> vectors;
  std::vector<std::vector<float>> queries;
  VectorIndex index;
  SearchScratch scratch;
};

TEST(VectorIndex, ExactSearchReturnsTheTrueNeighboursBestFirst) {
  Fixture f(3'000);
  const auto hits = f.search(f.queries[0], {.k = 5, .mode = SearchMode::kExact});
  ASSERT_EQ(hits.size(), 5U);
  size_t better = 0;
  for (uint32_t i = 0; i < 3'000; ++i)
    better += bestKernels().dot(f.vectors[i].data(), f.queries[0].data(), kDimension) > hits.back().similarity
                  ? 1
                  : 0;
  EXPECT_EQ(better, 4U);
  for (size_t i = 1; i < hits.size(); ++i) EXPECT_GE(hits[i - 1].similarity, hits[i].similarity);
}

TEST(VectorIndex, ApproximateSearchReachesRecall95ByDefaultAnd99OnRequest) {
  Fixture f(8'000);
  EXPECT_GE(f.recall(), 0.95);
  EXPECT_GE(f.recall(nullptr, 256), 0.99);
}

TEST(VectorIndex, EveryRungOfTheLadderReachesRecall99OnRequest) {
  for (const size_t n : {1'900, 2'500, 3'900, 4'500, 6'000}) {
    Fixture f(clustered(n + 100, 40, 3, 384));
    EXPECT_GE(f.recall(nullptr, 200), 0.99) << n;
  }
}

TEST(VectorIndex, AVectorIsFoundAsSoonAsItIsAdded) {
  Fixture f(3'000);
  for (uint32_t i = 0; i < 50; ++i) {
    f.index.add(3'000 + i, f.queries[i]);
    EXPECT_EQ(f.search(f.queries[i], {.k = 1}).at(0).ordinal, 3'000 + i);
  }
}

TEST(VectorIndex, ARemovedVectorIsNeverReturnedAndRecallHolds) {
  Fixture f(8'000);
  for (uint32_t i = 0; i < 8'000; i += 3) f.index.remove(i);
  EXPECT_EQ(f.index.size(), 8'000U - 2'667U);
  for (const auto& query : f.queries)
    for (const Hit& hit : f.search(query, {.k = 10})) EXPECT_NE(hit.ordinal % 3, 0U);
  EXPECT_GE(f.recall(), 0.95);
}

TEST(VectorIndex, AFilteredSearchReturnsOnlyAcceptedOrdinalsAndKeepsRecall) {
  Fixture f(8'000);
  const Filter tenth = [](uint32_t ordinal) { return ordinal % 10 == 0; };
  for (const Hit& hit : f.search(f.queries[0], {.k = 10, .filter = &tenth})) EXPECT_EQ(hit.ordinal % 10, 0U);
  EXPECT_GE(f.recall(&tenth), 0.95);
}

TEST(VectorIndex, OrdinalsMayHaveGapsAndFewerThanKVectorsAreNoError) {
  VectorIndex index({.dimension = 2});
  SearchScratch scratch;
  std::vector<Hit> out(10);
  const std::vector<float> east = {1, 0};
  EXPECT_EQ(index.search(east, {.k = 10}, scratch, out), 0U);
  index.add(7, east);
  index.add(90, std::vector<float>{0, 1});
  EXPECT_EQ(index.search(east, {.k = 10}, scratch, out), 2U);
  EXPECT_EQ(out[0].ordinal, 7U);
  EXPECT_FALSE(index.contains(8));
}

TEST(VectorIndex, RecallHoldsAfterHalfOfTheVectorsWereReplaced) {
  Fixture f(6'000);
  const auto fresh = clustered(3'000, 40, 77);
  for (uint32_t i = 0; i < 3'000; ++i) {
    f.index.remove(2 * i);
    f.index.add(2 * i, fresh[i]);
  }
  EXPECT_EQ(f.index.size(), 6'000U);
  EXPECT_GE(f.recall(), 0.95);
}

TEST(VectorIndex, SlotsOfTheRemovedAreUsedAgain) {
  Fixture f(3'000);
  const size_t before = f.index.memory().graph_bytes;
  for (uint32_t round = 0; round < 4; ++round)
    for (uint32_t i = 0; i < 500; ++i) {
      f.index.remove(i);
      f.index.add(i, f.vectors[i]);
    }
  EXPECT_LE(f.index.memory().graph_bytes, before + 4'096);
}

TEST(VectorIndex, EverythingMayBeRemovedAndAddedAgain) {
  Fixture f(2'500);
  for (uint32_t i = 0; i < 2'500; ++i) f.index.remove(i);
  EXPECT_TRUE(f.search(f.queries[0], {.k = 10}).empty());
  for (uint32_t i = 0; i < 2'500; ++i) f.index.add(i, f.vectors[i]);
  EXPECT_GE(f.recall(), 0.95);
}

TEST(VectorIndex, AFilterOfAnySelectivityKeepsRecall) {
  Fixture f(8'000);
  for (const uint32_t one_in : {2U, 10U, 100U}) {
    const Filter some = [&](uint32_t ordinal) { return ordinal % one_in == 0; };
    EXPECT_GE(f.recall(&some), 0.95) << "1 in " << one_in;
  }
}

TEST(VectorIndex, EveryDimensionIsSearchable) {
  for (const uint32_t dimension :
       {2U, 3U, 5U, 17U, 63U, 64U, 65U, 97U, 128U, 255U, 256U, 257U, 385U, 1'001U}) {
    Fixture f(clustered(3'100, 40, 5, dimension));
    EXPECT_GE(f.recall(), 0.95) << dimension;
    EXPECT_GE(f.recall(nullptr, 256), 0.99) << dimension;
  }
  Fixture widest(clustered(400, 10, 5, 4'096));
  EXPECT_GE(widest.recall(), 0.99);
}

TEST(VectorIndex, EveryRungOfTheLadderKeepsRecallAndFindsTheNewest) {
  const auto all = clustered(15'100, 100, 9, 256, 0.8F);
  Fixture f({all.begin(), all.begin() + 101});
  f.queries = {all.end() - 100, all.end()};
  for (uint32_t i = 1; i + 100 < all.size(); ++i) {
    f.index.add(i, all[i]);
    if (i % 1'750 != 0 && i != 2'000 && i != 10'000 && i != 10'001) continue;
    EXPECT_GE(f.recall(), 0.95) << i;
    EXPECT_EQ(f.search(all[i], {.k = 1}).at(0).ordinal, i);
    EXPECT_EQ(f.search(all[i / 2], {.k = 1}).at(0).ordinal, i / 2);
  }
}

TEST(VectorIndex, TightClustersAreToldApartAtTheDefaultSetting) {
  Fixture f(clustered(12'100, 120, 21, 384, 0.05F));
  EXPECT_GE(f.recall(), 0.95);
}

/** n unit vectors around far centres, though all alike differ along the same few directions: what is near
 * along those is in another cluster more often than not. */
std::vector<std::vector<float>> far_clustered(size_t n, size_t clusters, uint32_t seed, uint32_t dimension) {
  constexpr size_t kShared = 32;
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  const auto rows = [&](size_t count) {
    std::vector<std::vector<float>> all(count, std::vector<float>(dimension));
    for (auto& row : all)
      for (float& x : row) x = normal(random);
    return all;
  };
  const auto centres = rows(clusters);
  const auto directions = rows(kShared);
  auto vectors = rows(n);
  for (auto& vector : vectors) {
    const auto& centre = centres[random() % clusters];
    for (size_t i = 0; i < dimension; ++i) vector[i] = centre[i] + 0.3F * vector[i];
    for (const auto& direction : directions) {
      const float along = 0.15F * normal(random);
      for (size_t i = 0; i < dimension; ++i) vector[i] += along * direction[i];
    }
    vector = normalised(vector);
  }
  return vectors;
}

TEST(VectorIndex, ANarrowWalkEndsInTheRightOneOfManyFarClusters) {
  const auto vectors = far_clustered(kMany + kAsked, 800, 23, kLandmarked);
  Fixture f({vectors.begin(), vectors.end() - kAsked + 100});
  f.queries = {vectors.end() - kAsked, vectors.end()};
  EXPECT_LE(f.astray(), 30U);  // 78 where walks begin with greedy steps from layer to layer
}

TEST(VectorIndex, ThousandsOfEqualVectorsAreSearchedAndDoNotHideTheOthers) {
  auto vectors = clustered(12'100, 40, 13, 256);
  for (size_t i = 0; i < 10'000; ++i) vectors[i] = vectors[0];
  Fixture f(vectors);
  const auto equal = f.search(vectors[0], {.k = 10});
  ASSERT_EQ(equal.size(), 10U);
  for (const Hit& hit : equal) EXPECT_NEAR(hit.similarity, 1, 1e-5);
  EXPECT_GE(f.recall(), 0.95);
  for (uint32_t i = 10'000; i < 12'000; i += 100) EXPECT_EQ(f.search(vectors[i], {.k = 1}).at(0).ordinal, i);
}

TEST(VectorIndex, RecallHoldsWhenDataOfAnotherKindFollows) {
  auto vectors = clustered(6'000, 20, 31, 300);
  for (auto& vector : vectors) {  // first: few large values; then: many small ones, off the centre
    for (size_t i = 8; i < vector.size(); ++i) vector[i] *= 0.02F;
    vector = normalised(vector);
  }
  for (auto& vector : clustered(6'100, 20, 32, 300)) {
    for (float& x : vector) x += 0.1F;
    vectors.push_back(normalised(vector));
  }
  EXPECT_GE(Fixture(vectors).recall(), 0.95);
}

TEST(VectorIndex, ANarrowWalkEndsRightWhenAllWasReplacedByDataOfAnotherKind) {
  Fixture f(clustered(kFewer + 100, 40, 31, kLandmarked));
  auto fresh = far_clustered(kFewer + kAsked, 800, 23, kLandmarked);
  for (auto& vector : fresh) {  // all on one side of the old centre
    for (float& x : vector) x += 0.3F;
    vector = normalised(vector);
  }
  for (uint32_t i = 0; i < kFewer; ++i) {
    f.index.remove(i);
    f.index.add(i, fresh[i]);
  }
  f.queries = {fresh.end() - kAsked, fresh.end()};
  EXPECT_LE(f.astray(), 60U);  // 129 around the centre of what is gone
}

TEST(VectorIndex, WideIndexKeepsRecallAfterDeletesUpdatesAndUnderFilters) {
  Fixture f(clustered(12'100, 100, 17, kWide));
  EXPECT_GE(f.recall(), 0.95);
  for (const uint32_t one_in : {2U, 10U, 100U}) {
    const Filter some = [&](uint32_t ordinal) { return ordinal % one_in == 0; };
    EXPECT_GE(f.recall(&some), 0.95) << "1 in " << one_in;
  }
  for (uint32_t i = 0; i < 12'000; i += 3) f.index.remove(i);
  EXPECT_GE(f.recall(), 0.95);
  const auto fresh = clustered(6'000, 100, 18, kWide);
  for (uint32_t i = 0; i < 6'000; ++i) {
    f.index.remove(2 * i);
    f.index.add(2 * i, fresh[i]);
  }
  EXPECT_GE(f.recall(), 0.95);
}

/** An index opened from another's image and vectors. */
VectorIndex reopened(const Fixture& f, uint32_t ordinals) {
  VectorIndex index({.dimension = static_cast<uint32_t>(f.vectors[0].size())});
  EXPECT_TRUE(index.expect(f.index.image()));
  EXPECT_FALSE(index.complete());
  for (uint32_t i = 0; i < ordinals; ++i)
    if (f.index.contains(i)) index.add(i, f.index.vector(i));
  EXPECT_TRUE(index.complete());
  return index;
}

TEST(VectorIndex, TheSameOperationsGiveTheSameBytes) {
  const auto churned = [] {
    Fixture f(clustered(5'100, 40, 3, kHalfWide));
    for (uint32_t i = 0; i < 5'000; i += 7) f.index.remove(i);
    for (uint32_t i = 0; i < 5'000; i += 14) f.index.add(i, f.vectors[i + 1]);
    return f.index.image();
  };
  EXPECT_EQ(churned(), churned());
}

TEST(VectorIndex, IsTheSameWhoeverLinksWhatAnAddLeftAndWhen) {
  Fixture f(clustered(9'000, 40, 3, kHalfWide));
  struct Way {
    size_t owed_max;
    size_t settled;  // links after each change
  };
  const auto grown = [&](const Way& way) {
    VectorIndex index({.dimension = kHalfWide});
    index.owe_up_to(way.owed_max);
    for (uint32_t i = 0; i < 9'000; ++i) {
      index.add(i, f.vectors[i]);
      if (i % 11 == 10 && i < 7'000) index.remove(i - 5);
      index.settle(way.settled);
    }
    index.settle();
    EXPECT_FALSE(index.owes());
    return index.image();
  };
  const Bytes at_once = grown({0, SIZE_MAX});
  for (const Way& way : {Way{0, 0}, Way{1, 0}, Way{100, 0}, Way{1'000, 1}, Way{SIZE_MAX, 0}})
    EXPECT_EQ(grown(way), at_once) << way.owed_max << ' ' << way.settled;
}

TEST(VectorIndex, AWriterThatLinksManyInAPauseEndsTheWalkAndTheGraphIsTheSame) {
  constexpr size_t kBurst = 200;
  const auto vectors = clustered(9'000, 40, 9);
  VectorIndex alone({.dimension = kDimension});
  for (uint32_t i = 0; i < vectors.size(); ++i) alone.add(i, vectors[i]);
  alone.settle();
  VectorIndex index({.dimension = kDimension});
  index.owe_up_to(10);
  uint32_t next = 0;
  const auto add = [&](size_t most) {
    for (; most > 0 && next < vectors.size(); --most, ++next) index.add(next, vectors[next]);
  };
  for (int turn = 0; next < vectors.size(); ++turn) {
    add(1);
    index.prepare([&] { add(turn % 50 == 0 ? kBurst : 0); });
    index.settle(1);
  }
  index.settle();
  EXPECT_TRUE(index.image() == alone.image());
}

/** n unit vectors of few different values: many are equally near to one. */
/** Six thousand vectors, the older ones removed here and there: `link` does one link behind each add(), and
 * may call what is done in a pause of it, which else is done before. */
Bytes image_linked_by(
    uint32_t dimension,
    const std::function<void(VectorIndex& index, const std::function<void()>& between)>& link) {
  const auto vectors = clustered(6'000, 40, 9, dimension);
  VectorIndex index({.dimension = dimension});
  index.owe_up_to(vectors.size());
  uint32_t next = 0;
  const auto add = [&] {
    index.add(next, vectors[next]);
    ++next;
  };
  for (uint32_t turn = 0; next < vectors.size(); ++turn) {
    add();
    link(index, [&] {
      if (next > 3'000 && turn % 500 == 0)
        index.remove(turn / 2);
      else if (turn % 3 == 0 && next < vectors.size())
        add();
    });
  }
  index.settle();
  return index.image();
}

TEST(VectorIndex, ALinkThatIsPreparedIsTheSameAndSoWhereAWriterComesBetween) {
  for (const uint32_t dimension : {kDimension, kLandmarked}) {
    size_t paused = 0;
    const auto directly = [](VectorIndex& index, const std::function<void()>& between) {
      between();
      index.settle(1);
    };
    const auto prepared = [&](VectorIndex& index, const std::function<void()>& between) {
      bool came = false;
      index.prepare([&] {
        if (!std::exchange(came, true)) between();
      });
      paused += came ? 1 : 0;
      if (!came) between();
      index.settle(1);
    };
    EXPECT_TRUE(image_linked_by(dimension, prepared) == image_linked_by(dimension, directly)) << dimension;
    EXPECT_GT(paused, 1'000U);
  }
}

std::vector<std::vector<float>> signs(size_t n, uint32_t dimension) {
  std::mt19937 random(9);
  std::vector<std::vector<float>> vectors(n, std::vector<float>(dimension));
  for (auto& vector : vectors) {
    for (float& x : vector) x = random() % 2 == 0 ? 1 : -1;
    vector = normalised(vector);
  }
  return vectors;
}

// What a prune leaves is remembered, so that the next compares less; an index opened again remembers nothing.
TEST(VectorIndex, LinksTheSameWhetherOrNotItRemembersWhatItPruned) {
  for (const auto& vectors : {clustered(8'000, 40, 3, 100), signs(8'000, 16)}) {
    Fixture f({vectors.begin(), vectors.begin() + 6'100});
    f.index.settle();
    VectorIndex again = reopened(f, 6'000);
    for (uint32_t i = 6'100; i < vectors.size(); ++i)
      for (VectorIndex* index : {&f.index, &again}) {
        index->add(i, vectors[i]);
        if (i >= 7'000) index->remove(static_cast<uint32_t>(mix64(i) % 6'000));
        index->settle();
      }
    EXPECT_EQ(again.image(), f.index.image());
  }
}

TEST(VectorIndex, LeavesNoMoreLinksThanItMay) {
  constexpr size_t kMost = 100;
  Fixture f(clustered(7'000, 40, 3, kHalfWide));
  f.index.settle();
  f.index.owe_up_to(kMost);
  for (uint32_t i = 0; i < 3 * kMost; ++i) f.index.add(7'000 + i, f.vectors[i]);
  f.index.settle(kMost);
  EXPECT_TRUE(f.index.owes());  // what the last one left beside
  f.index.settle(1);
  EXPECT_FALSE(f.index.owes());
}

TEST(VectorIndex, KeepsItsRecallWhileItOwesLinks) {
  const auto all = clustered(10'100, 100, 17, kWide);
  std::vector<std::vector<float>> first(all.begin(), all.begin() + 9'000);
  first.insert(first.end(), all.end() - 100, all.end());
  Fixture f(std::move(first));
  f.index.owe_up_to(1'000);
  for (uint32_t i = 9'000; i < 10'000; ++i) f.index.add(i, all[i]);
  EXPECT_TRUE(f.index.owes());
  EXPECT_GE(f.recall(), 0.95);
}

TEST(VectorIndex, FindsAVectorThatIsNotLinkedYet) {
  Fixture f(clustered(9'000, 40, 3, kHalfWide));
  std::vector<Hit> out(1);
  for (uint32_t i = 0; i < 100; ++i) {
    f.index.settle();
    f.index.add(9'000 + i, f.queries[i]);
    EXPECT_TRUE(f.index.owes());
    ASSERT_EQ(f.index.search(f.queries[i], {.k = 1}, f.scratch, out), 1U);
    EXPECT_EQ(out[0].ordinal, 9'000 + i);
  }
}

TEST(VectorIndex, AnImageAndTheVectorsGiveTheSameIndexAgain) {
  struct Case {
    size_t count;
    uint32_t dimension;
  };
  // Sketched with links, graph with a tail, graph only.
  for (const auto& [count, dimension] :
       {Case{5'000, kHalfWide}, Case{11'000, kHalfWide}, Case{5'000, kLandmarked}, Case{4'000, 48}}) {
    Fixture f(clustered(count + 100, 40, 3, dimension));
    for (uint32_t i = 0; i < count; i += 9) f.index.remove(i);
    for (uint32_t i = 0; i < count; i += 18) f.index.add(i, f.vectors[i]);
    f.index.settle();
    VectorIndex again = reopened(f, static_cast<uint32_t>(count));
    EXPECT_EQ(again.image(), f.index.image());
    std::vector<Hit> out(10);
    for (const auto& query : f.queries) {
      const auto expected = f.search(query, {.k = 10});
      ASSERT_EQ(again.search(query, {.k = 10}, f.scratch, out), expected.size());
      for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(out[i].ordinal, expected[i].ordinal);
    }
    for (uint32_t i = 0; i < 100; ++i) {  // and both go on alike
      f.index.add(static_cast<uint32_t>(count) + i, f.queries[i]);
      again.add(static_cast<uint32_t>(count) + i, f.queries[i]);
    }
    EXPECT_EQ(again.image(), f.index.image());
  }
}

TEST(VectorIndex, AnImageThatIsCutDamagedOrOfOtherOptionsIsRefused) {
  for (const uint32_t dimension : {kDimension, kLandmarked}) {
    Fixture f(clustered(3'100, 40, 3, dimension));
    const Bytes image = f.index.image();
    for (size_t length = 0; length < image.size(); length += 9'973)
      EXPECT_FALSE(VectorIndex({.dimension = dimension}).expect(View(image).substr(0, length)));
    EXPECT_FALSE(VectorIndex({.dimension = dimension}).expect(image + "x"));
    EXPECT_FALSE(VectorIndex({.dimension = dimension + 1}).expect(image));
    EXPECT_FALSE(VectorIndex({.dimension = dimension, .degree = 16}).expect(image));
    for (size_t at = 0; at < image.size(); at += 1'009) {  // never a crash, whatever it says
      Bytes damaged = image;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x81);
      VectorIndex index({.dimension = dimension});
      if (!index.expect(damaged)) {
        EXPECT_EQ(index.size(), 0U);
      }
    }
  }
}

TEST(VectorIndex, AnImageWithoutAllItsVectorsOrWithOthersIsNotComplete) {
  Fixture f(3'000);
  VectorIndex missing({.dimension = kDimension});
  ASSERT_TRUE(missing.expect(f.index.image()));
  for (uint32_t i = 1; i < 3'000; ++i) missing.add(i, f.vectors[i]);
  EXPECT_FALSE(missing.complete());
  missing.add(7'000, f.vectors[0]);
  missing.add(0, f.vectors[0]);
  EXPECT_FALSE(missing.complete());
}

}  // namespace
}  // namespace engram
