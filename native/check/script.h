// The script that the fault harnesses run, hurt and judge: an endless, fixed list of operations of every kind
// on one space. Step k is the same in every process, so that a judge needs only the numbers of those that
// were acknowledged.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "oracle/model.h"
#include "space/space.h"

namespace engram {

/** What a step works on. */
struct Stage {
  Space& space;
  std::string backup;  // directory of the one backup of the script
};

struct Step {
  std::string_view name;
  Durability promise = Durability::kFsync;
  std::function<void(Model&)> change;         // what it does to what the space should hold
  std::function<Status(const Stage&)> apply;  // the same on the space
  bool keyed = false;                         // under an idempotency key: done again, it changes nothing
};

/** Step `k`, from 0 on. */
Step script_step(uint64_t k);

inline constexpr uint32_t kScriptDimension = 8;
/** Short segments: a script of some fifty steps begins several. */
inline constexpr LogOptions kScriptLog = {.segment_bytes = 4'096, .preallocate_bytes = 1'024, .spares = 1};
inline constexpr const char* kScriptSpace = "s";
/** The backup, beside the spaces of the engine; it is none of them. */
inline std::string script_backup(const std::string& engine) { return join_path(engine, "backup"); }
/** Whether step `k` brings the backup up to date. */
bool backs_up(uint64_t k);

}  // namespace engram
