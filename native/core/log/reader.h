// Reads the records of a log in order while it is written: what watchers and backups are made of. It reads
// the segment files themselves, by its own handles, and never behind what its caller says is durable.
//
//   LogReader reader(disk, directory, uuid);
//   ENGRAM_TRY(reader.seek(first));
//   ENGRAM_TRY(reader.read(log.stats().durable, 1 << 20, [](const Record& record) { …; return Status{}; }));
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "io/disk.h"
#include "log/record.h"
#include "log/recovery.h"
#include "log/segment.h"

namespace engram {

class LogReader {
 public:
  LogReader(Disk& disk, std::string directory, const SpaceUuid& uuid);

  /** The next record to be read is `first`. Code::kCompacted when a snapshot has replaced it: the error says
   * from which sequence on the log can be read. */
  Status seek(Sequence first);
  /**
   * Calls `visit` with the records behind the last one, up to `until`, and ends after the one that makes
   * `most_bytes` full. An error of `visit` ends it and is returned, the record counts as read. Errors:
   * Code::kCompacted as above, Code::kDamaged for a record that is there no more.
   */
  Status read(Sequence until, size_t most_bytes, const RecordVisitor& visit);
  /** The last record read, or the one before the first. */
  const ChainPosition& position() const { return position_; }
  /** The format of the last record read. */
  uint32_t version() const { return version_; }

 private:
  Status enter(const SegmentFile& segment);
  Status next_segment();
  std::optional<Record> buffered() const;
  Status fill();
  Error gone(Sequence wanted, const SegmentFile* next) const;
  Error compacted(Sequence wanted, Sequence available) const;

  Disk& disk_;
  const std::string directory_;
  const SpaceUuid uuid_;
  ChainPosition position_;
  std::unique_ptr<File> file_;
  std::string path_;
  uint32_t version_ = kLogVersion;
  uint64_t offset_ = 0;  // of the next record in file_
  Bytes buffer_;         // what of file_ was read last, from buffer_begin_ on
  uint64_t buffer_begin_ = 0;
};

}  // namespace engram
