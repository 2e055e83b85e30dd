// Files with right checksums that no engine could have written: opening tells what cannot be, and never
// asserts. Each was found by a fuzz target once.
#include <gtest/gtest.h>

#include "io/simulated_disk.h"
#include "log/record.h"
#include "log/segment.h"
#include "space/attributes.h"
#include "space/snapshot.h"
#include "space/space.h"

namespace engram {
namespace {

constexpr SpaceUuid kUuid = {'i', 'm', 'p'};
constexpr uint32_t kDimension = 3;
const std::string kDirectory = "s";

class ImpossibleTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Space::create(disk_, kDirectory, {.dimension = kDimension}, kUuid).ok());
  }
  void put(const std::string& name, View bytes) {
    const std::string path = join_path(kDirectory, name);
    if (Bytes* there = disk_.contents(path)) {
      *there = Bytes(bytes);
      return;
    }
    auto file = disk_.open(path, OpenMode::kCreate);
    ASSERT_TRUE(file.ok() && (*file)->write(0, bytes).ok());
  }
  /** What opening says is damaged; empty where it finds nothing wrong. */
  std::string told() {
    const auto space = Space::open(disk_, kDirectory, {.preallocate_bytes = 0});
    if (!space) return space.error().code == Code::kDamaged ? space.error().message : "another error";
    const auto damage = (*space)->damage();
    return damage ? damage->message : "";
  }
  std::string toldOfLog(const std::vector<Operation>& operations) {
    Bytes segment = encode_segment_header({kUuid, 1, chain_start(kUuid)});
    ChainPosition position{0, chain_start(kUuid)};
    for (const Operation& operation : operations) {
      Bytes payload;
      encode_operation(payload, operation);
      encode_record(segment, kUuid, position, position.sequence, static_cast<uint16_t>(type_of(operation)),
                    {}, payload);
    }
    put(segment_name(1), segment);
    return told();
  }
  std::string toldOfSnapshot(const std::vector<Operation>& sections, uint64_t episodes, uint64_t edges) {
    SnapshotWriter writer({kUuid, kDimension, {0, chain_start(kUuid)}});
    for (const Operation& section : sections) writer.section(section);
    put(kSnapshotName, writer.finish(episodes, edges));
    return told();
  }
  static EpisodeFields episode(View id) {
    return {.id = id, .embedding = {}, .content = {}, .attributes = none_};
  }
  static EpisodeState state(View id, uint32_t ordinal) { return {.fields = episode(id), .ordinal = ordinal}; }
  static LinkOperation link(float weight) { return {"near", 0, {{"a", "b", weight}}}; }

  inline static const Bytes none_ = encode_attributes({});
  SimulatedDisk disk_{1};
};

TEST_F(ImpossibleTest, ALogWhoseEdgeHasAWeightOutOfRangeIsDamaged) {
  const StoreOperation both{{episode("a"), episode("b")}};
  EXPECT_EQ(toldOfLog({both, link(0.5F)}), "");
  EXPECT_NE(toldOfLog({both, link(7)}).find("weight"), std::string::npos);
}

TEST_F(ImpossibleTest, ALogThatWeakensByNoFactorIsDamaged) {
  const StoreOperation one{{episode("a")}};
  EXPECT_EQ(toldOfLog({one, ForgetOperation{ForgetMode::kSuppress, 0.5F, {"a"}}}), "");
  EXPECT_NE(toldOfLog({one, ForgetOperation{ForgetMode::kSuppress, -3, {"a"}}}).find("factor"),
            std::string::npos);
}

TEST_F(ImpossibleTest, ASnapshotWithTwoEpisodesInOnePlaceIsDamaged) {
  EXPECT_EQ(toldOfSnapshot({StateOperation{{state("a", 0), state("b", 1)}}}, 2, 0), "");
  EXPECT_NE(toldOfSnapshot({StateOperation{{state("a", 0), state("b", 0)}}}, 2, 0).find("twice"),
            std::string::npos);
}

TEST_F(ImpossibleTest, ASnapshotWhoseEdgeHasAWeightOutOfRangeIsDamaged) {
  const StateOperation both{{state("a", 0), state("b", 1)}};
  EXPECT_EQ(toldOfSnapshot({both, EdgesOperation{"near", {{0, 1, -1, 0}}}}, 2, 1), "");
  EXPECT_NE(toldOfSnapshot({both, EdgesOperation{"near", {{0, 1, 7, 0}}}}, 2, 1).find("weight"),
            std::string::npos);
}

}  // namespace
}  // namespace engram
