// Each promise of disk.h, and that the simulated disk keeps no more than was promised: over many seeds, what
// may be lost is lost sometimes, and what must be kept is kept always.
#include "io/simulated_disk.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace engram {
namespace {

constexpr uint64_t kSeeds = 200;

/** How often, over many seeds, `survived` holds after `work` and a crash. */
template <typename Work, typename Check>
uint64_t survivals(Work work, Check survived) {
  uint64_t count = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    work(disk);
    disk.restart();
    count += survived(disk) ? 1 : 0;
  }
  return count;
}

std::unique_ptr<File> create(SimulatedDisk& disk, const std::string& path) {
  auto file = disk.open(path, OpenMode::kCreate);
  EXPECT_TRUE(file.ok());
  return std::move(*file);
}

Bytes contents(SimulatedDisk& disk, const std::string& path) {
  auto bytes = read_file(disk, path);
  return bytes ? *bytes : Bytes("(missing)");
}

TEST(SimulatedDisk, AWriteIsReadBackBeforeAnySync) {
  SimulatedDisk disk(1);
  auto file = create(disk, "d/a");
  ASSERT_TRUE(file->write(3, "abc").ok());
  EXPECT_EQ(contents(disk, "d/a"), Bytes("\0\0\0abc", 6));
}

TEST(SimulatedDisk, WhatIsSyncedWithItsNameAlwaysSurvives) {
  EXPECT_EQ(survivals(
                [](SimulatedDisk& disk) {
                  auto file = create(disk, "d/a");
                  ASSERT_TRUE(file->write(0, "kept").ok());
                  ASSERT_TRUE(file->sync().ok());
                  ASSERT_TRUE(disk.sync_directory("d").ok());
                },
                [](SimulatedDisk& disk) { return contents(disk, "d/a") == "kept"; }),
            kSeeds);
}

TEST(SimulatedDisk, AnUnsyncedWriteIsSometimesLostAndSometimesKept) {
  const uint64_t kept = survivals(
      [](SimulatedDisk& disk) {
        auto file = create(disk, "d/a");
        ASSERT_TRUE(file->sync().ok());
        ASSERT_TRUE(disk.sync_directory("d").ok());
        ASSERT_TRUE(file->write(0, "maybe").ok());
      },
      [](SimulatedDisk& disk) { return contents(disk, "d/a") == "maybe"; });
  EXPECT_GT(kept, kSeeds / 10);
  EXPECT_LT(kept, kSeeds * 9 / 10);
}

