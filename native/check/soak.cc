// Every operation under each durability, one writer and two readers at a time: no error, no torn read, and at
// the end the state of a plain model, before and after reopening. Exit code 0: all of that holds.
//   soak --seconds 60 [--seed 1] [--directory /tmp]
//   soak --seconds 3 --plant torn-batch | lost-unlink      must fail: what the judge has to find
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "backup/backup.h"
#include "base/mutant.h"
#include "base/random.h"
#include "engine/engine.h"
#include "io/posix_disk.h"
#include "oracle/model.h"

namespace engram {
namespace {

/** How often a planted run is tried. */
constexpr uint64_t kPlantedRoundsMax = 10;
constexpr uint32_t kDimension = 16;
constexpr uint64_t kPairs = 20;
constexpr std::array<View, 2> kRelations = {"near", "far"};
constexpr std::array<Durability, 3> kDurabilities = {Durability::kFsync, Durability::kGroup,
                                                     Durability::kAsync};
constexpr std::array<const char*, 3> kDurabilityNames = {"fsync", "group", "async"};

struct Settings {
  double seconds = 3;
  uint64_t seed = 1;
  std::string directory = std::filesystem::temp_directory_path();
  bool torn_batch = false;
};

/** The first thing that went wrong, from whichever thread. */
class Verdict {
 public:
  void wrong(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (!what_) what_ = what;
    failed_ = true;
  }
  bool failed() const { return failed_; }
  std::string what() const { return what_.value_or(""); }

 private:
  std::mutex mutex_;
  std::optional<std::string> what_;
  std::atomic<bool> failed_ = false;
};

/** The two episodes of a pair are always written together: a reader that sees them apart saw half a batch. */
Bytes id_of(uint64_t pair, bool second) {
  Bytes id("pair-");
  id += std::to_string(100 + pair);
  return id += second ? "-b" : "-a";
}

/** Everything about an episode follows from its id and version, so that a reader can tell a torn one. */
ModelEpisode episode_of(View id, uint64_t version) {
  ModelEpisode made;
  Random random(mix64(std::hash<View>()(id) ^ mix64(version)));
  Writer writer(made.embedding);
  for (uint32_t i = 0; i < kDimension; ++i) writer.put(static_cast<float>(random.unit()) - 0.5F);
  made.at_ms = static_cast<double>(version);
  made.content = Bytes(id);
  made.content += " version ";
  made.content += std::to_string(version);
  return made;
}

Bytes attributes_of(uint64_t version) {
  return encode_attributes({{"version", static_cast<double>(version)}, {"even", version % 2 == 0}});
}

/** What is wrong with an episode that was read; nothing when it is whole. */
std::optional<std::string> torn(const Episode& episode) {
  const auto version = static_cast<uint64_t>(episode.at_ms);
  const ModelEpisode expected = episode_of(episode.id, version);
  const View embedding(reinterpret_cast<const char*>(episode.embedding.data()),
                       episode.embedding.size() * sizeof(float));
  const auto told = episode.attributes.find("version");
  const bool whole = episode.content == expected.content && embedding == expected.embedding &&
                     told != episode.attributes.end() && std::get<double>(told->second) == episode.at_ms &&
                     episode.strength > 0 && episode.strength <= 1;
  if (whole) return std::nullopt;
  return "a torn read of " + episode.id + " at version " + std::to_string(version);
}

class Writing {
 public:
  Writing(Space& space, Durability durability, const Settings& settings, std::string backup, Verdict& verdict)
      : space_(space),
        durability_(durability),
        settings_(settings),
        backup_(std::move(backup)),
        verdict_(verdict),
        random_(settings.seed) {}

  void run(const std::atomic<bool>& stop) {
    while (!stop && !verdict_.failed()) step();
  }
  const Model& model() const { return model_; }
  uint64_t operations() const { return operations_; }

