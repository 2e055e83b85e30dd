// Judges what is left of a script that was killed, hurt or cut off, by its ledger: what was acknowledged is
// there, the state is one that the script passed through, it opens twice to the same, requests under a key
// are not done twice, the backup is whole or not there, and it takes new writes.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/disk.h"

namespace engram {

/** What a script said of one step. */
enum class Outcome : uint8_t {
  kKept,     // acknowledged with a promise
  kWritten,  // acknowledged as written, not as durable (async)
  kRefused,  // a typed error that says that nothing of it was kept
  kUnsure,   // a typed error: it may be there
};

/** Lines "ok K NS", "async K NS", "refused K NS CODE", "unsure K NS CODE", in order of K from 0; NS: when it
 * was told, on the monotonic clock. */
std::vector<Outcome> read_ledger(std::istream& lines);

/** What may have gone beside the process itself. */
enum class Loss : uint8_t {
  kProcess,  // the page cache is whole: what was written is there
  kPower,    // what was not synced may be gone
};

struct Verdict {
  uint64_t acknowledged = 0;             // steps of the ledger that must be there
  bool told = false;                     // the space or its backup is said to be damaged
  std::optional<std::string> violation;  // what must never be
};

Verdict judge(Disk& disk, const std::string& directory, const std::vector<Outcome>& ledger, Loss loss);

}  // namespace engram
