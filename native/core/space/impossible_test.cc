// Files with right checksums that no engine could have written: opening tells what cannot be, and never
// asserts. Each was found by a fuzz target once.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "io/simulated_disk.h"
#include "log/record.h"
#include "log/segment.h"
#include "space/attributes.h"
#include "space/settings.h"
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
  /** A vector graph without links (FORMAT.md, "Vector graph"): the ordinal in each slot, UINT32_MAX for one
   * that is free. */
  static Bytes graph(const std::vector<uint32_t>& ordinals) {
    Bytes image;
    Writer writer(image);
    for (const uint32_t value : {VectorIndex::kImageVersion, kDimension, IndexOptions{}.degree})
      writer.put(value);
    writer.put(IndexOptions{}.seed);
    const auto free = static_cast<uint32_t>(std::count(ordinals.begin(), ordinals.end(), UINT32_MAX));
    for (const uint32_t value : {static_cast<uint32_t>(ordinals.size()), 0U, free}) writer.put(value);
    for (uint32_t slot = 0; slot < ordinals.size(); ++slot)
      if (ordinals[slot] == UINT32_MAX) writer.put(slot);
    for (const uint32_t ordinal : ordinals) writer.put(ordinal);
    for (const uint32_t value : {0U, UINT32_MAX, 0U}) writer.put(value);  // no mean, no entry, no layer
    return image;
  }
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

TEST_F(ImpossibleTest, SettingsWithADimensionThatNoSpaceHasAreDamaged) {
  for (const uint32_t dimension : {0U, 1U, 4'097U, 4'294'967'295U}) {
    put(kSettingsName, encode_settings({.dimension = dimension}, kUuid));
    EXPECT_EQ(told(), "s/space says that vectors have dimension " + std::to_string(dimension));
  }
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

TEST_F(ImpossibleTest, ASnapshotWithAConceptOfEpisodesThatOnlyItsGraphKnowsIsDamaged) {
  const std::array<float, kDimension> values = {1, 2, 3};
  const Bytes embedding(reinterpret_cast<const char*>(values.data()), sizeof values);
  StateOperation there{{state("a", 0), state("b", 1), state("c", 2)}};
  for (EpisodeState& one : there.episodes) one.fields.embedding = embedding;
  const Bytes image = graph({0, 1, 2});
  EXPECT_TRUE(VectorIndex({.dimension = kDimension}).expect(image));
  const IndexOperation index{image};
  const CyclesOperation numbers{1, 1, {}};
  const ConceptsOperation concepts{{{0, 0, 0.5F, {0, 1, 2}}}};
  EXPECT_EQ(toldOfSnapshot({index, there, numbers, concepts}, 3, 0), "");
  EXPECT_NE(toldOfSnapshot({index, numbers, concepts}, 0, 0).find("concept"), std::string::npos);
}

TEST_F(ImpossibleTest, ASnapshotWithTwoGraphsIsDamaged) {
  const Bytes empty = graph({UINT32_MAX});
  EXPECT_EQ(toldOfSnapshot({IndexOperation{empty}}, 0, 0), "");
  EXPECT_NE(toldOfSnapshot({IndexOperation{empty}, IndexOperation{empty}}, 0, 0).find("graph"),
            std::string::npos);
}

}  // namespace
}  // namespace engram