 private:
  template <typename Answer>
  void expect(const char* what, const Answer& answer) {
    ++operations_;
    if (!answer) verdict_.wrong(std::string(what) + " failed: " + answer.error().message);
  }

  void store_pair(uint64_t pair, const WriteOptions& options) {
    ++version_;
    const std::array<Bytes, 2> ids = {id_of(pair, false), id_of(pair, true)};
    const std::array<ModelEpisode, 2> made = {episode_of(ids[0], version_), episode_of(ids[1], version_)};
    const Bytes attributes = attributes_of(version_);
    std::vector<EpisodeFields> fields;
    for (size_t i = 0; i < 2; ++i) {
      fields.push_back({ids[i], made[i].embedding, made[i].at_ms, made[i].content, attributes, 1});
      model_.store(ids[i], made[i]);
    }
    if (!options.key.empty()) model_.once(options.key);
    if (settings_.torn_batch) {
      expect("store", space_.store({fields[0]}, options));
      fields.erase(fields.begin());
    }
    const auto stored = space_.store(fields, options);
    expect("store", stored);
    if (options.key.empty() || !stored) return;
    const auto again = space_.store(fields, options);
    expect("the same store again", again);
    if (again && *again != *stored) verdict_.wrong("a repeated key got another answer");
  }

  void step() {
    const uint64_t pair = random_.below(kPairs);
    const View relation = kRelations[random_.below(kRelations.size())];
    const Bytes from = id_of(pair, false);
    const Bytes to = id_of((pair + 1) % kPairs, true);
    switch (random_.below(16)) {
      case 0:
        expect("forget", space_.forget({from, id_of(pair, true)}, durability_));
        model_.erase(from);
        model_.erase(id_of(pair, true));
        return;
      case 1:
        expect("weaken", space_.forget({from}, durability_, ForgetMode::kSuppress, 0.9F));
        model_.weaken(from, 0.9F);
        return;
      case 2:
      case 3:
      case 4: {
        if (!model_.has(from) || !model_.has(to)) return;
        const ModelEdge edge{static_cast<float>(random_.unit()) * 2 - 1, static_cast<double>(++version_)};
        expect("link", space_.link({relation, edge.at_ms, {{from, to, edge.weight}}}, durability_));
        model_.link(from, to, relation, edge);
        return;
      }
      case 5:
        expect("unlink", space_.unlink({relation, {{from, to, 0}}}, durability_));
        model_.unlink(from, to, relation);
        return;
      case 6:
        if (random_.chance(0.05)) expect("snapshot", space_.snapshot());
        return;
      case 7:
        if (random_.chance(0.05)) expect("backup", back_up(space_, backup_));
        return;
      case 8:
        expect("sync", space_.sync());
        return;
      case 9: {
        Bytes key("key-");
        key += std::to_string(version_);
        store_pair(pair, {durability_, static_cast<double>(version_), key});
        return;
      }
      default:
        store_pair(pair, {durability_, static_cast<double>(version_)});
    }
  }

  Space& space_;
  const Durability durability_;
  const Settings& settings_;
  const std::string backup_;
  Verdict& verdict_;
  Random random_;
  Model model_;
  uint64_t version_ = 0;
  uint64_t operations_ = 0;
};

class Reading {
 public:
  Reading(Space& space, uint64_t seed, Verdict& verdict) : space_(space), verdict_(verdict), random_(seed) {}

  void run(const std::atomic<bool>& stop) {
    while (!stop && !verdict_.failed()) step();
  }
  uint64_t reads() const { return reads_; }

 private:
  void check(const Episode& episode) {
    if (const auto what = torn(episode)) verdict_.wrong(*what);
  }