TEST(SimulatedDisk, ALongUnsyncedWriteIsSometimesTornAtASectorAndSometimesAtAnyByte) {
  uint64_t at_sector = 0;
  uint64_t at_byte = 0;
  survivals(
      [](SimulatedDisk& disk) {
        auto file = create(disk, "d/a");
        ASSERT_TRUE(disk.sync_directory("d").ok());
        ASSERT_TRUE(file->write(0, Bytes(2'000, 'x')).ok());
      },
      [&](SimulatedDisk& disk) {
        const Bytes after = contents(disk, "d/a");
        const auto whole = static_cast<size_t>(std::count(after.begin(), after.end(), 'x'));
        const bool torn = whole > 0 && whole < 2'000;
        const size_t past = whole % SimulatedDisk::kSectorBytes;
        const bool sector = past == 0 || past == 2'000 % SimulatedDisk::kSectorBytes;
        at_sector += torn && sector ? 1 : 0;
        at_byte += torn && !sector ? 1 : 0;
        return torn;
      });
  EXPECT_GT(at_sector, kSeeds / 20);
  EXPECT_GT(at_byte, kSeeds / 50);
}

TEST(SimulatedDisk, AFileMayGrowWithoutItsContentsToZerosOrToAnotherFilesBytes) {
  uint64_t zeros = 0;
  uint64_t stale = 0;
  survivals(
      [](SimulatedDisk& disk) {
        auto other = create(disk, "d/b");
        ASSERT_TRUE(other->write(0, Bytes(3'000, 's')).ok());
        ASSERT_TRUE(other->sync().ok());
        auto file = create(disk, "d/a");
        ASSERT_TRUE(disk.sync_directory("d").ok());
        ASSERT_TRUE(file->write(0, Bytes(2'000, 'x')).ok());
      },
      [&](SimulatedDisk& disk) {
        const Bytes after = contents(disk, "d/a");
        zeros += !after.empty() && after == Bytes(after.size(), '\0') ? 1 : 0;
        stale += after.find('s') != Bytes::npos ? 1 : 0;
        return true;
      });
  EXPECT_GT(zeros, 0U);
  EXPECT_GT(stale, 0U);
}

TEST(SimulatedDisk, ALaterWriteMaySurviveAnEarlierOne) {
  const uint64_t reordered = survivals(
      [](SimulatedDisk& disk) {
        auto file = create(disk, "d/a");
        ASSERT_TRUE(disk.sync_directory("d").ok());
        ASSERT_TRUE(file->write(0, "1").ok());
        ASSERT_TRUE(file->write(4'096, "2").ok());
      },
      [](SimulatedDisk& disk) {
        const Bytes after = contents(disk, "d/a");
        return after.size() > 4'096 && after[0] != '1' && after[4'096] == '2';
      });
  EXPECT_GT(reordered, 0U);
}

TEST(SimulatedDisk, ANameThatWasNotSyncedMayBeLost) {
  const uint64_t kept = survivals([](SimulatedDisk& disk) { ASSERT_TRUE(create(disk, "d/a")->sync().ok()); },
                                  [](SimulatedDisk& disk) { return contents(disk, "d/a") != "(missing)"; });
  EXPECT_GT(kept, 0U);
  EXPECT_LT(kept, kSeeds);
}

TEST(SimulatedDisk, ARenameIsTheOldNameOrTheNewOneNeverBothOrNone) {
  survivals(
      [](SimulatedDisk& disk) {
        ASSERT_TRUE(write_file_durably(disk, "d/a", "old").ok());
        ASSERT_TRUE(disk.rename("d/a", "d/b").ok());
      },
      [](SimulatedDisk& disk) {
        const bool before = contents(disk, "d/a") == "old";
        const bool after = contents(disk, "d/b") == "old";
        EXPECT_NE(before, after);
        return after;
      });
}

TEST(SimulatedDisk, AFileWrittenDurablyIsWholeOrAbsentWhereverThePowerFails) {
  for (uint64_t calls = 1; calls < 12; ++calls)
    survivals(
        [&](SimulatedDisk& disk) {
          disk.cut_after(calls);
          const Status wrote = write_file_durably(disk, "d/a", Bytes(1'500, 'y'));
          EXPECT_EQ(wrote.ok(), !disk.off());
        },
        [](SimulatedDisk& disk) {
          const Bytes after = contents(disk, "d/a");
          EXPECT_TRUE(after == Bytes(1'500, 'y') || after == "(missing)");
          return true;
        });
}

TEST(SimulatedDisk, ADirectoryThatWasNotSyncedWithItsParentMayBeLostWithAllThatIsInIt) {
  const auto made = [](SimulatedDisk& disk) {
    ASSERT_TRUE(disk.make_directory("new").ok());
    ASSERT_TRUE(write_file_durably(disk, "new/a", "kept").ok());
  };
  const auto whole = [](SimulatedDisk& disk) { return contents(disk, "new/a") == "kept"; };
  const uint64_t kept = survivals(made, whole);
  EXPECT_GT(kept, 0U);
  EXPECT_LT(kept, kSeeds);
  EXPECT_EQ(survivals(
                [&](SimulatedDisk& disk) {
                  made(disk);
                  ASSERT_TRUE(disk.sync_directory(".").ok());
                },
                whole),
            kSeeds);
}

TEST(SimulatedDisk, AfterAFailedSyncTheNextOneSaysYesAndTheBytesAreReadableUntilThePowerFails) {
  const uint64_t kept = survivals(
      [](SimulatedDisk& disk) {
        auto file = create(disk, "d/a");
        ASSERT_TRUE(disk.sync_directory("d").ok());
        disk.fail_sync_after(1);
        ASSERT_TRUE(file->write(0, "gone?").ok());
        EXPECT_FALSE(file->sync().ok());
        EXPECT_TRUE(file->sync().ok());
        disk.kill();
        EXPECT_EQ(contents(disk, "d/a"), "gone?");
      },
      [](SimulatedDisk& disk) { return contents(disk, "d/a") == "gone?"; });
  EXPECT_LT(kept, kSeeds / 2);
}

TEST(SimulatedDisk, WhatIsWrittenAgainAfterAFailedSyncCanBeSynced) {
  EXPECT_EQ(survivals(
                [](SimulatedDisk& disk) {
                  auto file = create(disk, "d/a");
                  ASSERT_TRUE(disk.sync_directory("d").ok());
                  disk.fail_sync_after(1);
                  ASSERT_TRUE(file->write(0, "again").ok());
                  EXPECT_FALSE(file->sync().ok());
                  ASSERT_TRUE(file->write(0, "again").ok());
                  EXPECT_TRUE(file->sync().ok());
                },
                [](SimulatedDisk& disk) { return contents(disk, "d/a") == "again"; }),
            kSeeds);
}

TEST(SimulatedDisk, AnErrorInTheMiddleOfAWriteLeavesAPartOfIt) {
  SimulatedDisk disk(2);
  auto file = create(disk, "d/a");
  disk.fail_write_after(1);
  const Status failed = file->write(0, Bytes(1'000, 'x'));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, Code::kIo);
  EXPECT_LT(contents(disk, "d/a").size(), 1'000U);
  EXPECT_TRUE(file->write(0, "y").ok());
}

TEST(SimulatedDisk, WhenThePowerIsOffNothingWorksAndOpenFilesStayDeadAfterwards) {
  SimulatedDisk disk(1);
  auto file = create(disk, "d/a");
  disk.cut_after(1);
  EXPECT_FALSE(file->write(0, "x").ok());
  EXPECT_FALSE(file->size().ok());
  EXPECT_FALSE(disk.list("d").ok());
  disk.restart();
  EXPECT_TRUE(disk.list("d").ok());
  EXPECT_FALSE(file->write(0, "x").ok());
}

TEST(SimulatedDisk, AFullDiskTakesWhatFitsAndSaysSo) {
  SimulatedDisk disk(1);
  auto file = create(disk, "d/a");
  disk.set_room(2);
  const Status full = file->write(0, "abc");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, Code::kDiskFull);
  EXPECT_EQ(contents(disk, "d/a"), "ab");
}

TEST(SimulatedDisk, TheSameSeedLosesTheSame) {
  const auto after = [](uint64_t seed) {
    SimulatedDisk disk(seed);
    auto file = create(disk, "d/a");
    EXPECT_TRUE(disk.sync_directory("d").ok());
    EXPECT_TRUE(file->write(0, Bytes(9'000, 'z')).ok());
    disk.restart();
    return contents(disk, "d/a");
  };
  for (uint64_t seed = 0; seed < 20; ++seed) EXPECT_EQ(after(seed), after(seed));
}

}  // namespace
}  // namespace engram
