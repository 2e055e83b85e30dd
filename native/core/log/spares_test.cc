// Segments made of zeros that were written before: what the log gains by them, and that nothing is lost.
#include "log/spares.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "io/simulated_disk.h"
#include "log/log.h"
#include "log/segment.h"

namespace engram {
namespace {

const SpaceUuid kUuid = {'s', 'p', 'a', 'r', 'e'};
constexpr LogOptions kTwoSpares{.segment_bytes = 4'096, .preallocate_bytes = 512, .spares = 2};
const Bytes kPayload(1'000, 'p');

class SparesTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Log::create(disk_, "s", kUuid).ok()); }

  std::unique_ptr<Log> open(const LogOptions& options) {
    seen_ = 0;
    auto log = Log::open(disk_, "s", kUuid, {0, chain_start(kUuid)}, options, [&](const Record&) {
      ++seen_;
      return Status{};
    });
    EXPECT_TRUE(log.ok()) << log.error().message;
    EXPECT_FALSE((*log)->damage());
    return std::move(*log);
  }

  void append(Log& log, int count) {
    for (int i = 0; i < count; ++i) {
      const auto sequence = log.append(1, kPayload);
      ASSERT_TRUE(sequence.ok()) << sequence.error().message;
      ASSERT_TRUE(log.sync_to(*sequence).ok());
    }
  }

  size_t spare_files() {
    const auto files = disk_.files();
    return static_cast<size_t>(std::count_if(files.begin(), files.end(), [](const std::string& path) {
      return path.find("spare-") != std::string::npos;
    }));
  }

  SimulatedDisk disk_{1};
  int seen_ = 0;
};

TEST_F(SparesTest, ASmallLogMakesNone) {
  const auto log = open(kTwoSpares);
  append(*log, 3);
  EXPECT_EQ(spare_files(), 0U);
}

TEST_F(SparesTest, ALogKeepsNoMoreThanItHasFilledAndNoMoreThanIsAskedFor) {
  const auto log = open(kTwoSpares);
  append(*log, 4);
  EXPECT_EQ(log->stats().segments, 2U);
  EXPECT_EQ(log->stats().spares, 1U);
  append(*log, 12);
  EXPECT_EQ(log->stats().spares, 2U);
  EXPECT_EQ(spare_files(), 2U);
}

TEST_F(SparesTest, ARecordInASegmentMadeOfOneChangesNoLength) {
  const auto log = open(kTwoSpares);
  append(*log, 8);
  const uint64_t before = log->stats().bytes;
  append(*log, 1);
  EXPECT_EQ(log->stats().bytes, before);
  EXPECT_GT(log->stats().bytes, log->stats().record_bytes);
}

TEST_F(SparesTest, WhatWasWrittenIntoThemIsReadBackAndWhatWasLeftOfThemIsRemoved) {
  {
    const auto log = open(kTwoSpares);
    append(*log, 17);
    disk_.kill();
  }
  EXPECT_GT(spare_files(), 0U);
  const auto log = open(kTwoSpares);
  EXPECT_EQ(seen_, 17);
  EXPECT_EQ(spare_files(), 0U);
  EXPECT_EQ(log->stats().cut_bytes, 0U);
}

TEST_F(SparesTest, ALogThatIsClosedLeavesNone) {
  const auto log = open(kTwoSpares);
  append(*log, 9);
  EXPECT_GT(spare_files(), 0U);
  EXPECT_TRUE(log->close().ok());
  EXPECT_EQ(spare_files(), 0U);
  const auto segments = list_segments(disk_, "s");
  ASSERT_TRUE(segments.ok());
  EXPECT_LT(segments->back().bytes, 4 * kPayload.size());  // no zeros behind its records
}

TEST_F(SparesTest, ASegmentThatEndsEarlyGivesBackWhatItHadAhead) {
  const auto log = open(kTwoSpares);
  append(*log, 8);  // the third segment, of a spare one, holds two
  ASSERT_TRUE(log->rotate().ok());
  const auto segments = list_segments(disk_, "s");
  ASSERT_TRUE(segments.ok());
  ASSERT_EQ(segments->size(), 4U);
  EXPECT_LT((*segments)[2].bytes, 3 * kPayload.size());
}

TEST_F(SparesTest, OneThatCannotBeMadeIsDoneWithout) {
  const auto log = open(kTwoSpares);
  append(*log, 3);
  disk_.fail_write_after(2);  // the next segment's header is written before its zeros
  append(*log, 1);
  EXPECT_EQ(log->stats().spares, 0U);
  EXPECT_EQ(spare_files(), 0U);
  append(*log, 8);
  EXPECT_GT(log->stats().spares, 0U);
}

TEST_F(SparesTest, TheirRoomGoesToARecordWhereTheDiskIsFull) {
  const auto log = open({.segment_bytes = 4'096, .preallocate_bytes = 0, .spares = 1});
  append(*log, 4);  // into a segment that was made before there was a spare one
  ASSERT_EQ(log->stats().spares, 1U);
  disk_.set_room(0);
  EXPECT_FALSE(log->append(1, kPayload).ok());  // the simulated disk gets no room by a removal
  EXPECT_EQ(spare_files(), 0U);
  disk_.set_room(SimulatedDisk::kNever);
  append(*log, 1);
}

}  // namespace
}  // namespace engram