  /** One scan sees one state: of each pair both or none, of one version. */
  void scan() {
    std::optional<Episode> first;
    for (const Episode& episode : space_.scan("", 10 * kPairs)) {
      check(episode);
      const bool second = episode.id.ends_with("-b");
      const bool partner = first && episode.at_ms == first->at_ms &&
                           View(episode.id).substr(0, episode.id.size() - 2) ==
                               View(first->id).substr(0, first->id.size() - 2);
      if (second != first.has_value() || (second && !partner))
        verdict_.wrong("half a batch was seen at " + episode.id);
      first = second ? std::nullopt : std::optional(episode);
    }
  }

  void recall(bool filtered) {
    std::vector<float> cue(kDimension);
    for (float& value : cue) value = static_cast<float>(random_.unit()) - 0.5F;
    RecallOptions options{.k = 10, .exact = random_.chance(0.3)};
    if (filtered) options.filter.where = Condition::in("even", {true});
    const auto hits = space_.recall(cue, options);
    if (!hits) {
      verdict_.wrong("recall failed: " + hits.error().message);
      return;
    }
    for (size_t i = 0; i < hits->size(); ++i)
      if (!(std::abs((*hits)[i].similarity) <= 1.001F) ||
          (i > 0 && (*hits)[i].similarity > (*hits)[i - 1].similarity))
        verdict_.wrong("a recall answered out of order");
  }

  /** Every record once and in order, from where it stands. */
  void watch() {
    if (!watch_) {
      auto begun = space_.watch(next_);
      if (!begun && begun.error().code == Code::kCompacted) next_ = begun.error().sequence;
      if (!begun) return;
      watch_ = std::move(*begun);
    }
    const auto changes = watch_->next();
    if (!changes && changes.error().code == Code::kCompacted) {
      next_ = changes.error().sequence;
      watch_.reset();
      return;
    }
    if (!changes) {
      verdict_.wrong("watch failed: " + changes.error().message);
      return;
    }
    for (const Change& change : *changes) {
      if (change.sequence != next_) verdict_.wrong("the stream of changes has a gap or a duplicate");
      next_ = change.sequence + 1;
    }
  }

  void step() {
    ++reads_;
    const Bytes id = id_of(random_.below(kPairs), random_.chance(0.5));
    switch (random_.below(10)) {
      case 0:
        return scan();
      case 1:
        return recall(false);
      case 2:
        return recall(true);
      case 3:
        return watch();
      case 4: {
        const auto spread = space_.spread({{id, 1.0F}}, {});
        if (!spread && spread.error().code != Code::kNotFound)
          verdict_.wrong("spread failed: " + spread.error().message);
        return;
      }
      case 5: {
        const auto reached = space_.reach(id, 2, Direction::kOut, std::nullopt);
        if (!reached && reached.error().code != Code::kNotFound)
          verdict_.wrong("reach failed: " + reached.error().message);
        return;
      }
      case 6:
        for (const Episode& episode : space_.scan_time(0, 1e12, std::nullopt, 20).episodes) check(episode);
        return;
      case 7:
        if (random_.chance(0.02)) {
          const Status sound = space_.verify();
          if (!sound) verdict_.wrong(sound.error().message);
        }
        return;
      case 8:
        (void)space_.stats();
        (void)space_.edges(id);
        return;
      default:
        if (const auto episode = space_.get(id)) check(*episode);
    }
  }

