// A space out of a backup, as of its end or of any point before.
#pragma once

#include <optional>
#include <string>

#include "backup/manifest.h"

namespace engram {

struct RestoreOptions {
  /** As of this record; absent: as of the last one. */
  std::optional<Sequence> sequence = {};
  /** As of the last record written up to this time, ms since 1970. Not together with `sequence`. */
  std::optional<double> time_ms = {};
  /** Directory of the damaged space: what it holds behind the backup's end is taken along, as far as it goes
   * on there. Empty: none. Only for a restore to the end. */
  std::string salvage = {};
};

struct RestoreResult {
  Sequence sequence = 0;
  double at_ms = 0;
  uint64_t salvaged = 0;  // records that the backup did not hold
};

/** Makes the space in `target`, an existing and empty directory, durably; the settings come last, so that
 * what a crash leaves is no space. Errors: Code::kDamaged for a backup that is not sound, nothing is then
 * made; Code::kNotFound for a point it does not hold; Code::kConflict for a target that is not empty. */
Result<RestoreResult> restore(Disk& disk, const std::string& backup, const std::string& target,
                              const RestoreOptions& options);

}  // namespace engram
