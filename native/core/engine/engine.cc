#include "engine/engine.h"

#include <algorithm>
#include <new>

#include "base/limits.h"
#include "base/mutant.h"
#include "base/random.h"
#include "base/utf8.h"

namespace engram {
namespace {

constexpr const char* kLockName = "lock";

bool isSpaceId(const std::string& id) {
  if (id.empty() || id.size() > kSpaceIdMaxBytes) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

SpaceUuid drawUuid(uint64_t& seed) {
  Random random(seed);
  SpaceUuid uuid;
  for (char& byte : uuid) byte = static_cast<char>(random.below(256));
  seed = random.next();
  return uuid;
}

/** Also one that is there already: whoever made it may have died before its name was durable. */
Status make_directory_durably(Disk& disk, const std::string& path) {
  ENGRAM_TRY(disk.make_directory(path));
  if (mutant(Mutant::kSkipParentSync)) return {};
  const Status synced = disk.sync_directory(parent_path(path));
  // A parent that this user may not even read was made, and its names kept, by somebody else.
  return synced || synced.error().code == Code::kReadOnly ? Status{} : synced;
}

Status check_space_id(const std::string& id) {
  if (isSpaceId(id)) return {};
  return Error::invalid("space id " + quote_text(id) + " is not allowed",
                        "use 1 to " + std::to_string(kSpaceIdMaxBytes) + " of a-z, 0-9, - and _");
}

Error closed() { return {Code::kClosed, "the engine is closed", "open it again"}; }

/** A space that does not fit into memory is an error of the machine, not the end of the process. */
Result<std::unique_ptr<Space>> open_space(Disk& disk, const std::string& path, const LogOptions& options) {
  try {
    return Space::open(disk, path, options);
  } catch (const std::bad_alloc&) {
    return Error{Code::kTooLarge, "there is not enough memory to open " + path,
                 "open it on a machine with more memory, or raise the process's limit"};
  }
}

}  // namespace

Engine::Engine(Disk& disk, std::string directory, std::unique_ptr<FileLock> lock, uint64_t seed,
               const LogOptions& options)
    : disk_(disk), directory_(std::move(directory)), lock_(std::move(lock)), options_(options), seed_(seed) {}

Result<std::unique_ptr<Engine>> Engine::open(Disk& disk, const std::string& directory, uint64_t seed,
                                             const LogOptions& options) {
  ENGRAM_TRY(make_directory_durably(disk, directory));
  auto lock = disk.lock(join_path(directory, kLockName));
  ENGRAM_TRY(lock);
  return std::unique_ptr<Engine>(
      new Engine(disk, directory, std::move(*lock), seed, options));  // private constructor
}

Result<std::shared_ptr<Space>> Engine::space(const std::string& id, const SpaceSettings& settings) {
  ENGRAM_TRY(check_space_id(id));
  const std::lock_guard guard(mutex_);
  if (lock_ == nullptr) return closed();
  auto found = open_.find(id);
  if (found == open_.end()) {
    const std::string path = join_path(directory_, id);
    if (settings.dimension == 0 && !is_space(path))
      return Error{Code::kNotFound, "there is no space " + quote_text(id),
                   "make it by naming its dimension, or look for its id among the engine's spaces"};
    if (is_space(path)) {
      ENGRAM_TRY(make_directory_durably(disk_, path));
    } else {
      ENGRAM_TRY(make_room(path));
      ENGRAM_TRY(Space::create(disk_, path, settings, drawUuid(seed_)));
    }
    auto space = open_space(disk_, path, options_);
    ENGRAM_TRY(space);
    found = open_.emplace(id, std::shared_ptr<Space>(std::move(*space))).first;
  }
  if (settings.dimension != 0 && settings.dimension != found->second->dimension())
    return Error{Code::kConflict,
                 "space " + quote_text(id) + " has dimension " + std::to_string(found->second->dimension()) +
                     ", not " + std::to_string(settings.dimension),
                 "open it with its own dimension, or use another id"};
  return found->second;
}

/** An empty directory. What a crash left of a space that was never made goes: it was never acknowledged. */
Status Engine::make_room(const std::string& path) {
  ENGRAM_TRY(make_directory_durably(disk_, path));
  auto names = disk_.list(path);
  ENGRAM_TRY(names);
  for (const std::string& name : *names) ENGRAM_TRY(disk_.remove(join_path(path, name)));
  return {};
}

Result<RestoreResult> Engine::restore(const std::string& id, const std::string& backup,
                                      const RestoreOptions& options) {
  ENGRAM_TRY(check_space_id(id));
  RestoreOptions within = options;
  if (!options.salvage.empty()) {
    ENGRAM_TRY(check_space_id(options.salvage));
    within.salvage = join_path(directory_, options.salvage);
  }
  const std::lock_guard guard(mutex_);
  if (lock_ == nullptr) return closed();
  const std::string path = join_path(directory_, id);
  if (is_space(path))
    return Error{Code::kConflict, "space " + quote_text(id) + " is there already",
                 "restore into a new id: a restore never replaces a space"};
  ENGRAM_TRY(make_room(path));
  return engram::restore(disk_, backup, path, within);
}

Result<std::vector<std::string>> Engine::spaces() {
  auto names = disk_.list(directory_);
  ENGRAM_TRY(names);
  std::erase_if(*names, [this](const std::string& name) {
    return !isSpaceId(name) || !is_space(join_path(directory_, name));
  });
  return names;
}

bool Engine::is_space(const std::string& path) const {
  return disk_.open(join_path(path, kSettingsName), OpenMode::kRead).ok();
}

Status Engine::close() {
  const std::lock_guard guard(mutex_);
  Status first;
  for (auto& [id, space] : open_)
    if (Status closed = space->close(); !closed && first.ok()) first = closed;
  open_.clear();
  lock_.reset();
  return first;
}

}  // namespace engram
