// Reading a log while it is written: in order, without a gap or a duplicate, through new segments and
// snapshots.
#include "log/reader.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "io/posix_disk.h"
#include "log/log.h"

namespace engram {
namespace {

const SpaceUuid kUuid = {'u', 'u', 'i', 'd'};
constexpr size_t kNoLimit = size_t{1} << 30;

class LogReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/engram-reader-XXXXXX";
    directory_ = mkdtemp(name);
    ASSERT_TRUE(Log::create(disk_, directory_, kUuid).ok());
    open({.segment_bytes = 1'024, .preallocate_bytes = 512});
  }
  void TearDown() override {
    log_.reset();
    std::filesystem::remove_all(directory_);
  }
  void open(const LogOptions& options) {
    log_.reset();
    auto log = Log::open(disk_, directory_, kUuid, {covered_, covered_chain_, 0}, options,
                         [](const Record&) { return Status{}; });
    ASSERT_TRUE(log.ok()) << log.error().message;
    log_ = std::move(*log);
  }
  void append(int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(log_->append(1, "record " + std::to_string(log_->position().sequence + 1)).ok());
    ASSERT_TRUE(log_->sync_to(log_->position().sequence).ok());
  }
  /** What a snapshot does to the log. */
  void compact() {
    ASSERT_TRUE(log_->rotate().ok());
    covered_ = log_->position().sequence;
    covered_chain_ = log_->position().chain;
    ASSERT_TRUE(log_->remove_covered(covered_).ok());
  }
  std::vector<std::string> read(LogReader& reader, size_t most_bytes = kNoLimit) {
    std::vector<std::string> found;
    const Status status = reader.read(log_->durable(), most_bytes, [&](const Record& record) {
      found.emplace_back(record.payload);
      return Status{};
    });
    EXPECT_TRUE(status.ok()) << status.error().message;
    return found;
  }

  PosixDisk disk_;
  std::string directory_;
  std::unique_ptr<Log> log_;
  Sequence covered_ = 0;
  uint32_t covered_chain_ = chain_start(kUuid);
};

TEST_F(LogReaderTest, ReadsFromAnySequenceOnAndGoesOnWhenMoreIsWritten) {
  append(60);
  for (const Sequence first : {1U, 2U, 30U, 60U, 61U}) {
    LogReader reader(disk_, directory_, kUuid);
    ASSERT_TRUE(reader.seek(first).ok());
    const auto found = read(reader);
    ASSERT_EQ(found.size(), 61 - first);
    if (first <= 60) {
      EXPECT_EQ(found.front(), "record " + std::to_string(first));
    }
  }
  LogReader reader(disk_, directory_, kUuid);
  ASSERT_TRUE(reader.seek(59).ok());
  EXPECT_EQ(read(reader).size(), 2U);
  EXPECT_EQ(read(reader).size(), 0U);
  append(40);
  EXPECT_EQ(read(reader).front(), "record 61");
  EXPECT_EQ(reader.position().sequence, 100U);
}

TEST_F(LogReaderTest, ReadsInPiecesAndRecordsLargerThanItsBuffer) {
  append(3);
  ASSERT_TRUE(log_->append(1, Bytes(1 << 20, 'x')).ok());
  append(2);
  LogReader reader(disk_, directory_, kUuid);
  ASSERT_TRUE(reader.seek(1).ok());
  std::vector<size_t> sizes;
  for (int piece = 0; piece < 6; ++piece) {
    const auto found = read(reader, 1);
    ASSERT_EQ(found.size(), 1U);
    sizes.push_back(found.front().size());
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{8, 8, 8, 1 << 20, 8, 8}));
}

TEST_F(LogReaderTest, NamesTheFirstSequenceThatIsLeftAfterASnapshot) {
  append(60);
  LogReader before(disk_, directory_, kUuid);
  ASSERT_TRUE(before.seek(1).ok());
  EXPECT_EQ(read(before, 1).size(), 1U);
  compact();
  append(5);
  LogReader after(disk_, directory_, kUuid);
  const Status sought = after.seek(60);
  ASSERT_FALSE(sought.ok());
  EXPECT_EQ(sought.error().code, Code::kCompacted);
  EXPECT_EQ(sought.error().sequence, 61U);
  const Status read_on = before.read(65, kNoLimit, [](const Record&) { return Status{}; });
  ASSERT_FALSE(read_on.ok());
  EXPECT_EQ(read_on.error().code, Code::kCompacted);
  EXPECT_EQ(read_on.error().sequence, 61U);
  ASSERT_TRUE(after.seek(61).ok());
  EXPECT_EQ(read(after).size(), 5U);
}

/** A disk on which something happens just before a file is opened for the `opening`-th time. */
class InterruptedDisk : public Disk {
 public:
  InterruptedDisk(Disk& disk, std::string path, int opening, std::function<void()> work)
      : disk_(disk), path_(std::move(path)), opening_(opening), work_(std::move(work)) {}
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    if (path == path_ && --opening_ == 0) work_();
    return disk_.open(path, mode);
  }
  Status rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  Status remove(const std::string& path) override { return disk_.remove(path); }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    return disk_.list(directory);
  }
  Status make_directory(const std::string& path) override { return disk_.make_directory(path); }
  Status sync_directory(const std::string& path) override { return disk_.sync_directory(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return disk_.lock(path); }
  bool interrupted() const { return opening_ <= 0; }

 private:
  Disk& disk_;
  const std::string path_;
  int opening_;
  const std::function<void()> work_;
};

