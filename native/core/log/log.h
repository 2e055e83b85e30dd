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
#include <memory>
#include <mutex>

#include "log/recovery.h"

namespace engram {

struct LogOptions {
  uint64_t segment_bytes = uint64_t{64} << 20;
  /** Zeros are written this far ahead, so that a commit need not change the file's length. 0: never. */
  uint64_t preallocate_bytes = uint64_t{1} << 20;
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
   * Writes one record behind the last. On Code::kDiskFull nothing of it is kept and the log stays usable; any
   * other failure poisons the log.
   */
  Result<Sequence> append(uint16_t type, View payload);

  /** Returns when everything up to `sequence` is durable, or with the error that poisoned the log. */
  Status sync_to(Sequence sequence);

  /** Ends the present segment, so that a snapshot can replace it and what is before. */
  Status rotate();

  /** Removes segments that hold only records up to `covered`, which a durable snapshot has replaced. */
  Status remove_covered(Sequence covered);

  /** Syncs, writes the mark durably, and refuses all that follows. Called by the destructor too. */
  Status close();

  /** Where the log stands: sequence and chain of the last appended record. */
  ChainPosition position() const;
  Sequence durable() const;
  uint64_t sync_count() const;
  /** Bytes of the segments, preallocation included. */
  uint64_t bytes() const;
  const std::optional<Error>& damage() const { return damage_; }
  /** Bytes of an unfinished write that open() cut off. */
  uint64_t cut_bytes() const { return cut_bytes_; }

 private:
  Log(Disk& disk, std::string directory, const SpaceUuid& uuid, const LogOptions& options);

  Status writable() const;
  Status begin_segment();
  Status reserve(size_t bytes);
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
  uint64_t offset_ = 0;     // where the next record goes in file_
  uint64_t allocated_ = 0;  // length of file_
  uint64_t earlier_bytes_ = 0;
  Sequence durable_ = 0;
  Sequence marked_ = 0;
  uint64_t sync_count_ = 0;
  uint64_t cut_bytes_ = 0;
  bool leading_ = false;
  bool closed_ = false;
  std::optional<Error> poisoned_;
  std::optional<Error> damage_;
  Bytes buffer_;
};

}  // namespace engram
