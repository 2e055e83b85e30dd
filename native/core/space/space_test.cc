// A space from outside: what is acknowledged is there after reopening, bad input changes nothing.
#include "space/space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "engine/engine.h"
#include "io/posix_disk.h"

namespace engram {
namespace {

class SpaceTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() /
        ("engram-space-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(directory_);
    reopen();
  }
  void TearDown() override {
    space_.reset();
    engine_.reset();
    std::filesystem::remove_all(directory_);
  }
  void reopen() {
    space_.reset();
    engine_.reset();
    auto engine = Engine::open(disk_, directory_, 7);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    engine_ = std::move(*engine);
    auto space = engine_->space("s", {.dimension = 3});
    ASSERT_TRUE(space.ok()) << space.error().message;
    space_ = *space;
  }
  static EpisodeFields episode(View id, const std::vector<float>& embedding, View content = "") {
    return {.id = id,
            .embedding = {reinterpret_cast<const char*>(embedding.data()), embedding.size() * sizeof(float)},
            .content = content,
            .attributes = empty_};
  }
  inline static const Bytes empty_ = encode_attributes({});
  const std::vector<float> east_ = {1, 0, 0};
  const std::vector<float> north_ = {0, 2, 0};
  PosixDisk disk_;
  std::string directory_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
};

TEST_F(SpaceTest, WhatWasStoredIsFoundAndSurvivesReopening) {
  ASSERT_TRUE(space_->store({episode("a", east_, "east"), episode("b", north_)}, Durability::kFsync).ok());
  ASSERT_TRUE(space_->link({"near", 0, {{"a", "b", 0.5F}}}, Durability::kGroup).ok());
  const uint64_t before = space_->digest();
  reopen();
  EXPECT_EQ(space_->digest(), before);
  const auto hits = space_->recall(east_, {.k = 2});
  ASSERT_TRUE(hits.ok());
  EXPECT_EQ(space_->ids(std::vector<uint32_t>{hits->at(0).ordinal}).at(0), "a");
  EXPECT_EQ(space_->get("a")->content, "east");
  EXPECT_EQ(space_->reach("a", 1, Direction::kOut, std::nullopt)->size(), 1U);
}

TEST_F(SpaceTest, TheSameEpisodeAgainWritesNothingAndAChangedOneReplaces) {
  const auto first = space_->store({episode("a", east_)}, Durability::kFsync);
  EXPECT_EQ(*space_->store({episode("a", east_)}, Durability::kFsync), *first);
  EXPECT_EQ(*space_->store({episode("a", north_)}, Durability::kFsync), *first + 1);
  EXPECT_EQ(space_->stats().vectors, 1U);
  EXPECT_NEAR(space_->recall(north_, {.k = 1})->at(0).similarity, 1.0F, 1e-6);
}

TEST_F(SpaceTest, AScanIsInTheOrderOfTheIdsThoughTheyCameInAnother) {
  constexpr uint32_t kMany = 3'000;  // more than come into order at once
  std::vector<std::string> ids;
  for (uint32_t i = 0; i < kMany; ++i) ids.push_back("id " + std::to_string(i * 7'919 % kMany));
  std::vector<EpisodeFields> episodes;
  for (const std::string& id : ids) episodes.push_back(episode(id, {}));
  ASSERT_TRUE(space_->store(episodes, Durability::kAsync).ok());
  ASSERT_TRUE(space_->forget({ids.begin(), ids.begin() + 5}, Durability::kAsync).ok());
  const auto expect_scan = [&](std::vector<std::string> expected) {
    std::sort(expected.begin(), expected.end());
    std::vector<std::string> found;
    for (const Episode& one : space_->scan("", 2 * kMany)) found.push_back(one.id);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(space_->scan("id 2", 1).at(0).id, *std::upper_bound(expected.begin(), expected.end(), "id 2"));
    EXPECT_TRUE(space_->verify().ok());
  };
  expect_scan({ids.begin() + 5, ids.end()});
  ASSERT_TRUE(space_->forget({ids.begin() + 5, ids.begin() + 9}, Durability::kAsync).ok());
  episodes.resize(7);  // two of which were in order before
  ASSERT_TRUE(space_->store(episodes, Durability::kAsync).ok());
  std::vector<std::string> left(ids.begin(), ids.begin() + 7);
  left.insert(left.end(), ids.begin() + 9, ids.end());
  expect_scan(left);
  reopen();
  expect_scan(left);
}

TEST_F(SpaceTest, BadInputIsATypedErrorAndNothingOfTheBatchIsKept) {
  const std::vector<float> nan = {1, std::numeric_limits<float>::quiet_NaN(), 0};
  const std::vector<float> zero = {0, 0, 0};
  const std::vector<float> shorter = {1, 0};
  for (const auto& bad : {nan, zero, shorter}) {
    const auto result = space_->store({episode("good", east_), episode("bad", bad)}, Durability::kFsync);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, Code::kInvalidArgument);
    EXPECT_NE(result.error().message.find("bad"), std::string::npos) << "names the value";
  }
  EXPECT_EQ(space_->stats().episodes, 0U);
  EXPECT_FALSE(space_->store({episode(std::string(300, 'x'), east_)}, Durability::kFsync).ok());
  EXPECT_FALSE(space_->recall(east_, {.k = 0}).ok());
  EXPECT_FALSE(space_->recall(nan, {.k = 1}).ok());
  EXPECT_EQ(space_->link({"r", 0, {{"no", "one", 0.5F}}}, Durability::kFsync).error().code, Code::kNotFound);
  ASSERT_TRUE(space_->store({episode("a", east_)}, Durability::kFsync).ok());
  EXPECT_FALSE(space_->link({"r", 0, {{"a", "a", 1.5F}}}, Durability::kFsync).ok());
}

TEST_F(SpaceTest, ForgottenEpisodesAreGoneFromIndexAndGraphAlsoAfterReopening) {
  ASSERT_TRUE(space_->store({episode("a", east_), episode("b", north_)}, Durability::kFsync).ok());
  ASSERT_TRUE(space_->link({"near", 0, {{"a", "b", 0.5F}}}, Durability::kFsync).ok());
  ASSERT_TRUE(space_->forget({"b"}, Durability::kFsync).ok());
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(space_->get("b").has_value());
    EXPECT_EQ(space_->recall(north_, {.k = 5})->size(), 1U);
    EXPECT_EQ(space_->stats().edges, 0U);
    reopen();
  }
}

TEST_F(SpaceTest, ASecondEngineOnTheSameDirectoryIsRefused) {
  PosixDisk other;
  const auto second = Engine::open(other, directory_, 1);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kLocked);
}

