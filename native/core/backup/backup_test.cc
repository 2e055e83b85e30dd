// Backups: whole and incremental, restored to any point they hold, refused with the reason when not sound.
#include "backup/backup.h"

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "io/simulated_disk.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 2;
const std::string kBackup = "backup";

std::string numbered(const char* name, uint64_t number) {
  std::string text(name);
  return text += std::to_string(number);
}

class BackupTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    space_.reset();
    engine_.reset();
    auto engine = Engine::open(disk_, "e", 7, {.segment_bytes = 2'048, .preallocate_bytes = 512});
    ASSERT_TRUE(engine.ok());
    engine_ = std::move(*engine);
    space_ = *engine_->space("s", {.dimension = kDimension});
    ASSERT_TRUE(space_);
  }
  /** Writes records, one a second; the digest after each is kept. */
  void write(uint64_t count) {
    for (uint64_t left = count; left > 0; --left) {
      const uint64_t next = space_->stats().log.position.sequence + 1;
      const std::string id = numbered("e", next % 20);
      const std::string content = numbered("content ", next);
      EpisodeFields episode;
      episode.id = id;
      episode.content = content;
      ASSERT_TRUE(space_->store({episode}, {Durability::kAsync, static_cast<double>(next) * 1'000}).ok());
      digests_.resize(next + 1, 0);
      digests_[next] = space_->digest();
    }
  }
  BackupResult back_up_now() {
    auto done = back_up(*space_, kBackup);
    EXPECT_TRUE(done.ok()) << done.error().message;
    return done ? *done : BackupResult{};
  }
  Result<RestoreResult> restore(const RestoreOptions& options = {}) {
    restored_ = numbered("r", ++restores_);
    return engine_->restore(restored_, kBackup, options);
  }
  void expect_state_of(Sequence sequence) {
    auto space = engine_->space(restored_, {.dimension = kDimension});
    ASSERT_TRUE(space.ok()) << space.error().message;
    EXPECT_FALSE((*space)->damage());
    EXPECT_TRUE((*space)->verify().ok());
    EXPECT_EQ((*space)->stats().log.position.sequence, sequence);
    EXPECT_EQ((*space)->digest(), digests_[sequence]) << "as of record " << sequence;
    EXPECT_TRUE((*space)->forget({"e1"}, Durability::kFsync).ok()) << "it takes writes";
  }
  std::string reason(const std::string& file, const Bytes& contents) {
    Bytes& bytes = *disk_.contents(file);
    const Bytes before = bytes;
    bytes = contents;
    const auto verified = verify_backup(disk_, kBackup);
    const auto restored = restore();
    bytes = before;
    EXPECT_FALSE(restored.ok()) << file;
    EXPECT_FALSE(verified.ok()) << file;
    if (restored.ok() || verified.ok()) return "";
    EXPECT_EQ(verified.error().code, Code::kDamaged);
    EXPECT_EQ(restored.error().message, verified.error().message);
    const auto spaces = *engine_->spaces();
    EXPECT_EQ(spaces.size(), 1U) << "nothing was made of it";
    return verified.error().message;
  }

  SimulatedDisk disk_{1};
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
  std::vector<uint64_t> digests_ = {0};
  std::string restored_;
  uint64_t restores_ = 0;
};

TEST_F(BackupTest, ARestoredSpaceHasTheDigestOfItsRecordAtAnyPoint) {
  write(70);
  EXPECT_EQ(back_up_now().sequence, 70U);
  ASSERT_TRUE(restore().ok());
  expect_state_of(70);
  for (const Sequence point : {1U, 33U, 69U}) {
    const auto restored = restore({.sequence = point});
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    expect_state_of(point);
  }
  const auto by_time = restore({.time_ms = 12'999});
  ASSERT_TRUE(by_time.ok());
  EXPECT_EQ(by_time->at_ms, 12'000);
  expect_state_of(12);
  EXPECT_EQ(restore({.sequence = 71}).error().code, Code::kNotFound);
}

TEST_F(BackupTest, AnIncrementalBackupAddsWhatIsNewAlsoAcrossSnapshots) {
  write(40);
  const BackupResult first = back_up_now();
  EXPECT_EQ(back_up_now().added_bytes, 0U);
  write(5);
  const BackupResult second = back_up_now();
  EXPECT_GT(second.added_bytes, 0U);
  EXPECT_LT(second.added_bytes, first.added_bytes / 2);
  ASSERT_TRUE(space_->snapshot().ok());  // replaces only what the backup has
  write(5);
  EXPECT_LT(back_up_now().added_bytes, first.added_bytes / 2) << "no need to begin anew";
  write(5);
  ASSERT_TRUE(space_->snapshot().ok());  // the backup never sees those five
  write(5);
  EXPECT_EQ(back_up_now().sequence, 60U);
  for (const Sequence point : {7U, 45U, 50U, 55U, 58U, 60U}) {
    const auto restored = restore({.sequence = point});
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    expect_state_of(point);
  }
  const auto gap = restore({.sequence = 53});
  ASSERT_FALSE(gap.ok());
  EXPECT_NE(gap.error().message.find("0 to 50, 55 to 60"), std::string::npos) << gap.error().message;
  EXPECT_EQ(restore({.time_ms = 53'500}).error().code, Code::kNotFound) << "between is not known";
  ASSERT_TRUE(verify_backup(disk_, kBackup).ok());
}

TEST_F(BackupTest, ASpaceWithASnapshotIsBackedUpFromThereOn) {
  write(30);
  ASSERT_TRUE(space_->snapshot().ok());
  write(3);
  back_up_now();
  ASSERT_TRUE(restore().ok());
  expect_state_of(33);
  ASSERT_TRUE(restore({.sequence = 30}).ok());
  expect_state_of(30);
  EXPECT_EQ(restore({.sequence = 29}).error().code, Code::kNotFound);
}

TEST_F(BackupTest, EveryFlippedBitOfEveryFileIsRefusedWithItsReason) {
  write(12);
  back_up_now();
  ASSERT_TRUE(space_->snapshot().ok());
  write(2);
  ASSERT_TRUE(space_->snapshot().ok());
  write(1);
  back_up_now();
  int files = 0;
  for (const std::string& file : disk_.files()) {
    if (!file.starts_with(kBackup + "/")) continue;
    ++files;
    const Bytes sound = *disk_.contents(file);
    for (size_t at = 0; at < sound.size(); at += 7) {
      Bytes flipped = sound;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
      *disk_.contents(file) = flipped;
      const auto verified = verify_backup(disk_, kBackup);
      ASSERT_FALSE(verified.ok()) << "byte " << at << " of " << file;
      ASSERT_NE(verified.error().message.find(file), std::string::npos) << verified.error().message;
    }
    *disk_.contents(file) = sound;
  }
  EXPECT_EQ(files, 4) << "a snapshot, two pieces, the manifest";
}

TEST_F(BackupTest, TruncatedForeignAndMissingFilesAreTold) {
  write(12);
  back_up_now();
  const std::string piece = kBackup + "/" + segment_name(1);
  const Bytes sound = *disk_.contents(piece);
  EXPECT_NE(reason(piece, sound.substr(0, sound.size() - 8)).find("bytes, the manifest says"),
            std::string::npos);
  auto other = engine_->space("other", {.dimension = kDimension});
  ASSERT_TRUE(other.ok());
  EpisodeFields episode;
  episode.id = "x";
  ASSERT_TRUE((*other)->store({episode}, Durability::kFsync).ok());
  ASSERT_TRUE(back_up(**other, "other-backup").ok());
  Bytes foreign = *disk_.contents("other-backup/" + segment_name(1));
  foreign.resize(sound.size(), '\0');
  ASSERT_TRUE((*other)->close().ok());
  const std::string told = [&] {
    *disk_.contents(piece) = foreign;
    const auto verified = verify_backup(disk_, kBackup);
    return verified.ok() ? std::string() : verified.error().message;
  }();
  EXPECT_NE(told.find("another file"), std::string::npos) << told;
  ASSERT_TRUE(disk_.remove(piece).ok());
  EXPECT_NE(verify_backup(disk_, kBackup).error().message.find("is missing"), std::string::npos);
}

TEST_F(BackupTest, AManifestWithADimensionThatNoSpaceHasIsDamaged) {
  const std::string path = join_path(kBackup, kManifestName);
  write(2);
  back_up_now();
  Manifest manifest = *decode_manifest(*disk_.contents(path), path);
  manifest.dimension = 0;
  *disk_.contents(path) = encode_manifest(manifest);
  const auto verified = verify_backup(disk_, kBackup);
  EXPECT_EQ(verified.error().message, path + ": says that vectors have dimension 0");
}

TEST_F(BackupTest, ADirectoryThatHoldsSomethingElseIsRefused) {
  write(3);
  auto other = engine_->space("other", {.dimension = kDimension});
  ASSERT_TRUE(back_up(**other, kBackup).ok());
  EXPECT_EQ(back_up(*space_, kBackup).error().code, Code::kConflict);
  EXPECT_EQ(back_up(*space_, "e").error().code, Code::kConflict) << "the engine's own directory";
  back_up(*space_, "mine").ok();
  const auto restored = engine_->restore("s", "mine", {});
  EXPECT_EQ(restored.error().code, Code::kConflict) << "a restore never replaces a space";
  EXPECT_EQ(engine_->restore("r", "nowhere", {}).error().code, Code::kNotFound);
}

TEST_F(BackupTest, AnotherLifeOfTheSpaceIsRefused) {
  write(10);
  back_up_now();
  ASSERT_TRUE(restore({.sequence = 5}).ok());
  auto twin = *engine_->space(restored_, {.dimension = kDimension});
  EXPECT_EQ(back_up(*twin, kBackup).error().code, Code::kConflict) << "it ends before the backup";
  EpisodeFields episode;
  for (uint64_t i = 0; i < 8; ++i) {
    const std::string id = numbered("twin", i);
    episode.id = id;
    ASSERT_TRUE(twin->store({episode}, Durability::kFsync).ok());
  }
  const auto parted = back_up(*twin, kBackup);
  ASSERT_FALSE(parted.ok());
  EXPECT_NE(parted.error().message.find("another life"), std::string::npos) << parted.error().message;
}

TEST_F(BackupTest, ADamagedSpaceIsMadeWholeByItsBackupAndWhatItStillHoldsBehindIt) {
  write(10);
  back_up_now();
  write(6);
  ASSERT_TRUE(space_->close().ok());
  const std::string log = "e/s/" + segment_name(1);
  const size_t at = disk_.contents(log)->find("content 6");
  ASSERT_NE(at, Bytes::npos);
  (*disk_.contents(log))[at] ^= 1;
  reopen();
  ASSERT_TRUE(space_->damage());
  EXPECT_EQ(space_->stats().log.position.sequence, 5U);
  const auto restored = restore({.salvage = "s"});
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored->salvaged, 6U);
  expect_state_of(16);
  EXPECT_EQ(restore({.sequence = 5, .salvage = "s"}).error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace engram
