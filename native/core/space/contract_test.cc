// What the contract promises beside storing and finding: idempotency keys, the stream of changes, order by
// time, filtered recall, old formats, and that what is forgotten leaves the disk.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/random.h"
#include "engine/engine.h"
#include "io/posix_disk.h"
#include "io/simulated_disk.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 8;

Bytes vector_of(uint64_t seed) {
  Random random(mix64(seed));
  Bytes bytes;
  Writer writer(bytes);
  for (uint32_t i = 0; i < kDimension; ++i) writer.put(static_cast<float>(random.unit()) - 0.5F);
  return bytes;
}

std::string numbered(const char* name, uint64_t number) {
  std::string text(name);
  return text += std::to_string(number);
}

class ContractTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen(const LogOptions& options = {.preallocate_bytes = 1'024}) {
    space_.reset();
    engine_.reset();
    auto engine = Engine::open(disk_, "e", 7, options);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    engine_ = std::move(*engine);
    auto space = engine_->space("s", {.dimension = kDimension});
    ASSERT_TRUE(space.ok()) << space.error().message;
    space_ = *space;
  }
  Result<Sequence> store(const std::string& id, const WriteOptions& options = {},
                         const Attributes& attributes = {}, double at_ms = 0, float confidence = 1) {
    const Bytes embedding = vector_of(std::hash<std::string>()(id));
    const Bytes encoded = encode_attributes(attributes);
    return space_->store({{.id = id,
                           .embedding = embedding,
                           .at_ms = at_ms,
                           .content = "about " + id,
                           .attributes = encoded,
                           .confidence = confidence}},
                         options);
  }
  std::vector<std::string> ids(const std::vector<Hit>& hits) {
    std::vector<uint32_t> ordinals;
    for (const Hit& hit : hits) ordinals.push_back(hit.ordinal);
    return space_->ids(ordinals);
  }

  SimulatedDisk disk_{1};
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
};

const WriteOptions kKeyed(Durability::kFsync, 5, "key-1");

TEST_F(ContractTest, ARepeatedKeyGetsTheFirstAnswerAlsoAfterRestartAndSnapshot) {
  const Sequence first = *store("a", kKeyed);
  ASSERT_TRUE(store("a", {}, {{"changed", true}}).ok());
  for (int life = 0; life < 3; ++life) {
    const auto again = store("a", kKeyed);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(*again, first);
    EXPECT_EQ(space_->get("a")->attributes.size(), 1U) << "nothing was done a second time";
    EXPECT_EQ(space_->stats().log.position.sequence, 2U);
    if (life == 1) {
      ASSERT_TRUE(space_->snapshot().ok());
    }
    reopen();
  }
}

TEST_F(ContractTest, AKeyServesEveryWriteAndAnotherRequestUnderItIsAConflict) {
  ASSERT_TRUE(store("a").ok() && store("b").ok());
  const LinkOperation edge{"near", 0, {{"a", "b", 0.5F}}};
  const UnlinkOperation gone{"near", {{"a", "b", 0}}};
  const Sequence linked = *space_->link(edge, {Durability::kGroup, 0, "link"});
  const Sequence unlinked = *space_->unlink(gone, {Durability::kGroup, 0, "unlink"});
  const Sequence forgotten = *space_->forget({"b"}, {Durability::kGroup, 0, "forget"});
  EXPECT_EQ(*space_->link(edge, {Durability::kGroup, 0, "link"}), linked) << "though b is gone since";
  EXPECT_EQ(*space_->unlink(gone, {Durability::kGroup, 0, "unlink"}), unlinked);
  EXPECT_EQ(*space_->forget({"b"}, {Durability::kGroup, 0, "forget"}), forgotten);
  const auto other = space_->forget({"a"}, {Durability::kGroup, 0, "forget"});
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, Code::kConflict);
  EXPECT_NE(other.error().message.find("\"forget\""), std::string::npos);
  EXPECT_TRUE(space_->get("a").has_value());
}

TEST_F(ContractTest, AKeyedStoreThatChangesNothingIsRememberedToo) {
  ASSERT_TRUE(store("a").ok());
  const Sequence keyed = *store("a", kKeyed);
  ASSERT_TRUE(space_->forget({"a"}, Durability::kFsync).ok());
  reopen();
  EXPECT_EQ(*store("a", kKeyed), keyed);
  EXPECT_FALSE(space_->get("a").has_value());
}

