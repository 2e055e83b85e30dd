#include "check/copies.h"

#include <algorithm>

#include "backup/backup.h"
#include "check/material.h"
#include "log/segment.h"

namespace engram {
namespace {

constexpr const char* kBackup = "backup";
/** Restored spaces are made by an engine of their own, which is closed at once. */
constexpr const char* kElsewhere = "elsewhere";
constexpr double kBesideMs = 0.5;

bool same(const Change& one, const Change& other) {
  return one.sequence == other.sequence && one.at_ms == other.at_ms && one.key == other.key &&
         one.type == other.type && one.payload == other.payload;
}

/** A byte of a file. */
struct Place {
  std::string path;
  size_t offset;
};

/** Where the payloads of records begin and what they hold: padding and what was never written do not count.
 */
std::vector<Place> payload_bytes(SimulatedDisk& disk, const std::string& directory, const SpaceFiles& files,
                                 Sequence first) {
  std::vector<Place> found;
  const auto segments = list_segments(disk, directory);
  if (!segments) return found;
  for (const SegmentFile& segment : *segments) {
    const View bytes = *disk.contents(segment.path);
    size_t at = kSegmentHeaderBytes;
    while (const auto record = decode_record(bytes, at, files.uuid)) {
      if (record->sequence >= first && record->sequence <= files.durable.sequence)
        for (size_t i = 0; i < record->payload.size(); ++i)
          found.push_back({segment.path, static_cast<size_t>(record->payload.data() - bytes.data()) + i});
      at += record->size;
    }
  }
  return found;
}

}  // namespace

Finding Watcher::open(Sequence first, Space& space) {
  auto watch = space.watch(first);
  const Sequence available = space.stats().log.first;
  if (!watch) {
    const Error& error = watch.error();
    if (error.code != Code::kCompacted || first >= available || error.sequence != available)
      return "it cannot be watched from record " + std::to_string(first) + ": " + error.message;
    return std::nullopt;
  }
  watch_ = std::move(*watch);
  next_ = first;
  return std::nullopt;
}

Finding Watcher::read(const Action& action, Space& space, Past& past) {
  if (!watch_ || action.a % 2 == 0)
    if (auto wrong = open(1 + action.b % (past.end() + 1), space)) return wrong;
  if (!watch_) return std::nullopt;
  for (;;) {
    const auto changes = watch_->next(1 + action.c % 256);
    if (!changes) {
      watch_.reset();
      const bool compacted = changes.error().code == Code::kCompacted && next_ < space.stats().log.first;
      return compacted ? Finding{} : "a watch failed: " + changes.error().message;
    }
    if (changes->empty()) break;
    for (const Change& change : *changes) {
      if (next_ > past.end() || !same(change, past[next_].change))
        return "a watch tells another change than record " + std::to_string(next_);
      past.promise(next_++);
      ++told_;
    }
  }
  if (next_ != past.end() + 1) return "a watch ends before the last record";
  return std::nullopt;
}

Finding Copies::back_up(Space& space, Past& past) {
  const auto done = engram::back_up(space, kBackup);
  if (!done) return "a backup failed: " + done.error().message;
  held_ = done->sequence;
  past.promise(done->sequence);
  if (done->sequence != past.end()) return "a backup leaves out what was acknowledged";
  return std::nullopt;
}

Finding Copies::recovered(const Past& past) {
  const auto sound = verify_backup(disk_, kBackup);
  if (!sound && sound.error().code == Code::kNotFound && !held_) return std::nullopt;
  if (!sound) return "after a failure the backup is not sound: " + sound.error().message;
  if (sound->sequence < held_.value_or(0)) return "the backup lost what it said it holds";
  if (sound->sequence > past.end()) return "the backup holds what its space has lost";
  held_ = sound->sequence;
  return std::nullopt;
}

/** Whether the manifest has no record, or no time, of that point: what a snapshot replaced before a backup.
 */
bool Copies::may_refuse(const RestoreOptions& options, Sequence expected) const {
  const auto manifest = read_manifest(disk_, kBackup);
  if (!manifest || !(options.sequence || options.time_ms)) return false;
  const Sequence end = manifest->end().sequence;
  return std::none_of(manifest->files.begin(), manifest->files.end(), [&](const BackupFile& file) {
    if (file.kind == BackupFile::Kind::kSnapshot)
      return options.sequence.has_value() && file.last.sequence == expected;
    // A time is held where the record behind it is, too, or there is none.
    const bool last = options.time_ms.has_value() && expected != end;
    return file.before.sequence <= expected && expected + (last ? 1 : 0) <= file.last.sequence;
  });
}

Finding Copies::compare(const RestoreOptions& options, Sequence expected, const Space& live,
                        const Past& past) {
  const std::string id = std::string("r-").append(std::to_string(++restores_));
  auto engine = Engine::open(disk_, kElsewhere, 2, kHistoryLog);
  if (!engine) return "no engine for a restore: " + engine.error().message;
  const auto restored = (*engine)->restore(id, kBackup, options);
  if (!restored) {
    if (restored.error().code == Code::kNotFound && may_refuse(options, expected)) return std::nullopt;
    return "it cannot be restored: " + restored.error().message;
  }
  if (restored->sequence != expected)
    return "restored as of record " + std::to_string(restored->sequence) + ", not " +
           std::to_string(expected);
  const auto space = (*engine)->space(id, {.dimension = kDimension});
  if (!space) return "a restored space does not open: " + space.error().message;
  if ((*space)->damage()) return "a restored space is damaged: " + (*space)->damage()->message;
  if (const Status sound = (*space)->verify(); !sound) return "restored: " + sound.error().message;
  if (text_of(**space) != past[expected].model.text())
    return "what was restored is not the state after record " + std::to_string(expected);
  if (expected == past.end() && (*space)->digest() != live.digest())
    return "what was restored has another digest";
  ++compared_;
  const Status closed = (*engine)->close();
  return closed.ok() ? Finding{} : "a restored space does not close: " + closed.error().message;
}

Finding Copies::restore(const Action& action, const Space& space, const Past& past) {
  if (!held_) return std::nullopt;
  const Sequence point = action.b % (*held_ + 1);
  if (action.a % 3 == 0) return compare({}, *held_, space, past);
  if (action.a % 3 == 1) return compare({.sequence = point}, point, space, past);
  const double time_ms = past[point].change.at_ms + kBesideMs * (action.c % 3);
  return compare({.time_ms = time_ms}, past.as_of(time_ms, *held_), space, past);
}

Finding verify_all(const Action& action, SimulatedDisk& disk, Space& space, Past& past, uint64_t& damages) {
  if (const Status sound = space.verify(); !sound) return sound.error().message;
  const Sequence first = space.stats().log.first;
  std::vector<Place> places;
  const Status held = space.hold(Measured::kVerify, [&](const SpaceFiles& files) -> Status {
    if (action.a % 2 == 0) places = payload_bytes(disk, files.directory, files, first);
    return {};
  });
  if (!held) return "its files cannot be held: " + held.error().message;
  past.promise(past.end());
  if (places.empty()) {
    const Status sound = space.verify_files();
    return sound.ok() ? Finding{} : "its files are not sound: " + sound.error().message;
  }
  const Place& place = places[action.b % places.size()];
  char& byte = (*disk.contents(place.path))[place.offset];
  const char before = byte;
  byte = static_cast<char>(byte ^ (1 << action.c % 8));
  const Status told = space.verify_files();
  byte = before;
  if (told.ok() || told.error().code != Code::kDamaged) return "a changed record is not told";
  ++damages;
  return std::nullopt;
}

}  // namespace engram
