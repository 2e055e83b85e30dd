#include "space/id_index.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"

namespace engram {
namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();

/** An index with the ids it is told of, as a space has them, beside a plain map. */
class Told {
 public:
  explicit Told(uint32_t tag_mask = 0xFFFF'FFFF) : index(7, tag_mask) {}

  auto id_of() const {
    return [this](uint32_t ordinal) { return View(ids.at(ordinal)); };
  }
  uint32_t add(View id) {
    const uint32_t ordinal = index.find_or_add(id, static_cast<uint32_t>(ids.size()), id_of());
    if (ordinal == ids.size()) ids.emplace_back(id);
    plain.emplace(id, ordinal);
    return ordinal;
  }
  void remove(View id) {
    const auto place = plain.find(id);
    index.remove(id, place->second);
    ids[place->second].clear();
    plain.erase(place);
  }
  uint32_t find(View id) const { return index.find(id, id_of()); }
  uint32_t expected(View id) const {
    const auto place = plain.find(id);
    return place == plain.end() ? IdIndex::kNone : place->second;
  }
  std::vector<uint32_t> page(View after, size_t limit) const { return index.page(after, limit, id_of()); }
  std::vector<uint32_t> expected_page(View after, size_t limit) const {
    std::vector<uint32_t> found;
    for (auto at = plain.upper_bound(after); at != plain.end() && found.size() < limit; ++at)
      found.push_back(at->second);
    return found;
  }

  IdIndex index;
  std::vector<std::string> ids;
  std::map<std::string, uint32_t, std::less<>> plain;
};

/** Few enough ids that they come, go and come again; some share long beginnings, some are of one word. */
std::string some_id(Random& random, uint64_t ids) {
  const std::string number = std::to_string(random.below(ids));
  return random.chance(0.5) ? number : "a beginning that many ids share, longer than a word " + number;
}

void expect_as_a_map(uint32_t tag_mask, uint64_t ids, int steps, uint64_t seed) {
  Told told(tag_mask);
  Random random(seed);
  for (int step = 0; step < steps; ++step) {
    const std::string id = some_id(random, ids);
    const uint64_t what = random.below(1'000);
    if (what < 500) {
      const uint32_t ordinal = told.add(id);
      ASSERT_EQ(ordinal, told.expected(id)) << id;
    } else if (what < 800 && told.plain.contains(id)) {
      told.remove(id);
    } else if (what < 998) {
      ASSERT_EQ(told.find(id), told.expected(id)) << id;
    } else if (what < 999) {
      told.index.order_some(random.below(100), told.id_of());
    } else {
      ASSERT_EQ(told.page(id, 50), told.expected_page(id, 50)) << id;
    }
    ASSERT_EQ(told.index.size(), told.plain.size());
  }
  ASSERT_TRUE(told.index.order_agrees(told.id_of()));
  for (const auto& [id, ordinal] : told.plain) ASSERT_EQ(told.find(id), ordinal) << id;
  EXPECT_EQ(told.page({}, kAll), told.expected_page({}, kAll));
  EXPECT_TRUE(told.index.order_agrees(told.id_of()));
}

TEST(IdIndex, IsAMapOfIds) {
  for (uint64_t seed = 0; seed < 5; ++seed) expect_as_a_map(0xFFFF'FFFF, 5'000, 50'000, seed);
}

TEST(IdIndex, IsAMapOfIdsWhoseTagsAreEqual) {
  for (const uint32_t tag_mask : {0U, 0xC000'0000U, 0xFF00'0000U, 0xFU, 0xF000'000FU})
    expect_as_a_map(tag_mask, 100, 10'000, tag_mask);
}

TEST(IdIndex, FindsEachIdWhileItGrows) {
  Told told;
  for (uint32_t i = 0; i < 100'000; ++i) {
    ASSERT_EQ(told.add("memory-" + std::to_string(i)), i);
    ASSERT_EQ(told.find("memory-" + std::to_string(i / 2)), i / 2);
  }
  for (uint32_t i = 0; i < 100'000; ++i) ASSERT_EQ(told.find("memory-" + std::to_string(i)), i);
  EXPECT_EQ(told.find("memory-100000"), IdIndex::kNone);
}

TEST(IdIndex, TellsIdsApartThatDifferInLengthOnly) {
  Told told;
  for (uint32_t length = 0; length < 255; ++length) told.add(std::string(length + 1, 'x'));
  for (uint32_t length = 0; length < 255; ++length)
    EXPECT_EQ(told.find(std::string(length + 1, 'x')), length);
  EXPECT_EQ(told.find(""), IdIndex::kNone);
  EXPECT_EQ(told.find({}), IdIndex::kNone);
}

TEST(IdIndex, AnIdThatIsRemovedBeforeAnyOrderNeverComesIntoIt) {
  Told told;
  told.add("b");
  told.add("a");
  told.remove("b");
  EXPECT_EQ(told.page({}, kAll), (std::vector<uint32_t>{1}));
  EXPECT_TRUE(told.index.order_agrees(told.id_of()));
}

TEST(IdIndex, AnIdThatComesAgainHasItsNewOrdinal) {
  Told told;
  told.add("a");
  told.add("b");
  EXPECT_EQ(told.page({}, kAll), (std::vector<uint32_t>{0, 1}));
  told.remove("a");
  EXPECT_EQ(told.find("a"), IdIndex::kNone);
  EXPECT_EQ(told.add("a"), 2U);
  EXPECT_EQ(told.find("a"), 2U);
  EXPECT_EQ(told.page({}, kAll), (std::vector<uint32_t>{2, 1}));
}

TEST(IdIndex, ComesIntoOrderPieceByPiece) {
  Told told;
  for (const char* id : {"c", "a", "d", "b", "e"}) told.add(id);
  told.remove("d");
  EXPECT_TRUE(told.index.order_some(2, told.id_of()));
  EXPECT_TRUE(told.index.order_some(2, told.id_of()));
  EXPECT_FALSE(told.index.order_some(2, told.id_of()));
  EXPECT_EQ(told.page("a", 2), (std::vector<uint32_t>{3, 0}));
}

TEST(IdIndex, SeesAnOrderThatDoesNotAgree) {
  Told told;
  told.add("a");
  told.page({}, kAll);
  told.ids[0].append("b");
  EXPECT_FALSE(told.index.order_agrees(told.id_of()));
}

TEST(IdIndex, EveryByteOfAnIdTellsItFromOthers) {
  constexpr size_t kLengthMax = 40;
  for (size_t length = 1; length <= kLengthMax; ++length) {
    const std::string id(length, 'a');
    IdIndex index(7);
    index.find_or_add(id, 0, [&](uint32_t) { return View(id); });
    for (size_t at = 0; at < length; ++at) {
      std::string other = id;
      other[at] = 'b';
      size_t compared = 0;
      const auto id_of = [&](uint32_t) {
        ++compared;
        return View(id);
      };
      EXPECT_EQ(index.find(other, id_of), IdIndex::kNone);
      EXPECT_EQ(compared, 0U) << "byte " << at << " of " << length << " is not in the tag";
    }
    EXPECT_EQ(index.find(id + "a", [&](uint32_t) { return View(id); }), IdIndex::kNone);
  }
}

}  // namespace
}  // namespace engram