TEST_F(ContractTest, WhatABatchSaysLastOfAnIdIsKeptAlsoWhereItIsWhatWasThereBefore) {
  const auto about = [](const char* content) { return EpisodeFields{"a", {}, 0, content, {}}; };
  ASSERT_TRUE(space_->store({about("first")}, {}).ok());
  ASSERT_TRUE(space_->store({about("second"), about("first")}, {}).ok());
  EXPECT_EQ(space_->get("a")->content, "first");
  const uint64_t digest = space_->digest();
  reopen();
  EXPECT_EQ(space_->digest(), digest);
}

TEST_F(ContractTest, OnlyTheNewestKeysAreKept) {
  IdempotencyKeys keys;
  for (size_t i = 0; i <= IdempotencyKeys::kKept; ++i) keys.remember({0, numbered("k", i), 1}, i + 1);
  EXPECT_EQ(keys.size(), IdempotencyKeys::kKept);
  EXPECT_FALSE((*keys.find({0, "k0", 1})).has_value());
  EXPECT_EQ(**keys.find({0, "k1", 1}), 2U);
}

TEST_F(ContractTest, ABadKeyOrTimeIsNamedAndNothingIsWritten) {
  for (const std::string& key : {std::string(256, 'k'), std::string("a\nb"), std::string("\xff")})
    EXPECT_EQ(store("a", {Durability::kGroup, 0, key}).error().code, Code::kInvalidArgument);
  EXPECT_NE(store("a", {Durability::kGroup, INFINITY}).error().message.find("now is inf"), std::string::npos);
  EXPECT_EQ(space_->stats().log.position.sequence, 0U);
}

TEST_F(ContractTest, AWatchReadsThePastAndGoesOnLive) {
  for (uint64_t i = 0; i < 5; ++i)
    ASSERT_TRUE(store(numbered("past", i), {Durability::kFsync, 10.0 + static_cast<double>(i)}).ok());
  auto watch = space_->watch(2);
  ASSERT_TRUE(watch.ok()) << watch.error().message;
  int heard = 0;
  (*watch)->when_changed([&] { ++heard; });
  std::vector<Sequence> seen;
  const auto drain = [&] {
    for (;;) {
      const auto changes = (*watch)->next();
      ASSERT_TRUE(changes.ok()) << changes.error().message;
      if (changes->empty()) return;
      for (const Change& change : *changes) seen.push_back(change.sequence);
    }
  };
  drain();
  EXPECT_EQ(seen, (std::vector<Sequence>{2, 3, 4, 5}));
  ASSERT_TRUE(store("live", {Durability::kAsync, 0, "the-key"}).ok());
  EXPECT_GT(heard, 0);
  const auto live = (*watch)->next();
  ASSERT_TRUE(live.ok() && live->size() == 1);
  EXPECT_EQ(live->front().key, "the-key");
  EXPECT_EQ(live->front().at_ms, 14) << "time does not fall";
  EXPECT_EQ(space_->stats().log.durable, 6U) << "what is told is durable";
  const auto operation = decode_operation(live->front().type, live->front().payload, kDimension);
  ASSERT_TRUE(operation);
  EXPECT_EQ(std::get<StoreOperation>(*operation).episodes.front().id, "live");
  ASSERT_TRUE(space_->close().ok());
  EXPECT_EQ((*watch)->next().error().code, Code::kClosed);
}

TEST_F(ContractTest, AWatchOfWhatASnapshotReplacedNamesWhatIsLeft) {
  for (uint64_t i = 0; i < 5; ++i) ASSERT_TRUE(store(numbered("e", i)).ok());
  ASSERT_TRUE(space_->snapshot().ok());
  const auto watch = space_->watch(3);
  ASSERT_FALSE(watch.ok());
  EXPECT_EQ(watch.error().code, Code::kCompacted);
  EXPECT_EQ(watch.error().sequence, 6U);
  EXPECT_TRUE(space_->watch(6).ok());
  EXPECT_EQ(space_->watch(7).error().code, Code::kInvalidArgument);
  EXPECT_EQ(space_->watch(0).error().code, Code::kInvalidArgument);
}

TEST_F(ContractTest, ATimeScanGoesOldestFirstPageByPage) {
  const std::vector<double> times = {30, 10, 20, 10, 40};
  for (size_t i = 0; i < times.size(); ++i)
    ASSERT_TRUE(store(std::string(1, static_cast<char>('a' + i)), {}, {}, times[i]).ok());
  std::string order;
  std::optional<TimeCursor> after;
  int pages = 0;
  do {
    const TimePage page = space_->scan_time(10, 30, after, 2);
    for (const Episode& episode : page.episodes) order += episode.id;
    after = page.next;
    ++pages;
    if (pages == 1) {
      ASSERT_TRUE(space_->forget({"d"}, Durability::kFsync).ok());  // the cursor's own episode
    }
  } while (after);
  EXPECT_EQ(order, "bdca");
}

