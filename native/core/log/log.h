// The write-ahead log of one space: append, group commit, segments, recovery. FORMAT.md describes the bytes.
//
//   auto log = Log::open(disk, directory, uuid, {}, options, visitor);
//   auto sequence = log->append(type, payload);   // in the file, not yet durable
//   log->sync_to(*sequence);                      // durable; shares its fdatasync with other callers
//
// append() is called by one writer at a time; sync_to() and the readers of state by any number of threads.
// A failed sync poisons the log for good: what the kernel did with the dirty pages is unknown (the lesson of
// PostgreSQL's "fsyncgate", 2018), so it is never retried.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "base/background_task.h"
#include "base/histogram.h"
#include "log/recovery.h"
#include "log/spares.h"

namespace engram {

struct LogOptions {
  uint64_t segment_bytes = uint64_t{64} << 20;
  /** Zeros are written this far ahead, so that a commit need not change the file's length. 0: never. */
  uint64_t preallocate_bytes = uint64_t{1} << 20;
  /** So many whole segments of zeros are kept ready, but never more than this process has filled. 0: none. */
  size_t spares = 0;
  /** What a snapshot has replaced is kept up to this size, for watchers and incremental backups. What was
   *  forgotten then stays on the disk as long. 0: nothing is kept. */
  uint64_t retain_bytes = 0;
  /** Threads beside the callers' own: begin_sync() does something, and a space links its vectors behind a
   * store. The order of what happens is then no longer the same from run to run, the state is. */
  bool background = false;
};

struct LogStats {
  ChainPosition position;  // of the last appended record
  Sequence durable = 0;
  Sequence first = 1;  // the first record that can still be read
  uint64_t syncs = 0;
  uint64_t bytes = 0;         // of the segments, zeros included
  uint64_t record_bytes = 0;  // of the segments, but for zeros at the end of the present one
  uint64_t segments = 0;
  uint64_t ahead_bytes = 0;  // those zeros, and spare segments
  uint64_t spares = 0;
  uint64_t spares_wanted = 0;   // how many there would be after a lull
  uint64_t appended_bytes = 0;  // by this process
  uint64_t cut_bytes = 0;       // of an unfinished write that open() cut off
};

class Log {
 public:
  /** Makes the first segment and the mark of a new space, durably but for the directory's own name. */
  static Status create(Disk& disk, const std::string& directory, const SpaceUuid& uuid);

  /**
   * Recovers from `from` on and gets ready to append. Damage leaves a log that refuses to write: damage()
   * says why. Errors: Code::kUnsupportedVersion, or the disk's.
   */
  static Result<std::unique_ptr<Log>> open(Disk& disk, const std::string& directory, const SpaceUuid& uuid,
                                           const ChainPosition& from, const LogOptions& options,
                                           const RecordVisitor& visit);
  ~Log();

  /**
   * Writes one record behind the last. On Code::kTooLarge and Code::kDiskFull nothing of it is kept and the
   * log stays usable; any other failure poisons the log.
   */
  Result<Sequence> append(uint16_t type, const PayloadWriter& payload, const RecordTag& tag = {});
  Result<Sequence> append(uint16_t type, View payload, const RecordTag& tag = {}) {
    return append(
        type, [&](Bytes& out) { out.append(payload); }, tag);
  }

  /** Has the disk begin with all that was appended; returns at once, and tells nothing: sync_to() does. */
  void begin_sync() {
    if (options_.background) syncing_.begin();
  }

  /** Returns when everything up to `sequence` is durable, or with the error that poisoned the log. */
  Status sync_to(Sequence sequence);

  /** Ends the present segment, so that a snapshot can replace it and what is before. */
  Status rotate();

  /** Removes segments that hold only records up to `covered`, which a durable snapshot has replaced, but for
   * the newest that retain_bytes keeps. */
  Status remove_covered(Sequence covered);

  /** Syncs, writes the mark durably, and refuses all that follows. Called by the destructor too. */
  Status close();

  /** Where the log stands: sequence and chain of the last appended record. */
  ChainPosition position() const;
  Sequence durable() const;
  LogStats stats() const;
  /** How long each sync took, ns. */
  const Histogram& sync_latency() const { return sync_latency_; }
  const std::optional<Error>& damage() const { return damage_; }
  /** Why it takes no writes: damage, an earlier failure, or that it is closed. */
  Status writable() const;

  /** From now on `changed` is called whenever a record is appended or becomes durable and when the log closes
   * or fails, under the log's lock: it must return at once and not call the log. Returns what unsubscribe()
   * takes; after that it is not called any more. */
  uint64_t subscribe(std::function<void()> changed);
  void unsubscribe(uint64_t subscription);

 private:
  Log(Disk& disk, std::string directory, const SpaceUuid& uuid, const LogOptions& options);

  Status writable_locked() const;
  void tell() const;
  Status renew_segment(const Recovered& recovered);
  Status begin_segment();
  void give_back_ahead();
  Status write_segment(const SegmentHeader& header, std::unique_ptr<File>& out, uint64_t& bytes);
  Status reserve(size_t bytes);
  Status write_record();
  Status sync_locked(std::unique_lock<std::mutex>& lock, Sequence sequence);
  void write_mark();
  Error poison(Error cause);

  Disk& disk_;
  const std::string directory_;
  const SpaceUuid uuid_;
  const LogOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable synced_;
  std::shared_ptr<File> file_;  // shared with a leader that syncs while append() moves on to a new segment
  std::unique_ptr<File> mark_;
  ChainPosition position_;
  uint64_t offset_ = 0;               // where the next record goes in file_
  uint64_t allocated_ = 0;            // length of file_
  std::vector<SegmentFile> earlier_;  // segments before the present one
  SegmentFile present_;
  Sequence durable_ = 0;
  Sequence marked_ = 0;
  uint64_t sync_count_ = 0;
  uint64_t cut_bytes_ = 0;
  uint64_t appended_bytes_ = 0;
  size_t filled_ = 0;  // segments that this process wrote to their end
  Spares spares_;
  Histogram sync_latency_;
  std::map<uint64_t, std::function<void()>> subscribers_;
  uint64_t subscriptions_ = 0;
  bool leading_ = false;
  bool closed_ = false;
  std::optional<Error> poisoned_;
  std::optional<Error> damage_;
  Bytes buffer_;  // the record being written; append() alone touches it, outside the lock, too
  BackgroundTask syncing_{[this] { (void)sync_to(position().sequence); }};  // whoever waits for it is told
};

}  // namespace engram
