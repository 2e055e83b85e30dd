// Filters: the index selects what the plain truth says, through any history of changes; bad filters are
// named.
#include "space/filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/limits.h"
#include "base/random.h"
#include "space/attribute_index.h"

namespace engram {
namespace {

struct Kept {
  double at_ms;
  Bytes attributes;
};

Attributes draw_attributes(Random& random) {
  Attributes drawn;
  if (random.chance(0.7)) drawn["kind"] = std::string("k") + std::to_string(random.below(3));
  if (random.chance(0.7)) drawn["n"] = static_cast<double>(random.below(50)) - 25;
  if (random.chance(0.3)) drawn["n"] = std::string("seven");
  if (random.chance(0.5)) drawn["flag"] = random.chance(0.5);
  return drawn;
}

AttributeValue draw_value(Random& random) {
  switch (random.below(3)) {
    case 0:
      return std::string("k") + std::to_string(random.below(4));
    case 1:
      return static_cast<double>(random.below(50)) - 25;
    default:
      return random.chance(0.5);
  }
}

Condition draw_condition(Random& random, int depth) {
  const std::array<const char*, 4> keys = {"kind", "n", "flag", "never"};
  const char* key = keys[random.below(keys.size())];
  const uint64_t choice = random.below(depth > 0 ? 6 : 3);
  if (choice == 0) return Condition::in(key, {draw_value(random), draw_value(random)});
  if (choice == 1) {
    const double minimum = static_cast<double>(random.below(50)) - 25;
    return Condition::range(key, minimum, minimum + static_cast<double>(random.below(30)));
  }
  if (choice == 2) return Condition::exists(key);
  if (choice == 3) return Condition::none_of(draw_condition(random, depth - 1));
  std::vector<Condition> parts;
  for (uint64_t left = random.below(4); left > 0; --left) parts.push_back(draw_condition(random, depth - 1));
  return choice == 4 ? Condition::all(std::move(parts)) : Condition::any(std::move(parts));
}

TEST(FilterTest, TheIndexSelectsWhatThePlainTruthSays) {
  Random random(11);
  AttributeIndex index;
  std::map<uint32_t, Kept> kept;
  for (int step = 0; step < 6'000; ++step) {
    const auto ordinal = static_cast<uint32_t>(random.below(step < 3'000 ? 3'000 : 700));
    if (const auto old = kept.find(ordinal); old != kept.end()) {
      index.remove(ordinal, old->second.at_ms, old->second.attributes);
      kept.erase(old);
    }
    if (random.chance(step < 3'000 ? 0.9 : 0.2)) {
      const Kept made{static_cast<double>(random.below(100)), encode_attributes(draw_attributes(random))};
      index.add(ordinal, made.at_ms, made.attributes);
      kept[ordinal] = made;
    }
    if (step % 20 != 0) continue;
    RecallFilter filter{.where = draw_condition(random, 3)};
    if (random.chance(0.5)) filter.from_ms = static_cast<double>(random.below(100));
    if (random.chance(0.5))
      filter.until_ms = filter.from_ms.value_or(0) + static_cast<double>(random.below(99));
    ASSERT_TRUE(check_filter(filter).ok());
    const OrdinalSet selected = index.select(filter);
    size_t expected = 0;
    for (const auto& [number, one] : kept) {
      const bool in_time = one.at_ms >= filter.from_ms.value_or(-kTimeMaxMs) &&
                           one.at_ms <= filter.until_ms.value_or(kTimeMaxMs);
      const bool meant = in_time && meets(*filter.where, one.attributes);
      ASSERT_EQ(selected.has(number), meant) << "ordinal " << number << " at step " << step;
      expected += meant ? 1 : 0;
    }
    ASSERT_EQ(selected.count(), expected) << "nothing that is not there";
    ASSERT_EQ(index.size(), kept.size());
  }
}

TEST(FilterTest, TimesAreVisitedNewestFirstTiesByOrdinal) {
  AttributeIndex index;
  Random random(3);
  std::vector<std::pair<double, uint32_t>> expected;
  for (uint32_t ordinal = 0; ordinal < 3'000; ++ordinal) {
    const auto at = static_cast<double>(random.below(400));
    index.add(ordinal, at, {});
    if (at >= 100 && at <= 300) expected.emplace_back(-at, ordinal);
  }
  std::sort(expected.begin(), expected.end());
  std::vector<std::pair<double, uint32_t>> visited;
  index.times().descend(100, 300, [&](const Column::Entry& entry) {
    visited.emplace_back(-entry.value, entry.ordinal);
    return true;
  });
  EXPECT_EQ(visited, expected);
  EXPECT_EQ(index.times().count(100, 300), expected.size());
  visited.clear();
  index.times().descend(100, 300, [&](const Column::Entry& entry) {
    visited.emplace_back(-entry.value, entry.ordinal);
    return visited.size() < 10;
  });
  EXPECT_TRUE(std::equal(visited.begin(), visited.end(), expected.begin()) && visited.size() == 10);
}

TEST(FilterTest, AFilterThatCannotBeIsNamed) {
  const auto message = [](const RecallFilter& filter) { return check_filter(filter).error().message; };
  EXPECT_NE(message({.where = Condition::range("n", 2, 1)}).find("\"n\" is 2"), std::string::npos);
  EXPECT_NE(message({.where = Condition::range("n", std::nan(""), 1)}).find("nan"), std::string::npos);
  EXPECT_NE(message({.where = Condition::exists("")}).find("\"\""), std::string::npos);
  EXPECT_NE(message({.from_ms = 2, .until_ms = 1}).find("2.0"), std::string::npos);
  EXPECT_NE(message({.from_ms = INFINITY}).find("inf"), std::string::npos);
  EXPECT_NE(message({.minimum_confidence = 1.5F}).find("1.5"), std::string::npos);
  Condition deep = Condition::exists("x");
  for (int level = 0; level < 20; ++level) deep = Condition::none_of(deep);
  EXPECT_EQ(check_filter({.where = deep}).error().code, Code::kTooLarge);
  const Condition wide = Condition::in("x", std::vector<AttributeValue>(kFilterMaxParts, true));
  EXPECT_EQ(check_filter({.where = wide}).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace engram