TEST_F(ContractTest, WithoutAVectorTheNewestThatMeetTheFilterAnswer) {
  for (uint64_t i = 0; i < 20; ++i)
    ASSERT_TRUE(store(numbered("e", i), {}, {{"even", i % 2 == 0}, {"n", static_cast<double>(i)}},
                      static_cast<double>(i), i == 16 ? 0.2F : 0.9F)
                    .ok());
  RecallOptions options{.k = 3};
  options.filter.where = Condition::in("even", {true});
  options.filter.minimum_confidence = 0.5F;
  EXPECT_EQ(ids(*space_->recall(options)), (std::vector<std::string>{"e18", "e14", "e12"}));
  options.filter = {};
  options.filter.from_ms = 3;
  options.filter.until_ms = 5;
  EXPECT_EQ(ids(*space_->recall(options)), (std::vector<std::string>{"e5", "e4", "e3"}));
  options.filter.where = Condition::range("n", 4, 4);
  EXPECT_EQ(ids(*space_->recall(options)), (std::vector<std::string>{"e4"}));
  options.k = 0;
  EXPECT_FALSE(space_->recall(options).ok());
}

TEST_F(ContractTest, AFilteredSearchEqualsTheExactOneOverTheFiltered) {
  std::vector<std::string> kept;
  for (uint64_t i = 0; i < 1'500; ++i) {
    const std::string id = numbered("e", i);
    ASSERT_TRUE(
        store(id, Durability::kAsync, {{"tenth", static_cast<double>(i % 10)}}, static_cast<double>(i)).ok());
  }
  const Bytes query = vector_of(99);
  std::vector<float> cue(kDimension);
  std::memcpy(cue.data(), query.data(), query.size());
  RecallOptions options{.k = 10};
  options.filter.where = Condition::range("tenth", 2, 4);
  options.filter.from_ms = 100;
  const auto found = *space_->recall(cue, options);
  options.exact = true;
  EXPECT_EQ(ids(found), ids(*space_->recall(cue, options)));
  ASSERT_EQ(found.size(), 10U);
  for (const std::string& id : ids(found)) {
    const int number = std::stoi(id.substr(1));
    EXPECT_TRUE(number >= 100 && number % 10 >= 2 && number % 10 <= 4) << id;
  }
  ASSERT_TRUE(space_->forget({ids(found).front()}, Durability::kAsync).ok());
  EXPECT_EQ(ids(*space_->recall(cue, options)).front(), ids(found)[1])
      << "what is forgotten is not filtered in";
}

TEST_F(ContractTest, WhatIsForgottenIsGoneFromEveryFileAfterASnapshot) {
  const std::string secret = "a-secret-that-must-go";
  ASSERT_TRUE(store(secret, {}, {{"tag", "secret-attribute"}}).ok());
  ASSERT_TRUE(store("kept").ok());
  const Bytes embedding = vector_of(std::hash<std::string>()(secret));
  const auto files_with = [&](const Bytes& what) {
    int count = 0;
    for (const std::string& path : disk_.files())
      count += disk_.contents(path)->find(what) != Bytes::npos ? 1 : 0;
    return count;
  };
  for (const Bytes& trace : {secret, Bytes("secret-attribute"), embedding}) EXPECT_EQ(files_with(trace), 1);
  ASSERT_TRUE(space_->forget({secret}, Durability::kFsync).ok());
  ASSERT_TRUE(space_->snapshot().ok());
  for (const Bytes& trace : {secret, Bytes("secret-attribute"), embedding}) EXPECT_EQ(files_with(trace), 0);
  EXPECT_GT(files_with("kept"), 0) << "the search for traces finds what is there";
}

TEST_F(ContractTest, VerifyReadsBackWhatIsOnTheDiskWhileTheSpaceIsInUse) {
  for (uint64_t i = 0; i < 5; ++i) ASSERT_TRUE(store(numbered("e", i)).ok());
  ASSERT_TRUE(space_->snapshot().ok());
  ASSERT_TRUE(store("f").ok());
  ASSERT_TRUE(space_->verify_files().ok());
  for (const std::string& path : disk_.files()) {
    Bytes& bytes = *disk_.contents(path);
    const size_t at = bytes.find("about ");
    if (at == Bytes::npos) continue;
    bytes[at] = 'X';
    const Status told = space_->verify_files();
    ASSERT_FALSE(told.ok()) << path;
    EXPECT_EQ(told.error().code, Code::kDamaged);
    EXPECT_NE(told.error().message.find(path), std::string::npos) << told.error().message;
    bytes[at] = 'a';
  }
  EXPECT_TRUE(space_->verify_files().ok());
}