  Space& space_;
  Verdict& verdict_;
  Random random_;
  std::unique_ptr<Watch> watch_;
  Sequence next_ = 1;
  uint64_t reads_ = 0;
};

/** One durability for its share of the time; prints a line. */
bool soak(Durability durability, const char* name, const Settings& settings) {
  const std::string directory = join_path(settings.directory, "engram-soak-" + std::to_string(getpid()));
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  PosixDisk disk;
  Verdict verdict;
  const LogOptions options{
      .segment_bytes = 1 << 20, .preallocate_bytes = 1 << 16, .spares = 2, .background = true};
  const auto open = [&](std::unique_ptr<Engine>& engine) -> std::shared_ptr<Space> {
    auto opened = Engine::open(disk, join_path(directory, "engine"), settings.seed, options);
    if (!opened) return nullptr;
    engine = std::move(*opened);
    auto space = engine->space("s", {.dimension = kDimension});
    return space ? *space : nullptr;
  };
  std::unique_ptr<Engine> engine;
  std::shared_ptr<Space> space = open(engine);
  uint64_t writes = 0;
  uint64_t reads = 0;
  if (space) {
    std::atomic<bool> stop = false;
    Writing writer(*space, durability, settings, join_path(directory, "backup"), verdict);
    Reading first(*space, settings.seed + 1, verdict);
    Reading second(*space, settings.seed + 2, verdict);
    std::thread writing([&] { writer.run(stop); });
    std::thread reading([&] { first.run(stop); });
    std::thread also_reading([&] { second.run(stop); });
    const auto share = std::chrono::duration<double>(settings.seconds / kDurabilities.size());
    const auto until = std::chrono::steady_clock::now() + share;
    while (std::chrono::steady_clock::now() < until && !verdict.failed())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop = true;
    for (std::thread* thread : {&writing, &reading, &also_reading}) thread->join();
    writes = writer.operations();
    reads = first.reads() + second.reads();
    const Bytes expected = writer.model().text();
    if (text_of(*space) != expected) verdict.wrong("the state is not the model's");
    if (const Status closed = engine->close(); !closed)
      verdict.wrong("close failed: " + closed.error().message);
    space.reset();
    space = open(engine);
    if (!space || space->damage())
      verdict.wrong("it does not open again");
    else if (text_of(*space) != expected)
      verdict.wrong("after reopening the state is not the model's");
    else if (const Status sound = space->verify(); !sound)
      verdict.wrong(sound.error().message);
  } else {
    verdict.wrong("the engine does not open");
  }
  if (writes == 0 || reads == 0) verdict.wrong("nothing was done");
  space.reset();
  engine.reset();
  std::filesystem::remove_all(directory);
  std::printf("{\"durability\":\"%s\",\"writes\":%llu,\"reads\":%llu,\"violation\":%s%s%s}\n", name,
              static_cast<unsigned long long>(writes), static_cast<unsigned long long>(reads),
              verdict.failed() ? "\"" : "", verdict.failed() ? verdict.what().c_str() : "null",
              verdict.failed() ? "\"" : "");
  return !verdict.failed();
}

}  // namespace
}  // namespace engram

int main(int count, char** arguments) {
  engram::Settings settings;
  for (int i = 1; i < count; i += 2) {
    const std::string name = arguments[i];
    const bool valued = i + 1 < count;
    const std::string value = valued ? arguments[i + 1] : "";
    if (name == "--seconds" && valued)
      settings.seconds = std::stod(value);
    else if (name == "--seed" && valued)
      settings.seed = std::stoull(value);
    else if (name == "--directory" && valued)
      settings.directory = value;
    else if (name == "--plant" && value == "torn-batch")
      settings.torn_batch = true;
    else if (name == "--plant" && value == "lost-unlink")
      engram::active_mutant = engram::Mutant::kApplyWithoutLog;
    else {
      std::fprintf(stderr,
                   "soak --seconds N [--seed S] [--directory D] [--plant torn-batch | lost-unlink]\n");
      return 3;
    }
  }
  // What is planted shows only where it strikes late enough that nothing written since hides it: in most
  // runs, not all.
  const bool planted = settings.torn_batch || engram::active_mutant != engram::Mutant::kNone;
  const uint64_t rounds = planted ? engram::kPlantedRoundsMax : 1;
  bool sound = true;
  for (uint64_t round = 0; round < rounds && sound; ++round, ++settings.seed)
    for (size_t i = 0; i < engram::kDurabilities.size() && sound; ++i)
      sound = engram::soak(engram::kDurabilities[i], engram::kDurabilityNames[i], settings);
  return sound ? 0 : 1;
}
