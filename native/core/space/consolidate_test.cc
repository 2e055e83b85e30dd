// Consolidation of sets so large that only codes of them are copied: the same concepts, and none that is less
// coherent than it must be.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/random.h"
#include "io/simulated_disk.h"
#include "memory/clustering.h"
#include "space/space.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 256;
constexpr uint32_t kGroups = 20;
constexpr uint32_t kSize = 8;
/** Codes for the smallest set, too. */
constexpr size_t kNone = 0;
constexpr size_t kAll = SIZE_MAX;

using Members = std::set<std::set<std::string>>;  // of each concept

std::vector<float> unit_of(std::vector<double> values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  std::vector<float> unit;
  for (const double value : values) unit.push_back(static_cast<float>(value / std::sqrt(squares)));
  return unit;
}

/** Groups near a centre each, one after the other. */
std::vector<std::vector<float>> planted(uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<float>> rows;
  const auto value = [&] { return random.unit() + random.unit() + random.unit() - 1.5; };
  for (uint32_t group = 0; group < kGroups; ++group) {
    std::vector<double> centre(kDimension);
    for (double& one : centre) one = value();
    for (uint32_t i = 0; i < kSize; ++i) {
      std::vector<double> values = centre;
      for (double& one : values) one += 0.5 * value();
      rows.push_back(unit_of(values));
    }
  }
  return rows;
}

class ConsolidateTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Space::create(disk_, "s", {.dimension = kDimension}, {}).ok());
    auto space = Space::open(disk_, "s", {.preallocate_bytes = 0});
    ASSERT_TRUE(space.ok());
    space_ = std::move(*space);
  }
  static std::string id_of(size_t row) { return "an episode with a long id " + std::to_string(1'000 + row); }
  void store(size_t row, const std::vector<float>& values) {
    const std::string id = id_of(row);
    EpisodeFields episode;
    episode.id = id;
    episode.embedding = {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
    ASSERT_TRUE(space_->store({episode}, Durability::kAsync).ok());
  }
  /** Every `step`-th row from `first` on. */
  void store_some(size_t first, size_t step) {
    for (size_t row = first; row < rows_.size(); row += step) store(row, rows_[row]);
  }
  ConsolidationReport consolidate(size_t exact_up_to, const std::function<void()>& meanwhile = {}) {
    ConsolidationOptions options;
    options.cluster.tau_ms = 0;
    options.share = 1;
    options.exact_up_to = exact_up_to;
    options.apart = [&](const std::function<void()>& work) {
      work();
      if (meanwhile) meanwhile();
    };
    const auto report = space_->consolidate(0, options, Durability::kAsync);
    EXPECT_TRUE(report.ok());
    EXPECT_TRUE(space_->verify().ok());
    return report.ok() ? *report : ConsolidationReport{};
  }
  Members members() const {
    Members all;
    for (const ConceptView& one : space_->scan_concepts(0, SIZE_MAX)) {
      EXPECT_GE(one.coherence, static_cast<float>(ClusterOptions{}.coherence));
      std::set<std::string> ids;
      for (const ConceptMember& member : one.members) ids.insert(member.id);
      all.insert(std::move(ids));
    }
    return all;
  }
  Members groups() const {
    Members all;
    for (size_t group = 0; group < kGroups; ++group) {
      std::set<std::string> ids;
      for (size_t i = 0; i < kSize; ++i) ids.insert(id_of(group * kSize + i));
      all.insert(std::move(ids));
    }
    return all;
  }

  const std::vector<std::vector<float>> rows_ = planted(7);
  SimulatedDisk disk_{1};
  std::unique_ptr<Space> space_;
};

TEST_F(ConsolidateTest, ByCodesAloneFormsTheConceptsThatVectorsForm) {
  store_some(0, 1);
  EXPECT_EQ(consolidate(kNone).formed, kGroups);
  EXPECT_EQ(members(), groups());
}

TEST_F(ConsolidateTest, ByVectorsToo) {
  store_some(0, 1);
  EXPECT_EQ(consolidate(kAll).formed, kGroups);
  EXPECT_EQ(members(), groups());
}

TEST_F(ConsolidateTest, ByCodesAloneFormsTheSameWhateverTheOrderOfStores) {
  store_some(1, 2);
  store_some(0, 2);
  consolidate(kNone);
  EXPECT_EQ(members(), groups());
}

TEST_F(ConsolidateTest, ByCodesAloneExtendsConceptsThatAreThere) {
  store_some(0, 2);
  EXPECT_EQ(consolidate(kNone).formed, kGroups);
  store_some(1, 2);
  const auto report = consolidate(kNone);
  EXPECT_EQ(report.strengthened, kGroups);
  EXPECT_EQ(report.formed, 0U);
  EXPECT_EQ(members(), groups());
}

TEST_F(ConsolidateTest, ByCodesAloneLeavesOutWhatChangedMeanwhile) {
  store_some(0, 1);
  const auto report = consolidate(kNone, [&] {
    store(0, rows_.back());                                                // now of another group
    ASSERT_TRUE(space_->forget({id_of(kSize)}, Durability::kAsync).ok());  // of the second group
  });
  EXPECT_EQ(report.skipped, 2U);
  EXPECT_EQ(report.formed, kGroups);
  Members expected;
  for (std::set<std::string> ids : groups()) {
    ids.erase(id_of(0));
    ids.erase(id_of(kSize));
    expected.insert(std::move(ids));
  }
  EXPECT_EQ(members(), expected);
}

}  // namespace
}  // namespace engram