TEST(OldFormatTest, ASpaceOfFormatOneOpensWithAllItHeldAndIsWrittenOn) {
  const std::string directory = testing::TempDir() + "/engram-old-format";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  std::filesystem::copy(std::string(ENGRAM_GOLDEN) + "/v1", directory + "/old");
  PosixDisk disk;
  for (int life = 0; life < 2; ++life) {
    auto engine = Engine::open(disk, directory, 1);
    ASSERT_TRUE(engine.ok());
    auto opened = (*engine)->space("old", {.dimension = 3});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    Space& space = **opened;
    ASSERT_FALSE(space.damage()) << space.damage()->message;
    ASSERT_TRUE(space.verify().ok());
    EXPECT_EQ(space.get("a")->content, "east");
    EXPECT_EQ(std::get<bool>(space.get("a")->attributes.at("warm")), true);
    EXPECT_EQ(space.get("b")->strength, 0.5F);
    EXPECT_EQ(space.edges("a").at(0).weight, 0.5F);
    EXPECT_EQ(space.get("c")->content, "up");
    auto watch = space.watch(3);
    ASSERT_TRUE(watch.ok());
    EXPECT_GE((*watch)->next()->size(), 2U) << "records of the old format are read too";
    EpisodeFields fresh;
    fresh.id = "new";
    if (life == 0) {
      ASSERT_TRUE(space.store({fresh}, {Durability::kFsync, 7, "key"}).ok());
    }
    EXPECT_TRUE(space.get("new").has_value());
    EXPECT_EQ(space.stats().log.position.sequence, 5U);
  }
  std::filesystem::remove_all(directory);
}

TEST(OldFormatTest, ASpaceOfFormatTwoRemembersByDaysAndIsWrittenOnWithAnyTimeConstant) {
  const std::string directory = testing::TempDir() + "/engram-format-two";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  std::filesystem::copy(std::string(ENGRAM_GOLDEN) + "/v2", directory + "/old");
  PosixDisk disk;
  for (int life = 0; life < 2; ++life) {
    auto engine = Engine::open(disk, directory, 1);
    ASSERT_TRUE(engine.ok());
    auto opened = (*engine)->space("old", {.dimension = 2});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    Space& space = **opened;
    ASSERT_FALSE(space.damage()) << space.damage()->message;
    MemorySettings settings = space.memory_settings();
    EXPECT_EQ(settings.decay.model, DecayModel::kTwoComponent);
    EXPECT_EQ(settings.decay.tau_ms, 7'200'000);
    EXPECT_EQ(settings.decay.beta, 0.25);
    EXPECT_EQ(settings.decay.power_tau_ms, life == 0 ? 86'400'000 : 60'000);
    settings.decay.power_tau_ms = 60'000;
    if (life == 0) {
      ASSERT_TRUE(space.configure(settings, {Durability::kFsync}).ok());
    }
    EXPECT_TRUE(space.verify().ok());
  }
  std::filesystem::remove_all(directory);
}

TEST(OldFormatTest, SettingsOfMemoryAreReadWithAndWithoutATimeConstant) {
  DecaySettings decay;
  decay.power_tau_ms = 42;
  Bytes payload;
  encode_operation(payload, MemoryOperation{decay, {{0.5F, 0.25F}}, {{0.25F, 0.75F}}});
  const auto read = [&](size_t bytes) {
    return decode_operation(static_cast<uint16_t>(OperationType::kMemory), View(payload).substr(0, bytes), 2);
  };
  const auto whole = read(payload.size());
  EXPECT_EQ(std::get<MemoryOperation>(*whole).decay, decay);
  EXPECT_EQ(std::get<MemoryOperation>(*whole).completions.at(0).probability, 0.75F);
  constexpr size_t kNew = sizeof(double) + sizeof(uint32_t) + 2 * sizeof(float);
  const auto old = read(payload.size() - kNew);
  ASSERT_TRUE(old.has_value());
  EXPECT_EQ(std::get<MemoryOperation>(*old).decay.power_tau_ms, 86'400'000);
  EXPECT_EQ(std::get<MemoryOperation>(*old).calibration.size(), 1U);
  for (size_t cut = 1; cut < kNew; ++cut)
    EXPECT_FALSE(read(payload.size() - cut).has_value()) << cut << " bytes are missing";
}

}  // namespace
}  // namespace engram
