#include "base/buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace engram {
namespace {

TEST(Buffer, GrowsOverTheHugePageBoundaryAndKeepsItsContents) {
  Buffer buffer;
  size_t filled = 0;
  for (size_t bytes = 1'000; bytes < (size_t{9} << 20U); bytes = bytes * 3 / 2) {
    buffer.reserve(bytes);
    ASSERT_GE(buffer.capacity(), bytes);
    for (; filled < bytes; ++filled) {
      ASSERT_EQ(buffer.data()[filled], std::byte{0}) << filled;
      buffer.data()[filled] = static_cast<std::byte>(filled * 31);
    }
  }
  for (size_t i = 0; i < filled; ++i) ASSERT_EQ(buffer.data()[i], static_cast<std::byte>(i * 31)) << i;
}

TEST(Buffer, IsAlignedToCacheLines) {
  Buffer buffer;
  for (const size_t bytes : {size_t{1}, size_t{5} << 20U}) {
    buffer.reserve(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % 64, 0U);
  }
}

TEST(Buffer, CanBeMovedFrom) {
  Buffer first;
  first.reserve(10);
  first.data()[3] = std::byte{7};
  const Buffer second = std::move(first);
  EXPECT_EQ(second.data()[3], std::byte{7});
}

}  // namespace
}  // namespace engram
