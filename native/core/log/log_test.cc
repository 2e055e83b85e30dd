// The log on a real disk: what it keeps, what it cuts, what it refuses to cut.
#include "log/log.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "base/crc32c.h"
#include "io/posix_disk.h"
#include "io/recording_disk.h"
#include "log/mark.h"
#include "log/segment.h"

namespace engram {
namespace {

const SpaceUuid kUuid = {'u', 'u', 'i', 'd'};
constexpr LogOptions kSmall{.segment_bytes = 4096, .preallocate_bytes = 512};

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/engram-log-XXXXXX";
    directory_ = mkdtemp(name);
    ASSERT_TRUE(Log::create(disk_, directory_, kUuid).ok());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Log> open(LogOptions options = kSmall) {
    seen_.clear();
    auto log =
        Log::open(disk_, directory_, kUuid, {0, chain_start(kUuid)}, options, [&](const Record& record) {
          seen_.emplace_back(record.payload);
          return Status{};
        });
    EXPECT_TRUE(log.ok()) << log.error().message;
    return std::move(*log);
  }

  void append(int count) {
    auto log = open();
    for (int i = 0; i < count; ++i) {
      auto sequence = log->append(1, "record " + std::to_string(i));
      ASSERT_TRUE(sequence.ok());
      ASSERT_TRUE(log->sync_to(*sequence).ok());
    }
  }

  std::string first_segment() const { return join_path(directory_, segment_name(1)); }

  void flip(const std::string& path, uint64_t offset) {
    auto file = disk_.open(path, OpenMode::kWrite);
    Bytes byte = *(*file)->read(offset, 1);
    byte[0] = static_cast<char>(byte[0] ^ 0x10);
    ASSERT_TRUE((*file)->write(offset, byte).ok());
  }

