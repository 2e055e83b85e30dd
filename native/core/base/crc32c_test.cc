#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "base/random.h"

namespace engram {
namespace {

TEST(Crc32c, AgreesWithThePublishedCheckValue) { EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283U); }

TEST(Crc32c, AgreesWithTheVectorsOfRfc3720) {
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(0, std::string(32, '\xFF')), 0x62A8AB43U);
}

TEST(Crc32c, GivesTheSameFromTheInstructionAndFromTheTable) {
  Random random(7);
  // Short ones, and around one, two and three rounds of three lanes of 1,024 bytes.
  std::vector<size_t> lengths(200);
  std::iota(lengths.begin(), lengths.end(), 0);
  for (const size_t round : {3'072, 6'144, 9'216})
    for (size_t length = round - 9; length < round + 10; ++length) lengths.push_back(length);
  for (const size_t length : lengths) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    const auto seed = static_cast<uint32_t>(random.next());
    EXPECT_EQ(crc32c(seed, bytes), crc32c_table(seed, bytes)) << length;
  }
}

TEST(Crc32c, ExtendsOverPieces) { EXPECT_EQ(crc32c(crc32c(0, "12345"), "6789"), crc32c(0, "123456789")); }

}  // namespace
}  // namespace engram
