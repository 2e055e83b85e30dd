#include "backup/backup.h"

#include <algorithm>

#include "backup/piece.h"
#include "base/crc32c.h"
#include "base/mutant.h"
#include "log/reader.h"
#include "space/snapshot.h"

namespace engram {
namespace {

/** About so much of the log goes into one file; it is held in memory while it is written. */
constexpr size_t kPieceBytes = size_t{32} << 20;

Error conflict(const std::string& directory, const std::string& what) {
  return {Code::kConflict, directory + " " + what, "back up into a new directory"};
}

bool is_ours(const std::string& name) {
  return name == kManifestName || name == std::string(kManifestName) + ".tmp" ||
         parse_segment_name(name).has_value() || name.starts_with("snapshot-");
}

/** Makes the directory, and reads what is there; what an interrupted backup left goes. */
Result<Manifest> prepare(Disk& disk, const std::string& directory, const SpaceFiles& source) {
  ENGRAM_TRY(disk.make_directory(directory));
  ENGRAM_TRY(disk.sync_directory(parent_path(directory)));
  auto names = disk.list(directory);
  ENGRAM_TRY(names);
  auto manifest = read_manifest(disk, directory);
  if (!manifest && manifest.error().code != Code::kNotFound) return manifest.error();
  if (manifest && (manifest->uuid != source.uuid || manifest->dimension != source.settings.dimension))
    return conflict(directory, "holds the backup of another space");
  if (!manifest && !std::all_of(names->begin(), names->end(), is_ours))
    return conflict(directory, "holds files that are no backup");
  Manifest known = manifest ? *manifest : Manifest{source.uuid, source.settings.dimension, {}};
  for (const std::string& name : *names) {
    const bool named =
        name == kManifestName || std::any_of(known.files.begin(), known.files.end(),
                                             [&](const auto& file) { return file.name == name; });
    if (!named && is_ours(name)) ENGRAM_TRY(disk.remove(join_path(directory, name)));
  }
  return known;
}

Status add(Disk& disk, const std::string& directory, BackupFile file, View bytes, Manifest& manifest) {
  const std::string path = join_path(directory, file.name);
  file.bytes = bytes.size();
  file.checksum = crc32c(0, bytes);
  manifest.files.push_back(std::move(file));
  if (mutant(Mutant::kManifestBeforeFiles))
    ENGRAM_TRY(write_file_durably(disk, join_path(directory, kManifestName), encode_manifest(manifest)));
  auto opened = disk.open(path, OpenMode::kCreate);
  ENGRAM_TRY(opened);
  ENGRAM_TRY((*opened)->write(0, bytes));
  if (!mutant(Mutant::kBackupSkipSync)) ENGRAM_TRY((*opened)->sync());
  return {};
}

/** The space's present snapshot as the place to begin at; nothing to do where the log still begins at the
 * first record. */
Status add_snapshot(Disk& disk, const std::string& directory, const SpaceFiles& source, Manifest& manifest) {
  const std::string path = join_path(source.directory, kSnapshotName);
  const auto bytes = read_file(disk, path);
  ENGRAM_TRY(bytes);
  const auto header = read_snapshot(*bytes, path, source.uuid, source.settings.dimension,
                                    [](const Operation&) { return Status{}; });
  ENGRAM_TRY(header);
  BackupFile file;
  file.kind = BackupFile::Kind::kSnapshot;
  file.name = backup_snapshot_name(header->position.sequence);
  file.before = file.last = header->position;
  return add(disk, directory, std::move(file), *bytes, manifest);
}

/** A reader that stands where the backup ends; one that has to begin anew gets a snapshot first. */
Status position_reader(Disk& disk, const std::string& directory, const SpaceFiles& source, Manifest& manifest,
                       LogReader& reader) {
  const ChainPosition end = manifest.end();
  if (end.sequence > source.durable.sequence)
    return conflict(directory, "holds record " + std::to_string(end.sequence) + ", the space ends at " +
                                   std::to_string(source.durable.sequence) + ": it has another life since");
  const Status sought = reader.seek(end.sequence + 1);
  if (sought) {
    if (reader.position().chain != end.chain)
      return conflict(directory, "holds another life of this space: they part before record " +
                                     std::to_string(end.sequence + 1));
    return {};
  }
  if (sought.error().code != Code::kCompacted) return sought;
  ENGRAM_TRY(add_snapshot(disk, directory, source, manifest));
  return reader.seek(manifest.end().sequence + 1);
}

/** Copies the log from where the backup ends, in pieces, and tells the manifest of each. */
Status add_log(Disk& disk, const std::string& directory, const SpaceFiles& source, LogReader& reader,
               Manifest& manifest) {
  ChainPosition last = manifest.end();
  while (last.sequence < source.durable.sequence) {
    Piece piece(source.uuid, last);
    ENGRAM_TRY(reader.read(source.durable.sequence, kPieceBytes, [&](const Record& record) {
      // A piece is of one format: the next one begins with what this one does not take.
      if (piece.accepts(reader.version()) && follows(record, piece.last()))
        piece.add(record, reader.version());
      return Status{};
    }));
    BackupFile file;
    file.name = segment_name(last.sequence + 1);
    file.before = last;
    file.last = last = piece.last();
    ENGRAM_TRY(add(disk, directory, std::move(file), piece.bytes(), manifest));
    if (reader.position().sequence != last.sequence) ENGRAM_TRY(reader.seek(last.sequence + 1));
  }
  return {};
}

BackupResult summary(const Manifest& manifest) {
  BackupResult result;
  result.sequence = manifest.end().sequence;
  result.at_ms = manifest.end().at_ms;
  result.files = manifest.files.size();
  for (const BackupFile& file : manifest.files) result.bytes += file.bytes;
  return result;
}

Result<BackupResult> copy(const SpaceFiles& source, const std::string& directory) {
  Disk& disk = source.disk;
  auto manifest = prepare(disk, directory, source);
  ENGRAM_TRY(manifest);
  const BackupResult before = summary(*manifest);
  LogReader reader(disk, source.directory, source.uuid);
  ENGRAM_TRY(position_reader(disk, directory, source, *manifest, reader));
  ENGRAM_TRY(add_log(disk, directory, source, reader, *manifest));
  BackupResult result = summary(*manifest);
  result.added_bytes = result.bytes - before.bytes;
  if (result.files > before.files || before.files == 0) {
    if (!mutant(Mutant::kBackupSkipSync)) ENGRAM_TRY(disk.sync_directory(directory));
    ENGRAM_TRY(write_file_durably(disk, join_path(directory, kManifestName), encode_manifest(*manifest)));
  }
  return result;
}

}  // namespace

Result<BackupResult> back_up(Space& space, const std::string& directory) {
  std::optional<Result<BackupResult>> result;
  ENGRAM_TRY(space.hold(Measured::kBackup, [&](const SpaceFiles& source) {
    result = copy(source, directory);
    return Status{};
  }));
  return *result;
}

Result<BackupResult> verify_backup(Disk& disk, const std::string& directory) {
  auto manifest = read_manifest(disk, directory);
  ENGRAM_TRY(manifest);
  for (const BackupFile& file : manifest->files) {
    auto bytes = read_backup_file(disk, directory, file);
    ENGRAM_TRY(bytes);
    const std::string path = join_path(directory, file.name);
    if (file.kind == BackupFile::Kind::kSnapshot) {
      const auto header = read_snapshot(*bytes, path, manifest->uuid, manifest->dimension,
                                        [](const Operation&) { return Status{}; });
      ENGRAM_TRY(header);
      if (header->position.sequence != file.last.sequence || header->position.chain != file.last.chain)
        return damaged_backup(path, "is not the snapshot that the manifest names");
    } else {
      ENGRAM_TRY(read_piece(*bytes, path, *manifest, file, [&](const Record& record, uint32_t) -> Status {
        if (decode_operation(record.type, record.payload, manifest->dimension)) return {};
        return damaged_backup(
            path, "record " + std::to_string(record.sequence) + " is no operation this build knows");
      }));
    }
  }
  return summary(*manifest);
}

}  // namespace engram
