#include "backup/restore.h"

#include "backup/piece.h"
#include "base/mutant.h"
#include "log/mark.h"
#include "space/settings.h"
#include "space/snapshot.h"

namespace engram {
namespace {

/** A point in the history, asked for by sequence or by time; by neither it is the end. */
struct Point {
  std::optional<Sequence> sequence;
  std::optional<double> time_ms;

  bool is_end() const { return !sequence && !time_ms; }
  /** Whether a state lies at the point or before it. */
  bool includes(const ChainPosition& position) const {
    return position.sequence <= sequence.value_or(position.sequence) &&
           (mutant(Mutant::kRestoreBeforeTime) && time_ms
                ? position.at_ms < *time_ms
                : position.at_ms <= time_ms.value_or(position.at_ms));
  }
  std::string text() const {
    if (sequence) return "record " + std::to_string(*sequence);
    return time_ms ? "time " + std::to_string(*time_ms) : "its end";
  }
};

Error not_held(const std::string& backup, const Manifest& manifest, const Point& point) {
  std::string spans;
  for (size_t i = 0; i < manifest.files.size(); ++i) {
    const BackupFile& file = manifest.files[i];
    if (i > 0 && file.before.sequence == manifest.files[i - 1].last.sequence) continue;
    size_t last = i;
    while (last + 1 < manifest.files.size() &&
           manifest.files[last + 1].before.sequence == manifest.files[last].last.sequence)
      ++last;
    spans += (spans.empty() ? "" : ", ") + std::to_string(file.before.sequence) + " to " +
             std::to_string(manifest.files[last].last.sequence);
  }
  return {Code::kNotFound,
          backup + " holds no state as of " + point.text() + ": it holds those of records " +
              (spans.empty() ? "none" : spans),
          "choose a point within these, or another backup"};
}

Status put(Disk& disk, const std::string& directory, const std::string& name, View bytes) {
  auto file = disk.open(join_path(directory, name), OpenMode::kCreate);
  ENGRAM_TRY(file);
  ENGRAM_TRY((*file)->write(0, bytes));
  return (*file)->sync();
}

/** The records that go on behind `position` in the segments of a damaged space, wherever they are. */
Status salvage(Disk& disk, const std::string& directory, const SpaceUuid& uuid, Piece& into) {
  const auto segments = list_segments(disk, directory);
  ENGRAM_TRY(segments);
  for (const SegmentFile& segment : *segments) {
    const auto bytes = read_file(disk, segment.path);
    ENGRAM_TRY(bytes);
    const auto header = decode_segment_header(*bytes, segment.path);
    const uint32_t version = header ? header->version : kLogVersion;
    for (size_t offset = kSegmentHeaderBytes; offset < bytes->size();) {
      const auto record = decode_record(*bytes, offset, uuid, version);
      if (record && follows(*record, into.last()) && into.accepts(version)) into.add(*record, version);
      offset += record ? record->size : kRecordAlignment;
    }
  }
  return {};
}

class Restoring {
 public:
  Restoring(Disk& disk, std::string backup, std::string target, Manifest manifest, const Point& point)
      : disk_(disk),
        backup_(std::move(backup)),
        target_(std::move(target)),
        manifest_(std::move(manifest)),
        point_(point) {}

  Result<RestoreResult> run(const std::string& salvaged_directory) {
    ENGRAM_TRY(begin());
    while (!past_ && next_ < manifest_.files.size() && point_.includes(manifest_.files[next_].before))
      ENGRAM_TRY(take(manifest_.files[next_++]));
    // The last record up to a time is known to be that when the next one is past it, or there is none.
    const bool held =
        point_.sequence ? last_.sequence == *point_.sequence : past_ || next_ == manifest_.files.size();
    if (!held) return not_held(backup_, manifest_, point_);
    RestoreResult result;
    Piece tail(manifest_.uuid, last_);
    if (!salvaged_directory.empty()) {
      ENGRAM_TRY(salvage(disk_, salvaged_directory, manifest_.uuid, tail));
      result.salvaged = tail.last().sequence - last_.sequence;
      last_ = tail.last();
    }
    pieces_.push_back(std::move(tail));
    ENGRAM_TRY(write());
    result.sequence = last_.sequence;
    result.at_ms = last_.at_ms;
    return result;
  }

