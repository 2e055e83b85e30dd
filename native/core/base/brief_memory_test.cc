#include "base/brief_memory.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace engram {
namespace {

TEST(BriefMemory, HoldsWhatIsWrittenToManyVectorsAtOnce) {
  BriefMemory memory;
  std::pmr::vector<std::pmr::vector<uint32_t>> lists(memory.resource());
  for (uint32_t length = 0; length < 300; ++length) {
    lists.emplace_back(length * 11);
    std::iota(lists.back().begin(), lists.back().end(), length);
  }
  lists.erase(lists.begin(), lists.begin() + 100);
  for (uint32_t i = 0; i < lists.size(); ++i)
    for (uint32_t at = 0; at < lists[i].size(); ++at) ASSERT_EQ(lists[i][at], i + 100 + at);
}

TEST(BriefMemory, GivesEveryMappingBack) {
  Mappings mappings;
  {
    std::pmr::unsynchronized_pool_resource pool(&mappings);
    const std::pmr::vector<double> large(1'000'000, 1.5, &pool);
    const std::pmr::vector<char> small(3, 'x', &pool);
    EXPECT_GE(mappings.held(), 2U);
    EXPECT_EQ(large.back(), 1.5);
  }
  EXPECT_EQ(mappings.held(), 0U);
}

}  // namespace
}  // namespace engram
