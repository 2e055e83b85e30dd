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

TEST(Buffer, TellsEachHugePageOnceAndBeforeItIsWritten) {
  constexpr size_t kHugePage = size_t{2} << 20U;
  constexpr size_t kStep = 1'536;
  Buffer buffer;
  size_t told = 0;
  for (size_t used = kStep; used < 12 * kHugePage; used += kStep) {
    buffer.reserve(used);
    if (const MemoryRange due = buffer.take_due(); due.bytes > 0) {
      EXPECT_EQ(due.bytes, kHugePage);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(due.from) % kHugePage, 0U);
      const auto at = static_cast<size_t>(due.from - buffer.data());
      EXPECT_TRUE(told == 0 || (at == told && used <= told)) << used;
      told = at + due.bytes;
      ASSERT_LE(told, buffer.capacity());
      make_resident(due);
      EXPECT_EQ(due.from[kHugePage - 1], std::byte{0});
    }
    EXPECT_TRUE(used < kHugePage || used <= told) << used;
  }
}

TEST(Buffer, WhatIsMadeResidentKeepsItsContentsWhoeverOwnsItByThen) {
  Buffer other;
  other.reserve(size_t{4} << 20U);
  for (size_t at = 0; at < other.capacity(); at += 4'096) other.data()[at] = std::byte{7};
  make_resident({other.data(), other.capacity()});
  for (size_t at = 0; at < other.capacity(); at += 4'096) ASSERT_EQ(other.data()[at], std::byte{7});
  std::byte* const gone = other.data();
  other = Buffer();
  make_resident({gone, size_t{2} << 20U});  // an error of the system's, and no signal
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
