// Filtered search on clustered data against the exact answer: recall@10 at the default setting, whatever
// share of the episodes the filter lets through, also where what it lets through lies together, far from the
// cue.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/random.h"
#include "engine/engine.h"
#include "io/simulated_disk.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 32;
constexpr uint64_t kEpisodes = 20'000;
constexpr uint64_t kClusters = 100;
constexpr uint64_t kQueries = 60;
constexpr uint32_t kK = 10;
constexpr double kRecallMin = 0.95;

std::vector<float> near_cluster(uint64_t cluster, Random& random) {
  Random centre(mix64(cluster));
  std::vector<float> vector(kDimension);
  for (float& value : vector)
    value = static_cast<float>(centre.unit() - 0.5 + 0.6 * (random.unit() + random.unit() - 1));
  return vector;
}

class FilterRecallTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    disk_ = new SimulatedDisk(1);  // NOLINT: GoogleTest's suites hold plain pointers
    engine_ = Engine::open(*disk_, "e", 7)->release();
    space_ = new std::shared_ptr<Space>(*engine_->space("s", {.dimension = kDimension}));  // NOLINT
    Random random(5);
    for (uint64_t begin = 0; begin < kEpisodes; begin += 1'000) {
      std::vector<std::string> ids;
      std::vector<std::vector<float>> vectors;
      std::vector<Bytes> attributes;
      for (uint64_t i = begin; i < begin + 1'000; ++i) {
        const uint64_t cluster = random.below(kClusters);
        ids.push_back(std::to_string(i));
        vectors.push_back(near_cluster(cluster, random));
        attributes.push_back(encode_attributes(
            {{"draw", static_cast<double>(random.below(100))}, {"cluster", static_cast<double>(cluster)}}));
      }
      std::vector<EpisodeFields> batch;
      for (size_t i = 0; i < ids.size(); ++i) {
        EpisodeFields episode;
        episode.id = ids[i];
        episode.embedding = {reinterpret_cast<const char*>(vectors[i].data()), kDimension * sizeof(float)};
        episode.attributes = attributes[i];
        batch.push_back(episode);
      }
      ASSERT_TRUE((*space_)->store(batch, Durability::kAsync).ok());
    }
  }
  static void TearDownTestSuite() {
    delete space_;   // NOLINT
    delete engine_;  // NOLINT
    delete disk_;    // NOLINT
  }

  /** Mean share of the exact answer that the default search finds. */
  static double recall(const Condition& where) {
    Random random(9);
    uint64_t found = 0;
    uint64_t wanted = 0;
    for (uint64_t query = 0; query < kQueries; ++query) {
      const std::vector<float> cue = near_cluster(random.below(kClusters), random);
      RecallOptions options{.k = kK};
      options.filter.where = where;
      const auto approximate = *(*space_)->recall(cue, options);
      options.exact = true;
      const auto exact = *(*space_)->recall(cue, options);
      wanted += exact.size();
      for (const Hit& hit : exact)
        found += std::any_of(approximate.begin(), approximate.end(),
                             [&](const Hit& other) { return other.ordinal == hit.ordinal; })
                     ? 1
                     : 0;
    }
    return static_cast<double>(found) / static_cast<double>(wanted);
  }

  static SimulatedDisk* disk_;
  static Engine* engine_;
  static std::shared_ptr<Space>* space_;
};

SimulatedDisk* FilterRecallTest::disk_ = nullptr;
Engine* FilterRecallTest::engine_ = nullptr;
std::shared_ptr<Space>* FilterRecallTest::space_ = nullptr;

TEST_F(FilterRecallTest, AFilterOverAnyShareKeepsRecall) {
  for (const double share : {1.0, 3.0, 4.0, 10.0, 50.0, 90.0}) {
    const double measured = recall(Condition::range("draw", 0, share - 1));
    EXPECT_GE(measured, kRecallMin) << share << " %";
    RecordProperty("recall_at_" + std::to_string(static_cast<int>(share)), std::to_string(measured));
  }
}

TEST_F(FilterRecallTest, AFilterThatFollowsTheClustersKeepsRecallToo) {
  for (const double share : {1.0, 10.0, 50.0}) {
    const double measured = recall(Condition::range("cluster", 0, share - 1));
    EXPECT_GE(measured, kRecallMin) << share << " %";
    RecordProperty("recall_at_" + std::to_string(static_cast<int>(share)), std::to_string(measured));
  }
}

}  // namespace
}  // namespace engram
