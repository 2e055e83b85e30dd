// Hot, incremental backups of one space, each in a directory of its own.
//
//   ENGRAM_TRY(back_up(space, "/backup/notes"));   // all of it
//   …
//   ENGRAM_TRY(back_up(space, "/backup/notes"));   // what is new since
//
// A backup is the log, copied as it is, from a snapshot on or from the beginning; so a space can be restored
// as of any record it holds (restore.h). Writers and readers go on meanwhile; snapshots wait.
#pragma once

#include <string>

#include "backup/manifest.h"
#include "space/space.h"

namespace engram {

struct BackupResult {
  Sequence sequence = 0;  // the last record it holds now
  double at_ms = 0;       // that record's time
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t added_bytes = 0;  // by this call
};

/** Brings the backup up to everything the space has acknowledged. Errors: Code::kConflict when the directory
 * holds something else (no backup, that of another space, or of another life of this one); Code::kDamaged;
 * the disk's. A failed call leaves the backup as it was. */
Result<BackupResult> back_up(Space& space, const std::string& directory);

/** Reads all of a backup and checks every checksum, every record and their order. */
Result<BackupResult> verify_backup(Disk& disk, const std::string& directory);

}  // namespace engram