 private:
  /** The newest snapshot up to the point, or the beginning of the log. */
  Status begin() {
    size_t base = manifest_.files.size();
    for (size_t i = 0; i < manifest_.files.size(); ++i)
      if (manifest_.files[i].kind == BackupFile::Kind::kSnapshot && point_.includes(manifest_.files[i].last))
        base = i;
    if (base < manifest_.files.size()) {
      const BackupFile& file = manifest_.files[base];
      auto bytes = read_backup_file(disk_, backup_, file);
      ENGRAM_TRY(bytes);
      const std::string path = join_path(backup_, file.name);
      const auto header = read_snapshot(*bytes, path, manifest_.uuid, manifest_.dimension,
                                        [](const Operation&) { return Status{}; });
      ENGRAM_TRY(header);
      if (header->position.sequence != file.last.sequence || header->position.chain != file.last.chain)
        return damaged_backup(path, "is not the snapshot that the manifest names");
      snapshot_ = std::move(*bytes);
      last_ = file.last;
      next_ = base + 1;
      return {};
    }
    last_ = {0, chain_start(manifest_.uuid), 0};
    if (!manifest_.files.empty() && manifest_.files.front().before.sequence != 0)
      return not_held(backup_, manifest_, point_);
    return {};
  }

  Status take(const BackupFile& file) {
    // A snapshot up to the point would have been where it began.
    if (file.kind == BackupFile::Kind::kSnapshot || file.before.sequence != last_.sequence)
      return damaged_backup(join_path(backup_, kManifestName), "its files are not in order");
    auto bytes = read_backup_file(disk_, backup_, file);
    ENGRAM_TRY(bytes);
    Piece piece(manifest_.uuid, last_);
    ENGRAM_TRY(read_piece(*bytes, join_path(backup_, file.name), manifest_, file,
                          [&](const Record& record, uint32_t version) {
                            past_ = past_ || !point_.includes(moved_onto(record, piece.last()));
                            if (!past_) piece.add(record, version);
                            return Status{};
                          }));
    last_ = piece.last();
    if (!piece.empty()) pieces_.push_back(std::move(piece));
    return {};
  }

  Status write() {
    auto names = disk_.list(target_);
    ENGRAM_TRY(names);
    if (!names->empty())
      return Error{Code::kConflict, target_ + " is not empty: it holds " + names->front(),
                   "restore into a new space or directory"};
    if (!snapshot_.empty()) ENGRAM_TRY(put(disk_, target_, kSnapshotName, snapshot_));
    for (Piece& piece : pieces_) {
      const View bytes = piece.bytes();
      const auto header = decode_segment_header(bytes, target_);
      ENGRAM_TRY(header);
      ENGRAM_TRY(put(disk_, target_, segment_name(header->first), bytes));
    }
    ENGRAM_TRY(put(disk_, target_, kMarkName, encode_mark(manifest_.uuid, last_.sequence)));
    ENGRAM_TRY(disk_.sync_directory(target_));
    return write_file_durably(disk_, join_path(target_, kSettingsName),
                              encode_settings({manifest_.dimension}, manifest_.uuid));
  }

  Disk& disk_;
  const std::string backup_;
  const std::string target_;
  const Manifest manifest_;
  const Point point_;
  size_t next_ = 0;     // file to be taken next
  bool past_ = false;   // a record behind the point was seen
  ChainPosition last_;  // the last record taken
  Bytes snapshot_;
  std::vector<Piece> pieces_;
};

}  // namespace

Result<RestoreResult> restore(Disk& disk, const std::string& backup, const std::string& target,
                              const RestoreOptions& options) {
  auto manifest = read_manifest(disk, backup);
  if (!manifest && manifest.error().code == Code::kNotFound)
    return Error{Code::kNotFound, backup + " holds no backup: its manifest is missing",
                 "check the path, or use another backup"};
  ENGRAM_TRY(manifest);
  const Point point{options.sequence, options.time_ms};
  if (options.sequence && options.time_ms)
    return Error::invalid("both a sequence and a time are given", "restore to one of them");
  if (!options.salvage.empty() && !point.is_end())
    return Error::invalid("salvage goes on behind the backup's end, and an earlier point is given",
                          "leave one of them out");
  return Restoring(disk, backup, target, std::move(*manifest), point).run(options.salvage);
}

}  // namespace engram
