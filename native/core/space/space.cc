// Opening a space, and the one way into its log: commit.
#include "space/space.h"

#include "base/limits.h"
#include "base/mutant.h"
#include "base/random.h"
#include "space/input.h"
#include "space/snapshot.h"

namespace engram {

namespace {

/** So that ids which collide in one space do not in another. */
uint64_t seed_of(const SpaceUuid& uuid) {
  Reader reader({uuid.data(), uuid.size()});
  const uint64_t first = mix64(reader.get<uint64_t>());
  return first ^ reader.get<uint64_t>();
}

}  // namespace

Status Space::create(Disk& disk, const std::string& directory, const SpaceSettings& settings,
                     const SpaceUuid& uuid) {
  if (!is_dimension(settings.dimension))
    return Error::invalid("dimension " + std::to_string(settings.dimension) + " is out of range",
                          "use " + std::to_string(kDimensionMin) + " to " + std::to_string(kDimensionMax));
  ENGRAM_TRY(Log::create(disk, directory, uuid));
  // Last: a directory without settings is no space yet, and is made again.
  return write_file_durably(disk, join_path(directory, kSettingsName), encode_settings(settings, uuid));
}

Space::Space(Disk& disk, std::string directory, const SpaceSettings& settings, const SpaceUuid& uuid,
             bool background)
    : disk_(disk),
      directory_(std::move(directory)),
      settings_(settings),
      uuid_(uuid),
      ids_(seed_of(uuid)),
      index_({.dimension = settings.dimension}),
      concepts_(settings.dimension),
      background_(background) {
  prefer_writers(mutex_);
  if (!background) return;
  index_.owe_up_to(kLinksOwedMax);
  concepts_.owe_up_to(kLinksOwedMax);
}

Result<std::unique_ptr<Space>> Space::open(Disk& disk, const std::string& directory,
                                           const LogOptions& options) {
  const std::string path = join_path(directory, kSettingsName);
  auto bytes = read_file(disk, path);
  ENGRAM_TRY(bytes);
  SpaceSettings settings;
  SpaceUuid uuid;
  ENGRAM_TRY(decode_settings(*bytes, path, settings, uuid));
  std::unique_ptr<Space> space(
      new Space(disk, directory, settings, uuid, options.background));  // private constructor
  auto from = space->load_snapshot(join_path(directory, kSnapshotName));
  ENGRAM_TRY(from);
  auto log = Log::open(disk, directory, uuid, *from, options, [&](const Record& record) -> Status {
    const auto operation = decode_operation(record.type, record.payload, settings.dimension);
    if (!operation)
      return Error{Code::kDamaged,
                   "record " + std::to_string(record.sequence) + " is no operation this build knows",
                   "restore the space from a backup"};
    if (const Status possible = space->possible(*operation); !possible)
      return Error{Code::kDamaged,
                   "record " + std::to_string(record.sequence) + " cannot be: " + possible.error().message,
                   "restore the space from a backup"};
    space->apply(*operation, record.sequence);
    space->keys_.remember(record.tag, record.sequence);
    return {};
  });
  ENGRAM_TRY(log);
  space->log_ = std::move(*log);
  if (space->background_ && space->owes()) space->upkeep_.begin();  // what was replayed last
  return space;
}

/** Whether an operation that was read back is one that could have been written. */
Status Space::possible(const Operation& operation) const {
  if (const auto* batch = std::get_if<StoreOperation>(&operation))
    for (const EpisodeFields& episode : batch->episodes)
      ENGRAM_TRY(check_episode(episode, settings_.dimension));
  if (const auto* edges = std::get_if<LinkOperation>(&operation)) {
    ENGRAM_TRY(check_link(*edges));
    for (const EdgeFields& edge : edges->edges)
      for (const View id : {edge.from, edge.to})
        if (ordinalOf(id) == kNoNode) return not_found(id);
  }
  if (const auto* forget = std::get_if<ForgetOperation>(&operation);
      forget != nullptr && forget->mode == ForgetMode::kSuppress)
    ENGRAM_TRY(check_factor(forget->factor));
  if (const auto* touch = std::get_if<TouchOperation>(&operation))
    ENGRAM_TRY(check_time(touch->at_ms, "the access"));
  if (const auto* bind = std::get_if<BindOperation>(&operation)) {
    if (bind->number > concepts_.end())
      return Error::invalid("concept " + std::to_string(bind->number) + " skips a number", "");
    for (const View id : bind->ids)
      if (const uint32_t ordinal = ordinalOf(id); ordinal == kNoNode || !index_.contains(ordinal))
        return not_found(id);
  }
  if (const auto* memory = std::get_if<MemoryOperation>(&operation))
    return check_memory({memory->decay, Calibration(memory->calibration), Calibration(memory->completions)});
  return {};
}

bool Space::holds(const EpisodeFields& episode) const {
  const uint32_t ordinal = ordinalOf(episode.id);
  if (ordinal == kNoNode) return false;
  const Node& node = nodes_[ordinal];
  return node.at_ms == episode.at_ms && node.content == episode.content &&
         node.attributes == episode.attributes && node.embedding == episode.embedding &&
         node.confidence == episode.confidence;
}

Result<Sequence> Space::commit(const Operation& operation, const RecordTag& tag, bool sync_meanwhile) {
  if (const auto* batch = std::get_if<StoreOperation>(&operation);
      mutant(Mutant::kSplitBatch) && batch != nullptr && batch->episodes.size() > 1) {
    Sequence last = 0;
    for (const EpisodeFields& episode : batch->episodes) {
      auto one = commit(StoreOperation{{episode}}, tag);
      ENGRAM_TRY(one);
      last = *one;
    }
    return last;
  }
  if (const auto* bind = std::get_if<BindOperation>(&operation);
      mutant(Mutant::kHalfBoundConcept) && bind != nullptr && bind->ids.size() > 1) {
    const auto middle = bind->ids.begin() + static_cast<ptrdiff_t>(bind->ids.size() / 2);
    ENGRAM_TRY(commit(BindOperation{bind->number, bind->at_ms, {bind->ids.begin(), middle}}, tag));
    return commit(BindOperation{bind->number, bind->at_ms, {middle, bind->ids.end()}}, tag);
  }
  if (mutant(Mutant::kApplyWithoutLog) && std::holds_alternative<UnlinkOperation>(operation)) {
    apply(operation, log_->position().sequence);
    return log_->position().sequence;
  }
  auto sequence = log_->append(
      static_cast<uint16_t>(type_of(operation)), [&](Bytes& out) { encode_operation(out, operation); }, tag);
  ENGRAM_TRY(sequence);
  if (sync_meanwhile) log_->begin_sync();
  apply(operation, *sequence);
  keys_.remember(tag, *sequence);
  return sequence;
}

uint32_t Space::ordinalOf(View id) const { return ids_.find(id, id_of()); }

uint16_t Space::relationOf(View relation) {
  return relations_.try_emplace(std::string(relation), static_cast<uint16_t>(relations_.size()))
      .first->second;
}

Status Space::sync() { return log_->sync_to(log_->position().sequence); }

Status Space::close() { return log_->close(); }

}  // namespace engram