  PosixDisk disk_;
  std::string directory_;
  std::vector<std::string> seen_;
};

TEST_F(LogTest, GivesBackWhatWasAppendedInOrder) {
  append(3);
  auto log = open();
  EXPECT_EQ(seen_, (std::vector<std::string>{"record 0", "record 1", "record 2"}));
  EXPECT_EQ(log->position().sequence, 3U);
}

TEST_F(LogTest, GoesOnInANewSegmentWhenOneIsFull) {
  append(200);
  EXPECT_GT(disk_.list(directory_)->size(), 3U);
  auto log = open();
  EXPECT_EQ(seen_.size(), 200U);
  EXPECT_FALSE(log->damage());
}

TEST_F(LogTest, CutsATornTail) {
  append(5);
  {
    auto file = disk_.open(first_segment(), OpenMode::kWrite);
    Bytes torn;
    ChainPosition wrong{5, 0};
    encode_record(torn, kUuid, wrong, 3, 1, {}, "half a record");
    const uint64_t end = kSegmentHeaderBytes + 5 * record_size(8);
    ASSERT_TRUE((*file)->write(end, View(torn).substr(0, torn.size() / 2)).ok());
  }
  auto log = open();
  EXPECT_FALSE(log->damage());
  EXPECT_GT(log->stats().cut_bytes, 0U);
  EXPECT_EQ(seen_.size(), 5U);
  EXPECT_TRUE(log->append(1, "next").ok());
}

TEST_F(LogTest, NeverCutsDamageInTheMiddle) {
  append(15);
  flip(first_segment(), kSegmentHeaderBytes + 5 * record_size(8) + kRecordHeaderBytes);
  auto log = open();
  ASSERT_TRUE(log->damage());
  EXPECT_EQ(log->damage()->code, Code::kDamaged);
  EXPECT_NE(log->damage()->message.find("record 6 is unreadable"), std::string::npos)
      << log->damage()->message;
  EXPECT_EQ(seen_.size(), 5U);
  EXPECT_EQ(log->append(1, "x").error().code, Code::kDamaged);
}

TEST_F(LogTest, KnowsOfDamageInTheLastRecordToo) {
  append(15);
  flip(first_segment(), kSegmentHeaderBytes + 14 * record_size(8) + kRecordHeaderBytes);
  EXPECT_TRUE(open()->damage());
}

TEST_F(LogTest, KnowsThatALostSegmentIsDamage) {
  append(200);
  auto names = *disk_.list(directory_);
  names.pop_back();  // the mark
  ASSERT_TRUE(disk_.remove(join_path(directory_, names[1])).ok());
  EXPECT_TRUE(open()->damage());
}

TEST_F(LogTest, KnowsOfDamageThroughTheRecordsAloneWhenTheMarkIsGone) {
  append(15);
  ASSERT_TRUE(disk_.remove(join_path(directory_, kMarkName)).ok());
  flip(first_segment(), kSegmentHeaderBytes + 5 * record_size(8) + kRecordHeaderBytes);
  EXPECT_TRUE(open()->damage());
}

TEST_F(LogTest, SharesOneSyncAmongManyWriters) {
  auto log = open();
  std::mutex writer;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        Sequence sequence;
        {
          const std::lock_guard lock(writer);
          sequence = *log->append(1, "x");
        }
        ASSERT_TRUE(log->sync_to(sequence).ok());
        ASSERT_GE(log->durable(), sequence);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(log->durable(), 400U);
  EXPECT_LE(log->stats().syncs, 400U + log->stats().bytes / kSmall.segment_bytes + 1);
}

TEST_F(LogTest, SyncsANewSegmentAndItsNameBeforeAnythingIsWrittenToIt) {
  std::vector<std::string> calls;
  RecordingDisk recorder(disk_, [&](const DiskCall& call) {
    if (call.op != "read" && call.op != "list" && call.op != "open")
      calls.push_back(call.op + " " + std::filesystem::path(call.path).filename().string());
  });
  auto log = Log::open(recorder, directory_, kUuid, {0, chain_start(kUuid)}, {256, 0},
                       [](const Record&) { return Status{}; });
  ASSERT_TRUE(log.ok());
  ASSERT_TRUE((*log)->append(1, Bytes(100, 'x')).ok());
  calls.clear();
  ASSERT_TRUE((*log)->append(1, Bytes(100, 'x')).ok());
  const std::string old = segment_name(1);
  const std::string fresh = segment_name(2);
  const std::string name = std::filesystem::path(directory_).filename().string();
  EXPECT_EQ(calls, (std::vector<std::string>{"sync " + old, "write mark", "create " + fresh, "write " + fresh,
                                             "sync " + fresh, "sync_directory " + name, "write " + fresh}));
}

TEST_F(LogTest, HasTheDiskBeginWithALargeRecordBeforeItsEndIsWritten) {
  constexpr size_t kLargeBytes = 700'000;
  std::vector<std::string> calls;
  uint64_t written = 0;
  RecordingDisk recorder(disk_, [&](const DiskCall& call) {
    if (call.op == "write") written += call.bytes;
    if (call.op == "write" || call.op == "begin_sync" || call.op == "sync") calls.push_back(call.op);
  });
  auto log = Log::open(recorder, directory_, kUuid, {0, chain_start(kUuid)}, {},
                       [](const Record&) { return Status{}; });
  ASSERT_TRUE(log.ok());
  ASSERT_TRUE((*log)->append(1, Bytes(1'000, 's')).ok());
  calls.clear();
  written = 0;
  ASSERT_TRUE((*log)->append(1, Bytes(kLargeBytes, 'l')).ok());
  EXPECT_EQ(calls,
            (std::vector<std::string>{"write", "begin_sync", "write", "begin_sync", "write", "begin_sync"}));
  EXPECT_EQ(written, record_size(kLargeBytes));
  ASSERT_TRUE((*log)->sync_to(2).ok());
  log->reset();
  auto again = open({});
  ASSERT_EQ(seen_.size(), 2U);
  EXPECT_FALSE(again->damage());
}

TEST_F(LogTest, RefusesToBeOpenedByAnUnknownVersion) {
  Bytes header = encode_segment_header({kUuid, 1, chain_start(kUuid)});
  append(1);
  // A later version with a checksum that is right: byte 8 holds the version.
  header[8] = 9;
  auto file = disk_.open(first_segment(), OpenMode::kWrite);
  header.resize(kSegmentHeaderBytes - 4);
  Writer(header).put(crc32c(0, header));
  ASSERT_TRUE((*file)->write(0, header).ok());
  auto log = Log::open(disk_, directory_, kUuid, {0, chain_start(kUuid)}, kSmall,
                       [](const Record&) { return Status{}; });
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().code, Code::kUnsupportedVersion);
}

TEST_F(LogTest, AThreadMakesSpareSegmentsInALullAndRecordsGoOnInThem) {
  constexpr auto kLook = std::chrono::milliseconds(10);
  constexpr int kLooksMax = 1'000;
  const auto write = [](Log& log, int records) {
    for (int i = 0; i < records; ++i) {
      const auto sequence = log.append(1, Bytes(1'000, 'p'));
      ASSERT_TRUE(sequence.ok());
      ASSERT_TRUE(log.sync_to(*sequence).ok());
    }
  };
  auto log = open({.segment_bytes = 4'096, .preallocate_bytes = 512, .spares = 2, .background = true});
  write(*log, 100);
  for (int looks = 0; looks < kLooksMax && log->stats().spares < 2; ++looks)
    std::this_thread::sleep_for(kLook);
  EXPECT_EQ(log->stats().spares, 2U);
  write(*log, 100);
  ASSERT_TRUE(log->close().ok());
  log = open();
  EXPECT_EQ(seen_.size(), 200U);
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    EXPECT_FALSE(entry.path().filename().string().starts_with("spare-")) << entry.path();
}

}  // namespace
}  // namespace engram
