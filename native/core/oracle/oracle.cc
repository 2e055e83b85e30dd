#include "oracle/oracle.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/mutant.h"
#include "engine/engine.h"
#include "io/simulated_disk.h"
#include "log/segment.h"
#include "oracle/model.h"
#include "space/snapshot.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 4;
constexpr uint32_t kIds = 7;
constexpr std::array<View, 2> kRelations = {"near", "far"};
/** Short, so that a history has many; a sync that begins one holds the writers' lock, so that others cannot
 * write meanwhile. */
constexpr LogOptions kShortSegments = {.segment_bytes = 2'048, .preallocate_bytes = 1'024, .spares = 2};
constexpr LogOptions kOneSegment = {.segment_bytes = 1 << 20, .preallocate_bytes = 1'024};
const std::string kDirectory = "engine";
const std::string kSpaceDirectory = "engine/s";

/** One history: the space under test and what it should be after each operation. */
class History {
 public:
  History(SimulatedDisk& disk, Random& random, const LogOptions& options)
      : disk_(disk), random_(random), options_(options) {
    states_.push_back(model_.text());
  }

  Status open() {
    close_without_sync();
    auto engine = Engine::open(disk_, kDirectory, random_.next(), options_);
    ENGRAM_TRY(engine);
    engine_ = std::move(*engine);
    auto space = engine_->space("s", {.dimension = kDimension});
    ENGRAM_TRY(space);
    space_ = *space;
    failed_ = false;
    return {};
  }
  void close_without_sync() {
    space_.reset();
    engine_.reset();
  }
  Status close() {
    space_.reset();
    return engine_ ? engine_->close() : Status{};
  }
  const Space& space() const { return *space_; }

  /** From now on every operation stores one episode of the same size: records of two lives take the same
   * places. */
  void keep_even() { even_ = true; }

  /** One random operation; false when the disk no longer takes any. */
  bool step() {
    if (failed_) return false;
    if (even_) return store(1, Durability::kGroup);
    switch (random_.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return store(1 + random_.below(random_.chance(0.2) ? 5 : 1));
      case 4:
        return again();
      case 5:
      case 6:
        return link();
      case 7:
        return unlink();
      case 8:
        return forget();
      case 9:
        return snapshot();
      case 10:
        return refused();
      case 11:
      case 12:
        return consolidate();
      case 13:
        return touch();
      case 14:
        return configure();
      default:
        return sync();
    }
  }

  /** The prefix that the space's state is, if any from `acknowledged` on. */
  std::optional<std::string> judge() const {
    const Bytes now = text_of(*space_);
    if (const Status sound = space_->verify(); !sound) return sound.error().message;
    for (size_t p = acknowledged_; p < states_.size(); ++p)
      if (states_[p] == now) return std::nullopt;
    for (size_t p = 0; p < acknowledged_; ++p)
      if (states_[p] == now)
        return "operation " + std::to_string(acknowledged_) + " was acknowledged, the state is that after " +
               std::to_string(p);
    return "the state is none that ever was (" + std::to_string(states_.size() - 1) + " operations issued)";
  }

  /** Whether nothing acknowledged is missing, when damage was planted. */
  bool whole() const { return text_of(*space_) == states_.back(); }
  /** This space is a copy of the other one. */
  void begin_as(const History& other) {
    model_ = first_ = other.model_;
    states_ = {model_.text()};
    models_.clear();
  }
  /** What the space was after each record of this life. */
  const std::vector<Bytes>& states() const { return states_; }
  /** Whether a state once was, in this life. */
  bool knew(const Bytes& state) const {
    return std::find(states_.begin(), states_.end(), state) != states_.end();
  }

  /** What was recovered is where the next part of the history begins. */
  bool settle() {
    const Bytes now = text_of(*space_);
    for (size_t p = acknowledged_; p < states_.size(); ++p)
      if (states_[p] == now) {
        model_ = models_.empty() || p == 0 ? (p == 0 ? first_ : models_[p - 1]) : models_[p - 1];
        first_ = model_;
        states_ = {now};
        models_.clear();
        acknowledged_ = 0;
        return true;
      }
    return false;
  }

  /** From now on a sync may find another write on its way. */
  void write_during_sync() {
    disk_.during_sync([this] {
      if (nested_ || snapshotting_ || !stepping_)
        return;  // a snapshot's sync is taken under the lock of its writers
      nested_ = true;
      store(1, Durability::kAsync);
      nested_ = false;
    });
  }

 private:
  Bytes id() { return "id-" + std::to_string(random_.below(kIds)); }
  Durability durability() {
    return random_.chance(0.6)   ? Durability::kGroup
           : random_.chance(0.5) ? Durability::kFsync
                                 : Durability::kAsync;
  }

  ModelEpisode episode() {
    ModelEpisode made;
    if (even_ || random_.chance(0.8)) {
      std::array<float, kDimension> values{};
      for (float& value : values) value = static_cast<float>(random_.unit()) - 0.5F;
      made.embedding.assign(reinterpret_cast<const char*>(values.data()), sizeof values);
    }
    made.at_ms = static_cast<double>(random_.below(1'000));
    made.content = "content " + std::to_string(100 + random_.below(900));
    if (!even_ && random_.chance(0.1)) made.content += Bytes(random_.below(1'500), 'c');
    return made;
  }

  /** Books an operation: `change` on the model, `run` on the space. */
  template <typename Change, typename Run>
  bool book(Durability promise, Change change, Run run) {
    const Model before = model_;
    change(model_);
    states_.push_back(model_.text());
    models_.push_back(model_);
    const size_t own = states_.size() - 1;
    const bool outer = std::exchange(stepping_, true);
    const auto done = run();
    stepping_ = outer;
    if (done.ok()) {
      if (promise != Durability::kAsync) acknowledged_ = std::max(acknowledged_, own);
      return true;
    }
    if (done.error().code == Code::kDiskFull && own == states_.size() - 1) {
      // Nothing of it was kept, says the engine: later states must not hold it.
      model_ = before;
      states_.pop_back();
      models_.pop_back();
      disk_.set_room(SimulatedDisk::kNever);
      return true;
    }
    failed_ = true;  // it may be kept or not: nothing later can be told apart from it
    return false;
  }

  bool store(uint64_t count) { return store(count, durability()); }

  bool store(uint64_t count, Durability promise) {
    std::map<Bytes, ModelEpisode> batch;
    for (uint64_t i = 0; i < count; ++i) batch[id()] = episode();
    last_ = batch;
    return store(batch, promise);
  }

  bool store(const std::map<Bytes, ModelEpisode>& batch, Durability promise) {
    const Bytes attributes = encode_attributes({});
    std::vector<EpisodeFields> fields;
    for (const auto& [name, one] : batch)
      fields.push_back({name, one.embedding, one.at_ms, one.content, attributes, one.confidence});
    return book(
        promise,
        [&](Model& model) {
          for (const auto& [name, one] : batch) model.store(name, one);
        },
        [&] { return space_->store(fields, promise); });
  }

  /** The same episodes once more: no change, and yet a promise that they are durable. */
  bool again() { return last_.empty() || store(last_, Durability::kGroup); }

  bool link() {
    const Bytes from = id();
    const Bytes to = id();
    if (!model_.has(from) || !model_.has(to)) return true;
    const View relation = kRelations[random_.below(kRelations.size())];
    const ModelEdge edge{static_cast<float>(random_.unit()) * 2 - 1,
                         static_cast<double>(random_.below(1'000))};
    const Durability promise = durability();
    return book(
        promise, [&](Model& model) { model.link(from, to, relation, edge); },
        [&] {
          return space_->link({relation, edge.at_ms, {{from, to, edge.weight}}}, promise);
        });
  }

  bool unlink() {
    const Bytes from = id();
    const Bytes to = id();
    const View relation = kRelations[random_.below(kRelations.size())];
    const Durability promise = durability();
    return book(
        promise, [&](Model& model) { model.unlink(from, to, relation); },
        [&] {
          return space_->unlink({relation, {{from, to, 1}}}, promise);
        });
  }

  bool forget() {
    const Bytes name = id();
    const Durability promise = durability();
    const bool weaken = random_.chance(0.4);
    return book(
        promise, [&](Model& model) { weaken ? model.weaken(name, 0.5F) : model.erase(name); },
        [&] {
          return space_->forget({name}, promise, weaken ? ForgetMode::kSuppress : ForgetMode::kDelete, 0.5F);
        });
  }

  bool snapshot() {
    snapshotting_ = true;
    const bool done = book(
        Durability::kFsync, [](Model&) {}, [&]() -> Status { return space_->snapshot(); });
    snapshotting_ = false;
    return done;
  }

  bool sync() {
    return book(
        Durability::kFsync, [](Model&) {}, [&]() -> Status { return space_->sync(); });
  }

  bool touch() {
    const Bytes name = id();
    const auto at_ms = static_cast<double>(random_.below(1'000));
    const Durability promise = durability();
    return book(
        promise, [&](Model& model) { model.touch(name, at_ms); },
        [&] { return space_->touch({name}, at_ms, promise); });
  }

  bool configure() {
    MemorySettings settings;
    settings.decay.tau_ms = static_cast<double>(1 + random_.below(1'000));
    const Durability promise = durability();
    return book(
        promise, [&](Model& model) { model.configure(settings.decay); },
        [&] { return space_->configure(settings, promise); });
  }

  /** One cycle: each of its records is an operation of the history, told just before it is written. */
  bool consolidate() {
    ConsolidationOptions options;
    options.cluster = {
        .tau_ms = 0, .merge = 0.3, .coherence = 0.2, .size = 2};  // so that random ones cluster
    options.share = 1;
    Model before = model_;
    options.observer = [&](const Operation& operation) {
      before = model_;
      model_.consolidate(operation);
      states_.push_back(model_.text());
      models_.push_back(model_);
    };
    const Durability promise = durability();
    const bool outer = std::exchange(stepping_, true);
    const auto done = space_->consolidate(static_cast<double>(random_.below(1'000)), options, promise);
    stepping_ = outer;
    if (done.ok()) {
      // A store that came during the wait for the disk is not what was acknowledged.
      if (promise != Durability::kAsync && !crowded()) acknowledged_ = states_.size() - 1;
      return true;
    }
    if (done.error().code == Code::kDiskFull) {
      model_ = before;
      states_.pop_back();
      models_.pop_back();
      disk_.set_room(SimulatedDisk::kNever);
      return true;
    }
    failed_ = true;
    return false;
  }
  bool crowded() const { return options_.segment_bytes == kOneSegment.segment_bytes; }

  /** Bad input: an error, and nothing changes. */
  bool refused() {
    const Bytes attributes = encode_attributes({});
    const ModelEpisode good = episode();
    const std::array<float, kDimension> nan = {0, 0, 0, std::numeric_limits<float>::quiet_NaN()};
    const View bad(reinterpret_cast<const char*>(nan.data()), sizeof nan);
    const Bytes name = id();
    const auto done = space_->store({{name, good.embedding, good.at_ms, good.content, attributes, 1},
                                     {name + "!", bad, 0, "", attributes, 1}},
                                    Durability::kGroup);
    return !done.ok();  // that it changed nothing shows at the next judgement
  }

  SimulatedDisk& disk_;
  Random& random_;
  const LogOptions options_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
  Model model_;
  Model first_;                // the model of states_[0]
  std::vector<Bytes> states_;  // [p]: after p operations
  std::vector<Model> models_;  // [p - 1]: the model after p operations
  std::map<Bytes, ModelEpisode> last_;
  size_t acknowledged_ = 0;
  bool even_ = false;
  bool nested_ = false;
  bool snapshotting_ = false;
  bool stepping_ = false;
  bool failed_ = false;  // an operation of this life failed, and not for want of room
};

/** Where records begin and end in a segment; every eighth byte of any other file. */
std::vector<size_t> boundaries(View bytes) {
  std::vector<size_t> found;
  const auto header = decode_segment_header(bytes, "");
  if (!header) {
    for (size_t at = 0; at <= bytes.size(); at += 8) found.push_back(at);
    return found;
  }
  found.push_back(kSegmentHeaderBytes);
  while (const auto record = decode_record(bytes, found.back(), header->uuid))
    found.push_back(found.back() + record->size);
  return found;
}

}  // namespace

TrialResult crash_trial(uint64_t seed) {
  TrialResult result;
  Random random(mix64(seed ^ 0xC0FFEE));
  SimulatedDisk disk(seed);
  const bool crowded = random.chance(0.3);
  History history(disk, random, crowded ? kOneSegment : kShortSegments);
  const auto violated = [&](const std::string& what) {
    result.violation = what;
    return result;
  };
  const auto fail = [&] {
    disk.cut_now();  // before the destructors, whose syncs nobody promised
    history.close_without_sync();
    random.chance(0.7) ? disk.restart() : disk.kill();
  };
  if (random.chance(0.1)) disk.cut_after(1 + random.below(12));  // while the space is being made
  bool open = history.open().ok();
  if (!open && !disk.off()) return violated("a new space did not open");
  const uint64_t crashes = 1 + random.below(3);
  for (uint64_t crash = 0; crash < crashes; ++crash) {
    if (open) {
      if (!disk.off()) disk.cut_after(1 + random.below(80));
      if (crowded) history.write_during_sync();
      if (random.chance(0.15)) disk.fail_sync_after(1 + random.below(6));
      if (random.chance(0.05)) disk.fail_write_after(1 + random.below(20));
      if (!crowded && random.chance(0.15)) disk.set_room(random.below(6'000));
      for (uint64_t steps = random.below(40); steps > 0 && history.step(); --steps) {
      }
      if (random.chance(0.1) && !disk.off()) (void)history.close();
    }
    fail();
    if (random.chance(0.2)) {  // a second failure while it recovers
      disk.cut_after(1 + random.below(6));
      (void)history.open();
      fail();
    }
    if (const Status opened = history.open(); !opened)
      return violated("it does not open: " + opened.error().message);
    ++result.recoveries;
    if (const auto damage = history.space().damage())
      return violated("a crash was taken for damage: " + damage->message);
    if (const auto wrong = history.judge()) return violated(*wrong);
    const Bytes first = text_of(history.space());
    if (!history.settle()) return violated("the state is none that ever was");
    fail();  // what recovery has shown must not go again
    if (!history.open().ok()) return violated("it does not open a second time");
    if (text_of(history.space()) != first) return violated("a second opening gives another state");
    open = true;
  }
  for (int writes = 0; writes < 3; ++writes)
    if (!history.step()) return violated("after recovery it takes no writes");
  if (const auto wrong = history.judge()) return violated(*wrong);
  result.lost_writes = disk.lost_writes();
  return result;
}

TrialResult damage_trial(uint64_t seed) {
  TrialResult result;
  Random random(mix64(seed ^ 0xDA3A6E));
  SimulatedDisk disk(seed);
  History history(disk, random, kShortSegments);
  const auto violated = [&](const std::string& what) {
    result.violation = what;
    return result;
  };
  if (!history.open().ok()) return violated("a new space did not open");
  const auto run = [&](uint64_t steps) {
    for (; steps > 0; --steps) history.step();
  };
  run(5 + random.below(10));
  if (!history.close().ok()) return violated("it does not close");
  const bool even = random.chance(0.5);
  if (even) history.keep_even();
  // Another life of the same space, from here on: for records that are valid and from elsewhere.
  std::map<std::string, Bytes> other_life;
  std::vector<Bytes> other_states;  // a stretch long enough is that life, and no reader could tell
  if (!history.open().ok()) return violated("it does not open again");
  std::map<std::string, Bytes> before;
  for (const std::string& path : disk.files()) before[path] = *disk.contents(path);
  {
    Random twin_random(seed + 1);
    SimulatedDisk twin(seed + 1);
    for (const auto& [path, bytes] : before) {
      auto file = twin.open(path, OpenMode::kCreate);
      if (file.ok()) (void)(*file)->write(0, bytes);
    }
    History other(twin, twin_random, kShortSegments);
    if (!other.open().ok()) return violated("a copy does not open");
    other.begin_as(history);
    if (even) other.keep_even();
    for (int steps = 0; steps < 6; ++steps) other.step();
    other_states = other.states();
    (void)other.close();
    for (const std::string& path : twin.files()) other_life[path] = *twin.contents(path);
  }
  run(5 + random.below(10));
  if (!history.close().ok()) return violated("it does not close");
  disk.restart();

  std::vector<std::string> paths;
  for (const std::string& path : disk.files())
    if (path.starts_with(kSpaceDirectory + "/") && !disk.contents(path)->empty()) paths.push_back(path);
  const std::string path = paths[random.below(paths.size())];
  Bytes& bytes = *disk.contents(path);
  const Bytes original = bytes;
  switch (random.below(3)) {
    case 0:
      bytes[random.below(bytes.size())] ^= static_cast<char>(1U << random.below(8));
      break;
    case 1:
      bytes.resize(random.below(bytes.size()));
      break;
    default: {  // whole records, or whatever else, of the other life in the same place
      const auto other = other_life.find(path);
      if (other == other_life.end()) return result;
      std::vector<size_t> edges = boundaries(bytes);
      const std::vector<size_t> others = boundaries(other->second);
      std::erase_if(
          edges, [&](size_t edge) { return std::find(others.begin(), others.end(), edge) == others.end(); });
      if (edges.size() < 2) return result;
      const size_t first = random.below(edges.size() - 1);
      const size_t last = first + 1 + random.below(edges.size() - 1 - first);
      std::copy(other->second.begin() + static_cast<ptrdiff_t>(edges[first]),
                other->second.begin() + static_cast<ptrdiff_t>(edges[last]),
                bytes.begin() + static_cast<ptrdiff_t>(edges[first]));
    }
  }
  if (bytes == original) return result;
  ++result.recoveries;
  const Status opened = history.open();
  if (!opened) {
    const bool told =
        opened.error().code == Code::kDamaged || opened.error().code == Code::kUnsupportedVersion;
    if (!told) return violated("damage came out as " + std::string(code_name(opened.error().code)));
    ++result.damages;
    return result;
  }
  const Bytes now = text_of(history.space());
  const bool elsewhere = std::find(other_states.begin(), other_states.end(), now) != other_states.end();
  if (history.space().damage()) {
    if (!history.knew(now) && !elsewhere) return violated("it opened read-only with a state that never was");
    ++result.damages;
    return result;
  }
  if (!history.whole() && !elsewhere)
    return violated("damage to " + path + " changed the state, and nobody was told");
  ++result.harmless;
  return result;
}

TrialResult flip_every_byte(uint64_t seed) {
  TrialResult result;
  Random random(mix64(seed ^ 0xF11B));
  SimulatedDisk disk(seed);
  History history(disk, random, kShortSegments);
  if (!history.open().ok()) {
    result.violation = "a new space did not open";
    return result;
  }
  for (int steps = 0; steps < 40; ++steps) history.step();
  history.keep_even();  // a log behind the last snapshot
  for (int steps = 0; steps < 5; ++steps) history.step();
  const Bytes expected = text_of(history.space());
  (void)history.close();
  std::map<std::string, Bytes> files;
  for (const std::string& path : disk.files()) files[path] = *disk.contents(path);

  for (const auto& [flipped, bytes] : files) {
    if (!flipped.starts_with(kSpaceDirectory + "/")) continue;
    for (size_t at = 0; at < bytes.size(); ++at) {
      SimulatedDisk copy(seed);
      for (const auto& [path, contents] : files) {
        auto file = copy.open(path, OpenMode::kCreate);
        if (file.ok()) (void)(*file)->write(0, contents);
      }
      (*copy.contents(flipped))[at] ^= static_cast<char>(0xFF);
      Random fresh(seed);
      History opened(copy, fresh, kShortSegments);
      ++result.recoveries;
      const Status status = opened.open();
      if (!status || opened.space().damage())
        ++result.damages;
      else if (text_of(opened.space()) == expected)
        ++result.harmless;
      else
        result.violation =
            "byte " + std::to_string(at) + " of " + flipped + " changed the state, and nobody was told";
    }
  }
  return result;
}

}  // namespace engram
