// Readers, writers and snapshots on one space at once: no error, no torn read, and at the end the state is
// the one that was acknowledged. Bounded by counts; ThreadSanitizer watches it in `npm test`.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/random.h"
#include "engine/engine.h"
#include "io/posix_disk.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 16;
constexpr int kWriters = 2;
constexpr int kReaders = 2;
constexpr int kRounds = 120;  // of each writer
constexpr int kIds = 30;      // of each writer
constexpr LogOptions kShortSegments = {
    .segment_bytes = 16'384, .preallocate_bytes = 4'096, .spares = 2, .background = true};

/** Every part of an episode tells the same number, so that a torn one would show. */
struct Sample {
  explicit Sample(int number) : values(kDimension, static_cast<float>(number + 1)) {
    values[0] = static_cast<float>(number % 7) - 3;
    content = std::to_string(number);
  }
  EpisodeFields fields(View id, double at_ms) const {
    return {.id = id,
            .embedding = {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)},
            .at_ms = at_ms,
            .content = content,
            .attributes = {}};
  }
  std::vector<float> values;
  std::string content;
};

bool whole(const Episode& episode) {
  const int number = static_cast<int>(episode.at_ms);
  return episode.content == std::to_string(number) && episode.embedding == Sample(number).values;
}

std::string id_of(int writer, int number) {
  return std::string("w").append(std::to_string(writer)).append("-").append(std::to_string(number % kIds));
}

void write(Space& space, int writer) {
  constexpr std::array kDurabilities = {Durability::kGroup, Durability::kAsync, Durability::kFsync};
  for (int round = 0; round < kRounds; ++round) {
    const Durability durability = kDurabilities[static_cast<size_t>(round) % kDurabilities.size()];
    const std::string one = id_of(writer, round);
    const std::string two = id_of(writer, round + 1);
    const Sample sample(round);
    EXPECT_TRUE(space.store({sample.fields(one, round), sample.fields(two, round)}, durability).ok());
    EXPECT_TRUE(space.link({"near", 0, {{one, two, 0.5F}}}, Durability::kAsync).ok());
    if (round % 5 == 0) {
      EXPECT_TRUE(space.unlink({"near", {{one, two, 1}}}, Durability::kAsync).ok());
    }
    if (round % 9 == 0) {
      EXPECT_TRUE(space.forget({two}, durability).ok());
    }
  }
}

void read(const Space& space, const std::atomic<bool>& done) {
  const std::vector<float> cue(kDimension, 1);
  while (!done) {
    const auto hits = space.recall(cue, {.k = 5});
    EXPECT_TRUE(hits.ok());
    std::vector<uint32_t> ordinals;
    for (const Hit& hit : *hits) ordinals.push_back(hit.ordinal);
    (void)space.ids(ordinals);
    for (const Episode& episode : space.scan("w0", 10)) EXPECT_TRUE(whole(episode));
    const std::string id = id_of(0, 1);
    const auto found = space.get(id);
    EXPECT_TRUE(!found || whole(*found));
    (void)space.edges(id);
    (void)space.reach(id, 2, Direction::kOut, std::nullopt);
    (void)space.spread({{id, 1.0F}}, {});
    const SpaceStats stats = space.stats();
    EXPECT_LE(stats.log.durable, stats.log.position.sequence);
    EXPECT_TRUE(space.verify().ok());
  }
}

