// The stream of a space's changes, in order, from any sequence number the log still holds: what is past is
// read from the log's segments, and so is what comes, so that there is no seam between the two. It is pulled:
// a slow watcher holds back nobody and fills no buffer, it reads the disk later.
//
//   auto watch = space->watch(1);
//   auto changes = (*watch)->next();      // empty: none yet; when_changed() tells of the next
//
// Only what is durable is told, since a crash could take back anything else; a watcher that has caught up
// makes durable what was written as `async`. One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "log/log.h"
#include "log/reader.h"

namespace engram {

/** One record of the log: decode_operation() tells what it did. */
struct Change {
  Sequence sequence = 0;
  double at_ms = 0;  // the writer's time; 0: not told
  std::string key;   // idempotency key; empty: none
  uint16_t type = 0;
  Bytes payload;
};

class Watch {
 public:
  static constexpr size_t kBatchBytes = size_t{256} << 10;

  /** The log must outlive it. */
  Watch(Log& log, LogReader reader) : log_(log), reader_(std::move(reader)) {}
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /** The changes behind the last ones, about `most_bytes` of them; empty when there are none yet. Errors:
   *  Code::kCompacted when a snapshot replaced them before they were read; Code::kClosed, kPoisoned or
   * kDamaged when there is nothing left and nothing will come. */
  Result<std::vector<Change>> next(size_t most_bytes = kBatchBytes);
  /** `changed` is called, from any thread, when next() may have an answer. It must return at once. Null:
   * nobody is told any more. */
  void when_changed(std::function<void()> changed);

 private:
  Log& log_;
  LogReader reader_;
  uint64_t subscription_ = 0;
};

}  // namespace engram
