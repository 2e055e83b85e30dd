// What a backup consists of: snapshots and pieces of the log, each with its place in the space's history and
// its checksum. It is written last and replaced whole: files it does not name are no part of the backup.
// FORMAT.md, "Backup".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/disk.h"
#include "log/record.h"

namespace engram {

inline constexpr const char* kManifestName = "manifest";

struct BackupFile {
  enum class Kind : uint8_t { kSnapshot = 1, kLog = 2 };
  Kind kind = Kind::kLog;
  std::string name;
  ChainPosition before;  // kLog: the record before its first
  ChainPosition last;    // the last record it holds
  uint64_t bytes = 0;
  uint32_t checksum = 0;  // CRC-32C of all bytes
};

struct Manifest {
  SpaceUuid uuid{};
  uint32_t dimension = 0;
  std::vector<BackupFile> files;  // in the order of their sequences

  /** The last record that the backup holds. */
  ChainPosition end() const;
};

std::string backup_snapshot_name(Sequence sequence);

Bytes encode_manifest(const Manifest& manifest);
/** Code::kDamaged or Code::kUnsupportedVersion, naming `path`. */
Result<Manifest> decode_manifest(View bytes, const std::string& path);

/** The manifest of a backup. Errors: Code::kNotFound where there is none, and those of decode_manifest(). */
Result<Manifest> read_manifest(Disk& disk, const std::string& directory);
/** The contents of one file of the backup, sound; Code::kDamaged says what is wrong with it. */
Result<Bytes> read_backup_file(Disk& disk, const std::string& directory, const BackupFile& file);

/** The damage of a backup, with its remedy. */
Error damaged_backup(const std::string& path, const std::string& what);

}  // namespace engram