TEST_F(SpaceTest, ASpaceIdThatCouldLeaveTheDirectoryIsRefused) {
  for (const char* id : {"", "../x", "a/b", "A", "x\n"})
    EXPECT_FALSE(engine_->space(id, {.dimension = 3}).ok()) << id;
  EXPECT_EQ(engine_->space("s", {.dimension = 4}).error().code, Code::kConflict);
  EXPECT_FALSE(engine_->space("t", {.dimension = 1}).ok());
}

TEST_F(SpaceTest, SpreadingReachesLinkedEpisodes) {
  ASSERT_TRUE(space_->store({episode("a", east_), episode("b", north_)}, Durability::kAsync).ok());
  ASSERT_TRUE(space_->link({"near", 0, {{"a", "b", 0.5F}}}, Durability::kAsync).ok());
  const auto result = space_->spread({{"a", 1.0F}}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->active.size(), 2U);
  EXPECT_FALSE(space_->spread({{"nobody", 1.0F}}, {}).ok());
}

TEST_F(SpaceTest, ASnapshotKeepsTheVectorGraphAndTheLogBehindItGoesOn) {
  constexpr int kMany = 2'600;  // enough that three dimensions are searched by a graph
  const auto name = [](int i) { return std::to_string(i); };
  const auto direction = [](int i) {
    const auto angle = static_cast<float>(i);
    return std::vector<float>{std::cos(angle), std::sin(angle), std::sin(0.7F * angle)};
  };
  const auto store = [&](int i) {
    const std::string id = name(i);
    ASSERT_TRUE(space_->store({episode(id, direction(i))}, Durability::kAsync).ok());
  };
  for (int i = 0; i < kMany; ++i) store(i);
  ASSERT_TRUE(space_->forget({name(5), name(77)}, Durability::kAsync).ok());
  ASSERT_TRUE(space_->snapshot().ok());
  store(kMany);
  const uint64_t digest = space_->digest();
  const auto answers = [&] {
    std::vector<uint32_t> ordinals;
    for (int i = 0; i < kMany; i += 100) {
      const auto hits = space_->recall(direction(i), {.k = 5});
      for (const Hit& hit : *hits) ordinals.push_back(hit.ordinal);
    }
    return ordinals;
  };
  const auto before = answers();
  reopen();
  EXPECT_EQ(space_->digest(), digest);
  EXPECT_TRUE(space_->verify().ok());
  EXPECT_EQ(answers(), before);
}

}  // namespace
}  // namespace engram
