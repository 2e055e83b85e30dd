// The engine: a directory of spaces, open in one process at a time.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backup/restore.h"
#include "space/space.h"

namespace engram {

class Engine {
 public:
  /** Opens or makes the directory and locks it. `disk` must outlive the engine. Errors: Code::kLocked when
   *  another engine has it, or the disk's. */
  static Result<std::unique_ptr<Engine>> open(Disk& disk, const std::string& directory, uint64_t seed,
                                              const LogOptions& options = {});

  /** Opens the space, or makes it; with dimension 0 it must be there. Errors: an id out of [a-z0-9_-],
   *  Code::kConflict on another dimension, Code::kNotFound. */
  Result<std::shared_ptr<Space>> space(const std::string& id, const SpaceSettings& settings);
  Result<std::vector<std::string>> spaces();
  /** Makes the space `id` out of a backup (backup/restore.h); options.salvage is the id of a damaged space
   * here. Code::kConflict when there is such a space already. */
  Result<RestoreResult> restore(const std::string& id, const std::string& backup,
                                const RestoreOptions& options);
  /** Syncs and closes every space. */
  Status close();

 private:
  Engine(Disk& disk, std::string directory, std::unique_ptr<FileLock> lock, uint64_t seed,
         const LogOptions& options);

  /** Whether the directory holds a space that was made to its end. */
  bool is_space(const std::string& path) const;
  Status make_room(const std::string& path);

  Disk& disk_;
  const std::string directory_;
  std::unique_ptr<FileLock> lock_;
  std::mutex mutex_;
  const LogOptions options_;
  uint64_t seed_;
  std::map<std::string, std::shared_ptr<Space>> open_;
};

}  // namespace engram
