#include "base/brief_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/random.h"

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

TEST(BriefMemory, TakesWhatWasGivenBackBeforeItTakesMore) {
  Mappings mappings;
  constexpr size_t kBytes = 3'000'000;
  void* const kept = mappings.allocate(kBytes, 64);
  void* const first = mappings.allocate(kBytes, 64);
  void* const second = mappings.allocate(kBytes, 64);
  const size_t mapped = mappings.mapped();
  mappings.deallocate(first, kBytes, 64);
  mappings.deallocate(second, kBytes, 64);  // one piece with the first, if they touch
  for (int round = 0; round < 20; ++round) {
    void* const again = mappings.allocate(2 * kBytes - round, 64);
    EXPECT_EQ(again, std::min(first, second));
    mappings.deallocate(again, 2 * kBytes - round, 64);
  }
  EXPECT_EQ(mappings.mapped(), mapped);
  mappings.deallocate(kept, kBytes, 64);
  EXPECT_EQ(mappings.held(), 0U);
}

TEST(BriefMemory, PiecesOfAnySizeNeverOverlap) {
  Mappings mappings;
  Random random(5);
  struct Piece {
    unsigned char* at;
    size_t bytes;
    unsigned char mark;
  };
  std::vector<Piece> pieces;
  for (int step = 0; step < 2'000; ++step) {
    if (!pieces.empty() && random.below(2) == 0) {
      std::swap(pieces[random.below(pieces.size())], pieces.back());
      const Piece gone = pieces.back();
      pieces.pop_back();
      ASSERT_EQ(gone.at[0], gone.mark);
      ASSERT_EQ(gone.at[gone.bytes - 1], gone.mark);
      mappings.deallocate(gone.at, gone.bytes, 8);
      continue;
    }
    const size_t bytes = 1 + random.below(300'000);
    const Piece piece{static_cast<unsigned char*>(mappings.allocate(bytes, 8)), bytes,
                      static_cast<unsigned char>(step % 251)};
    piece.at[0] = piece.at[bytes - 1] = piece.mark;
    pieces.push_back(piece);
  }
  for (const Piece& piece : pieces) mappings.deallocate(piece.at, piece.bytes, 8);
  EXPECT_EQ(mappings.held(), 0U);
}

TEST(BriefMemory, GivesEveryPieceBack) {
  Mappings mappings;
  {
    std::pmr::unsynchronized_pool_resource pool(&mappings);
    const std::pmr::vector<double> large(1'000'000, 1.5, &pool);
    const std::pmr::vector<char> small(3, 'x', &pool);
    EXPECT_GE(mappings.held(), large.size() * sizeof(double) + small.size());
    EXPECT_EQ(large.back(), 1.5);
  }
  EXPECT_EQ(mappings.held(), 0U);
}

}  // namespace
}  // namespace engram