TEST(Concurrency, ReadersWritersAndSnapshotsOfOneSpaceDisturbNobody) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("engram-together-" + std::to_string(::getpid()));
  std::filesystem::remove_all(directory);
  PosixDisk disk;
  uint64_t digest = 0;
  {
    auto engine = Engine::open(disk, directory, 1, kShortSegments);
    ASSERT_TRUE(engine.ok());
    const auto space = *(*engine)->space("s", {.dimension = kDimension});
    std::atomic<bool> done = false;
    std::vector<std::thread> others;
    for (int reader = 0; reader < kReaders; ++reader) others.emplace_back([&] { read(*space, done); });
    others.emplace_back([&] {
      while (!done) EXPECT_TRUE(space->snapshot().ok());
    });
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer)
      writers.emplace_back([&, writer] { write(*space, writer); });
    for (std::thread& writer : writers) writer.join();
    done = true;
    for (std::thread& other : others) other.join();
    digest = space->digest();
    ASSERT_TRUE((*engine)->close().ok());
  }
  auto engine = Engine::open(disk, directory, 1, kShortSegments);
  ASSERT_TRUE(engine.ok());
  const auto space = *(*engine)->space("s", {.dimension = kDimension});
  EXPECT_EQ(space->digest(), digest);
  EXPECT_TRUE(space->verify().ok());
  std::filesystem::remove_all(directory);
}

TEST(Concurrency, LinksThatFollowAStoreDisturbNobodyAndTheGraphIsTheOneOfALoneWriter) {
  constexpr int kStored = 2'600;  // twice as many as a graph of so few dimensions needs to begin
  const auto directory =
      std::filesystem::temp_directory_path() / ("engram-behind-" + std::to_string(::getpid()));
  std::filesystem::remove_all(directory);
  PosixDisk disk;
  Random random(3);
  std::vector<std::vector<float>> vectors(kStored, std::vector<float>(kDimension));
  for (auto& vector : vectors)
    for (float& value : vector) value = static_cast<float>(random.unit()) - 0.5F;
  std::vector<std::string> ids;
  for (int i = 0; i < kStored; ++i) ids.push_back(std::string("e").append(std::to_string(i)));
  const auto fields = [&](int i) {
    EpisodeFields episode;
    episode.id = ids[i];
    episode.embedding = {reinterpret_cast<const char*>(vectors[i].data()), kDimension * sizeof(float)};
    return episode;
  };
  auto engine = Engine::open(disk, directory, 1, kShortSegments);
  ASSERT_TRUE(engine.ok());
  const auto space = *(*engine)->space("s", {.dimension = kDimension});
  std::atomic<bool> done = false;
  std::atomic<int> stored = 0;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < kReaders; ++reader)
    readers.emplace_back([&] {
      while (!done) {
        const int last = stored;
        if (last == 0) continue;
        const auto hits = space->recall(vectors[last - 1], {.k = 1});  // searchable when acknowledged
        ASSERT_TRUE(hits.ok());
        ASSERT_EQ(hits->size(), 1U);
        EXPECT_GT((*hits)[0].similarity, 0.999F);
      }
    });
  for (int i = 0; i < kStored;) {
    const int batch = i % 100 == 0 ? 20 : 1;  // the disk begins with a batch before it is applied
    std::vector<EpisodeFields> episodes;
    for (int end = i + batch; i < end; ++i) episodes.push_back(fields(i));
    ASSERT_TRUE(space->store(episodes, i % 50 == 0 ? Durability::kFsync : Durability::kAsync).ok());
    stored = i;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(space->verify().ok());

  const auto alone = *(*engine)->space("alone", {.dimension = kDimension});
  std::vector<EpisodeFields> all;
  for (int i = 0; i < kStored; ++i) all.push_back(fields(i));
  ASSERT_TRUE(alone->store(all, Durability::kAsync).ok());
  for (const auto& each : {space, alone}) ASSERT_TRUE(each->snapshot().ok());  // nothing is left to be linked
  for (const auto& vector : vectors) {
    const auto one = space->recall(vector, {.k = 5});
    const auto other = alone->recall(vector, {.k = 5});
    ASSERT_EQ(one->size(), other->size());
    for (size_t i = 0; i < one->size(); ++i) ASSERT_EQ((*one)[i].ordinal, (*other)[i].ordinal);
  }
  ASSERT_TRUE((*engine)->close().ok());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace engram
