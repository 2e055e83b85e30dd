// Backups under crashes: whatever a backup said it holds can be restored, as of any record of it, to the
// state the space had then; it never holds what its space has lost; damage to it is told.
#include <algorithm>

#include "backup/backup.h"
#include "base/random.h"
#include "engine/engine.h"
#include "io/simulated_disk.h"
#include "oracle/model.h"
#include "oracle/oracle.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 2;
constexpr uint32_t kIds = 5;
constexpr LogOptions kShortSegments = {.segment_bytes = 1'024, .preallocate_bytes = 512};
const std::string kEngine = "engine";
const std::string kBackup = "backup";

class Trial {
 public:
  explicit Trial(uint64_t seed) : random_(mix64(seed ^ 0xBACC)), disk_(seed) {}

  TrialResult run() {
    if (!open()) return violated("a new space did not open");
    for (uint64_t crashes = 1 + random_.below(3); crashes > 0 && !result_.violation; --crashes) {
      if (random_.chance(0.8)) disk_.cut_after(1 + random_.below(120));
      for (uint64_t steps = random_.below(40); steps > 0 && step(); --steps) {
      }
      crash();
      if (!open()) return violated("the space does not open after a crash");
      ++result_.recoveries;
      learn();
      judge();
      if (random_.chance(0.3) && !result_.violation) crash_while_restoring();
    }
    if (!result_.violation && promised_) damage();
    result_.lost_writes = disk_.lost_writes();
    return result_;
  }

 private:
  TrialResult violated(const std::string& what) {
    if (!result_.violation) result_.violation = "backup: " + what;
    return result_;
  }

  bool open() {
    auto engine = Engine::open(disk_, kEngine, random_.next(), kShortSegments);
    if (!engine) return false;
    engine_ = std::move(*engine);
    auto space = engine_->space("s", {.dimension = kDimension});
    if (!space || (*space)->damage()) return false;
    space_ = *space;
    return true;
  }
  void crash() {
    space_.reset();
    engine_.reset();
    disk_.restart();
  }

  Sequence position() const { return space_->stats().log.position.sequence; }

  /** Books the state of the last record; after a crash, what was lost is forgotten. */
  void learn() {
    states_.resize(position() + 1);
    states_.back() = text_of(*space_);
  }

  /** One random operation; false when the disk no longer takes any. */
  bool step() {
    const uint64_t choice = random_.below(12);
    const Durability durability = random_.chance(0.5) ? Durability::kAsync : Durability::kGroup;
    const Bytes id = "id-" + std::to_string(random_.below(kIds));
    if (choice < 7) {
      const Bytes content = "content " + std::to_string(random_.below(1'000'000));
      EpisodeFields episode;
      episode.id = id;
      episode.content = content;
      now_ms_ += 1'000;
      if (!space_->store({episode}, {durability, now_ms_}).ok()) return false;
      learn();
      return true;
    }
    if (choice == 7) {
      if (!space_->forget({id}, durability).ok()) return false;
      learn();
      return true;
    }
    if (choice == 8) {
      snapshots_ = true;
      return space_->snapshot().ok();
    }
    const auto done = back_up(*space_, kBackup);
    if (done) promised_ = done->sequence;
    if (!done && !disk_.off()) violated("it failed: " + done.error().message);
    return done.ok();
  }

  void judge() {
    const auto held = verify_backup(disk_, kBackup);
    if (!held && !promised_ && held.error().code == Code::kNotFound) return;
    if (!held) {
      violated("after a crash it is not sound: " + held.error().message);
      return;
    }
    if (held->sequence < promised_.value_or(0)) violated("it lost what it said it held");
    if (held->sequence > position()) violated("it holds what its space has lost");
    if (result_.violation) return;
    promised_ = held->sequence;
    expect_restored(held->sequence, {});
    const Sequence point = random_.below(held->sequence + 1);
    expect_restored(point, {.sequence = point});
  }

  void expect_restored(Sequence expected, const RestoreOptions& options) {
    std::string id("r");
    id += std::to_string(++restores_);
    const auto restored = engine_->restore(id, kBackup, options);
    if (!restored) {
      const bool compacted = snapshots_ && options.sequence && restored.error().code == Code::kNotFound;
      if (!compacted) violated("it cannot be restored: " + restored.error().message);
      return;
    }
    const auto space = engine_->space(id, {.dimension = kDimension});
    if (!space || (*space)->damage() || !(*space)->verify().ok())
      violated("what was restored is not sound");
    else if (!states_[expected].empty()) {
      if (text_of(**space) != states_[expected])
        violated("what was restored is not the state as of record " + std::to_string(expected));
      else if (expected == position() && (*space)->digest() != space_->digest())
        violated("what was restored has another digest");
    }
  }

  bool has(const std::string& id) const {
    const auto spaces = engine_->spaces();
    return spaces.ok() && std::find(spaces->begin(), spaces->end(), id) != spaces->end();
  }

  /** A restore that is cut off leaves no space, or the whole one. */
  void crash_while_restoring() {
    if (!promised_ || has("cut")) return;  // the whole one, of an earlier crash: it is never replaced
    const Bytes expected = states_[*promised_];
    disk_.cut_after(1 + random_.below(14));
    (void)engine_->restore("cut", kBackup, {});
    crash();
    if (!open()) {
      violated("the space does not open after a crash");
      return;
    }
    ++result_.recoveries;
    learn();
    if (!has("cut")) return;
    const auto space = engine_->space("cut", {.dimension = kDimension});
    if (!space || (*space)->damage() || text_of(**space) != expected)
      violated("a restore that was cut off left a space that is not whole");
    else
      (void)(*space)->close();
  }

  void damage() {
    std::vector<std::string> files;
    for (const std::string& path : disk_.files())
      if (path.starts_with(kBackup + "/")) files.push_back(path);
    const std::string& file = files[random_.below(files.size())];
    Bytes& bytes = *disk_.contents(file);
    if (random_.chance(0.3))
      bytes.resize(random_.below(bytes.size()));
    else
      bytes[random_.below(bytes.size())] ^= static_cast<char>(1U << random_.below(8));
    if (const auto verified = verify_backup(disk_, kBackup); verified) {
      const auto manifest = read_manifest(disk_, kBackup);
      const bool named = !manifest || file.ends_with(kManifestName) ||
                         std::any_of(manifest->files.begin(), manifest->files.end(),
                                     [&](const auto& known) { return file.ends_with(known.name); });
      if (named) violated("damage to " + file + " is not told");
      ++result_.harmless;
      return;
    }
    ++result_.damages;
    const auto restored = engine_->restore("damaged", kBackup, {});
    if (!restored) return;  // refused
    const auto space = engine_->space("damaged", {.dimension = kDimension});
    if (!space || text_of(**space) != states_[*promised_])
      violated("damage to " + file + " was restored as if it were sound");
  }

  Random random_;
  SimulatedDisk disk_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
  std::vector<Bytes> states_ = {
      Model().text()};                // by the sequence of the last record; empty where nobody looked
  std::optional<Sequence> promised_;  // what the backup said it holds
  bool snapshots_ = false;
  double now_ms_ = 0;
  uint64_t restores_ = 0;
  TrialResult result_;
};

}  // namespace

TrialResult backup_trial(uint64_t seed) { return Trial(seed).run(); }

}  // namespace engram