TEST_F(LogReaderTest, ASegmentThatGoesBetweenItsListingAndItsOpeningWasReplaced) {
  append(60);
  const auto segments = list_segments(disk_, directory_);
  ASSERT_GT(segments->size(), 3U);
  // It is listed by seek() and when the segment before it ends; then it is opened to be read.
  InterruptedDisk disk(disk_, (*segments)[1].path, 3, [this] { compact(); });
  LogReader reader(disk, directory_, kUuid);
  ASSERT_TRUE(reader.seek(1).ok());
  const Status status = reader.read(60, kNoLimit, [](const Record&) { return Status{}; });
  EXPECT_TRUE(disk.interrupted());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kCompacted) << status.error().message;
  EXPECT_EQ(status.error().sequence, 61U);
}

TEST_F(LogReaderTest, ReadsWhatRetentionKeepsAlsoAfterReopening) {
  const LogOptions retaining{.segment_bytes = 1'024, .preallocate_bytes = 512, .retain_bytes = 4'096};
  open(retaining);
  append(200);
  compact();
  const Sequence first = log_->stats().first;
  EXPECT_GT(first, 1U);
  EXPECT_LT(first, 200U);
  open(retaining);
  EXPECT_EQ(log_->stats().first, first);
  append(3);
  LogReader reader(disk_, directory_, kUuid);
  ASSERT_TRUE(reader.seek(first).ok());
  EXPECT_EQ(read(reader).size(), 204 - first);
  open({.segment_bytes = 1'024, .preallocate_bytes = 512});
  EXPECT_EQ(log_->stats().first, 201U) << "without retention opening removes what a snapshot covers";
}

TEST_F(LogReaderTest, SaysThatARecordIsDamagedAndNeverSkipsIt) {
  append(10);
  const std::string path = join_path(directory_, segment_name(1));
  auto file = disk_.open(path, OpenMode::kWrite);
  ASSERT_TRUE((*file)->write(kSegmentHeaderBytes + 2 * record_size(8) + kRecordHeaderBytes, "X").ok());
  LogReader reader(disk_, directory_, kUuid);
  ASSERT_TRUE(reader.seek(1).ok());
  int seen = 0;
  const Status status = reader.read(10, kNoLimit, [&](const Record&) {
    ++seen;
    return Status{};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kDamaged);
  EXPECT_EQ(seen, 2);
}

TEST_F(LogReaderTest, FollowsAWriterWithoutAGapOrADuplicate) {
  constexpr Sequence kRecords = 3'000;
  std::thread writer([&] {
    for (Sequence i = 0; i < kRecords; ++i) {
      ASSERT_TRUE(log_->append(1, "x").ok());
      if (i % 50 == 0) {
        ASSERT_TRUE(log_->sync_to(log_->position().sequence).ok());
      }
    }
    ASSERT_TRUE(log_->sync_to(kRecords).ok());
  });
  LogReader reader(disk_, directory_, kUuid);
  EXPECT_TRUE(reader.seek(1).ok());
  Sequence last = 0;
  while (last < kRecords) {
    const Status status = reader.read(log_->durable(), 4'096, [&](const Record& record) {
      EXPECT_EQ(record.sequence, last + 1);
      last = record.sequence;
      return Status{};
    });
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  writer.join();
}

TEST_F(LogReaderTest, SubscribersHearOfAppendsAndSyncsUntilTheyLeave) {
  int heard = 0;
  const uint64_t subscription = log_->subscribe([&] { ++heard; });
  append(1);
  EXPECT_EQ(heard, 2);
  log_->unsubscribe(subscription);
  append(1);
  EXPECT_EQ(heard, 2);
}

}  // namespace
}  // namespace engram
