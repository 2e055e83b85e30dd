// Files of zeros that the next segments of a log are made of. A commit into one changes neither the file's
// length nor where its bytes lie: the disk writes them and nothing else, which is what takes most of the time
// where a file grows. They are made in lulls, since to make them takes the disk as long as to let the file
// grow; what is left of them is removed when a log is opened or closed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "base/background_task.h"
#include "io/disk.h"

namespace engram {

class Spares {
 public:
  /** `background`: they are made by a thread beside the caller's, in lulls; else by whoever calls want(), at
   * once. */
  Spares(Disk& disk, std::string directory, uint64_t bytes_each, bool background);

  /** Removes whatever there is, of an earlier process too; none may be in the making. */
  Status remove_all();
  /** Gives the room of those that are ready back to a disk that is full, and makes no more until want().
   * Whether there were any. */
  bool give_back();
  /** From now on so many are to be ready. One that cannot be made is left out until the next call. */
  void want(size_t count);
  /** The path of one that is durable, and the caller's from now on; empty where none is ready. */
  std::string take();
  size_t count() const;
  size_t wanted() const;
  /** A record is written: this is no lull. */
  void busy() { writes_.fetch_add(1, std::memory_order_relaxed); }
  uint64_t bytes_each() const { return bytes_each_; }
  /** Returns when no more are made. */
  void end();

 private:
  void fill();
  bool due() const;
  /** Returns when nothing was written for a while; false when none is to be made any more. */
  bool lull();
  Status make(const std::string& path);

  Disk& disk_;
  const std::string directory_;
  const uint64_t bytes_each_;
  const bool background_;
  mutable std::mutex mutex_;
  size_t wanted_ = 0;
  uint64_t made_ = 0;
  std::deque<std::string> ready_;
  bool ended_ = false;
  std::condition_variable over_;
  std::atomic<uint64_t> writes_ = 0;
  uint64_t writes_seen_ = 0;                    // when the last lull began
  BackgroundTask filling_{[this] { fill(); }};  // last: gone before what it works on
};

}  // namespace engram
